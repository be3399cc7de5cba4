// The page put together: who is reading, and which of its parts is open.

import { findPeople } from "./api.js";
import { setUpAsk } from "./ask.js";
import { setUpFeed } from "./feed.js";
import { setUpShare } from "./share.js";
import { setUpTopics } from "./topics.js";
import { el, face, failure, nameOf } from "./words.js";

const KEY = "whoknows.me";
const who = document.getElementById("who");
const whoName = document.getElementById("who-name");
const whoList = document.getElementById("who-list");
const meButton = document.getElementById("me");
const tabs = [...document.querySelectorAll("[role=tab]")];

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

const state = { me: remembered(), choose };

function showMe() {
  meButton.replaceChildren(...(state.me
    ? [face(state.me), el("bdi", {}, nameOf(state.me))]
    : ["Who are you?"]));
  meButton.setAttribute("aria-label",
    state.me ? `You are ${nameOf(state.me)}. Change` : "Say who you are");
}

function become(person) {
  const { local_time: _, ...kept } = person;
  state.me = kept;
  localStorage.setItem(KEY, JSON.stringify(kept));
  who.close();
  showMe();
  document.dispatchEvent(new Event("me"));
}

function choose() {
  whoName.value = "";
  who.showModal();
  whoName.focus();
  list();
}

let request = new AbortController();
async function list() {
  request.abort();
  request = new AbortController();
  try {
    const { people } = await findPeople(whoName.value.trim(), request.signal);
    const entries = people.map((person) =>
      el("li", {}, el("button", { type: "button", onclick: () => become(person) },
        face(person),
        el("span", {}, el("bdi", {}, nameOf(person)),
          el("small", { dir: "auto" },
            [person.title, person.site].filter(Boolean).join(" · "))))));
    whoList.replaceChildren(people.length
      ? el("ul", { class: "people" }, entries)
      : el("p", { class: "empty" }, "Nobody here has that name."));
  } catch (error) {
    if (error.name !== "AbortError") whoList.replaceChildren(failure(error));
  }
}

const showFeed = setUpFeed(state);
setUpAsk(state);
setUpShare(state);
const showTopics = setUpTopics(state);

function open(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  const part = tab.getAttribute("aria-controls");
  if (part === "feed") showFeed();
  if (part === "topics") showTopics();
  if (location.hash !== `#${part}`) history.replaceState(null, "", `#${part}`);
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => open(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    open(next);
    next.focus();
  });
}
meButton.addEventListener("click", choose);
whoName.addEventListener("input", list);
document.addEventListener("me", () => {
  if (location.hash === "#feed") showFeed();
  if (location.hash === "#topics") showTopics();
});
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
for (const dialog of document.querySelectorAll("dialog")) {
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
showMe();
const named = (hash) => tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === hash);
window.addEventListener("hashchange", () => open(named(location.hash) || tabs[0]));
open(named(location.hash) || tabs[0]);
