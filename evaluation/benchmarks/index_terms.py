"""How many terms of a long question to look up, and whether to cut plural endings.

Run: `python -m evaluation.benchmarks.index_terms FOLDER`, a community folder with links.
"""

import argparse
from pathlib import Path
from unittest.mock import patch

import numpy as np

from embeddings import lexical, tokens
from embeddings.lexical import LexicalIndex

from .corpus import conditions, records, row, text_of, timed

MOST = 1000  # queries of each kind


def compare(folder: Path) -> None:
    """Print MRR of title -> own body, and of linking root -> linked root, by the terms looked up.

    The second asks with whole posts, and only among the roots before it.
    """
    roots = [p for p in records(folder, "posts") if (p.get("thread") or p["id"]) == p["id"]]
    roots.sort(key=lambda post: (post["created"], post["id"]))
    place = {post["id"]: number for number, post in enumerate(roots)}
    pairs = [
        (place[link["from"]], place[link["to"]])
        for link in records(folder, "links")
        if link["from"] in place and link["to"] in place and link["from"] != link["to"]
    ]
    pairs = [(max(pair), min(pair)) for pair in pairs][:MOST]
    titled = [n for n, post in enumerate(roots) if post.get("title") and len(post["body"]) > 80]
    titled = np.random.default_rng(7).permutation(titled)[:MOST].tolist()
    print(f"{len(roots)} roots, {len(titled)} titles, {len(pairs)} links")
    row("terms", "endings", "title -> body MRR", "root -> linked root MRR", "ms a root")
    row(*["---"] * 5)
    for most in (8, 16, 32, 64, 1000):
        _measure(roots, titled, pairs, most, "s-stemmer")
    with patch.object(tokens, "stem", lambda word: word):
        _measure(roots, titled, pairs, 32, "kept")


def _measure(
    roots: list[dict[str, str]],
    titled: list[int],
    pairs: list[tuple[int, int]],
    most: int,
    endings: str,
) -> None:
    bodies, whole = LexicalIndex(), LexicalIndex()
    rows = np.arange(len(roots))
    bodies.put(rows, [post["body"] for post in roots])
    whole.put(rows, [text_of(post) for post in roots])
    by_body, by_whole = bodies.fit(), whole.fit()
    with patch.object(lexical, "MOST_TERMS", most):
        first = [
            _reciprocal(bodies.search(roots[n]["title"], None, 100, statistics=by_body)[0], n)
            for n in titled
        ]
        second = [
            _reciprocal(
                whole.search(text_of(roots[n]), rows < n, 100, statistics=by_whole)[0], earlier
            )
            for n, earlier in pairs
        ]
        asked = [text_of(roots[n]) for n, _ in pairs]
        spent = timed(lambda text: whole.search(text, None, 100, statistics=by_whole), asked)
    row(most, endings, float(np.mean(first)), float(np.mean(second)), spent[0])


def _reciprocal(rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]], wanted: int) -> float:
    places = np.flatnonzero(rows == wanted)
    return 1.0 / (1 + int(places[0])) if places.size else 0.0


def main() -> None:
    """Print the conditions and a table; times are medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(conditions(folder, ("numpy",)), end="\n\n")
    compare(folder)


if __name__ == "__main__":
    main()
