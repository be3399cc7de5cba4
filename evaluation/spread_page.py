"""The page of the simulation of spread: its assumptions, then the figures of each community."""

from collections.abc import Mapping
from typing import Any

from evaluation.tables import interval

Report = dict[str, Any]

HEAD = """# Spread: how far and how fast ideas travel, simulated

Made by `python -m evaluation.spread`. **This is a simulation**: no community was shown these feeds.
It compares ways to order a feed under the same assumptions and the same luck; its absolute numbers
are those of the assumptions.

## What is assumed

- **What happens.** Stretches of three weeks of the test window (the last fifth of the threads;
  where that has fewer than fifty, of the validation window too), drawn by a seed, are laid over one
  another until twenty threads arrive a day or no stretch is left: development communities see less
  than one thread a day, of which ten places show everything, in any order. Threads and acts keep
  weekday and hour. Replies and acts of the window itself are left out, for they are what is
  simulated; what was before it stays.
- **Who reads.** Everybody who really posted or acted on a day opens their feed once that day, at
  the time of their first act. They see ten threads (or three, the first screen of a phone), of
  those that started in the last 14 days and are neither theirs, nor joined, viewed, dismissed, run
  out or closed to them. All ways have the same openings, hence the same number of places seen.
  Everybody is known by what they did before the window.
- **Who responds.** A logistic model of joining a thread when it is shown: cosine of MiniLM vectors
  to the mean of the last fifty threads the person turned to; log share of the space in these;
  log1p of the author's threads among these; log1p of the days since the thread began, and since
  somebody last joined it; log1p of how many have joined it; log1p of the person's turns in 30 days.
  What people were shown in the past was not recorded: at their first act of a day the ten newest,
  and joining means within 24 hours. Fitted on the train window (0-60 %), its calibration measured
  on the validation window (60-80 %). A person joins when the chance exceeds a number drawn once for
  person and thread, the same under all ways: being shown again is no second chance. Joining makes a
  reply, which our feed and popularity then see.
- **What is told.** Each opening tells our feed which threads were seen (`POST .../impressions`, as
  the page does); *not told*: it does not, and an idea is offered to those at other sites whom it
  fits best, whether or not they come.
- **The model knows neither what an idea is worth nor what a home is.** Its likeness, space and
  author are cousins of signals that our feed orders by. On the other hand people's exchanges after
  their first reply are not simulated, so that little moves, and what moves is how our feed finds
  most of what people really turn to (feed-replay.md). *Responses* are therefore the figure that is
  least to be believed; reach, newcomers and Gini depend on them but through replies.
- **Homes.** *site*: what people state. *space*: the space in which a person turned to most threads
  before the window (new people: that of their first turn). *lot*: five homes, dealt by lot, where
  there is one space alone. An idea's home is its author's.
- **Counted** are threads posted after the first week and before the last two days. Newcomers have
  started fewer than five threads before the window. Hours to three sites, the author's own among
  them, are at most 48 and are 48 where three were not reached. Gini: places seen, over the authors
  of counted threads.
- Intervals: 95 % bootstrap over the runs, each with stretches and luck of its own; few runs of one
  history, so they say how sure the simulation is, not how sure the world.
"""


def page(reports: Mapping[str, Report]) -> str:
    """The whole page."""
    parts = [HEAD]
    for name, report in reports.items():
        parts.append(f"## {name}\n")
        parts.append(report["nothing"] + ".\n" if "nothing" in report else _community(report))
    return "\n".join(parts)


def _community(report: Report) -> str:
    model, runs = report["model"], report["runs"]
    weights = ", ".join(f"{name} {value:+.2f}" for name, value in model["weights"].items())
    stated = report["conditions"]
    packages = ", ".join(f"{name} {version}" for name, version in stated["packages"].items())
    lines = [
        f"Python {stated['python']}, {stated['machine']}, {packages}, seed {stated['seed']}, "
        f"commit {stated['commit'] or 'unknown'}, sources {stated['sources']}.",
        f"Data {stated['data']}, from the {stated['window']} window "
        f"on; {report['number of homes']} homes by {report['homes']}; {len(runs)} runs of "
        f"{_span(runs, 'layers')} stretches each, "
        f"{_span(runs, 'ideas')} ideas counted, {_span(runs, 'openings')} openings by "
        f"{_span(runs, 'readers')} people.",
        "",
        f"Who responds: {weights}, intercept {model['intercept']:+.2f}. "
        f"Train: {_trust(model['train'])}. Validation: {_trust(model['validation'])}.",
        "",
    ]
    for places, found in report["places"].items():
        lines += [
            f"{places} places:",
            "",
            _table(found["ways"], signed=False),
            "",
            f"{places} places, against newest first, on the same openings and luck:",
            "",
            _table(found["against newest"], signed=True),
            "",
        ]
    return "\n".join(lines)


def _table(ways: Mapping[str, Mapping[str, Mapping[str, float]]], *, signed: bool) -> str:
    figures = list(next(iter(ways.values())))
    lines = ["| way | " + " | ".join(figures) + " |", "|---" * (len(figures) + 1) + "|"]
    for way, values in ways.items():
        cells = [_cell(values[figure], signed) for figure in figures]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: Mapping[str, float], signed: bool) -> str:
    if max(abs(value["mean"]), abs(value["high"])) < 10.0:
        return interval(value, signed)
    sign = "+" if signed else ""
    return f"{value['mean']:{sign}.1f} [{value['low']:{sign}.1f}, {value['high']:{sign}.1f}]"


def _span(runs: list[dict[str, int]], name: str) -> str:
    low, high = min(run[name] for run in runs), max(run[name] for run in runs)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _trust(figures: Mapping[str, float]) -> str:
    told = f"{figures['showings']:,.0f} showings, {figures['rate']:.3f} joined"
    if "ece" in figures:
        told += f", {figures['promised']:.3f} promised, ECE {figures['ece']:.3f}"
    if "auc" in figures:
        told += f", area under ROC {figures['auc']:.3f}"
    return told
