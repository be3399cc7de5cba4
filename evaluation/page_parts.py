"""The parts of the page beyond the comparison: trust, slices, exposure, the community itself.

In: parts of a task's dict of numbers. Out: sentences and rows of cells. An empty part of the
dict gives an empty part of the page.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from evaluation import plots
from evaluation.page_words import OURS, counted, hours, percent, said, spoken

Numbers = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]
"""A figure and what it counts."""

FEW = 30
"""Cases below which a figure is marked as resting on few."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, column names, and rows of cells, the first cell of each being its name."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far percentages of one kind can be believed, in sentences and as a plot."""

    title: str
    lines: Sequence[str]
    plot: Markup | None


_PROMISES = {
    "probability": (
        "That a suggested person replies",
        "a suggested person would reply",
        "the average rate at each place of the list",
    ),
    "answerable": ("That anybody replies at all", "anybody would reply", "the average rate"),
}


def trust(calibration: Numbers) -> list[Trust]:
    """What was promised against what came."""
    return [_trust(name, values) for name, values in calibration.items()]


def _trust(name: str, values: Numbers) -> Trust:
    known = (spoken(name), f"{spoken(name)} would come true", "the average rate")
    title, promise, plain = _PROMISES.get(name, known)
    bins = values.get("bins") or []
    lines = [
        f"When it said {percent(part['promised'])} that {promise}, it happened in "
        f"{percent(part['came'])} of {counted(part['n'], 'case')}."
        for part in _telling(bins)
    ]
    if not bins:
        lines.append(
            f"It said {percent(values['mean'])} on average that {promise}; it happened in "
            f"{percent(values['rate'])} of the cases."
        )
    off = f"On average its percentages are off by {_points(values['ece'])} percentage points"
    if bins:
        off += f"; perfect ones would be off by about {_points(_by_chance(bins))} by chance alone"
    lines.append(f"{off}.")
    if "brier_skill" in values:
        more = "more" if values["brier_skill"] > 0 else "no more"
        lines.append(f"They tell {more} than {plain} would.")
    dots = [plots.Dot(part["promised"], part["came"], *_wilson(part)) for part in bins]
    listed = "; ".join(f"said {percent(d.said)}, happened {percent(d.came)}" for d in dots)
    return Trust(title, lines, plots.promises(dots, f"{title}: {listed}") if dots else None)


def _telling(bins: Sequence[Numbers]) -> list[Numbers]:
    """The highest bin, one half-way down, and the lowest."""
    if len(bins) < 3:
        return list(reversed(bins))
    half = (bins[0]["promised"] + bins[-1]["promised"]) / 2
    middle = min(bins[1:-1], key=lambda part: abs(part["promised"] - half))
    return [bins[-1], middle, bins[0]]


def _wilson(part: Numbers) -> tuple[float, float]:
    """95 % interval of a rate (Wilson 1927): the normal one fails near 0, where most bins lie."""
    rate, n, z = part["came"], part["n"], 1.96
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _by_chance(bins: Sequence[Numbers]) -> float:
    """The calibration error expected of perfect percentages, cases being independent.

    A bin's rate is off by sqrt(2 / pi) standard deviations on average.
    """
    total = sum(part["n"] for part in bins)
    error = sum(math.sqrt(part["n"] * part["promised"] * (1 - part["promised"])) for part in bins)
    return float(math.sqrt(2 / math.pi) * error / total)


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def slices(key: str, report: Numbers, best: str | None) -> Table | None:
    """Kinds of questions, ours beside the way to beat (or the best one)."""
    parts = report.get("slices") or {}
    if not parts:
        return None
    measure = report.get("primary", "mrr")
    beside = report.get("to_beat") or best
    shown = [name for name in (OURS, beside) if name]
    rows = []
    for name, part in parts.items():
        few = " (few)" if part["queries"] < FEW else ""
        cells = [spoken(name), f"{part['queries']:,}{few}"]
        for system in shown:
            value = part["systems"].get(system, {}).get(measure)
            cells.append(_interval(value) if value else "–")
        rows.append(cells)
    return Table(
        "", ["kind of question", "how many", *(said(key, name).name for name in shown)], rows
    )


def _interval(value: Numbers) -> str:
    return f"{value['mean']:.2f} [{value['low']:.2f}–{value['high']:.2f}]"


_EXPOSURE = {
    "gini_top5": ("unevenness", "{:.2f}"),
    "newcomers_top5": ("places for newcomers", "percent"),
    "gini_authors": ("unevenness", "{:.2f}"),
    "coverage": ("share of threads ever shown", "percent"),
    "median_age_days": ("median age of what is shown", "{:.1f} days"),
}


def exposure(key: str, systems: Numbers, beside: Sequence[str | None]) -> Table | None:
    """Who gets the questions, or the readers, under ours and a few others."""
    names = dict.fromkeys(name for name in (OURS, *beside) if name and name in systems)
    measures = [name for name in _EXPOSURE if name in systems[OURS]]
    if not measures:
        return None
    rows = []
    for name in names:
        cells = [said(key, name).name]
        for measure in measures:
            form, value = _EXPOSURE[measure][1], systems[name].get(measure)
            value = value["mean"] if isinstance(value, Mapping) else value
            cells.append(
                "–"
                if value is None
                else percent(value)
                if form == "percent"
                else form.format(value)
            )
        rows.append(cells)
    return Table("", ["", *(_EXPOSURE[measure][0] for measure in measures)], rows)


def same(key: str, figures: Numbers, to_beat: str | None) -> str:
    """How well "these two are about the same thing" is told from "near, but not the same"."""
    found = same_systems(figures)
    if "recall_at_90" not in found.get(OURS, {}):
        return ""
    told = (
        "Where it calls two threads the same so that 9 of 10 such claims are right, it finds "
        f"{_ranged(found[OURS]['recall_at_90'])} of the pairs that members had linked"
    )
    beside = found.get(to_beat or "")
    if beside is None:
        return f"{told}."
    name = said(key, to_beat or "").name
    return f"{told}; “{name}” finds {_ranged(beside['recall_at_90'])}."


def same_systems(figures: Numbers) -> Numbers:
    """The figures of "the same?" by system, also where they are of ours alone."""
    found: Numbers = figures.get("systems") or {OURS: figures}
    return found


def _ranged(value: Any) -> str:
    if not isinstance(value, Mapping):
        return percent(value)
    return f"{percent(value['mean'])} [{100 * value['low']:.0f}–{100 * value['high']:.0f}]"


def community(leaders: Numbers) -> Pairs:
    """What happened to the questions of the window, by the members themselves."""
    asked = leaders.get("asked")
    if not asked:
        return []
    figures = [(f"{asked:,}", "questions asked")]
    if "answered" in leaders:
        figures.append((percent(leaders["answered"] / asked), "got a reply within 30 days"))
    if "within_day" in leaders:
        figures.append((percent(leaders["within_day"] / asked), "got one within a day"))
    if "median_hours" in leaders:
        figures.append((hours(leaders["median_hours"]), "to the first reply, for half of those"))
    return figures
