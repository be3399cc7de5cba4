// Feed: threads to read, each with its reasons; what is opened or waved off does not come again.

import { note, readFeed, readPeers } from "./api.js";
import { peerCard } from "./person.js";
import { openThread } from "./thread.js";
import { el, failure, loading, meta, plain, titleOf } from "./words.js";

const OUTCOMES = ["worked", "adapted", "did not work"];

function said(place, text) {
  place.replaceChildren(el("p", { class: "hint", role: "status" }, text));
}

async function tell(place, me, item, kind, value, thanks) {
  try {
    await note(me.id, item.post.id, kind, { value, propensity: item.propensity });
    said(place, thanks);
  } catch (error) {
    place.append(failure(error));
  }
}

function actions(item, me, row) {
  const { post, propensity } = item;
  const place = el("div", { class: "actions" });
  const outcome = (value) => el("button", { class: "quiet", type: "button",
    onclick: () => tell(place, me, item, "tried", value, `Noted: tried here, ${value}.`) }, value);
  place.append(
    el("button", { class: "quiet", type: "button",
      onclick: () => openThread(post.id, me, propensity) }, "Read"),
    el("details", { class: "tried" },
      el("summary", { class: "quiet" }, "Tried it here …"),
      el("div", {}, OUTCOMES.map(outcome))),
    el("button", { class: "quiet", type: "button",
      onclick: () => tell(row(), me, item, "dismiss", null, "It will not be shown again.") },
      "Not for me"));
  return place;
}

function card(item, me) {
  const { post, propensity } = item;
  const node = el("li", { class: "card" });
  node.append(
    el("button", { class: "heading", type: "button", dir: "auto", lang: post.language,
      onclick: () => openThread(post.id, me, propensity) }, titleOf(post)),
    meta(item, me),
    ...(post.title ? [el("p", { class: "excerpt", dir: "auto", lang: post.language },
      plain(post))] : []),
    el("ul", { class: "reasons", "aria-label": "Why you see this" },
      item.reasons.map((reason) => el("li", { dir: "auto" }, reason))),
    actions(item, me, () => node));
  return node;
}

export function setUpFeed(state) {
  const items = document.getElementById("items");
  const peers = document.getElementById("peers");
  const peerList = document.getElementById("peer-list");
  let reader = null;

  async function loadPeers() {
    const { me } = state;
    peers.hidden = true;
    try {
      const found = await readPeers(me.id, me.id);
      if (state.me !== me || !found.peers.length) return;
      peerList.replaceChildren(...found.peers.map((peer) => peerCard(peer, me)));
      peers.hidden = false;
    } catch {
      // The feed is what was asked for, and tells by itself when the server does not answer.
      peerList.replaceChildren();
    }
  }

  function offer(list, cursor) {
    const button = el("button", { class: "quiet", type: "button" }, "More");
    button.addEventListener("click", () => load(list, cursor, button));
    return el("p", { class: "empty" }, button);
  }

  async function load(list, cursor, button) {
    const { me } = state;
    if (button) button.disabled = true;
    try {
      const page = await readFeed(me.id, cursor);
      if (state.me !== me) return;
      button?.parentElement.remove();
      if (!cursor) items.replaceChildren(list);
      list.append(...page.items.map((item) => card(item, me)));
      if (page.next) items.append(offer(list, page.next));
      else if (!list.children.length) {
        items.replaceChildren(el("p", { class: "empty" },
          "You have seen everything. New ideas appear here the moment they are shared."));
      }
    } catch (error) {
      if (state.me === me) items.replaceChildren(failure(error));
    }
  }

  return function showFeed() {
    if (!state.me) {
      reader = null;
      peers.hidden = true;
      items.replaceChildren(el("p", { class: "empty" }, "A feed is somebody's: ",
        el("button", { class: "link", type: "button", onclick: state.choose }, "say who you are"),
        "."));
    } else if (reader !== state.me.id) {
      reader = state.me.id;
      items.replaceChildren(loading(), loading(), loading());
      load(el("ol"), null, null);
      loadPeers();
    }
  };
}
