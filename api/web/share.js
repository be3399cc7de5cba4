// Share an idea: what is like it is sought while it is written, so that the second finds the first.

import { findSimilar, keepPost } from "./api.js";
import { openThread } from "./thread.js";
import { el, failure, loading, meta, percent, plain, sameness, titleOf } from "./words.js";

const PAUSE = 300;
const ENOUGH = 8;
function card(idea, me) {
  const { post } = idea;
  const same = idea.probability_same;
  return el("li", { class: "card" },
    el("button", { class: "heading", type: "button", dir: "auto", lang: post.language,
      onclick: () => openThread(post.id, me) }, titleOf(post)),
    meta(idea, me),
    post.title && el("p", { class: "excerpt hint", dir: "auto", lang: post.language }, plain(post)),
    el("p", { class: "same" }, el("b", {}, `${idea.same ? "looks like the same" : sameness(same)}, ${percent(same)}`),
      " — ", el("span", { dir: "auto" }, idea.reason)));
}

const empty = (text) => el("p", { class: "empty" }, text);
const BEGIN = "Begin to write: ideas like yours appear here.";

export function setUpShare(state) {
  const form = document.getElementById("share-form");
  const title = document.getElementById("idea-title");
  const body = document.getElementById("idea-body");
  const alike = document.getElementById("alike");
  const shared = document.getElementById("shared");
  let timer = 0;
  let request = new AbortController();

  async function search() {
    const text = (title.value + body.value).trim();
    request.abort();
    if (text.length < ENOUGH) return alike.replaceChildren(empty(BEGIN));
    request = new AbortController();
    const { signal } = request;
    if (!alike.querySelector(".card")) alike.replaceChildren(loading());
    alike.setAttribute("aria-busy", "true");
    try {
      const asked = { title: title.value || null, body: body.value || null, k: 5 };
      if (state.me) asked.viewer_id = state.me.id;
      const { posts } = await findSimilar(asked, signal);
      alike.replaceChildren(
        ...(!posts.some((idea) => idea.same) ? [el("p", { class: "note" }, posts.length
          ? "Nothing that is surely the same. The nearest:" : "Nothing like it yet.")] : []),
        el("ol", {}, posts.map((idea) => card(idea, state.me))));
    } catch (error) {
      if (error.name === "AbortError") return;
      alike.replaceChildren(failure(error));
    }
    alike.removeAttribute("aria-busy");
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
    shared.replaceChildren();
  }
  title.addEventListener("input", later);
  body.addEventListener("input", later);
  document.addEventListener("me", () => {
    alike.replaceChildren();
    search();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!state.me) return state.choose();
    if (!title.value.trim()) return title.focus();
    const button = form.querySelector("button");
    button.disabled = true;
    const id = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    try {
      await keepPost({
        id, author: state.me.id, created: new Date().toISOString(), kind: "idea",
        title: title.value, body: body.value,
      });
      form.reset();
      shared.replaceChildren(el("span", { class: "note" }, "Shared. It can be found from now on."));
      alike.replaceChildren(empty(BEGIN));
    } catch (error) {
      shared.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  search();
}
