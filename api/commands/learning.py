"""`learn` and `replay`: fit on own history, and prove it there."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from api.commands.opening import engine_settings, opened_engine, read_settings
from api.doors import current_time
from api.terminal import print_json, progress


def run_learn(until: datetime | None, *, as_json: bool) -> None:
    """Fit, and print what was fitted on how much."""
    with opened_engine(read_settings()) as (_, engine), progress("Learning") as advance:
        learned = engine.learn(until, current_time(), lambda _, done, total: advance(done, total))
    if as_json:
        print_json(learned)
    else:
        print(_told(learned))


def _told(learned: Mapping[str, int]) -> str:
    """What was fitted on how much, all of it open to everybody."""
    words = f"Learned word statistics from {learned['texts']:,} texts"
    if learned["topics"]:
        words += f", {learned['topics']:,} topics"
    if not learned["answered"]:
        return (
            f"{words}; there are no answered questions yet, so ranking keeps its default weights."
        )
    return (
        f"{words}, ranking weights from {learned['answered']:,} answered questions, and chances "
        f"of an answer from {learned['questions']:,} questions, answered or not."
    )


def run_replay(
    path: Path | None, *, task: str, out: Path | None, questions: int | None, as_json: bool
) -> None:
    """Replay, and print the figures."""
    from evaluation.replay import QUESTIONS, run
    from evaluation.tables import told

    settings = read_settings()
    with progress("Replaying") as advance:
        figures = run(
            path,
            settings.database_url,
            task,
            out,
            lambda stage, done, total: advance(done, total, stage),
            questions=questions or QUESTIONS,
            settings=engine_settings(settings),
        )
    if as_json:
        print_json(figures)
        return
    for report in figures.values() if task == "all" else (figures,):
        print("\n".join(told(report)))
    if out is not None:
        print(f"All other figures are in {out}.")
