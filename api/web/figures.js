// How the community fares, in words: counts, and a percentage only of what is enough.

import { count, el, percent } from "./words.js";

const LEAST = 5;

const number = (value) => el("b", {}, value);
const rate = (share) =>
  share.of >= LEAST ? percent(share.count / share.of) : `${share.count} of ${share.of}`;
const part = (share) =>
  [number(share.count), ` of ${share.of}`, share.of >= LEAST && ` (${rate(share)})`];
const hint = (words) => el("span", { class: "hint" }, `before: ${words}`);
const before = (share) => share.of > 0 && hint(rate(share));

// As `wait_in_words` of the command line.
function wait(hours) {
  if (hours < 1) return count(Math.round(hours * 60), "minute", "minutes");
  if (hours < 48) return count(Math.round(hours), "hour", "hours");
  return count(Math.round(hours / 24), "day", "days");
}

function asked({ questions }, earlier) {
  const people = questions.askers > 0 && ` by ${count(questions.askers, "person", "people")}`;
  return el("li", {}, number(questions.asked), questions.asked === 1 ? " question" : " questions",
    people, hint(earlier.questions.asked));
}

function answered({ questions }, earlier) {
  const { answered: share, within_day: soon, median_hours: hours } = questions;
  if (!share.of) return null;
  // Of the youngest nobody can tell yet.
  const old = share.of < questions.asked && " older than a day";
  return el("li", {}, part(share), old, ` answered, ${soon.count} within a day`,
    share.count >= LEAST && `; the usual wait was ${wait(hours)}`,
    before(earlier.questions.answered));
}

function elsewhere({ questions }, earlier) {
  const share = questions.elsewhere;
  if (!share?.of) return null;
  return el("li", {}, part(share), " answered from another site",
    before(earlier.questions.elsewhere));
}

function helped({ questions }, earlier) {
  const share = questions.helped;
  // Where nobody notes what helped, none would be untrue.
  if (!share.count && !earlier.questions.helped.count) return null;
  return el("li", {}, part(share), " with an answer that somebody found helpful",
    before(earlier.questions.helped));
}

function newcomers({ questions }) {
  const { by_newcomers: asking, newcomers_answered: share } = questions;
  if (!asking) return null;
  return el("li", {}, number(asking), asking === 1 ? " question" : " questions", " by newcomers",
    share.of > 0 && [", ", part(share), " answered"]);
}

function ideas({ ideas: told }, earlier) {
  if (!told.shared && !earlier.ideas.shared) return null;
  const share = told.travelled;
  return el("li", {}, number(told.shared), told.shared === 1 ? " idea" : " ideas", " shared",
    share?.of > 0 && ["; ", part(share), " reached another site within a day",
      before(earlier.ideas.travelled)]);
}

const PERIODS = [[30, "30 days"], [90, "90 days"], [365, "365 days"]];

// What is said of each site: its name, and a cell a figure.
function row(site) {
  return el("tr", {},
    el("th", { scope: "row" }, el("bdi", {}, site.site ?? "Small sites together")),
    [site.people, site.asked, rate(site.answered), site.elsewhere.of > 0 && rate(site.elsewhere)]
      .map((cell) => el("td", {}, cell === false ? "–" : String(cell))));
}

function bySite(sites, open) {
  if (!sites?.length) return null;
  const heads = ["Site", "People", "Questions", "Answered", "From another site"];
  return el("details", { open },
    el("summary", {}, "By site"),
    el("div", { class: "wide", role: "region", "aria-label": "Figures by site", tabindex: 0 },
      el("table", {},
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, sites.map(row)))),
    el("p", { class: "hint" },
      `A site is told of where at least ${count(LEAST, "person", "people")} took part.`));
}

// `choose` is called with another number of days; `chosen`: whether these are of somebody's
// choice; `open`: whether the table is to be seen.
export function figuresInWords({ days, now, before: earlier }, choose, chosen, open) {
  const nothing = !now.people && !earlier.people;
  if (nothing && !chosen) return null;
  const period = el("select", { id: "figures-days", onchange: () => choose(Number(period.value)) },
    PERIODS.map(([value, words]) => el("option", { value, selected: value === days }, words)));
  const words = nothing
    ? el("p", {}, "Nobody wrote in these days.")
    : el("ul", {}, [asked, answered, helped, elsewhere, newcomers, ideas]
      .map((told) => told(now, earlier)));
  return el("section", { class: "figures", "aria-labelledby": "figures-title" },
    el("div", { class: "figures-head" },
      el("h2", { id: "figures-title" },
        `The last ${count(days, "day", "days")}, and as many before`),
      el("label", { class: "hidden", for: "figures-days" }, "How many days"), period),
    words, bySite(now.sites, open),
    el("p", { class: "hint" }, "Of the community as a whole; no figure is about a person."));
}
