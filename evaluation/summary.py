"""Replays of several communities as committed figures, and the README's table.

    python -m evaluation.summary FOLDER... [--task all] [--keep DIR] [--out evaluation/results]
    python -m evaluation.summary FOLDER... --untrained --keep DIR

In: community folders (or any export). Out: a JSON file and a page of each task, numbers alone,
and the README's rows on standard output. Databases and the values of each query are kept in DIR,
so that a second run neither embeds nor measures again. With --untrained, "who knows" has the
weights and chances that `evaluation.training` left in DIR, of all communities but the measured one,
and its own history moves neither.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from data.importing import import_path
from data.store import Store
from evaluation.replay import run
from evaluation.report import columns as columns_of
from evaluation.tables import page, rows
from recommender.engine import Engine
from recommender.ranker import Ranker
from recommender.settings import EngineSettings

BASELINES = {
    "experts": ("replies", "replies-14d", "replies-60d", "bm25-90d", "minilm-90d", "zsum"),
    "feed": ("newest", "replied-24h", "space", "weighted"),
    "similar": ("bm25", "minilm", "convex", "rrf"),
}
"""The columns of the tables; the JSON files have all."""

FILES = {"experts": "experts", "feed": "feed-replay", "similar": "similar-replay"}
"""`feed.md` and `similar.md` tell how weights were chosen."""

Report = dict[str, Any]


def database_of(folder: Path, keep: Path) -> str:
    """The URL of `folder`'s database in `keep`, imported and embedded if that was not done."""
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


def measured(
    folder: Path, keep: Path, task: str, untrained: bool
) -> tuple[dict[str, Report], dict[str, Any]]:
    """The reports of a community by task, and by task and system the values of each query."""

    def tell(stage: str, done: int, total: int) -> None:
        say(f"{folder.name}: {stage} {done} of {total}")

    kept = keep / f"{folder.name}.{'untrained' if untrained else 'replay'}"
    settings = EngineSettings()
    if untrained:
        prior = Ranker.from_bytes((keep / f"without-{folder.name}.json").read_bytes())
        settings = EngineSettings(prior=prior, own_weights=False)
    url = database_of(folder, keep)
    found = run(None, url, task, kept, tell, settings=settings)
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
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--task", choices=(*BASELINES, "all"), default="all")
    parser.add_argument("--keep", type=Path, help="what is kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    parser.add_argument("--untrained", action="store_true", help="without any own training")
    asked = parser.parse_args(arguments)
    if asked.untrained and (asked.keep is None or asked.task != "experts"):
        parser.error("--untrained is for --task experts, and needs the --keep of the training")
    with tempfile.TemporaryDirectory(prefix="whoknows-summary-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        found = {
            folder.name: measured(folder, keep, asked.task, asked.untrained)
            for folder in asked.folders
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
        text = page(task, reports, values, baselines)
        stem.with_suffix(".md").write_text(text, encoding="utf-8")
        print(rows(reports, values, baselines))


if __name__ == "__main__":
    main()
