// Share: what is like it is sought while it is written, so that the second finds the first.

import { deletePost, findSimilar, keepPost, readThread } from "./api.js";
import { plain } from "./readable.js";
import { say } from "./speech.js";
import { openThread } from "./thread.js";
import { dotted, el, failure, fill, loading, meta, percent, replied, sameness, titleOf }
  from "./words.js";

const PAUSE = 300;
const ENOUGH = 8;
// Less likely ones are as good as any other thread. Beside a copy a twin in another language has .03.
const LEAST = 0.02;
const BEGIN = say("Begin to write: what is like it appears here.");
const KINDS = {
  idea: { heading: say("Share an idea"), title: say("What is the idea?"),
    body: say("What you did, and what came of it"), button: say("Share it") },
  question: { heading: say("Post a question"), title: say("What do you want to know?"),
    body: say("What one should know to answer it"), button: say("Post it") },
};

export function alikeCard(idea, me) {
  const { post } = idea;
  const same = idea.probability_same;
  const words = idea.same ? say("Looks like the same") : sameness(same);
  return el("li", { class: "card" },
    el("button", { class: "heading", type: "button", dir: "auto", lang: post.language,
      onclick: () => openThread(post.id, me) }, titleOf(post)),
    meta(idea, me),
    post.title && el("p", { class: "excerpt hint", dir: "auto", lang: post.language }, plain(post)),
    el("p", { class: "same" }, el("b", {}, dotted(words, percent(same))),
      " — ", el("bdi", {}, idea.reason)),
    el("p", { class: "hint" }, replied(idea)));
}

const empty = (text) => el("p", { class: "empty" }, text);

export function setUpShare(state) {
  const form = document.getElementById("share-form");
  const heading = document.getElementById("share-heading");
  const title = document.getElementById("idea-title");
  const body = document.getElementById("idea-body");
  const bodyLabel = document.getElementById("idea-body-label");
  const button = form.querySelector("[type=submit]");
  const alike = document.getElementById("alike");
  const shared = document.getElementById("shared");
  const written = () => JSON.stringify([title.value, body.value, state.me?.id]);
  const draft = () =>
    ({ kind: form.elements.kind.value, title: title.value, body: body.value });
  let found = { text: null, same: false };
  let timer = 0;
  let request = new AbortController();

  function dress() {
    const words = KINDS[form.elements.kind.value];
    heading.textContent = words.heading;
    title.placeholder = words.title;
    bodyLabel.textContent = words.body;
    button.textContent = words.button;
  }

  async function search() {
    clearTimeout(timer);
    request.abort();
    const text = written();
    if ((title.value + body.value).trim().length < ENOUGH) {
      found = { text, same: false };
      return fill(alike, empty(BEGIN));
    }
    request = new AbortController();
    const { signal } = request;
    if (!alike.querySelector(".card")) fill(alike, loading());
    alike.setAttribute("aria-busy", "true");
    try {
      const asked = { title: title.value || null, body: body.value || null, k: 5 };
      if (state.me) asked.viewer_id = state.me.id;
      const { posts } = await findSimilar(asked, signal);
      const near = posts.filter((idea) => idea.same || idea.probability_same >= LEAST);
      found = { text, same: near.some((idea) => idea.same) };
      fill(alike,
        !found.same && el("p", { class: "note" }, near.length
          ? say("Nothing that is surely the same. The nearest:") : say("Nothing like it yet.")),
        el("ol", {}, near.map((idea) => alikeCard(idea, state.me))));
    } catch (error) {
      if (error.name === "AbortError") return;
      found = { text: null, same: false };
      fill(alike, failure(error, search));
    }
    alike.removeAttribute("aria-busy");
  }

  function write(post) {
    form.elements.kind.value = post.kind;
    title.value = post.title;
    body.value = post.body;
    dress();
    search();
  }

  async function takeBack(post) {
    try {
      const { posts } = await readThread(post.id, post.author);
      if (posts.length > 1) {
        // A thread goes with its first post, and the replies are others'.
        return fill(shared, el("p", { class: "note" }, say("Somebody has replied, so it stays.")));
      }
      await deletePost(post.id);
    } catch (error) {
      return fill(shared, failure(error, () => takeBack(post)));
    }
    fill(shared, el("p", { class: "note" }, say("Taken back: nobody can read it any more.")));
    if (!title.value && !body.value) write(post);
    title.focus();
  }

  function thank(post) {
    fill(shared, el("p", { class: "note" }, say("Shared. It can be found from now on."), " ",
      el("button", { class: "link", type: "button",
        onclick: () => openThread(post.id, state.me) }, say("Open it")), " · ",
      el("button", { class: "link", type: "button", onclick: () => takeBack(post) }, say("Undo"))));
  }

  async function publish() {
    const id = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const post = { id, author: state.me.id, created: new Date().toISOString(), ...draft() };
    fill(shared);
    button.disabled = true;
    try {
      await keepPost(post);
      form.reset();
      dress();
      await search();
      thank(post);
    } catch (error) {
      fill(shared, failure(error));
    } finally {
      button.disabled = false;
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
    shared.replaceChildren();
    dress();
  });
  form.addEventListener("keydown", (event) => {
    // Enter in a line would publish what is half written.
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    body.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!state.me) return state.choose();
    if (!title.value.trim()) return title.focus();
    // Who writes fast has not been told yet what is there already.
    button.disabled = true;
    if (found.text !== written()) await search();
    button.disabled = false;
    if (!found.same) return publish();
    fill(shared, el("p", { class: "note warn" },
      say("It looks as if this is here already: see “Already here”."), " ",
      el("button", { class: "link", type: "button", onclick: publish }, say("Share anyway"))));
  });
  document.addEventListener("me", () => {
    fill(alike);
    fill(shared);
    search();
  });
  state.write = (post) => {
    const before = draft();
    write(post);
    fill(shared, (before.title || before.body) && el("p", { class: "note" },
      say("What you had begun to write was put aside."), " ",
      el("button", { class: "link", type: "button", onclick: () => {
        write(before);
        fill(shared);
      } }, say("Bring it back"))));
    state.go("share");
    title.focus();
  };
  dress();
  search();
}
