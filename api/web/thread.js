// A thread in a dialog. Opening one tells the server that it was viewed.

import { note, readThread } from "./api.js";
import { openReader } from "./dialogs.js";
import { plain } from "./readable.js";
import { say } from "./speech.js";
import { ago, dotted, el, face, failure, fill, nameOf, titleOf } from "./words.js";

function helpful(post, me) {
  const button = el("button", { class: "quiet", type: "button" }, say("This helped me"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await note(me.id, post.id, "helpful");
      button.textContent = say("Thank you, noted");
    } catch (error) {
      button.replaceWith(failure(error));
    }
  });
  return el("div", { class: "actions" }, button);
}

function message(shown, me) {
  const { post, author } = shown;
  const who = author || { id: post.author || say("Anonymous") };
  const pictures = (post.attachments || []).map((file) => file.alt).filter(Boolean);
  return el("article", { class: post.parent ? "message reply" : "message" },
    el("header", {}, face(who),
      el("div", {}, el("b", {}, el("bdi", {}, nameOf(who))),
        el("p", { class: "hint" }, dotted(author?.title, author?.site, ago(post.created))),
        el("p", { class: "badges" },
          post.accepted && el("span", { class: "badge good" }, say("Accepted answer"))))),
    el("div", { class: "text", dir: "auto", lang: post.language }, plain(post)),
    pictures.map((alt) => el("p", { class: "hint", dir: "auto" }, say("Picture: {alt}", { alt }))),
    me && post.parent && post.author !== me.id && helpful(post, me));
}

function point(article) {
  article.classList.add("meant");
  article.tabIndex = -1;
  article.querySelector(".badges").append(
    el("span", { class: "badge" }, say("The reply in question")));
  article.focus({ preventScroll: true });
  article.scrollIntoView({ block: "start" });
}

// What of a long thread comes before or after the page that was read takes the button's place.
function further(page, side, me) {
  const [count, id] = side === "earlier" ? [page.earlier, page.previous] : [page.later, page.next];
  if (!count) return null;
  const words = side === "earlier"
    ? say("{n} earlier replies", { n: count }, "{n} earlier reply")
    : say("{n} later replies", { n: count }, "{n} later reply");
  const button = el("button", { class: "quiet", type: "button" }, words);
  const place = el("div", { class: "actions" }, button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const found = await readThread(id, me?.id);
      const more = found.posts.slice(1).map((shown) => message(shown, me));
      const beyond = [further(found, side, me)].filter(Boolean);
      place.replaceWith(...(side === "earlier" ? [...beyond, ...more] : [...more, ...beyond]));
      more[0].tabIndex = -1;
      more[0].focus({ preventScroll: true });
    } catch (error) {
      place.replaceWith(failure(error));
    }
  });
  return place;
}

// A reply may be named instead of the thread: it is then marked, and brought into view.
export function openThread(postId, me, propensity) {
  openReader("…", async (body, title) => {
    try {
      const page = await readThread(postId, me?.id);
      const found = page.posts;
      title.textContent = titleOf(found[0].post);
      const articles = found.map((shown) => message(shown, me));
      fill(body, articles[0], further(page, "earlier", me), articles.slice(1),
        further(page, "later", me));
      const place = found.findIndex((shown) => shown.post.id === postId);
      if (place > 0) point(articles[place]);
      if (me) await note(me.id, found[0].post.id, "view", { propensity });
    } catch (error) {
      if (title.textContent !== "…") return body.prepend(failure(error));
      title.textContent = say("This thread cannot be shown");
      fill(body, failure(error));
    }
  });
}
