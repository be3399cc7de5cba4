"""What the report says in words: systems, measures, and how sure a difference is.

In: names and numbers of a replay's report. Out: short sentences for somebody who has never heard
of them. Names that are not known here speak for themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OURS = "whoknows"
SURE = 0.05
"""The p-value, corrected for the number of comparisons, below which chance is ruled out."""


@dataclass(frozen=True, slots=True)
class Said:
    """A simple way: its name on the page, and what it does."""

    name: str
    does: str


@dataclass(frozen=True, slots=True)
class TaskWords:
    """How one task is told.

    `heads`: measures that lead, best known first, each with what has happened when one counts:
    the sentence "In 196 of 321 {cases}, {happened}", and the label of that measure's plot.
    """

    title: str
    asked: str
    case: str
    cases: str
    heads: Mapping[str, tuple[str, str]]
    place: str


TASKS = {
    "experts": TaskWords(
        title="Who knows?",
        asked="who could help with a new question",
        case="question",
        cases="questions",
        heads={
            "hit@5": (
                "somebody who really helped was among the first five people suggested",
                "a real helper among the first five",
            ),
            "p@1": ("the first person suggested really helped", "the first one really helped"),
        },
        place="how high up the first real helper stands",
    ),
    "feed": TaskWords(
        title="What concerns me?",
        asked="which running thread a person would turn to next",
        case="case",
        cases="cases",
        heads={
            "hr@10": (
                "the thread that the person really turned to was among the first ten shown",
                "the right thread among the first ten",
            ),
            "hr@3": (
                "the thread that the person really turned to was among the first three shown",
                "the right thread among the first three",
            ),
        },
        place="how high up the thread stands that the person turned to",
    ),
    "similar": TaskWords(
        title="Has this been asked before?",
        asked="which earlier thread a new one repeats or belongs to",
        case="thread that members had linked to an earlier one",
        cases="threads that members had linked to an earlier one",
        heads={
            "hit@10": (
                "that earlier one was among the first ten found",
                "the linked thread among the first ten",
            ),
            "r@5": (
                "that earlier one was among the first five found",
                "the linked thread among the first five",
            ),
        },
        place="how high up the first linked thread stands",
    ),
}

SYSTEMS = {
    "experts": {
        "random": Said("Drawing lots", "names drawn at random"),
        "replies": Said("The most replies ever", "always whoever has replied the most so far"),
        "replies-14d": Said(
            "The most active these weeks",
            "whoever replied most; a reply counts half after two weeks",
        ),
        "replies-60d": Said(
            "The most active lately", "whoever replied most; a reply counts half after two months"
        ),
        "replies-space-60d": Said(
            "The most active in the space",
            "as the most active lately, in the question’s own space alone",
        ),
        "bm25": Said("The same words", "whoever wrote the replies that share the question’s words"),
        "bm25-90d": Said(
            "The same words, lately", "the same, but a reply counts half after three months"
        ),
        "minilm": Said(
            "Similar threads",
            "whoever replied to threads that mean something similar (a language model)",
        ),
        "minilm-90d": Said(
            "Similar threads, lately", "the same, but a reply counts half after three months"
        ),
        "profile": Said(
            "All past words", "whoever’s replies, taken together, sound most like the question"
        ),
        "zsum": Said(
            "All of these signs added up",
            "same words, similar threads and activity in one sum: the strongest simple way, named "
            "before the test as the one to beat",
        ),
    },
    "feed": {
        "random": Said("Drawing lots", "threads in random order"),
        "newest": Said("The newest", "threads in the order of their start"),
        "replied-24h": Said("The most replied", "threads with the most replies in a day"),
        "space": Said("Own spaces, fresh", "fresh threads in the spaces one takes part in"),
        "tfidf": Said("The same words", "threads that share words with those turned to before"),
        "minilm": Said(
            "Similar threads", "threads that mean something similar to those turned to before"
        ),
        "item-knn": Said("Neighbouring threads", "threads that the same people turn to"),
        "ease": Said("Who read this read that", "learned from who turned to what (EASE)"),
        "weighted": Said("These signs added by hand", "all of these in one sum, weighted by hand"),
    },
    "similar": {
        "bm25": Said("The same words", "threads that share the words, as a search box finds them"),
        "minilm": Said("Similar meaning", "threads that mean something similar (a language model)"),
        "convex": Said("Words and meaning added", "the two in one sum"),
        "rrf": Said("Words and meaning merged", "the two lists merged by rank"),
    },
}

MEASURES = {
    "mrr": "MRR",
    "mrr@10": "MRR@10",
    "p@1": "P@1",
    "r@1": "R@1",
    "r@5": "R@5",
    "r@10": "R@10",
    "ndcg@10": "nDCG@10",
    "hit@5": "hit@5",
    "hit@10": "hit@10",
    "hr@3": "HR@3",
    "hr@10": "HR@10",
    "gini_top5": "Gini of places",
    "newcomers_top5": "newcomers’ share",
    "gini_authors": "Gini of authors",
    "coverage": "coverage",
    "median_age_days": "median age, days",
}

WINDOWS = {
    "test": "the last fifth of them",
    "validation": "the fifth before the last (the last one was not touched)",
    "train": "the first three fifths of them",
}
"""The part of a history, in the order of time, that is the test."""


def said(task: str, system: str) -> Said:
    """The words for a system of a task."""
    if system == OURS:
        return Said(OURS, "what this report is about")
    return SYSTEMS.get(task, {}).get(system, Said(system, ""))


def spoken(name: str) -> str:
    """A key as words: `new_asker` as "new asker"."""
    return name.replace("_", " ").replace("-", " ")


def percent(share: float) -> str:
    """A share as a whole percentage; below one in a hundred, one digit more."""
    return f"{100 * share:.1f} %" if 0 < share < 0.0095 else f"{100 * share:.0f} %"


def part_of(share: float, cases: int | None) -> str:
    """A share as it was counted; as a percentage where it is no count of `cases`.

    >>> part_of(1.0, 68), part_of(0.613, 1000), part_of(0.45, 3), part_of(0.5, None)
    ('68 of 68', '613 of 1,000', '45 % of', '50 % of')
    """
    count = share * (cases or 0)
    if not cases or abs(count - round(count)) > WHOLE:
        return f"{percent(share)} of"
    return f"{round(count):,} of {cases:,}"


WHOLE = 1e-6
"""By how much a mean times its number may miss the count for its rounding."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a difference reads: `key` is better, worse or chance."""

    key: str
    words: str


def verdict(difference: Mapping[str, Any]) -> Verdict:
    """What may be said of a difference, ours less the other's.

    Chance is ruled out where the interval excludes 0 and so does the test that is corrected for
    the number of comparisons.
    """
    low, high = difference["low"], difference["high"]
    sure = difference.get("p_holm", difference.get("p", 0.0)) < SURE
    if low > 0 and sure:
        return Verdict("better", "better, and more than chance explains")
    if high < 0 and sure:
        return Verdict("worse", "worse, and more than chance explains")
    if low <= 0 <= high:
        return Verdict("chance", "could be chance")
    return Verdict("chance", "could be chance, with so many comparisons")


def counted(number: int, thing: str) -> str:
    """A number and its noun: "1 case", "1,200 cases"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def hours(number: float) -> str:
    """A wait in the unit that reads best."""
    if number < 1.5:
        return counted(round(60 * number), "minute")
    if number < 48:
        return counted(round(number), "hour")
    return counted(round(number / 24), "day")
