// Evidence: what a score is made of, as a bar and as sentences, each with the post behind it.

import { openThread } from "./thread.js";
import { ago, el, styled } from "./words.js";

const SHOWN = 4;
const signed = (points) => (points < 0 ? "−" : "+") + Math.abs(points).toFixed(2);

export function scoreBar(candidate) {
  const parts = candidate.contributions.filter((part) => part.points);
  const sorted = [...parts.filter((part) => part.points > 0),
    ...parts.filter((part) => part.points < 0)];
  const label = `Score ${candidate.score.toFixed(2)}, the sum of the evidence below`;
  return el("div", { class: "score", role: "img", "aria-label": label, title: label },
    sorted.map((part) => styled(
      el("span", { class: part.points < 0 ? `${part.kind} minus` : part.kind }),
      "flex", `${Math.abs(part.points)} 0 0`)));
}

export function evidence(part, me) {
  return el("li", {},
    el("i", { class: part.kind, "aria-hidden": "true" }),
    el("span", { dir: "auto" }, part.reason),
    part.points !== 0 && el("span", { class: "points" }, signed(part.points)),
    part.excerpt && el("blockquote", { dir: "auto" }, part.excerpt),
    part.post_id && el("span", { class: "under" },
      el("button", { class: "link", type: "button", onclick: () => openThread(part.post_id, me) },
        "Open the thread"),
      part.at && ` · ${ago(part.at)}`));
}

export function evidenceList(given, me, shown = SHOWN) {
  // What speaks for this person first; where everybody begins says the least.
  const parts = [...given.filter((part) => part.kind !== "baseline"),
    ...given.filter((part) => part.kind === "baseline")];
  const list = (some) => el("ul", { class: "evidence" }, some.map((part) => evidence(part, me)));
  const rest = parts.slice(shown);
  return [
    list(parts.slice(0, shown)),
    rest.length > 0 && el("details", { class: "rest" },
      el("summary", {}, `${rest.length} more`), list(rest)),
  ];
}
