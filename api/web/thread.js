// A thread in a dialog. Opening one tells the server that it was viewed.

import { note, readThread } from "./api.js";
import { openReader } from "./dialogs.js";
import { plain } from "./readable.js";
import { ago, dotted, el, face, failure, fill, nameOf, titleOf } from "./words.js";

function helpful(post, me) {
  const button = el("button", { class: "quiet", type: "button" }, "This helped me");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await note(me.id, post.id, "helpful");
      button.textContent = "Thank you, noted";
    } catch (error) {
      button.replaceWith(failure(error));
    }
  });
  return el("div", { class: "actions" }, button);
}

function message(shown, me) {
  const { post, author } = shown;
  const who = author || { id: post.author || "Anonymous" };
  const pictures = (post.attachments || []).map((file) => file.alt).filter(Boolean);
  return el("article", { class: post.parent ? "message reply" : "message" },
    el("header", {}, face(who),
      el("div", {}, el("b", {}, el("bdi", {}, nameOf(who))),
        el("p", { class: "hint" }, dotted(author?.title, author?.site, ago(post.created))),
        el("p", { class: "badges" },
          post.accepted && el("span", { class: "badge good" }, "Accepted answer")))),
    el("div", { class: "text", dir: "auto", lang: post.language }, plain(post)),
    pictures.map((alt) => el("p", { class: "hint", dir: "auto" }, `Picture: ${alt}`)),
    me && post.parent && post.author !== me.id && helpful(post, me));
}

function point(article) {
  article.classList.add("meant");
  article.tabIndex = -1;
  article.querySelector(".badges").append(el("span", { class: "badge" }, "The reply in question"));
  article.focus({ preventScroll: true });
  article.scrollIntoView({ block: "start" });
}

// A reply may be named instead of the thread: it is then marked, and brought into view.
export function openThread(postId, me, propensity) {
  openReader("…", async (body, title) => {
    try {
      const { posts: found } = await readThread(postId, me?.id);
      title.textContent = titleOf(found[0].post);
      const articles = found.map((shown) => message(shown, me));
      fill(body, articles);
      const place = found.findIndex((shown) => shown.post.id === postId);
      if (place > 0) point(articles[place]);
      if (me) await note(me.id, found[0].post.id, "view", { propensity });
    } catch (error) {
      if (title.textContent !== "…") return body.prepend(failure(error));
      title.textContent = "This thread cannot be shown";
      fill(body, failure(error));
    }
  });
}
