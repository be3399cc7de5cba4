// A person in a dialog: who they are, what they have shown knowledge of, who shares their concerns.

import { readExpertise, readPeers } from "./api.js";
import { openReader } from "./dialogs.js";
import { evidence, evidenceList } from "./evidence.js";
import { say } from "./speech.js";
import { ago, dotted, el, face, failure, fill, language, listed, localTime, nameOf }
  from "./words.js";

export function facts(person) {
  const clock = localTime(person);
  return el("div", { class: "facts" },
    clock && el("span", {}, el("i", { class: clock.working ? "dot on" : "dot" }), clock.text),
    person.languages && el("span", {}, say("Speaks {languages}",
      { languages: listed(person.languages.map(language)) })),
    person.location && el("bdi", {}, person.location));
}

function topic(known, me) {
  return el("div", { class: "message" },
    el("h3", { dir: "auto" }, known.label),
    el("p", { class: "hint" }, dotted(
      say("{n} replies", { n: known.replies }, "{n} reply"),
      known.latest && say("the latest {when}", { when: ago(known.latest) }))),
    known.evidence.length > 0 && el("ul", { class: "evidence" },
      known.evidence.map((part) => evidence(part, me))));
}

export function peerCard(peer, me) {
  const { person } = peer;
  // What two people share comes first; that they have met already is no introduction.
  const parts = [...peer.contributions].sort((a, b) => b.points - a.points);
  return el("li", { class: "card peer" },
    el("div", { class: "who" },
      face(person),
      el("h3", {}, el("button", { class: "link", type: "button",
        onclick: () => showPerson(person, me) }, el("bdi", {}, nameOf(person)))),
      el("p", { class: "about" }, dotted(person.title, person.site))),
    evidenceList(parts, me, 2));
}

function introduction(person) {
  return el("div", { class: "introduction" },
    el("p", { class: "hint" }, dotted(person.title, person.department, person.site)),
    facts(person),
    person.about && el("p", { class: "text", dir: "auto" }, person.about));
}

export function showPerson(person, me) {
  openReader(nameOf(person), async (body) => {
    try {
      const [{ topics }, { peers }] = await Promise.all(
        [readExpertise(person.id, me?.id), readPeers(person.id, me?.id)]);
      fill(body,
        introduction(person),
        el("h3", { class: "part" }, say("Has shown knowledge of")),
        topics.map((known) => topic(known, me)),
        !topics.length && el("p", { class: "empty" }, say("Nothing yet that you may read.")),
        peers.length > 0 && el("section", { "aria-labelledby": "peers-title" },
          el("h3", { id: "peers-title", class: "part" }, say("Colleagues with the same concerns")),
          el("ol", { class: "peers" }, peers.map((peer) => peerCard(peer, me)))));
    } catch (error) {
      fill(body, failure(error));
    }
  });
}
