"""`learn` and `replay`: fit on own history, and prove it there."""

from datetime import datetime
from pathlib import Path

from api.commands.opening import opened_engine, read_settings
from api.doors import current_time
from api.terminal import print_json, progress, waiting


def run_learn(until: datetime | None, *, as_json: bool) -> None:
    """Fit, and print what was fitted on how much."""
    with opened_engine(read_settings()) as (_, engine), waiting("Learning …"):
        learned = engine.learn(until, current_time())
    if as_json:
        print_json(learned)
    else:
        print(f"Fitted the corpus statistics on {learned['texts']:,} texts that are open to all.")


def run_replay(
    path: Path | None, *, task: str, out: Path | None, questions: int | None, as_json: bool
) -> None:
    """Replay, and print the figures."""
    from evaluation.replay import QUESTIONS, run
    from evaluation.tables import told
    from recommender.settings import EngineSettings

    settings = read_settings()
    encoders = EngineSettings(
        settings.english_encoder, settings.multilingual_encoder, settings.index_folder
    )
    with progress("Replaying") as advance:
        figures = run(
            path,
            settings.database_url,
            task,
            out,
            lambda stage, done, total: advance(done, total, stage),
            questions=questions or QUESTIONS,
            settings=encoders,
        )
    if as_json:
        print_json(figures)
        return
    for report in figures.values() if task == "all" else (figures,):
        print("\n".join(told(report)))
    if out is not None:
        print(f"Everything else is in {out}.")
