// What concerns somebody: topics that they follow, of the community's or in their own words.

import { chooseTopics, readChosen, readTopics } from "./api.js";
import { el, failure, fill } from "./words.js";

const OFFERED = 12;
const MOST = 20;
// Who has no more than this left of a choice's weight has turned to ten threads.
const NEW_HERE = 0.5;

let known = { id: null, topics: [], share: 1 };
const same = (topic) => (other) => other.toLocaleLowerCase() === topic.toLocaleLowerCase();

export const follows = (topic) => known.topics.some(same(topic));

// Asked once a person: whoever follows is the one who looks at the page.
export async function chosenBy(me) {
  if (known.id !== me.id) known = { id: me.id, ...await readChosen(me.id) };
  return known;
}

async function follow(me, topic, wanted) {
  // What was chosen meanwhile on another screen must not be lost by what is chosen on this one.
  const { topics } = await readChosen(me.id);
  const others = topics.filter((other) => !same(topic)(other));
  if (wanted && others.length >= MOST) throw new Error(`${MOST} are enough: take one back first.`);
  known = { id: me.id, ...await chooseTopics(me.id, wanted ? [...others, topic] : others) };
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
  const words = ["Follow", el("span", { class: "hidden" }, " ", el("bdi", {}, topic))];
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
    el("li", {}, switchOf(me, topic, el("bdi", { dir: "auto" }, topic), told));

  function name() {
    const { topics } = known;
    fill(summary, "What concerns you?",
      topics.length > 0 && el("span", { class: "hint" }, ` You follow ${topics.length}.`));
  }

  async function draw() {
    const { me } = state;
    if (drawn === me.id) return;
    drawn = me.id;
    fill(chips, known.topics.map((topic) => chip(me, topic)));
    try {
      const { topics } = await readTopics(me.id);
      if (drawn !== me.id || state.me?.id !== me.id) return;
      const others = topics.map((topic) => topic.label).filter((label) => !follows(label));
      chips.append(...others.slice(0, OFFERED).map((label) => chip(me, label)));
    } catch (error) {
      drawn = null;
      fill(told, failure(error, draw));
    }
  }

  part.addEventListener("toggle", () => part.open && state.me && draw());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { me } = state;
    const topic = field.value.trim().replace(/\s+/g, " ");
    told.replaceChildren();
    if (!topic || follows(topic)) return void (field.value = "");
    try {
      await follow(me, topic, true);
    } catch (error) {
      return fill(told, failure(error));
    }
    field.value = "";
    const there = [...chips.querySelectorAll("button")].find((one) => same(topic)(one.textContent));
    if (there) there.setAttribute("aria-pressed", "true");
    else chips.prepend(chip(me, topic));
    fill(told, el("p", { class: "hint" }, "You follow ", el("bdi", {}, topic), " now."));
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
