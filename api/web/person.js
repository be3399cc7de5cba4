// A person in a dialog: what they have shown knowledge of, and who shares their concerns.

import { readExpertise, readPeers } from "./api.js";
import { evidence, evidenceList } from "./evidence.js";
import { openDialog } from "./thread.js";
import { ago, el, face, failure, nameOf } from "./words.js";

function topic(known, me) {
  return el("div", { class: "message" },
    el("h3", { dir: "auto" }, known.label),
    el("p", { class: "hint" }, `${known.replies} ${known.replies === 1 ? "reply" : "replies"}`,
      known.latest && `, the latest ${ago(known.latest)}`),
    known.evidence.length > 0 && el("ul", { class: "evidence" },
      known.evidence.map((part) => evidence(part, me))));
}

export function peerCard(peer, me) {
  const { person } = peer;
  const about = [person.title, person.site].filter(Boolean).join(" · ");
  // What two people share comes first; that they have met already is no introduction.
  const parts = [...peer.contributions].sort((a, b) => b.points - a.points);
  return el("li", { class: "card peer" },
    el("div", { class: "who" },
      face(person),
      el("h3", {}, el("button", { class: "link", type: "button",
        onclick: () => showPerson(person, me) }, el("bdi", {}, nameOf(person)))),
      el("p", { class: "about", dir: "auto" }, about)),
    evidenceList(parts, me, 2));
}

export async function showPerson(person, me) {
  const body = openDialog(`What \u2068${nameOf(person)}\u2069 has shown knowledge of`);
  try {
    const [{ topics }, { peers }] = await Promise.all(
      [readExpertise(person.id, me?.id), readPeers(person.id, me?.id)]);
    body.replaceChildren(...topics.map((known) => topic(known, me)));
    if (!topics.length) body.append(el("p", { class: "empty" }, "Nothing yet that you may read."));
    if (peers.length) {
      body.append(el("section", { class: "message", "aria-labelledby": "peers-title" },
        el("h3", { id: "peers-title" }, "Colleagues with the same concerns"),
        el("ol", { class: "peers" }, peers.map((peer) => peerCard(peer, me)))));
    }
  } catch (error) {
    body.replaceChildren(failure(error));
  }
}
