"""SemEval-2016 task 3 B: do people's judgements of like questions agree with ours?

    python -m evaluation.benchmarks.semeval FOLDER [--out FILE.json]

FOLDER holds the task's question-to-question files; those that are judged are the ten candidates
of each question of the "dev" file, in which PerfectMatch and Relevant are right. Everything is
stored as threads of one community, of one moment and without replies, which statistics and
whitening are fitted on; weights are the defaults, of other communities.
"""

import argparse
import gzip
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import orjson

from data.models import Post
from data.store import Store
from embeddings.registry import MINILM
from evaluation.history import Floats
from evaluation.relevance import Bm25, Dense, Terms
from evaluation.significance import bootstrap_interval, randomisation_test
from evaluation.similarbaselines import convex, fused
from recommender.engine import Engine
from recommender.queries import SimilarQuery

JUDGED, OTHERS = "*QL-dev.xml.gz", "*QL-train*.xml.gz"
RIGHT = ("PerfectMatch", "Relevant")
POSTED, ASKED = datetime(2015, 1, 1, tzinfo=UTC), datetime(2015, 1, 2, tzinfo=UTC)
OURS = "whoknows"


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its candidates by id, and which of them are right."""

    title: str
    body: str
    candidates: dict[str, tuple[str, str]]
    right: frozenset[str]


def read_judged(path: Path) -> list[Judged]:
    """The questions of a file in the task's XML, in its order.

    A file that repeats a question for each of its candidates gives it once.
    """
    with gzip.open(path) as file:
        tree = ElementTree.parse(file)
    found: dict[str, tuple[str, str, dict[str, tuple[str, str]], set[str]]] = {}
    for question in tree.iter("OrgQuestion"):
        title, body = _text(question, "OrgQSubject"), _text(question, "OrgQBody")
        *_, candidates, right = found.setdefault(
            question.attrib["ORGQ_ID"], (title, body, {}, set())
        )
        for related in question.iter("RelQuestion"):
            id_ = related.attrib["RELQ_ID"]
            candidates[id_] = (_text(related, "RelQSubject"), _text(related, "RelQBody"))
            if related.attrib["RELQ_RELEVANCE2ORGQ"] in RIGHT:
                right.add(id_)
    return [Judged(t, b, c, frozenset(right)) for t, b, c, right in found.values()]


def _text(parent: ElementTree.Element, name: str) -> str:
    return " ".join((parent.findtext(name) or "").split())


def average_precision(scores: Floats, right: Sequence[bool]) -> float:
    """Mean precision at each right one, over the ranking by `scores`; ties in the given order."""
    ranked = np.asarray(right)[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean()) if ranked.any() else 0.0


def measured(folder: Path) -> dict[str, Any]:
    """Mean average precision of every system, with 95 % intervals over questions.

    Questions of which no candidate is right are left out.
    """
    judged = [one for path in sorted(folder.glob(JUDGED)) for one in read_judged(path)]
    others = [one for path in sorted(folder.glob(OTHERS)) for one in read_judged(path)]
    threads = {id_: text for one in (*judged, *others) for id_, text in one.candidates.items()}
    ids = list(threads)
    place = {id_: n for n, id_ in enumerate(ids)}
    texts = ["\n\n".join(part for part in threads[id_] if part) for id_ in ids]
    values: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="whoknows-semeval-") as scratch:
        store = Store.open(f"sqlite:///{Path(scratch) / 'semeval.db'}")
        engine = Engine.open(store)
        store.apply(
            [
                Post(id_, "member", POSTED, body, kind="question", title=title, language="en")
                for id_, (title, body) in threads.items()
            ]
        )
        engine.sync()
        engine.learn(None, ASKED)
        words = Bm25(Terms(texts, len(texts)))
        encode = engine.encoders[MINILM].encode
        meaning = Dense(encode([" ".join(text.split()) for text in texts]), encode)
        for one in judged:
            if not one.right:
                continue
            rows = [place[id_] for id_ in one.candidates]
            query = SimilarQuery(title=one.title or None, body=one.body)
            scored = engine.similar_scores(query, list(one.candidates), now=ASKED)
            text = "\n\n".join(part for part in (one.title, one.body) if part)
            bm25, minilm = words.scores(text, len(texts))[rows], meaning.scores(text, len(texts))
            systems = {
                OURS: np.array([scored[id_] for id_ in one.candidates]),
                "bm25": bm25,
                "minilm": minilm[rows],
                "convex": convex(minilm[rows], bm25),
                "rrf": fused(bm25, minilm[rows]),
            }
            for name, scores in systems.items():
                right = [id_ in one.right for id_ in one.candidates]
                values.setdefault(name, []).append(average_precision(scores, right))
        store.close()
    return {
        "questions": len(values[OURS]),
        "threads": len(ids),
        "map": {name: asdict(bootstrap_interval(found)) for name, found in values.items()},
        "p_against_convex": randomisation_test(values[OURS], values["convex"]),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, prog="python -m evaluation.benchmarks.semeval"
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    report = measured(asked.folder)
    if asked.out is not None:
        asked.out.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    for name, found in report["map"].items():
        print(f"{name:10} {found['mean']:.3f} [{found['low']:.3f}, {found['high']:.3f}]")
    print(f"against convex: p {report['p_against_convex']:.3f}")


if __name__ == "__main__":
    main()
