// What concerns somebody: topics that they follow, of the community's or in their own words.

import { chooseTopics, readChosen, readTopics } from "./api.js";
import { say } from "./speech.js";
import { el, failure, fill } from "./words.js";

const OFFERED = 12;
const MOST = 20;
// Who has no more than this left of a choice's weight has turned to ten threads.
const NEW_HERE = 0.5;

let known = { id: null, topics: [], ids: {}, share: 1 };
// A topic is known again by its id where the words chosen have one: it may be called otherwise now.
const idOf = (words, ids) => Object.hasOwn(ids, words) ? ids[words] : null;
const same = (topic, ids) => (words) => idOf(words, ids)
  ? ids[words] === topic.id : words.toLocaleLowerCase() === topic.label.toLocaleLowerCase();
const inWords = (words) => ({ label: words, id: idOf(words, known.ids) });

const follows = (topic) => known.topics.some(same(topic, known.ids));

// Asked once a person: whoever follows is the one who looks at the page.
export async function chosenBy(me) {
  if (known.id !== me.id) known = { id: me.id, ...await readChosen(me.id) };
  return known;
}

async function follow(me, topic, wanted) {
  // What was chosen meanwhile on another screen must not be lost by what is chosen on this one.
  const { topics, ids } = await readChosen(me.id);
  const is = same(topic, ids);
  const others = topics.filter((words) => !is(words));
  if (wanted && others.length >= MOST) {
    throw new Error(say("{n} are enough: take one back first.", { n: MOST }));
  }
  const told = wanted && topic.id ? { [topic.label]: topic.id } : {};
  known = { id: me.id,
    ...await chooseTopics(me.id, wanted ? [...others, topic.label] : others, told) };
  document.dispatchEvent(new Event("concerns"));
}

// A button that follows a topic or leaves it, and says which; `told` is where it says what failed.
function switchOf(me, topic, words, told) {
  const button = el("button", { class: "chip", type: "button" }, words);
  const show = () => button.setAttribute("aria-pressed", String(follows(topic)));
  show();
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.replaceChildren();
    try {
      await follow(me, topic, button.getAttribute("aria-pressed") === "false");
    } catch (error) {
      fill(told, failure(error));
    }
    show();
    button.disabled = false;
    button.focus();
  });
  return button;
}

export function followButton(me, topic) {
  const told = el("div");
  // Beside others of its kind "Follow" alone would not say what.
  const words = [say("Follow"), el("span", { class: "hidden" }, " ", el("bdi", {}, topic.label))];
  return [el("p", { class: "follow" }, switchOf(me, topic, words, told)), told];
}

export function setUpConcerns(state) {
  const part = document.getElementById("concerns");
  const summary = document.getElementById("concerns-title");
  const chips = document.getElementById("concerns-chips");
  const form = document.getElementById("concerns-form");
  const field = document.getElementById("concern");
  const told = document.getElementById("concerns-told");
  let drawn = null;

  const chip = (me, topic) =>
    el("li", {}, switchOf(me, topic, el("bdi", { dir: "auto" }, topic.label), told));

  function name() {
    const { topics } = known;
    fill(summary, say("What concerns you?"), topics.length > 0 &&
      [" ", el("span", { class: "hint" }, say("You follow {n}.", { n: topics.length }))]);
  }

  async function draw() {
    const { me } = state;
    if (drawn === me.id) return;
    drawn = me.id;
    fill(chips, known.topics.map((words) => chip(me, inWords(words))));
    try {
      const { topics } = await readTopics(me.id);
      if (drawn !== me.id || state.me?.id !== me.id) return;
      const others = topics.filter((topic) => !follows(topic));
      chips.append(...others.slice(0, OFFERED).map((topic) => chip(me, topic)));
    } catch (error) {
      drawn = null;
      fill(told, failure(error, draw));
    }
  }

  part.addEventListener("toggle", () => part.open && state.me && draw());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { me } = state;
    const words = field.value.trim().replace(/\s+/g, " ");
    const topic = inWords(words);
    told.replaceChildren();
    if (!words || follows(topic)) return void (field.value = "");
    try {
      await follow(me, topic, true);
    } catch (error) {
      return fill(told, failure(error));
    }
    field.value = "";
    const is = same(topic, {});
    const there = [...chips.querySelectorAll("button")].find((one) => is(one.textContent));
    if (there) there.setAttribute("aria-pressed", "true");
    else chips.prepend(chip(me, topic));
    fill(told, el("p", { class: "hint" },
      say("You follow {topic} now.", { topic: el("bdi", {}, words) })));
  });
  document.addEventListener("concerns", () => {
    name();
    // Followed on a topic's card: drawn anew when the feed is opened.
    if (part.closest("[role=tabpanel]").hidden) drawn = null;
  });

  return async function showConcerns() {
    const { me } = state;
    if (!me || drawn !== me.id) {
      part.hidden = true;
      told.replaceChildren();
    }
    if (!me) return;
    try {
      const { topics, share } = await chosenBy(me);
      if (state.me?.id !== me.id) return;
      name();
      const begins = share > NEW_HERE;
      part.classList.toggle("quietly", !begins);
      if (part.hidden) {
        drawn = null;
        chips.replaceChildren();
        part.open = begins && !topics.length;
        part.hidden = false;
      }
      if (part.open) draw();
    } catch {
      // The feed says by itself when the server does not answer.
      part.hidden = true;
    }
  };
}
