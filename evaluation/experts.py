"""Who knows, replayed: each late question is put to the engine and to every baseline.

In: an opened history. Out: a report of numbers, made of one journal line a question.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from data.text import body_text, post_text
from evaluation import metrics, report
from evaluation.baselines import System, baselines
from evaluation.history import History, root_text
from evaluation.journal import Journal, Line, Progress, hashed, measured
from evaluation.leaders import leaders
from evaluation.opening import Opened
from evaluation.protocol import Question, Window, evenly
from evaluation.relevance import Bm25, Dense, Terms, TfIdf
from evaluation.report import CALIBRATED, DEPTH, OURS, Measure
from evaluation.textmodel import TextModel
from recommender.engine import Engine
from recommender.queries import ExpertsQuery
from recommender.results import ExpertsAnswer

TASK = "experts"
PRIMARY = "mrr"
TO_BEAT = "zsum"
NOTHING = (
    "there is no question in this part of the history, less its last 30 days, that someone known "
    "replied to; import more of it, then replay again"
)

MEASURES: dict[str, Measure] = {
    "mrr": metrics.reciprocal_rank,
    "p@1": lambda ranked, relevant: metrics.precision(ranked, relevant, 1),
    "r@5": lambda ranked, relevant: metrics.recall(ranked, relevant, 5),
    "r@10": lambda ranked, relevant: metrics.recall(ranked, relevant, 10),
    "ndcg@10": lambda ranked, relevant: metrics.ndcg(ranked, relevant, 10),
    "hit@5": lambda ranked, relevant: metrics.hit(ranked, relevant, 5),
}
SHOWN = 5
NEW_UNTIL = 5
"""Threads joined before, below which somebody counts as new."""
WELL_KNOWN_FROM = 50
SLICES = (
    "asker: first question",
    "asker: asked before",
    f"helper: under {NEW_UNTIL} earlier replies",
    f"helper: {NEW_UNTIL} to {WELL_KNOWN_FROM - 1} earlier replies",
    f"helper: {WELL_KNOWN_FROM} and more earlier replies",
)
"""By whether the asker had started a thread before, and by how many threads the most
experienced of those who helped had joined before."""


def experts_query(question: Question) -> ExpertsQuery:
    """A question as the engine is asked it, as of its own time."""
    root = question.root
    return ExpertsQuery(
        query=body_text(root),
        title=root.title,
        tags=root.tags,
        space=root.space,
        asker_id=question.asker,
        k=DEPTH,
        as_of=question.at,
    )


class Asking:
    """Puts a question to our engine and to every baseline, and measures what they say."""

    def __init__(self, engine: Engine, systems: Mapping[str, System], history: History) -> None:
        self._engine = engine
        self._systems = systems
        self._history = history
        self._first: dict[str, str] = {}
        for root in history.roots:
            if root.author:
                self._first.setdefault(root.author, root.id)

    def __call__(self, question: Question) -> Line:
        """The journal's line of a question; rankings only where someone known replied."""
        start = time.perf_counter()
        answer = self._engine.search_experts(experts_query(question), now=question.at)
        seconds = {OURS: time.perf_counter() - start}
        line = {"query": hashed(question.id), "systems": {}, "ranked": {}, "seconds": seconds}
        line |= _promises(question, answer)
        if question.relevant:
            runs = {OURS: [candidate.person.id for candidate in answer.candidates]}
            for name, system in self._systems.items():
                start = time.perf_counter()
                runs[name] = list(system(question)[:DEPTH])
                seconds[name] = time.perf_counter() - start
            line |= self._rankings(question, runs)
        return line

    def _rankings(self, question: Question, runs: Mapping[str, Sequence[str]]) -> Line:
        earlier = self._history.joined_before(question)
        known = self._first.get(question.asker) != question.id
        depth = max(earlier[person] for person in question.relevant)
        band = 2 if depth < NEW_UNTIL else 3 if depth < WELL_KNOWN_FROM else 4
        return {
            "relevant": sorted(hashed(person) for person in question.relevant),
            "systems": {
                name: report.values(run, question.relevant, MEASURES) for name, run in runs.items()
            },
            "ranked": {name: [hashed(person) for person in run] for name, run in runs.items()},
            "newcomers": {
                name: sum(earlier.get(person, 0) < NEW_UNTIL for person in run[:SHOWN])
                for name, run in runs.items()
            },
            "slices": [
                SLICES[int(known)],
                SLICES[band],
                report.language_slice(f"{question.root.title or ''}\n{body_text(question.root)}"),
            ],
        }


def _promises(question: Question, answer: ExpertsAnswer) -> Line:
    top = answer.candidates[:CALIBRATED]
    return {
        "probability": [candidate.probability for candidate in top],
        "came": [candidate.person.id in question.repliers for candidate in top],
        "answerable": answer.answerable,
        "answered": bool(question.repliers),
    }


def baseline_systems(opened: Opened, history: History) -> dict[str, System]:
    """The baselines, their statistics fitted on what came before the window."""
    start = opened.starts.timestamp()
    texts = (root_text(root) for root in history.roots)
    written = opened.bodies(reply.post for reply in history.replies)
    replies = Terms(written, history.replies_before(start))
    encode = opened.encoder.encode
    return baselines(
        history,
        words=TfIdf(Terms(texts, history.roots_before(start))),
        meaning=Dense(encode([post_text(root) for root in history.roots]), encode),
        posts=Bm25(replies),
        profile=TextModel(replies, history.reply_people, len(history.people)),
    )


def sampled(opened: Opened, most: int) -> tuple[Question, ...]:
    """The questions of the window, answered or not, at most `most`, spread evenly."""
    return evenly(opened.parts.window(opened.window).questions, most)


def replay_experts(opened: Opened, journal: Journal, most: int, tell: Progress) -> dict[str, Any]:
    """Put the questions of the window to every system, and report.

    A window without a question that someone known replied to gives {"task", "nothing"}.
    """
    questions = sampled(opened, most)
    if not any(question.relevant for question in questions):
        return {"task": TASK, "nothing": NOTHING}
    history = History(opened.parts)

    def prepare() -> Callable[[Question], Line]:
        opened.learn(tell)
        return Asking(opened.engine, baseline_systems(opened, history), history)

    lines = measured(questions, prepare, journal, TASK, tell)
    return summarised(lines, questions, opened.parts.window(opened.window), history)


def summarised(
    lines: Sequence[Line], questions: Sequence[Question], window: Window, history: History
) -> dict[str, Any]:
    """The report of the lines of `questions`, which were taken from `window`."""
    values = report.columns(lines)
    times = report.timing(lines)
    last = [question for question in questions if question.relevant][-1]
    people = [hashed(history.people[n]) for n in history.candidates(last)]
    systems = report.means(values)
    return {
        "task": TASK,
        "primary": PRIMARY,
        "questions": _counted(window, questions),
        "people": len(history.people),
        "systems": {name: systems[name] | _exposure(lines, name, people) for name in systems},
        "difference": report.compared(values, PRIMARY),
        "to_beat": TO_BEAT,
        "slices": report.slices(lines, PRIMARY, (*SLICES, *report.languages(lines))),
        "calibration": report.calibration(lines),
        "leaders": leaders(window.questions, history.replies),
        "median_ms": times[OURS],
        "times_ms": times,
    }


def _exposure(lines: Sequence[Line], name: str, people: Sequence[str]) -> dict[str, float]:
    """Who is shown: Gini over `people` of top-5 places, and the newcomers' share of them."""
    ranked = [line for line in lines if line["systems"]]
    places = Counter(person for line in ranked for person in line["ranked"][name][:SHOWN])
    new = sum(line["newcomers"][name] for line in ranked)
    everyone = set(people) | set(places)
    return {
        "gini_top5": metrics.gini([places[person] for person in everyone]),
        "newcomers_top5": new / places.total() if places else 0.0,
    }


def _counted(window: Window, questions: Sequence[Question]) -> dict[str, float]:
    helped = sum(len(question.repliers) for question in window.questions)
    known = sum(len(question.relevant) for question in window.questions)
    return {
        "in_window": len(window.questions),
        "asked": len(questions),
        "measured": sum(bool(question.relevant) for question in questions),
        "dropped_share": window.dropped_share,
        "too_late": window.too_late,
        "cold_share": 1.0 - known / helped if helped else 0.0,
    }
