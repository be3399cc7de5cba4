"""Parity of languages through the product's own paths, as committed figures.

    python -m evaluation.languages [--data FOLDER] [--wheels DIR] [--questions 100]
        [--out evaluation/results]

In: a folder of stsb-XX-dev.csv (row-aligned translations), the built-in sample community, and a
folder with Django's wheel, whose messages are translated into languages that the multilingual
encoder does not know. Out: languages.json and languages.md, numbers alone. Parity: the worst
language over English.
"""

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from data.importing import import_path
from data.sample import sample_folder
from data.store import Store
from evaluation import conditions, translated
from evaluation.benchmarks.languages import DATA, ENGLISH, OTHERS, Rows, read_rows
from evaluation.catalogues import aligned
from evaluation.history import Ints
from recommender.queries import ExpertsQuery

Figures = dict[str, Any]

FURTHER = ("sv", "el", "da", "fi", "cs", "he")
"""Languages that the multilingual encoder does not know, and a bridge leads to it."""


def measured(rows: Rows, most: int) -> Figures:
    """Every path in every language; `most` questions each, evenly taken, at most."""
    some = np.unique(np.linspace(0, len(rows.second) - 1, most).astype(int)).tolist()
    pairs = {}
    for stored in (ENGLISH, *OTHERS):
        places = translated.similar_places(rows.first[stored], rows.first, some)
        pairs[stored] = {asked: translated.hit(found) for asked, found in places.items()}
    return {
        "sentences": len(rows.second),
        "questions": len(some),
        "similar": pairs,
        "experts": _figures(translated.expert_places(rows, some, answered=False)),
        "experts, only the reply says it": _figures(
            translated.expert_places(rows, some, answered=True)
        ),
        "feed": _figures(
            {one: translated.feed_places(rows, one, mixed=True) for one in (ENGLISH, *OTHERS)}
        ),
        "sample": _figures(sample_places()),
    }


def _figures(places: Mapping[str, Ints]) -> dict[str, dict[str, float]]:
    return {
        language: {
            "questions": len(found),
            "hit@1": translated.hit(found),
            "hit@5": translated.hit(found, 5),
            "mrr": translated.mean_reciprocal(found),
        }
        for language, found in places.items()
    }


def further(wheels: Path, most: int) -> Figures:
    """Every path in `FURTHER`, on messages of Django that are there in all of them."""
    first = aligned(sorted(wheels.glob("django-*.whl")), FURTHER)
    if not first[ENGLISH]:
        raise SystemExit(f"{wheels} has no django-*.whl; pip download django --no-deps makes one")
    rows = Rows(first, first, np.zeros(len(first[ENGLISH])))
    some = np.unique(np.linspace(0, len(first[ENGLISH]) - 1, most).astype(int)).tolist()
    asked = translated.similar_places(first[ENGLISH], first, some)
    stored = {
        name: translated.similar_places(
            first[name], {name: first[name], ENGLISH: first[ENGLISH]}, some
        )
        for name in FURTHER
    }
    people = translated.expert_places(rows, some, answered=False)
    return {
        "sentences": len(first[ENGLISH]),
        "questions": len(some),
        "languages": {
            name: {
                "similar": translated.hit(asked[name]),
                "similar, asked in English": translated.hit(stored[name][ENGLISH]),
                "similar, its own": translated.hit(stored[name][name]),
                "experts": translated.mean_reciprocal(people[name]),
            }
            for name in FURTHER
        },
        "parity": parity(
            {name: translated.mean_reciprocal(found) for name, found in people.items()}
        ),
    }


def sample_places() -> dict[str, Ints]:
    """The sample community's own questions by language: the place of the first right person."""
    stories = tomllib.loads((sample_folder().parent / "stories.toml").read_text(encoding="utf-8"))
    with translated.community_of([], _import_sample) as engine:
        places: dict[str, list[int]] = {}
        for query in stories["query"]:
            asked = ExpertsQuery(query["text"], k=translated.DEPTH)
            found = [
                one.person.id for one in engine.search_experts(asked, translated.NOW).candidates
            ]
            place = min(translated.place_of(found, person) for person in query["people"])
            places.setdefault(query["language"], []).append(place)
    return {language: np.array(found) for language, found in sorted(places.items())}


def _import_sample(store: Store) -> None:
    import_path(store, sample_folder())


def parity(by_language: Mapping[str, float]) -> float:
    """The worst language's figure over English's."""
    return min(by_language.values()) / by_language[ENGLISH]


def page(figures: Figures) -> str:
    """The figures as Markdown."""
    names = (ENGLISH, *OTHERS)
    lines = [
        "# Languages: does any language find any language?",
        "",
        f"Made by `python -m evaluation.languages --questions {figures['questions']}`, through the "
        "product's own paths, on translated "
        f"sentences ({figures['sentences']} stored, {figures['questions']} asked in each language, "
        "which is told by nobody but detected).",
        conditions.told(),
        "",
        "## Similar: hit@1 of a sentence's translation",
        "",
        "Rows: the language of the stored threads; columns: that of the question. The diagonal is "
        "the sentence itself.",
        "",
        "| stored | " + " | ".join(names) + " | parity |",
        "|---" * (len(names) + 2) + "|",
    ]
    for stored in names:
        found = figures["similar"][stored]
        cells = [*(found[name] for name in names), min(found.values()) / found[stored]]
        lines.append(f"| {stored} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    across = [figures["similar"][ENGLISH][name] for name in OTHERS]
    lines += ["", f"Against English threads, mean of {', '.join(OTHERS)}: {np.mean(across):.3f}."]
    for name, heading in TOLD.items():
        found = figures[name]
        lines += ["", f"## {heading}", "", "| language | questions | hit@1 | hit@5 | MRR |"]
        lines.append("|---|---|---|---|---|")
        for language, one in found.items():
            cells = [f"{one[measure]:.3f}" for measure in ("hit@1", "hit@5", "mrr")]
            lines.append(f"| {language} | {one['questions']} | " + " | ".join(cells) + " |")
        shown = parity({language: one["mrr"] for language, one in found.items()})
        lines += ["", f"Parity of MRR: {shown:.3f}."]
    if "further" in figures:
        lines += ["", *_further(figures["further"])]
    return "\n".join([*lines, "", *FALLS_SHORT]) + "\n"


def _further(found: Figures) -> list[str]:
    names = ("similar", "similar, asked in English", "similar, its own", "experts")
    rows = [
        f"| {language} | " + " | ".join(f"{one[name]:.3f}" for name in names) + " |"
        for language, one in found["languages"].items()
    ]
    return [
        "## Languages that the multilingual encoder does not know",
        "",
        f"Django's messages and their translations, {found['sentences']} stored, "
        f"{found['questions']} asked: short texts, many alike. hit@1 among English threads, of an "
        "English question among threads in the language, and of the message itself; MRR of the "
        f"person who replied in the English thread, of which the worst language has "
        f"{found['parity']:.3f} of English's. bridge.md has what these languages had before.",
        "",
        "| language | similar | asked in English | its own | who knows, MRR |",
        "|---|---|---|---|---|",
        *rows,
    ]


TOLD = {
    "experts": "Who knows: the person who replied in the English thread that says it",
    "experts, only the reply says it": "Who knows: the person whose English reply says it, in a "
    "thread that does not",
    "feed": "Feed: an idea in another language, for who joined a thread in English on the same; "
    "every second idea is in English",
    "sample": "Who knows in the sample community: its own questions, another set in each language",
}


FALLS_SHORT = (
    "## What falls short, and why",
    "",
    "- A reply is known to other languages by its first 500 characters.",
    "- The sample community has one to three questions a language, each about something else: its "
    "rows show where to look, not how far languages lie apart.",
    "- Swedish, Greek and two dozen others are known by a model that relates languages less well "
    "than the multilingual encoder its sixteen, through a bridge between the two (bridge.md).",
)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(
            f"there is no folder {arguments.data}: --data says where STS-B's sentences lie"
        )
    arguments.out.mkdir(parents=True, exist_ok=True)
    figures = measured(read_rows(arguments.data, development=False), arguments.questions)
    if arguments.wheels is not None:
        figures["further"] = further(arguments.wheels, arguments.questions)
    written = orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    (arguments.out / "languages.json").write_bytes(written + b"\n")
    (arguments.out / "languages.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
