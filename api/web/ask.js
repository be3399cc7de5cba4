// Ask: a question in, people out, each with a score that is the sum of its evidence.

import { readExpertise, searchExperts } from "./api.js";
import { openThread, openDialog } from "./thread.js";
import { ago, chance, el, face, failure, language, loading, localTime, nameOf, percent, styled }
  from "./words.js";

const SHOWN = 4;
const signed = (points) => (points < 0 ? "−" : "+") + Math.abs(points).toFixed(2);

function scoreBar(candidate) {
  const parts = candidate.contributions.filter((part) => part.points);
  const sorted = [...parts.filter((part) => part.points > 0),
    ...parts.filter((part) => part.points < 0)];
  const label = `Score ${candidate.score.toFixed(2)}, the sum of the evidence below`;
  return el("div", { class: "score", role: "img", "aria-label": label, title: label },
    sorted.map((part) => styled(
      el("span", { class: part.points < 0 ? `${part.kind} minus` : part.kind }),
      "flex", `${Math.abs(part.points)} 0 0`)));
}

function evidence(part, me) {
  return el("li", {},
    el("i", { class: part.kind, "aria-hidden": "true" }),
    el("span", { dir: "auto" }, part.reason),
    part.points !== 0 && el("span", { class: "points" }, signed(part.points)),
    part.excerpt && el("blockquote", { dir: "auto", lang: part.language }, part.excerpt),
    // The page is in English; evidence stays in the language it was written in, and says which.
    part.excerpt && part.language && part.language !== document.documentElement.lang &&
      el("span", { class: "under" }, `Written in ${language(part.language)}`),
    part.post_id && el("span", { class: "under" },
      el("button", { class: "link", type: "button", onclick: () => openThread(part.post_id, me) },
        "Open the thread"),
      part.at && ` · ${ago(part.at)}`));
}

function evidenceList(given, me) {
  // What speaks for this person first; where everybody begins says the least.
  const parts = [...given.filter((part) => part.kind !== "baseline"),
    ...given.filter((part) => part.kind === "baseline")];
  const list = (some) => el("ul", { class: "evidence" }, some.map((part) => evidence(part, me)));
  const rest = parts.slice(SHOWN);
  return [
    list(parts.slice(0, SHOWN)),
    rest.length > 0 && el("details", { class: "rest" },
      el("summary", {}, `${rest.length} more`), list(rest)),
  ];
}

async function showExpertise(person, me) {
  const body = openDialog(`What \u2068${nameOf(person)}\u2069 has shown knowledge of`);
  try {
    const { topics } = await readExpertise(person.id, me?.id);
    const shown = topics.map((topic) =>
      el("div", { class: "message" },
        el("h3", { dir: "auto" }, topic.label),
        el("p", { class: "hint" }, `${topic.replies} ${topic.replies === 1 ? "reply" : "replies"}`,
          topic.latest && `, the latest ${ago(topic.latest)}`),
        topic.evidence.length > 0 && el("ul", { class: "evidence" },
          topic.evidence.map((part) => evidence(part, me)))));
    body.replaceChildren(...shown);
    if (!shown.length) body.append(el("p", { class: "empty" }, "Nothing yet that you may read."));
  } catch (error) {
    body.replaceChildren(failure(error));
  }
}

function card(candidate, me) {
  const { person } = candidate;
  const clock = localTime(person);
  const about = [person.title, person.department, person.site].filter(Boolean).join(" · ");
  return el("li", { class: "card" },
    el("div", { class: "who" },
      face(person),
      el("h3", {}, el("bdi", {}, nameOf(person))),
      el("p", { class: "chance" }, el("b", {}, percent(candidate.probability)),
        chance(candidate.probability)),
      el("p", { class: "about", dir: "auto" }, about)),
    el("div", { class: "facts" },
      clock && el("span", {}, el("i", { class: clock.working ? "dot on" : "dot" }), clock.text),
      person.languages && el("span", {}, "Speaks " + person.languages.map(language).join(", ")),
      person.location && el("span", { dir: "auto" }, person.location)),
    scoreBar(candidate),
    evidenceList(candidate.contributions, me),
    el("p", { class: "more" },
      el("button", { class: "link", type: "button", onclick: () => showExpertise(person, me) },
        "What else they know")));
}

function show(answer, me) {
  const { candidates, reason } = answer;
  const parts = [];
  if (reason) {
    const sentence = reason[0].toUpperCase() + reason.slice(1) + ".";
    const tail = candidates.length ? "These are the nearest all the same." : "";
    parts.push(el("p", { class: "note warn" }, el("strong", {}, sentence), tail));
  } else if (!candidates.length) {
    parts.push(el("p", { class: "empty" }, "There is nobody to suggest yet."));
  } else {
    parts.push(el("p", { class: "hint" },
      `Chance that anyone replies within 30 days: ${percent(answer.answerable)}.`));
  }
  parts.push(el("ol", {}, candidates.map((candidate) => card(candidate, me))));
  return parts;
}

export function setUpAsk(state) {
  const form = document.getElementById("ask-form");
  const question = document.getElementById("question");
  const people = document.getElementById("people");
  const button = form.querySelector("button");
  let latest = 0;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!question.value.trim()) return question.focus();
    const turn = ++latest;
    button.disabled = true;
    people.replaceChildren(loading(), loading());
    try {
      const asked = { query: question.value, k: 5 };
      if (state.me) asked.asker_id = state.me.id;
      const answer = await searchExperts(asked);
      if (turn === latest) people.replaceChildren(...show(answer, state.me));
    } catch (error) {
      if (turn === latest) people.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Another person sees other things: what is on the screen must not outlive the change.
  document.addEventListener("me", () => {
    latest += 1;
    people.replaceChildren();
  });
}
