"""What the dense index's constants cost and gain, on real vectors.

Run: `python -m evaluation.benchmarks.index_dense SOURCE...`, sources as of
`python -m evaluation.benchmarks`. Truth is the float32 scan. What others do is measured there.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np

from embeddings import dense, grid
from embeddings.dense import DenseIndex
from embeddings.face import Rows, Vectors

from .corpus import conditions, row
from .crowd import crowd_of
from .paired import against, interleaved

QUERIES = 100
BITS = (10, 11, 12, 13)
SIFTED = (200, 1_000, 4_000)
"""How many rows pass the sieve, whatever the size, beside what is used."""

_GRID = 5_000
_USED = "as used"


def grids(vectors: Vectors, queries: Vectors) -> None:
    """Print the error of cosines on grids of different fineness."""
    exact = vectors.astype(np.float64) @ queries.T.astype(np.float64)
    row("grid", "largest cosine error", "mean", "pairs of the first 10 in another order")
    row(*["---"] * 4)
    for bits in BITS:
        with patch.object(grid, "STEPS", 1 << bits):
            (a, x), (b, y) = grid.on_grid(vectors), grid.on_grid(queries)
        got = (a.astype(np.float64) @ b.T.astype(np.float64)) * x[:, None] * y
        error = np.abs(got - exact)
        top = np.argsort(-exact, axis=0)[:10]
        falls = np.diff(np.take_along_axis(got, top, axis=0), axis=0) > 0
        row(f"2^-{bits}", float(error.max()), float(error.mean()), float(falls.mean()))
    print()


def sieves(vectors: Vectors, queries: Vectors) -> None:
    """Print recall and time by how many rows pass the sieve, ways asked in turns."""
    index = DenseIndex(vectors.shape[1])
    index.put(np.arange(len(vectors)), vectors)
    found: dict[str, dict[int, Rows]] = {}

    def asking(name: str, sifted: int | None) -> Callable[[int], None]:
        found[name] = {}

        def ask(place: int) -> None:
            with ExitStack() as stack:
                if sifted is not None:
                    sieve = (sifted, 0, len(vectors))
                    for constant in ("BY_BITS", "BY_AGREEMENT"):
                        stack.enter_context(patch.object(dense, constant, sieve))
                found[name][place] = index.search(queries[place], None, 100)[0]

        return ask

    choices = {_USED: None, **{f"{sifted:,}": sifted for sifted in (*SIFTED, len(vectors))}}
    ways = {name: asking(name, sifted) for name, sifted in choices.items()}
    figures = against(interleaved(ways, range(len(queries)), np.inf), _USED)
    truth = [np.argsort(-(vectors @ query), kind="stable")[:100] for query in queries]
    for name, answers in found.items():
        recalls = [
            float(np.mean([np.isin(truth[n][:k], rows[:k]).mean() for n, rows in answers.items()]))
            for k in (10, 100)
        ]
        times = figures[name]["times_ours"]
        row(len(vectors), name, *recalls, times["median"] if isinstance(times, dict) else "")


def main() -> None:
    """Print the conditions and two tables; times are multiples of that of the sieve as used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000])
    asked = parser.parse_args()
    print(conditions(asked.sources[0], ("numpy",)), end="\n\n")
    with tempfile.TemporaryDirectory() as folder:
        crowd = crowd_of(asked.sources, Path(folder), 10**9)
    queries, vectors = crowd.vectors[:QUERIES], crowd.vectors[QUERIES:]
    grids(vectors[:_GRID], queries)
    row("vectors", "pass the sieve", "recall@10", "recall@100", "time")
    row(*["---"] * 5)
    for size in [*asked.sizes, len(vectors)]:
        sieves(vectors[:size], queries)


if __name__ == "__main__":
    main()
