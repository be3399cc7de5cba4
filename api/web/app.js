// The page put together: who is reading, and which of its parts is open.

import { findPeople } from "./api.js";
import { setUpAsk } from "./ask.js";
import { openDialog, setUpDialogs } from "./dialogs.js";
import { setUpFeed } from "./feed.js";
import { setUpShare } from "./share.js";
import { say, setUpSpeech } from "./speech.js";
import { setUpTopics } from "./topics.js";
import { dotted, el, face, failure, fill, nameOf } from "./words.js";

const KEY = "whoknows.me";
const who = document.getElementById("who");
const whoName = document.getElementById("who-name");
const whoList = document.getElementById("who-list");
const meButton = document.getElementById("me");
const tabs = [...document.querySelectorAll("[role=tab]")];
const partOf = (tab) => tab.getAttribute("aria-controls");

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

const state = { me: remembered(), choose, go };

function showMe() {
  meButton.replaceChildren(...(state.me
    ? [face(state.me), el("bdi", {}, nameOf(state.me))]
    : [say("Who are you?")]));
  meButton.setAttribute("aria-label",
    state.me ? say("You are {name}. Change", { name: nameOf(state.me) }) : say("Say who you are"));
}

function become(person) {
  const { local_time: _, ...kept } = person;
  state.me = kept;
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
  who.close();
  showMe();
  document.dispatchEvent(new Event("me"));
}

function choose() {
  openDialog(who, () => {
    whoName.value = "";
    whoName.focus();
    list();
  });
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
          el("small", {}, dotted(person.title, person.site))))));
    fill(whoList, people.length
      ? el("ul", { class: "people" }, entries)
      : el("p", { class: "empty" }, say("Nobody here has that name.")));
  } catch (error) {
    if (error.name !== "AbortError") fill(whoList, failure(error, list));
  }
}

setUpSpeech();
const showFeed = setUpFeed(state);
setUpAsk(state);
setUpShare(state);
const showTopics = setUpTopics(state);

let shown = null;
function show() {
  const [part, within] = location.hash.slice(1).split("/");
  const tab = tabs.find((one) => partOf(one) === part) || tabs[0];
  shown = location.hash;
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(partOf(other)).hidden = !chosen;
  }
  if (tab.id === "tab-feed") showFeed();
  if (tab.id === "tab-topics") showTopics(within);
}

// Each place is a step in the browser's history, so that Back stays within the page.
function go(address) {
  if (location.hash !== `#${address}`) history.pushState(null, "", `#${address}`);
  show();
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => go(partOf(tab)));
  tab.addEventListener("keydown", (event) => {
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const other = tabs.at(next % tabs.length);
    go(partOf(other));
    other.focus();
  });
}
meButton.addEventListener("click", choose);
whoName.addEventListener("input", list);
document.addEventListener("me", show);
document.querySelector(".skip").addEventListener("click", (event) => {
  // Its address names no part of the page: followed, it would lead back to the first one.
  event.preventDefault();
  document.getElementById("main").focus();
});
setUpDialogs();
// A dialog that Back closed was no other place.
window.addEventListener("popstate", () => {
  if (location.hash !== shown) show();
});
showMe();
show();
