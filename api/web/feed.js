// Feed: threads to read, each with its reasons; what is opened or waved off does not come
// again, unless the latter is taken back.

import { note, readFeed, readPeers, takeBack } from "./api.js";
import { setUpConcerns } from "./concerns.js";
import { peerCard } from "./person.js";
import { plain } from "./readable.js";
import { watchFor } from "./seen.js";
import { say } from "./speech.js";
import { openThread } from "./thread.js";
import { el, failure, fill, loading, meta, titleOf } from "./words.js";

const OUTCOMES = {
  worked: say("worked"),
  adapted: say("adapted"),
  "did not work": say("did not work"),
};
// A feed that was read longer ago is read anew when it is opened again.
const STALE = 3 * 60_000;

// What was pressed goes away: whoever uses the keyboard goes on at the next thing, not at the top.
function neighbour(card) {
  const after = card.nextElementSibling?.querySelector(".heading");
  const before = card.previousElementSibling?.querySelector(".heading");
  return after || document.querySelector("#items > .further button") || before
    || document.getElementById("main");
}

function complain(place, error) {
  place.querySelector(".wrong")?.remove();
  place.append(failure(error));
}

async function tried(place, me, item, value) {
  try {
    await note(me.id, item.post.id, "tried", { value, propensity: item.propensity });
  } catch (error) {
    return complain(place, error);
  }
  const heading = place.closest(".card").querySelector(".heading");
  fill(place, el("p", { class: "hint", role: "status" },
    say("Noted: tried here, {how}.", { how: OUTCOMES[value] })));
  heading.focus();
}

async function waveOff(card, me, item) {
  card.querySelector(":scope > .wrong")?.remove();
  const before = [...card.childNodes];
  try {
    await note(me.id, item.post.id, "dismiss", { propensity: item.propensity });
  } catch (error) {
    return complain(card, error);
  }
  const next = neighbour(card);
  const undo = el("button", { class: "link", type: "button", onclick: async () => {
    undo.disabled = true;
    try {
      await takeBack(me.id, item.post.id, "dismiss");
    } catch (error) {
      undo.disabled = false;
      return complain(card, error);
    }
    fill(card, before);
    card.querySelector(".heading").focus();
  } }, say("Undo"));
  fill(card, el("p", { class: "hint" },
    el("span", { role: "status" }, say("It will not be shown again.")), " ", undo));
  next.focus();
}

function actions(item, me, card) {
  const { post, propensity } = item;
  const place = el("div", { class: "actions" });
  const outcome = (value) => el("button", { class: "quiet", type: "button",
    onclick: () => tried(place, me, item, value) }, OUTCOMES[value]);
  place.append(
    el("button", { class: "quiet", type: "button",
      onclick: () => openThread(post.id, me, propensity) }, say("Read")),
    ...(post.kind === "idea" ? [el("details", { class: "tried" },
      el("summary", { class: "quiet" }, say("Tried it here …")),
      el("div", {}, Object.keys(OUTCOMES).map(outcome)))] : []),
    el("button", { class: "quiet", type: "button",
      onclick: () => waveOff(card, me, item) }, say("Not for me")));
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
    el("ul", { class: "reasons", "aria-label": say("Why you see this") },
      item.reasons.map((reason) => el("li", { dir: "auto" }, reason))),
    actions(item, me, node));
  return node;
}

export function setUpFeed(state) {
  const items = document.getElementById("items");
  const peers = document.getElementById("peers");
  const peerList = document.getElementById("peer-list");
  const showConcerns = setUpConcerns(state);
  let reader = null;
  let readAt = 0;
  let watch = null;
  let turn = 0;

  async function loadPeers(mine) {
    const { me } = state;
    peers.hidden = true;
    try {
      const found = await readPeers(me.id, me.id);
      if (mine !== turn || !found.peers.length) return;
      fill(peerList, found.peers.map((peer) => peerCard(peer, me)));
      peers.hidden = false;
    } catch {
      // The feed is what was asked for, and tells by itself when the server does not answer.
      peerList.replaceChildren();
    }
  }

  function cards(page, me) {
    return page.items.map((item) => {
      const node = card(item, me);
      watch(node, item.post.id);
      return node;
    });
  }

  async function loadMore(mine, list, cursor, place) {
    const { me } = state;
    fill(place, loading());
    try {
      const page = await readFeed(me.id, cursor);
      if (mine !== turn) return;
      list.append(...cards(page, me));
      offerMore(mine, list, page.next, place);
    } catch (error) {
      // What was read so far stays.
      if (mine === turn) fill(place, failure(error, () => loadMore(mine, list, cursor, place)));
    }
  }

  function offerMore(mine, list, cursor, place) {
    fill(place, cursor && el("button", { class: "quiet", type: "button",
      onclick: () => loadMore(mine, list, cursor, place) }, say("More")));
  }

  async function load() {
    const mine = ++turn;
    const { me } = state;
    reader = me.id;
    readAt = Date.now();
    watch = watchFor(me);
    fill(items, loading(), loading(), loading());
    loadPeers(mine);
    try {
      const page = await readFeed(me.id, null);
      if (mine !== turn) return;
      if (!page.items.length) {
        return fill(items, el("p", { class: "empty" },
          say("You have seen everything. New ideas appear here the moment they are shared.")));
      }
      const [list, more] = [el("ol", {}, cards(page, me)),
        el("div", { class: "further" })];
      fill(items, list, more);
      offerMore(mine, list, page.next, more);
    } catch (error) {
      if (mine !== turn) return;
      reader = null;
      fill(items, failure(error, load));
    }
  }

  // Another order follows from it.
  document.addEventListener("concerns", () => {
    reader = null;
    if (state.me && !document.getElementById("feed").hidden) load();
  });

  return function showFeed() {
    showConcerns();
    if (!state.me) {
      turn += 1;
      reader = null;
      peers.hidden = true;
      fill(items, el("p", { class: "empty" }, say("A feed is somebody's."), " ",
        el("button", { class: "link", type: "button", onclick: state.choose },
          say("Say who you are"))));
    } else if (reader !== state.me.id || Date.now() - readAt > STALE) {
      load();
    }
  };
}
