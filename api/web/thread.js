// A thread in a dialog. Opening one tells the server that it was viewed.

import { note, readThread } from "./api.js";
import { ago, el, face, failure, loading, nameOf, plain, titleOf } from "./words.js";

const dialog = document.getElementById("thread");
const title = document.getElementById("thread-title");
const posts = document.getElementById("thread-posts");

export function openDialog(heading) {
  title.textContent = heading;
  posts.replaceChildren(loading());
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  return posts;
}

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
  const about = [author?.title, author?.site, ago(post.created)].filter(Boolean).join(" · ");
  const pictures = (post.attachments || []).map((file) => file.alt).filter(Boolean);
  return el("article", { class: post.parent ? "message reply" : "message" },
    el("header", {}, face(who),
      el("div", {}, el("b", {}, el("bdi", {}, nameOf(who))),
        el("p", { class: "hint", dir: "auto" }, about))),
    el("div", { class: "text", dir: "auto", lang: post.language }, plain(post)),
    pictures.map((alt) => el("p", { class: "hint", dir: "auto" }, `Picture: ${alt}`)),
    me && post.parent && post.author !== me.id && helpful(post, me));
}

export async function openThread(postId, me, propensity) {
  const body = openDialog("…");
  try {
    const { posts: found } = await readThread(postId, me?.id);
    title.textContent = titleOf(found[0].post);
    body.replaceChildren(...found.map((shown) => message(shown, me)));
    if (me) await note(me.id, found[0].post.id, "view", { propensity });
  } catch (error) {
    if (title.textContent === "…") title.textContent = "This thread cannot be shown";
    body.replaceChildren(failure(error));
  }
}
