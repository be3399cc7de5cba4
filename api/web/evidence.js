// Evidence: what a score is made of, as a bar and as sentences, each with the post behind it.

import { locale, say, spoken } from "./speech.js";
import { openThread } from "./thread.js";
import { ago, el, language, styled } from "./words.js";

const SHOWN = 4;
// Less is written as 0.00.
const LEAST = 0.005;
const figure = new Intl.NumberFormat(locale,
  { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signed = (points) => (points < 0 ? "−" : "+") + figure.format(Math.abs(points));

export function scoreBar(candidate) {
  const parts = candidate.contributions.filter((part) => part.points);
  const sorted = [...parts.filter((part) => part.points > 0),
    ...parts.filter((part) => part.points < 0)];
  const label = say("Score {score}, the sum of the evidence below",
    { score: figure.format(candidate.score) });
  return el("div", { class: "score", role: "img", "aria-label": label, title: label },
    sorted.map((part) => styled(
      el("span", { class: part.points < 0 ? `${part.kind} minus` : part.kind }),
      "flex", `${Math.abs(part.points)} 0 0`)));
}

export function evidence(part, me) {
  return el("li", {},
    el("i", { class: part.kind, "aria-hidden": "true" }),
    el("span", { class: "reason", dir: "auto" }, part.reason,
      part.title && [": ", el("bdi", {}, part.title)]),
    part.points !== 0 && el("span", { class: "points", dir: "ltr" }, signed(part.points)),
    part.excerpt && el("blockquote", { dir: "auto", lang: part.language }, part.excerpt),
    // Evidence stays in the language it was written in, and says which where the page's is another.
    part.excerpt && part.language && part.language !== spoken &&
      el("span", { class: "under" },
        say("Written in {language}", { language: language(part.language) })),
    part.post_id && el("span", { class: "under" },
      el("button", { class: "link", type: "button", onclick: () => openThread(part.post_id, me) },
        say("Open the thread")),
      part.at && ` · ${ago(part.at)}`));
}

// To have little time speaks against somebody; little of a good sign is no sign.
const small = (part) => part.kind !== "baseline"
  && (Math.abs(part.points) < LEAST || (part.points < 0 && part.kind !== "load"));

export function evidenceList(given, me, shown = SHOWN) {
  const telling = given.filter((part) => !small(part) && part.kind !== "baseline");
  // Quoted posts say most.
  const first = [...telling.filter((part) => part.post_id),
    ...telling.filter((part) => !part.post_id)];
  // The points still add up to the score.
  const points = given.filter(small).reduce((sum, part) => sum + part.points, 0);
  const left = { kind: "other", points, reason: say("the rest taken together") };
  const rest = [...first.slice(shown), ...(Math.abs(points) < LEAST ? [] : [left]),
    ...given.filter((part) => part.kind === "baseline")];
  const list = (some) => el("ul", { class: "evidence" }, some.map((part) => evidence(part, me)));
  return [
    list(first.slice(0, shown)),
    rest.length > 0 && el("details", { class: "rest" },
      el("summary", {}, say("{n} more", { n: rest.length })), list(rest)),
  ];
}
