// How the community fares, in words: counts, and a percentage only of what is enough.

import { say } from "./speech.js";
import { el, percent } from "./words.js";

const LEAST = 5;

const number = (value) => el("b", {}, value);
const rate = (share) => share.of >= LEAST
  ? percent(share.count / share.of) : say("{count} of {of}", { count: share.count, of: share.of });
const part = (share) => say("{count} of {of}", { count: number(share.count), of: share.of });
const partly = (share) => share.of >= LEAST
  ? say("{part} ({rate})", { part: part(share), rate: rate(share) }) : part(share);
const hint = (words) => el("span", { class: "hint" }, say("before: {words}", { words }));
const before = (share) => share.of > 0 && hint(rate(share));

// As `wait_in_words` of the command line.
function wait(hours) {
  if (hours < 1) return say("{n} minutes", { n: Math.round(hours * 60) }, "{n} minute");
  if (hours < 48) return say("{n} hours", { n: Math.round(hours) }, "{n} hour");
  return say("{n} days", { n: Math.round(hours / 24) }, "{n} day");
}

function asked({ questions }, earlier) {
  const n = number(questions.asked);
  const people = say("{n} people", { n: questions.askers }, "{n} person");
  return el("li", {}, questions.askers > 0
    ? say("{n} questions by {people}", { n, people }, "{n} question by {people}")
    : say("{n} questions", { n }, "{n} question"),
  hint(earlier.questions.asked));
}

function answered({ questions }, earlier) {
  const { answered: share, within_day: soon, median_hours: hours } = questions;
  if (!share.of) return null;
  // Of the youngest nobody can tell yet.
  const told = { share: partly(share), soon: soon.count };
  return el("li", {}, share.of < questions.asked
    ? say("{share} older than a day answered, {soon} within a day", told)
    : say("{share} answered, {soon} within a day", told),
  share.count >= LEAST && say("; the usual wait was {time}", { time: wait(hours) }),
  before(earlier.questions.answered));
}

function elsewhere({ questions }, earlier) {
  const share = questions.elsewhere;
  if (!share?.of) return null;
  return el("li", {}, say("{share} answered from another site", { share: partly(share) }),
    before(earlier.questions.elsewhere));
}

function helped({ questions }, earlier) {
  const share = questions.helped;
  // Where nobody notes what helped, none would be untrue.
  if (!share.count && !earlier.questions.helped.count) return null;
  return el("li", {},
    say("{share} with an answer that somebody found helpful", { share: partly(share) }),
    before(earlier.questions.helped));
}

function newcomers({ questions }) {
  const { by_newcomers: asking, newcomers_answered: share } = questions;
  if (!asking) return null;
  return el("li", {},
    say("{n} questions by newcomers", { n: number(asking) }, "{n} question by newcomers"),
    share.of > 0 && [": ", say("{share} answered", { share: partly(share) })]);
}

function ideas({ ideas: told }, earlier) {
  if (!told.shared && !earlier.ideas.shared) return null;
  const share = told.travelled;
  return el("li", {},
    say("{n} ideas shared", { n: number(told.shared) }, "{n} idea shared"),
    share?.of > 0 && [": ",
      say("{share} reached another site within a day", { share: partly(share) }),
      before(earlier.ideas.travelled)]);
}

const PERIODS = [30, 90, 365];

// What is said of each site: its name, and a cell a figure.
function row(site) {
  return el("tr", {},
    el("th", { scope: "row" }, site.site ? el("bdi", {}, site.site) : say("Small sites together")),
    [site.people, site.asked, rate(site.answered), site.elsewhere.of > 0 && rate(site.elsewhere)]
      .map((cell) => el("td", {}, cell === false ? "–" : String(cell))));
}

function bySite(sites, open) {
  if (!sites?.length) return null;
  const heads = [say("Site"), say("People"), say("Questions"), say("Answered"),
    say("From another site")];
  return el("details", { open },
    el("summary", {}, say("By site")),
    el("div", { class: "wide", role: "region", "aria-label": say("Figures by site"), tabindex: 0 },
      el("table", {},
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, sites.map(row)))),
    el("p", { class: "hint" },
      say("A site is told of where at least {n} people took part.", { n: LEAST })));
}

// `choose` is called with another number of days; `chosen`: whether these are of somebody's
// choice; `open`: whether the table is to be seen.
export function figuresInWords({ days, now, before: earlier }, choose, chosen, open) {
  const nothing = !now.people && !earlier.people;
  if (nothing && !chosen) return null;
  const period = el("select", { id: "figures-days", onchange: () => choose(Number(period.value)) },
    PERIODS.map((value) => el("option", { value, selected: value === days },
      say("{n} days", { n: value }, "{n} day"))));
  const words = nothing
    ? el("p", {}, say("Nobody wrote in these days."))
    : el("ul", {}, [asked, answered, helped, elsewhere, newcomers, ideas]
      .map((told) => told(now, earlier)));
  return el("section", { class: "figures", "aria-labelledby": "figures-title" },
    el("div", { class: "figures-head" },
      el("h2", { id: "figures-title" },
        say("The last {n} days, and as many before", { n: days },
          "The last {n} day, and as many before")),
      el("label", { class: "hidden", for: "figures-days" }, say("How many days")), period),
    words, bySite(now.sites, open),
    el("p", { class: "hint" }, say("Of the community as a whole; no figure is about a person.")));
}
