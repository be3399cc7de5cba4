// Topics: how the community fares, what it is about, who could answer, what waits; and the threads.

import { readFigures, readTopic, readTopics } from "./api.js";
import { chosenBy, followButton } from "./concerns.js";
import { figuresInWords } from "./figures.js";
import { showPerson } from "./person.js";
import { plain } from "./readable.js";
import { say } from "./speech.js";
import { openThread } from "./thread.js";
import { el, failure, fill, loading, meta, nameOf, titleOf } from "./words.js";

const PAUSE = 300;
const DAYS = 90;
const TRENDS = { rising: say("more than before"), falling: say("fewer than before") };

// Who replied once is not counted, nor who may not be suggested: of none it is said what is true.
function able(people) {
  return el("li", {}, people
    ? say("{n} people could answer", { n: el("b", {}, people) }, "{n} person could answer")
    : say("nobody you could ask has answered here more than once lately"));
}

function facts(topic) {
  const waiting = topic.unanswered.find((part) => part.days === DAYS);
  const lately = { n: el("b", {}, topic.threads), lately: topic.threads_90_days, days: DAYS };
  return el("ul", { class: "counts" },
    el("li", {}, say("{n} threads, {lately} in the last {days} days", lately,
      "{n} thread, {lately} in the last {days} days"),
      TRENDS[topic.trend] && el("span", { class: "hint" }, ` (${TRENDS[topic.trend]})`)),
    able(topic.people),
    waiting.questions > 0 && el("li", {}, say("{unanswered} of {n} new questions without a reply",
      { unanswered: el("b", {}, waiting.unanswered), n: waiting.questions },
      "{unanswered} of {n} new question without a reply")));
}

function alone(topic, me) {
  if (!topic.rests_on_one) return null;
  const who = topic.person
    ? el("button", { class: "link", type: "button", onclick: () => showPerson(topic.person, me) },
      el("bdi", {}, nameOf(topic.person)))
    : say("one person");
  return el("p", { class: "alone" },
    el("span", { class: "badge" }, say("Rests on {who}", { who })));
}

function card(topic, me, open) {
  return el("li", { class: "card" },
    el("button", { class: "heading", type: "button", dir: "auto", onclick: () => open(topic) },
      topic.label),
    facts(topic), alone(topic, me), me && followButton(me, topic));
}

function thread(shown, me) {
  const { post } = shown;
  return el("li", { class: "card" },
    el("button", { class: "heading", type: "button", dir: "auto", lang: post.language,
      onclick: () => openThread(post.id, me) }, titleOf(post)),
    meta(shown, me),
    post.title && el("p", { class: "excerpt hint", dir: "auto", lang: post.language }, plain(post)),
    !shown.answered && el("p", { class: "same" }, el("b", {}, say("No reply yet"))));
}

export function setUpTopics(state) {
  const place = document.getElementById("topic-list");
  const title = document.getElementById("topics-title");
  const lead = document.getElementById("topics-lead");
  const address = (topic) => encodeURIComponent(topic.id);
  let turn = 0;
  let last = null;
  let days = null;

  // The list stays as it is: only what the figures are of has changed.
  async function choose(chosen, me) {
    const mine = turn;
    const before = place.querySelector(".figures");
    days = chosen;
    try {
      const figures = await readFigures(me?.id, days);
      if (mine !== turn || days !== chosen) return;
      const open = before.querySelector("details")?.open;
      before.replaceWith(figuresIn(figures, me, open));
      document.getElementById("figures-days").focus();
    } catch (error) {
      if (mine === turn && days === chosen) before.append(failure(error));
    }
  }

  function figuresIn(figures, me, open) {
    return figuresInWords(figures, (chosen) => choose(chosen, me), days !== null, open);
  }

  function head(heading, words) {
    title.textContent = heading;
    lead.textContent = words;
  }

  function list({ topics, learned, apart, threads }, figures, me) {
    const nothing = learned
      ? say("There are too few threads yet to find topics.")
      : say("“whoknows learn” finds topics once there are about thirty threads.");
    const open = (topic) => state.go(`topics/${address(topic)}`);
    const cards = topics.map((topic) => card(topic, me, open));
    fill(place, figuresIn(figures, me), topics.length
      ? [el("ol", { class: "topics" }, cards),
        el("p", { class: "hint" },
          say("{apart} of {threads} threads are in none of these.", { apart, threads }))]
      : el("p", { class: "empty" }, nothing));
    const back = topics.findIndex((topic) => address(topic) === last);
    const lost = document.activeElement === document.body;
    if (lost && back >= 0) cards[back].querySelector(".heading").focus();
  }

  function within(topic, me) {
    head(topic.label, say("The newest first. Write, and the nearest come first."));
    const found = el("div", { class: "results", "aria-live": "polite" }, loading());
    const field = el("input", { id: "within", type: "search", dir: "auto", autocomplete: "off",
      maxlength: 300, placeholder: say("Search within this topic") });
    let timer = 0;
    let round = 0;
    async function search() {
      const mine = ++round;
      try {
        const { posts } = await readTopic(topic.id, field.value.trim(), me?.id);
        if (mine !== round) return;
        fill(found, el("ol", {}, posts.map((shown) => thread(shown, me))));
      } catch (error) {
        if (mine === round) fill(found, failure(error, search));
      }
    }
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, PAUSE);
    });
    fill(place,
      el("p", {}, el("button", { class: "quiet", type: "button",
        onclick: () => state.go("topics") }, say("← All topics"))),
      facts(topic), alone(topic, me), me && followButton(me, topic),
      el("label", { class: "hidden", for: "within" }, say("Search within this topic")),
      field, found);
    field.focus();
    search();
  }

  // Another person reads other things: what is on the screen must not outlive the change.
  document.addEventListener("me", () => {
    turn += 1;
    place.replaceChildren();
  });

  return async function showTopics(wanted) {
    const mine = ++turn;
    const { me } = state;
    head(say("What is talked about"),
      say("Found from what everyone may read. The figures count what you may read."));
    fill(place, loading(), loading(), loading());
    try {
      const [answer, figures] = await Promise.all(
        [readTopics(me?.id), readFigures(me?.id, days), me && chosenBy(me)]);
      if (mine !== turn) return;
      const topic = answer.topics.find((one) => address(one) === wanted);
      if (topic) within(topic, me);
      else list(answer, figures, me);
      last = wanted;
    } catch (error) {
      if (mine === turn) fill(place, failure(error, () => showTopics(wanted)));
    }
  };
}
