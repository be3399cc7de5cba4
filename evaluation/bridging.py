"""The bridge from multilingual E5 into the multilingual encoder's space: fitted, and measured.

    python -m evaluation.bridging COMMUNITY... --wheels DIR --wordnet DIR --keep DIR
        [--out evaluation/results]

In: community folders, for English as communities write it; wheels of packages that bring
translations along, of which Django's are held out (`pip download --no-deps django wagtail
home-assistant-frontend`); WordNet (Debian's wordnet-base, in /usr/share/wordnet). Out:
`embeddings/bridge.npz` and bridge.md, numbers alone. In DIR: vectors, for the next run.

Fitted is E5's vector of a text to the multilingual encoder's of the same text, where that is
English, and of its original, where it was translated from English. So what a language that the
multilingual encoder does not know says comes to lie where its translation lies.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from data.models import Post
from data.readers.community import CommunityReader
from data.readers.face import ReadOptions
from embeddings.bridged import BRIDGE, E5
from embeddings.face import Vectors
from embeddings.language import language_of
from embeddings.registry import MULTILINGUAL, open_encoder
from evaluation.bridge_fit import fit
from evaluation.bridge_page import Encode, measured, written
from evaluation.catalogues import Translation, glosses, translations
from evaluation.pooling import telling
from evaluation.vectors import CachedEncoder

HELD_OUT = "django-"
"""The wheel that figures alone are made of."""
EACH_LANGUAGE = 1_500
EACH_COMMUNITY = 6_000
MOST_READ = 60_000
"""Posts of a community that those are drawn from."""
LENGTHS = (40, 80, 150, 300)
"""Letters that are read of a community's text: questions are short, posts long."""
FROM_WORDNET = 90_000
AT_ONCE = 4_096


def sayings(folder: Path, chance: random.Random) -> list[str]:
    """Beginnings of posts of a community, of one of `LENGTHS` each."""
    items = islice(CommunityReader().read(folder, ReadOptions()), MOST_READ)
    found = []
    for item in items:
        if isinstance(item.record, Post):
            text = " ".join(f"{item.record.title or ''} {item.record.body}".split())
            found.append(text[: chance.choice(LENGTHS)])
    return chance.sample(found, min(EACH_COMMUNITY, len(found)))


def drawn(pairs: Iterable[Translation], chance: random.Random) -> list[Translation]:
    """At most so many of each language that is told apart here."""
    by_language: dict[str, list[Translation]] = {}
    for pair in sorted(set(pairs), key=lambda pair: (pair.language, pair.english, pair.text)):
        language = language_of(pair.language)
        if language is not None:
            by_language.setdefault(language, []).append(pair)
    return [
        pair
        for _, here in sorted(by_language.items())
        for pair in chance.sample(here, min(EACH_LANGUAGE, len(here)))
    ]


def kept(encode: Encode, texts: list[str], what: str) -> Vectors:
    """Vectors of `texts`, with progress."""
    told = telling("bridge")
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        told(what, start, len(texts))
        parts.append(encode(texts[start : start + AT_ONCE]))
    told(what, len(texts), len(texts))
    return np.concatenate(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and measure by the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("communities", type=Path, nargs="+", metavar="COMMUNITY")
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    told = parser.parse_args(arguments)
    chance = random.Random(20261101)
    wheels = sorted(told.wheels.glob("*.whl"))
    pairs = drawn(
        (pair for wheel in wheels if HELD_OUT not in wheel.name for pair in translations(wheel)),
        chance,
    )
    english = [text for folder in told.communities for text in sayings(folder, chance)]
    explained = glosses(told.wordnet)
    english += chance.sample(explained, min(FROM_WORDNET, len(explained)))
    english += sorted({pair.english for pair in pairs})
    theirs, ours = E5(), open_encoder(MULTILINGUAL)
    e5, use = (CachedEncoder(encoder, told.keep).encode for encoder in (theirs, ours))
    texts = [*english, *(pair.text for pair in pairs)]
    same = [*english, *(pair.english for pair in pairs)]
    given = kept(e5, texts, "by E5")
    wanted = kept(use, same, "by the multilingual encoder")
    said = (given**2).sum(axis=1) * (wanted**2).sum(axis=1) > 0
    progress = telling("bridge")
    bridge = fit(given[said], wanted[said], lambda at, of: progress("fitting", at, of))
    halves: dict[str, Any] = {name: part.astype(np.float16) for name, part in bridge.items()}
    np.savez_compressed(BRIDGE, **halves)
    rounded = {name: part.astype(np.float32) for name, part in halves.items()}
    held = [pair for wheel in wheels if HELD_OUT in wheel.name for pair in translations(wheel)]
    counts = {
        "English texts of communities, WordNet and originals": len(english),
        "translations": len(pairs),
    }
    languages = len({pair.language for pair in pairs})
    figures = measured(rounded, e5, use, held)
    written(told.out, figures, counts, languages, [wheel.name for wheel in wheels])


if __name__ == "__main__":
    main()
