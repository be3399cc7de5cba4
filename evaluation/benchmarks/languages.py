"""Does any language find any language? Translated sentences against sentences stored as posts.

Usage: python -m evaluation.benchmarks.languages [--data FOLDER]. FOLDER holds stsb-XX-dev.csv,
whose rows are the same sentence pairs in each language. Figures on the first 600 distinct
sentences, or on the rest with --development, which the constants of embeddings.lanes were
chosen on.
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.face import Scores, Vectors
from embeddings.lanes import encoders_of_text, fuse_lanes
from embeddings.language import detect_languages
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder

ENGLISH = "en"
OTHERS = ("de", "es", "fr", "pl")
SENTENCES = 600
# From here on STS-B's raters call a pair equivalent but for unimportant details.
PARAPHRASE = 4.0
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "languages"

Encode = Callable[[list[str]], Vectors]


@dataclass(frozen=True)
class Rows:
    """Row-aligned sentences: `first[language][i]` is a translation of `first["en"][i]`.

    `second_in`: the other sentence of each pair, by language; `likeness`: of the two, 0 to 5.
    """

    first: dict[str, list[str]]
    second_in: dict[str, list[str]]
    likeness: np.ndarray

    @property
    def second(self) -> list[str]:
        """The other English sentences."""
        return self.second_in[ENGLISH]


def read_rows(folder: Path, development: bool) -> Rows:
    """Rows with different first English sentences: the first 600, or the others."""
    tables = {}
    for language in (ENGLISH, *OTHERS):
        with (folder / f"stsb-{language}-dev.csv").open(newline="", encoding="utf-8") as file:
            tables[language] = list(csv.reader(file))
    places: dict[str, int] = {}
    for at, row in enumerate(tables[ENGLISH]):
        places.setdefault(row[0], at)
    chosen = list(places.values())
    chosen = chosen[SENTENCES:] if development else chosen[:SENTENCES]
    return Rows(
        {language: [table[at][0] for at in chosen] for language, table in tables.items()},
        {language: [table[at][1] for at in chosen] for language, table in tables.items()},
        np.array([float(tables[ENGLISH][at][2]) for at in chosen]),
    )


class Search:
    """Posts stored by the two-lane rule, each a thread's root."""

    def __init__(self, posts: list[str], minilm: Encode, multilingual: Encode) -> None:
        self.encode = {MINILM: minilm, MULTILINGUAL: multilingual}
        self.languages = detect_languages(posts)
        self.vectors = {lane: encode(posts) for lane, encode in self.encode.items()}
        self.lacking = {
            lane: np.array(
                [lane not in encoders_of_text(known, True, self.encode) for known in self.languages]
            )
            for lane in self.encode
        }

    def lane(self, lane: str, queries: list[str]) -> Scores:
        """Cosines (queries, posts), NaN where a post is not in the lane."""
        scores = (self.encode[lane](queries) @ self.vectors[lane].T).astype(np.float64)
        scores[:, self.lacking[lane]] = np.nan
        return scores

    def fused(self, queries: list[str], languages: list[str | None]) -> Scores:
        """Scores (queries, posts) by the rule, given what is known of each query's language."""
        lanes = zip(
            languages, self.lane(MINILM, queries), self.lane(MULTILINGUAL, queries), strict=True
        )
        return np.stack([fuse_lanes(*parts) for parts in lanes])


def hits(scores: Scores | Vectors, keep: np.ndarray | None = None) -> float:
    """Share of queries whose own row is the best; `keep` chooses queries."""
    right = np.nan_to_num(scores, nan=-np.inf).argmax(axis=1) == np.arange(len(scores))
    return float(right[keep].mean() if keep is not None else right.mean())


def across_languages(rows: Rows, search: Search) -> None:
    print("\nEach language's sentences against the English ones stored as roots: hit@1")
    print("| query | detected right | undetected | taken for English | known | as detected |")
    print("|---|---|---|---|---|---|")
    for language in (*OTHERS, ENGLISH):
        queries = rows.first[language]
        found = detect_languages(queries)
        shares = [
            sum(one == wanted for one in found) / len(found) for wanted in (language, None, ENGLISH)
        ]
        known = hits(search.fused(queries, [language] * len(queries)))
        detected = hits(search.fused(queries, found))
        cells = (*shares, known, detected)
        print(f"| {language} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")


def mixed_languages(rows: Rows, minilm: Encode, multilingual: Encode) -> None:
    posts = [
        rows.first[ENGLISH if at % 2 else OTHERS[at // 2 % len(OTHERS)]][at]
        for at in range(len(rows.second))
    ]
    search = Search(posts, minilm, multilingual)
    near = rows.likeness >= PARAPHRASE
    translated = near & (np.arange(len(posts)) % 2 == 0)
    english = near & (np.arange(len(posts)) % 2 == 1)
    queries = rows.second
    plain = search.lane(MULTILINGUAL, queries)
    unaligned = np.where(search.lacking[MINILM], plain, search.lane(MINILM, queries))
    ways = {
        "two lanes, English known": search.fused(queries, [ENGLISH] * len(queries)),
        "two lanes, as detected": search.fused(queries, detect_languages(queries)),
        "two lanes, never detected": search.fused(queries, [None] * len(queries)),
        "two lanes, not aligned": unaligned,
        "multilingual alone": multilingual(queries) @ search.vectors[MULTILINGUAL].T,
        "MiniLM alone": minilm(queries) @ search.vectors[MINILM].T,
        "MiniLM, nothing translated": minilm(queries) @ minilm(rows.first[ENGLISH]).T,
        "multilingual, nothing translated": multilingual(queries)
        @ multilingual(rows.first[ENGLISH]).T,
    }
    print(f"\nEnglish paraphrases ({near.sum()}) as queries, half the posts translated: hit@1")
    print("| | all | post translated | post English |")
    print("|---|---|---|---|")
    for name, scores in ways.items():
        cells = (hits(scores, keep) for keep in (near, translated, english))
        print(f"| {name} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")


def english_alone(rows: Rows, search: Search) -> None:
    queries = rows.second
    near = rows.likeness >= PARAPHRASE
    found = detect_languages(queries)
    print(f"\nEnglish paraphrases ({near.sum()}) against English posts: hit@1")
    for name, scores in {
        "MiniLM": search.encode[MINILM](queries) @ search.vectors[MINILM].T,
        "two lanes, English known": search.fused(queries, [ENGLISH] * len(queries)),
        "two lanes, as detected": search.fused(queries, found),
        "two lanes, never detected": search.fused(queries, [None] * len(queries)),
    }.items():
        print(f"- {name}: {hits(scores, near):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--development", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(
            f"there is no folder {arguments.data}: --data says where STS-B's sentences lie"
        )
    rows = read_rows(arguments.data, arguments.development)
    minilm, multilingual = open_encoder(MINILM).encode, open_encoder(MULTILINGUAL).encode
    search = Search(rows.first[ENGLISH], minilm, multilingual)
    print(f"{len(rows.second)} sentences")
    across_languages(rows, search)
    mixed_languages(rows, minilm, multilingual)
    english_alone(rows, search)


if __name__ == "__main__":
    main()
