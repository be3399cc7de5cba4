// Ask: a question in, people out, each with a score that is the sum of its evidence.

import { findSimilar, searchExperts } from "./api.js";
import { evidenceList, scoreBar } from "./evidence.js";
import { facts, showPerson } from "./person.js";
import { alikeCard } from "./share.js";
import { say } from "./speech.js";
import { LIKELY, chance, dotted, el, face, failure, fill, loading, nameOf, percent }
  from "./words.js";

// A title holds a line; a longer question has its first sentence there.
const LINE = 120;

function card(candidate, me) {
  const { person } = candidate;
  return el("li", { class: "card" },
    el("div", { class: "who" },
      face(person),
      el("h3", {}, el("bdi", {}, nameOf(person))),
      el("p", { class: "chance" }, el("b", {}, percent(candidate.probability)),
        chance(candidate.probability)),
      el("p", { class: "about" }, dotted(person.title, person.department, person.site))),
    facts(person),
    scoreBar(candidate),
    evidenceList(candidate.contributions, me),
    el("p", { class: "more" },
      el("button", { class: "link", type: "button", onclick: () => showPerson(person, me) },
        say("What else they know"))));
}

function opening({ candidates, reason, answerable }) {
  if (!candidates.length && !reason) {
    return el("p", { class: "empty" }, say("There is nobody to suggest yet."));
  }
  if (!reason) {
    return el("p", { class: "hint" },
      say("Chance that anyone replies within 30 days: {share}.", { share: percent(answerable) }));
  }
  return el("p", { class: "note warn" },
    el("strong", {}, reason[0].toUpperCase() + reason.slice(1) + "."),
    candidates.length > 0 && say("These are the nearest all the same."));
}

function asPost(question) {
  const text = question.trim();
  if (text.length <= LINE && !text.includes("\n")) return { title: text, body: "" };
  const [first] = text.split(/\n|(?<=[.?!؟])\s+|(?<=[。？！])/u);
  return { title: first.length <= LINE ? first : `${first.slice(0, LINE - 1)}…`, body: text };
}

export function setUpAsk(state) {
  const form = document.getElementById("ask-form");
  const question = document.getElementById("question");
  const people = document.getElementById("people");
  const answered = document.getElementById("answered");
  const answeredList = document.getElementById("answered-list");
  const button = form.querySelector("button");
  let latest = 0;

  function show(answer, asked) {
    fill(people,
      opening(answer),
      el("ol", {}, answer.candidates.map((candidate) => card(candidate, state.me))),
      el("p", { class: "onward" }, answer.candidates.length > 0 && [say("Nobody who fits?"), " "],
        el("button", { class: "quiet", type: "button",
          onclick: () => state.write({ kind: "question", ...asPost(asked) }) },
          say("Post this question"))));
  }

  async function showAnswered(turn, asked) {
    try {
      const { posts } = await findSimilar({ body: asked, k: 3, viewer_id: state.me?.id });
      const near = posts.filter((idea) => idea.same || idea.probability_same >= LIKELY);
      if (turn !== latest || !near.length) return;
      fill(answeredList, near.map((idea) => alikeCard(idea, state.me)));
      answered.hidden = false;
    } catch {
      // People are what was asked for, and their place tells when the server does not answer.
    }
  }

  function clear() {
    latest += 1;
    answered.hidden = true;
    fill(people);
  }

  async function ask() {
    const asked = question.value;
    if (!asked.trim()) return question.focus();
    clear();
    const turn = latest;
    button.disabled = true;
    fill(people, loading(), loading());
    try {
      const answer = await searchExperts({ query: asked, k: 5, asker_id: state.me?.id });
      if (turn !== latest) return;
      show(answer, asked);
      showAnswered(turn, asked);
    } catch (error) {
      if (turn === latest) fill(people, failure(error, ask));
    } finally {
      button.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Another person sees other things: what is on the screen must not outlive the change.
  document.addEventListener("me", clear);
}
