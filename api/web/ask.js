// Ask: a question in, people out, each with a score that is the sum of its evidence.

import { searchExperts } from "./api.js";
import { evidenceList, scoreBar } from "./evidence.js";
import { showPerson } from "./person.js";
import { chance, el, face, failure, language, loading, localTime, nameOf, percent }
  from "./words.js";

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
      el("button", { class: "link", type: "button", onclick: () => showPerson(person, me) },
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
