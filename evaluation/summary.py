"""The table of the README: who-knows replayed on several communities, against every baseline.

    python -m evaluation.summary FOLDER... [--keep DIR] [--out evaluation/results]

In: community folders (or any export). Out: `experts.json` and `experts.md`, numbers alone, and
the README's rows on standard output. Databases are kept in DIR, so that a second run need not
embed again.
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
from evaluation.experts import TO_BEAT
from evaluation.replay import run
from evaluation.report import OURS
from recommender.engine import Engine

BASELINES = (
    "replies",
    "replies-14d",
    "replies-60d",
    "bm25-90d",
    "minilm-90d",
    TO_BEAT,
)
"""The columns of the README; `experts.json` has all."""

CAVEAT = (
    "The form of `probability` and `answerable` was chosen with these windows in view, so their "
    "calibration is not independent; weights and coefficients come from the validation windows."
)

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


def readme_rows(reports: dict[str, Report]) -> str:
    """The README's table: MRR of ours with its interval, of baselines, and the difference."""
    head = ["community", "questions", "whoknows", *BASELINES, f"against {TO_BEAT}"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, report in reports.items():
        systems, gap = report["systems"], report["difference"][TO_BEAT]
        cells = [name, str(report["questions"]["measured"]), _interval(systems[OURS]["mrr"])]
        cells += [f"{systems[other]['mrr']['mean']:.3f}" for other in BASELINES]
        cells.append(f"{_interval(gap, signed=True)}, p {gap['p']:.2g}")
        lines.append("| " + " | ".join(cells) + " |")
    macro = {
        system: sum(r["systems"][system]["mrr"]["mean"] for r in reports.values()) / len(reports)
        for system in (OURS, *BASELINES)
    }
    cells = ["macro average", "", *(f"{macro[system]:.3f}" for system in (OURS, *BASELINES)), ""]
    cells[-1] = f"{macro[OURS] - macro[TO_BEAT]:+.3f}"
    return "\n".join([*lines, "| " + " | ".join(cells) + " |"])


def results_page(reports: dict[str, Report]) -> str:
    """Everything that was measured, as a page: conditions first."""
    conditions = next(iter(reports.values()))["conditions"]
    packages = ", ".join(f"{name} {version}" for name, version in conditions["packages"].items())
    parts = [
        "# Who knows: replay on the test windows",
        "",
        "Made by `python -m evaluation.summary`. Prequential, PROTOCOL.md's splits and labels; "
        "95 % bootstrap intervals over questions; the last fifth of each history.",
        f"Python {conditions['python']}, {conditions['machine']}, {packages}, "
        f"seed {conditions['seed']}, {conditions['resamples']} resamples.",
        CAVEAT,
        "",
        readme_rows(reports),
        "",
    ]
    for name, report in reports.items():
        parts += ["", f"## {name}", "", *_community(report)]
    return "\n".join(parts) + "\n"


def _community(report: Report) -> list[str]:
    asked, trust = report["questions"], report["calibration"]
    lines = [
        f"{asked['measured']} of {asked['in_window']} questions had a known helper "
        f"({asked['dropped_share']:.0%} dropped); {report['people']} people; "
        f"median {report['median_ms']:.0f} ms a question at k = 100, timing only.",
        *report["conditions"]["caveats"],
        "",
        "| system | MRR | P@1 | R@5 | R@10 | nDCG@10 | hit@5 | Gini | newcomers |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, system in report["systems"].items():
        values = [_interval(system["mrr"])]
        values += [f"{system[m]['mean']:.3f}" for m in ("p@1", "r@5", "r@10", "ndcg@10", "hit@5")]
        values += [f"{system['gini_top5']:.3f}", f"{system['newcomers_top5']:.3f}"]
        lines.append(f"| {name} | " + " | ".join(values) + " |")
    for what, values in trust.items():
        lines += [
            "",
            f"`{what}`: ECE {values['ece']:.3f}, mean {values['mean']:.3f} against a rate of "
            f"{values['rate']:.3f}, Brier skill {values['brier_skill']:.3f}.",
        ]
    return lines


def _interval(value: dict[str, float], signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value['mean']:{sign}.3f} [{value['low']:{sign}.3f}, {value['high']:{sign}.3f}]"


def _importing(name: str) -> Any:
    def tell(done: int, total: int | None) -> None:
        _say(f"{name}: importing {done} of {total or '?'}")

    return tell


def _say(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line:<78}", end="", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m evaluation.summary")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--keep", type=Path, help="where databases are kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="whoknows-summary-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        reports = {
            folder.name: run(
                None,
                database_of(folder, keep),
                on_progress=lambda stage, done, total, name=folder.name: _say(  # type: ignore[misc]
                    f"{name}: {stage} {done} of {total}"
                ),
            )
            for folder in asked.folders
        }
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "experts.json").write_bytes(orjson.dumps(reports, option=orjson.OPT_INDENT_2))
    (asked.out / "experts.md").write_text(results_page(reports), encoding="utf-8")
    print(readme_rows(reports))


if __name__ == "__main__":
    main()
