// Figures, times and languages in words; elements made without a template's risk of injection.

import { plain } from "./readable.js";
import { locale, say, spoken } from "./speech.js";

const kept = (children) => children.flat(Infinity).filter((child) => child != null && child !== false);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...kept(children));
  return node;
}

// The browser's own replaceChildren would write a missing child as the word "null".
export const fill = (place, ...children) => place.replaceChildren(...kept(children));

// Each part keeps its own direction, and the dots between them that of the page.
export const dotted = (...parts) => parts.filter(Boolean)
  .flatMap((part, place) => [place > 0 && " · ", el("bdi", {}, part)]);

// Styles set as a property pass the page's content policy; a style attribute would not.
export function styled(node, property, value) {
  node.style.setProperty(property, value);
  return node;
}

export const nameOf = (person) => person.name || person.id;

export function face(person) {
  const words = nameOf(person).split("(")[0].trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => [...word][0] || "").join("").toLocaleUpperCase();
  return el("span", { class: "face", "aria-hidden": "true" }, letters);
}

export function chance(probability) {
  if (probability >= 0.6) return say("likely to reply");
  if (probability >= 0.3) return say("may well reply");
  if (probability >= 0.1) return say("might reply");
  return say("a long shot");
}

export const LIKELY = 0.35;
export function sameness(probability) {
  if (probability >= LIKELY) return say("Perhaps the same");
  if (probability >= 0.1) return say("Related");
  return say("Somewhat near");
}

export function replied(shown) {
  if (!shown.answered) return say("No reply yet");
  return shown.post.kind === "idea" ? say("Somebody has replied") : say("Already answered");
}

const share = new Intl.NumberFormat(locale, { style: "percent" });
export const percent = (part) => share.format(part);

const row = new Intl.ListFormat(locale, { type: "unit" });
export const listed = (parts) => row.format(parts);

const languageNames = new Intl.DisplayNames([spoken], { type: "language" });
export function language(code) {
  try {
    return languageNames.of(code);
  } catch {
    return code;
  }
}

// The days of rest differ; the zone is the best hint at the country that we are given.
const FRIDAY_REST = /^Asia\/(Riyadh|Kuwait|Bahrain|Qatar|Amman|Baghdad)$|^Africa\/(Cairo|Tripoli)$/;

export function localTime(person) {
  const stamp = person.local_time;
  if (!stamp) return null;
  const day = new Date(stamp.slice(0, 10) + "T00:00Z").getUTCDay();
  const hour = Number(stamp.slice(11, 13));
  const rest = FRIDAY_REST.test(person.timezone) ? [5, 6] : [0, 6];
  const working = !rest.includes(day) && hour >= 8 && hour < 18;
  let when = say("outside working hours");
  if (working) when = say("in working hours");
  else if (hour < 6 || hour >= 22) when = say("night there");
  else if (rest.includes(day)) when = say("weekend there");
  return { text: say("{time} there, {when}", { time: stamp.slice(11, 16), when }), working };
}

// Calendar days where the reader is: yesterday evening is not today, however few hours ago.
const dayOf = (time) =>
  Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / 86_400_000;
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
export function ago(stamp) {
  const days = dayOf(new Date(stamp)) - dayOf(new Date());
  if (Math.abs(days) < 14) return relative.format(days, "day");
  if (days < 0 && days > -60) return relative.format(Math.round(days / 7), "week");
  return new Date(stamp).toLocaleDateString(locale, { month: "short", year: "numeric" });
}

export const titleOf = (post) => post.title || plain(post).replace(/\s+/g, " ").slice(0, 90);

export function meta(shown, me) {
  const { post, author } = shown;
  const foreign = post.language && me && !(me.languages || ["en"]).includes(post.language);
  const who = author ? nameOf(author) : post.author || say("Anonymous");
  return el("p", { class: "meta" },
    dotted(who, author?.site, ago(post.created)),
    foreign && [" ", el("span", { class: "badge" }, language(post.language))]);
}

export const loading = () =>
  el("div", { class: "card loading", role: "status", "aria-label": say("Loading") },
    el("i"), el("i"), el("i"));
export const failure = (error, again) =>
  el("div", { class: "note wrong", role: "alert" }, error.message,
    again && [" ",
      el("button", { class: "link", type: "button", onclick: again }, say("Try again"))]);
