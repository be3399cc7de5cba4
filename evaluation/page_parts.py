"""The parts of the page beyond the comparison: trust, slices, exposure, the community itself.

In: parts of a task's dict of numbers. Out: sentences and rows of cells. An empty part of the
dict gives an empty part of the page.
"""

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
    "probability": ("That a suggested person replies", "a suggested person would reply"),
    "answerable": ("That anybody replies at all", "anybody would reply"),
}


def trust(calibration: Numbers) -> list[Trust]:
    """What was promised against what came."""
    return [_trust(name, values) for name, values in calibration.items()]


def _trust(name: str, values: Numbers) -> Trust:
    title, promise = _PROMISES.get(name, (spoken(name), spoken(name)))
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
    lines.append(f"On average its percentages are off by {_points(values['ece'])}.")
    if "brier_skill" in values:
        lines.append(
            "They tell more than the plain average would."
            if values["brier_skill"] > 0
            else "They tell no more than the plain average would."
        )
    pairs = [(part["promised"], part["came"]) for part in bins]
    listed = "; ".join(f"said {percent(p)}, happened {percent(c)}" for p, c in pairs)
    return Trust(title, lines, plots.promises(pairs, f"{title}: {listed}") if pairs else None)


def _telling(bins: Sequence[Numbers]) -> list[Numbers]:
    """The highest bin, the one about half as high, and the lowest."""
    if not bins:
        return []
    top = bins[-1]
    middle = min(bins, key=lambda part: abs(part["promised"] - top["promised"] / 2))
    chosen = [top]
    chosen += [part for part in (middle, bins[0]) if part not in chosen]
    return chosen


def _points(share: float) -> str:
    return f"{100 * share:.1f} percentage points"


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


def same(figures: Numbers) -> str:
    """How well "these two are about the same thing" is told from "near, but not the same"."""
    recall = figures.get("recall_at_90")
    recall = recall.get("mean") if isinstance(recall, Mapping) else recall
    if recall is None:
        return ""
    return (
        f"Where it calls two threads the same so that 9 of 10 such claims are right, it finds "
        f"{percent(recall)} of the pairs that members had linked."
    )


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
