"""Measure the indexes against their rivals: `python -m evaluation.benchmarks.index KIND FOLDER`.

KIND: lexical, dense or terms; FOLDER: a community folder. `--rivals` needs bm25s, tantivy,
faiss-cpu and usearch, which whoknows itself does not use.
"""

import argparse
from pathlib import Path

from . import index_dense, index_lexical, index_terms
from .corpus import conditions, texts

_PACKAGES = ("numpy", "bm25s", "tantivy", "faiss-cpu", "usearch")


def main() -> None:
    """Print the conditions, then Markdown tables; times are in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("lexical", "dense", "terms"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[37_000, 200_000])
    parser.add_argument("--embed", type=int, default=1_900, help="posts to embed for real vectors")
    parser.add_argument("--rivals", action="store_true")
    asked = parser.parse_args()
    print(conditions(asked.folder, _PACKAGES), end="\n\n")
    if asked.kind == "terms":
        index_terms.compare(asked.folder)
    elif asked.kind == "lexical":
        index_lexical.compare(texts(asked.folder, max(asked.sizes)), asked.sizes, asked.rivals)
    else:
        # Every twentieth post, so that the sample is not one season's talk.
        sample = texts(asked.folder, 20 * asked.embed)[::20]
        real = index_dense.embedded([text[:160] for text in sample])
        index_dense.compare(real, asked.sizes, asked.rivals)


if __name__ == "__main__":
    main()
