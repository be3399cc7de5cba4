"""Replays of several communities as committed figures, and the README's table.

    python -m evaluation.summary SOURCE... [--task all] [--keep DIR] [--out evaluation/results]
    python -m evaluation.summary SOURCE... --task experts|feed --untrained --keep DIR

In: community folders (or any export), or databases (NAME.db) that an import left; those are copied
and stay as they are. Out: a JSON file and a page of each task, numbers alone, and the README's rows
on standard output. Databases and the values of each query are kept in DIR, so that a second run
neither embeds nor measures again. With --untrained, the ranking has the weights that
`evaluation.training` or `evaluation.feedtraining` left in DIR, of all communities but the measured
one, and its own history moves nothing.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from data.errors import UnreadableSource
from data.importing import import_path
from data.store import Store
from evaluation.replay import QUESTIONS, run
from evaluation.report import columns as columns_of
from evaluation.tables import against_each, page, rows
from recommender.engine import Engine
from recommender.feedranker import FeedRanker
from recommender.ranker import Ranker
from recommender.settings import EngineSettings

BASELINES = {
    "experts": ("replies", "replies-14d", "replies-60d", "bm25-90d", "minilm-90d", "zsum"),
    "feed": ("newest", "replied-24h", "space", "weighted"),
    "similar": ("bm25", "minilm", "convex", "rrf"),
}
"""The columns of the tables; the JSON files have all."""

PRIORS = ("experts", "feed")
"""Tasks with weights that each community's own history moves."""

FILES = {"experts": "experts", "feed": "feed-replay", "similar": "similar-replay"}
"""`feed.md` and `similar.md` tell how weights were chosen."""

DATABASE = ".db"
"""How a source ends that is a database and no export."""

Report = dict[str, Any]


def name_of(source: Path) -> str:
    """What a community is called in tables: as its folder, or as its database without the end."""
    return source.stem if source.suffix == DATABASE else source.name


def database_of(folder: Path, keep: Path) -> str:
    """The URL of a community's database: the source itself if it is one; else that of `folder` in
    `keep`, imported and embedded if that was not done.

    Raises
    ------
    UnreadableSource : no such export or database.
    """
    if folder.suffix == DATABASE:
        if not folder.is_file():
            raise UnreadableSource(f"{folder}: there is no such database")
        return f"sqlite:///{folder}"
    url = f"sqlite:///{keep / folder.name}.db"
    store = Store.open(url)
    try:
        engine = Engine.open(store)
        import_path(store, folder, embed=engine.sync, on_progress=_importing(folder.name))
        engine.close()
    finally:
        store.close()
    return url


def _importing(name: str) -> Any:
    def tell(done: int, total: int | None) -> None:
        say(f"{name}: importing {done} of {total or '?'}")

    return tell


def say(line: str) -> None:
    """Show what is being done, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{line:<78}", end="", file=sys.stderr, flush=True)


def untrained_settings(task: str, name: str, keep: Path) -> EngineSettings:
    """Settings under which nothing was learned from the community `name`, for experts or feed.

    Raises
    ------
    UnreadableSource : the training left no weights of the others in `keep`.
    """
    file = keep / f"without-{name}{'.feed' if task == 'feed' else ''}.json"
    if not file.is_file():
        made = "feedtraining" if task == "feed" else "training"
        raise UnreadableSource(f"{file}: not there; `python -m evaluation.{made} --keep` makes it")
    if task == "feed":
        prior = FeedRanker.from_bytes(file.read_bytes())
        return EngineSettings(feed_prior=prior, own_weights=False)
    return EngineSettings(prior=Ranker.from_bytes(file.read_bytes()), own_weights=False)


def measured(
    source: Path, keep: Path, task: str, untrained: bool, questions: int
) -> tuple[dict[str, Report], dict[str, Any]]:
    """The reports of a community by task, and by task and system the values of each query.

    `questions`: queries a task at most.
    """
    name_here = name_of(source)

    def tell(stage: str, done: int, total: int) -> None:
        say(f"{name_here}: {stage} {done} of {total}")

    kept = keep / f"{name_here}.{'untrained' if untrained else 'replay'}"
    settings = untrained_settings(task, name_here, keep) if untrained else EngineSettings()
    url = database_of(source, keep)
    found = run(None, url, task, kept, tell, questions=questions, settings=settings)
    reports = found if task == "all" else {task: found}
    reports = {name: report for name, report in reports.items() if "nothing" not in report}
    values = {}
    for name, report in reports.items():
        lines = [orjson.loads(raw) for raw in (kept / f"{name}.jsonl").read_bytes().splitlines()]
        columns = columns_of(lines)
        values[name] = {system: column[report["primary"]] for system, column in columns.items()}
    return reports, values


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m evaluation.summary")
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--task", choices=(*BASELINES, "all"), default="all")
    parser.add_argument("--keep", type=Path, help="what is kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    parser.add_argument("--untrained", action="store_true", help="without any own training")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="a task, at most")
    asked = parser.parse_args(arguments)
    if asked.untrained and (asked.keep is None or asked.task not in PRIORS):
        parser.error("--untrained is for --task experts or feed, and needs the training's --keep")
    if len({name_of(source) for source in asked.sources}) < len(asked.sources):
        parser.error("a community is named twice")
    if missing := [source for source in asked.sources if not source.exists()]:
        parser.error(f"there is no {missing[0]}")
    with tempfile.TemporaryDirectory(prefix="whoknows-summary-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        found = {
            name_of(source): measured(source, keep, asked.task, asked.untrained, asked.questions)
            for source in asked.sources
        }
    asked.out.mkdir(parents=True, exist_ok=True)
    for task, baselines in BASELINES.items():
        # Clicks without times are ranked by other systems and another measure.
        reports = {
            name: of[task]
            for name, (of, _) in found.items()
            if task in of and "clicks" not in of[task]
        }
        if not reports:
            continue
        values = {name: found[name][1][task] for name in reports}
        stem = asked.out / (FILES[task] + ("-untrained" if asked.untrained else ""))
        stem.with_suffix(".json").write_bytes(orjson.dumps(reports, option=orjson.OPT_INDENT_2))
        text = page(task, reports, values, baselines, command_of(asked, task, reports))
        stem.with_suffix(".md").write_text(text, encoding="utf-8")
        print(rows(reports, values, baselines))
        print("\n".join(["", *against_each(reports, values)]))


def command_of(asked: argparse.Namespace, task: str, names: Iterable[str]) -> str:
    """The command that makes a page, with the plain names of what was measured."""
    ends = {name_of(source): source.suffix == DATABASE for source in asked.sources}
    sources = [f"{name}{DATABASE}" if ends[name] else name for name in names]
    parts = ["python -m evaluation.summary", *sources, "--task", task]
    if asked.questions != QUESTIONS:
        parts += ["--questions", str(asked.questions)]
    if asked.untrained:
        parts.append("--untrained --keep DIR")
    return " ".join(parts)


if __name__ == "__main__":
    main()
