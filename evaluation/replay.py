"""The proof on a community's own history: answer each late question as of its time, and compare
with what people really did.

In: an export, or the database that is open. Out: a report of numbers, and on request a folder
with the values of each query, TREC files and the report. Ids in files are hashed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from data.errors import WhoknowsError
from evaluation import experts, feed, similar
from evaluation.caveats import caveats_of
from evaluation.conditions import conditions, sources
from evaluation.examples import examples
from evaluation.journal import Journal, Progress
from evaluation.opening import Opened, dispose, opened
from evaluation.page import write_page
from evaluation.report import DEPTH
from evaluation.trec import write_trec
from recommender.settings import EngineSettings

Report = dict[str, Any]
Task = Callable[[Opened, Journal, int, Progress], Report]

TASKS: dict[str, Task] = {
    "experts": experts.replay_experts,
    "feed": feed.replay_feed,
    "similar": similar.replay_similar,
}
WINDOWS = ("validation", "test")
QUESTIONS = 2_000
"""Queries a task at most: an interval of .02 each way, and half an hour for a million posts."""


class NothingToReplay(WhoknowsError):
    """The history has no query that a ranking could be measured on."""


class UnknownTask(WhoknowsError):
    """A task, or a window, that no protocol is written for here."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed: `tasks` of TASKS, one of WINDOWS, at most `questions` a task."""

    tasks: tuple[str, ...]
    window: str = "test"
    questions: int = QUESTIONS

    @classmethod
    def of(cls, task: str, window: str = "test", questions: int = QUESTIONS) -> "Plan":
        """The plan for one task, or for "all".

        Raises
        ------
        UnknownTask : there is no such task or window.
        ValueError : `questions` is below 1.
        """
        if task not in (*TASKS, "all"):
            known = ", ".join(TASKS)
            raise UnknownTask(f"replay does not measure {task!r}; choose {known} or all")
        if window not in WINDOWS:
            raise UnknownTask(f"there is no window {window!r}; choose {' or '.join(WINDOWS)}")
        if questions < 1:
            raise ValueError("questions must be at least 1")
        return cls(tuple(TASKS) if task == "all" else (task,), window, questions)


def run(
    path: Path | None,
    database_url: str,
    task: str = "experts",
    out: Path | None = None,
    on_progress: Progress | None = None,
    *,
    window: str = "test",
    questions: int = QUESTIONS,
    settings: EngineSettings | None = None,
) -> Report:
    """Replay a window of `path`, or of the database where no path is given.

    Work is done on a copy, fitted before the window opens; only a database on a server is read
    as it stands. A run that was interrupted goes on in the same `out`, unless data, code or
    settings changed.

    Parameters
    ----------
    out : a folder; gets report.html, report.json and, for each task, TREC files and TASK.jsonl
        with the values of each query.
    on_progress : told (stage, done, in all).
    questions : queries a task at most; of more, so many are taken evenly.

    Returns
    -------
    The report of the task; of "all", one by task, where a task without data says why.

    Raises
    ------
    UnknownTask : no such task or window.
    NothingToReplay : too little history for the one task, or for any.
    UnreadableSource, StoreError : as importing raises them.
    """
    plan = Plan.of(task, window, questions)
    tell = on_progress or _silent
    chosen = settings or EngineSettings()
    reports: dict[str, Report] = {}
    with opened(path, database_url, window, out, chosen, tell) as history:
        if history is not None:
            reports = measure(history, plan, out, tell)
            asked = history.parts.window(window).answered if "experts" in plan.tasks else ()
            shown = examples(history.engine, asked) if out is not None else []
    if out is not None:
        dispose(out)
    if not reports:
        raise NothingToReplay("there is no thread in this history; import one, then replay")
    if all("nothing" in report for report in reports.values()):
        raise NothingToReplay(next(iter(reports.values()))["nothing"])
    report = reports if task == "all" else reports[task]
    if out is not None:
        (out / "report.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
        write_page(report, out / "report.html", shown)
    return report


def measure(history: Opened, plan: Plan, out: Path | None, tell: Progress) -> dict[str, Report]:
    """The report of each task of `plan` on an opened history; lines and TREC files go to `out`."""
    fingerprint = history.archive.fingerprint()
    stated = conditions(fingerprint, plan.window, plan.questions, DEPTH)
    stated["caveats"] = caveats_of(history.archive.people.values())
    about = (
        fingerprint,
        sources(),
        history.engine.texts.scheme,
        plan.window,
        plan.questions,
        # Weights lie in files of their own, which tell nothing in the sources.
        replace(history.engine.settings, index_folder=None),
    )
    key = hashlib.sha256(repr(about).encode()).hexdigest()
    reports = {}
    for task in plan.tasks:
        journal = Journal(None if out is None else out / f"{task}.jsonl", key)
        try:
            report = TASKS[task](history, journal, plan.questions, tell)
        finally:
            journal.close()
        if "nothing" not in report:
            report["conditions"] = stated
            if out is not None:
                write_trec(out, task, list(journal.lines.values()))
        reports[task] = report
    return reports


def _silent(stage: str, done: int, total: int) -> None:
    """Progress for a caller who asked for none."""
