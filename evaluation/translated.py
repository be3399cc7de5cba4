"""Sentences with translations, asked through the engine: similar, who knows, and the feed.

In: row-aligned sentences of several languages, as posts of small communities made for it. Out:
the place of the right answer for each question, 0 the best, `MISSED` where it is not among the
first hundred.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from data.models import Person, Post, Record
from data.store import Store
from evaluation.benchmarks.languages import PARAPHRASE, Rows
from evaluation.history import Ints
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from recommender.settings import EngineSettings, FeedSettings

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DEPTH = 100
MISSED = 10**6
ANSWER = "We did that here; ask me."
"""What everybody replies: only the question tells what the reply was about."""


@contextmanager
def community_of(
    records: Sequence[Record], fill: Callable[[Store], None] | None = None
) -> Iterator[Engine]:
    """An engine over `records` and what `fill` brings, whose feed draws nothing by lot."""
    settings = EngineSettings(feed=FeedSettings(exploration=0.0, readers=0))
    with TemporaryDirectory(prefix="whoknows-languages-") as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'languages.db'}")
        refused = [told for told in store.apply(list(records)) if told is not None]
        if refused:
            raise ValueError(f"not stored: {refused[0]}")
        if fill is not None:
            fill(store)
        try:
            yield Engine.open(store, settings)
        finally:
            store.close()


def place_of(found: Sequence[str], wanted: str) -> int:
    """How many stand before `wanted`."""
    return found.index(wanted) if wanted in found else MISSED


def similar_places(
    stored: Sequence[str], asked: dict[str, list[str]], some: Sequence[int]
) -> dict[str, Ints]:
    """Sentences `stored` as thread roots, and the place of each question's own, for the rows
    `some`: by language."""
    posts = [
        Post(f"t{n}", "author", NOW - timedelta(days=40, minutes=n), text)
        for n, text in enumerate(stored)
    ]
    with community_of(posts) as engine:

        def place(n: int, text: str) -> int:
            ideas = engine.similar(SimilarQuery(body=text, k=10), now=NOW)
            return place_of([idea.post.id for idea in ideas], f"t{n}")

        return {
            language: np.array([place(n, texts[n]) for n in some])
            for language, texts in asked.items()
        }


def expert_places(rows: Rows, some: Sequence[int], answered: bool) -> dict[str, Ints]:
    """Each English sentence a thread that one person replied in: the place of that person for the
    sentence in each language, for the rows `some`.

    `answered`: the sentence is the reply, and the thread only says "a question".
    """
    records: list[Record] = [Person("asker")]
    sentences = rows.first["en"]
    for n, text in enumerate(sentences):
        at = NOW - timedelta(days=40, minutes=n)
        asked, told = ("A question for everybody", text) if answered else (text, ANSWER)
        records += [
            Post(f"t{n}", "asker", at, asked, kind="question"),
            Post(f"r{n}", f"p{n:03}", at + timedelta(hours=1), told, kind="reply", thread=f"t{n}"),
        ]
    with community_of(records) as engine:

        def place(n: int, text: str) -> int:
            answer = engine.search_experts(ExpertsQuery(text, asker_id="asker", k=DEPTH), now=NOW)
            return place_of([one.person.id for one in answer.candidates], f"p{n:03}")

        return {
            language: np.array([place(n, texts[n]) for n in some])
            for language, texts in rows.first.items()
        }


def feed_places(rows: Rows, language: str, mixed: bool) -> Ints:
    """People who each joined a thread on one English sentence; the place that an idea in
    `language`, a paraphrase of that sentence, has in their feed.

    `mixed`: every second idea is in English, and only the others are looked for.
    """
    chosen = np.flatnonzero(rows.likeness >= PARAPHRASE)
    records: list[Record] = []
    for n, row in enumerate(chosen.tolist()):
        joined, idea = rows.first["en"][row], rows.second_in[language][row]
        if mixed and n % 2:
            idea = rows.second_in["en"][row]
        at = NOW - timedelta(days=40)
        records += [
            Post(f"t{n}", "asker", at, joined, kind="question"),
            Post(
                f"r{n}", f"p{n:03}", at + timedelta(hours=1), ANSWER, kind="reply", thread=f"t{n}"
            ),
            Post(f"i{n}", "poster", NOW - timedelta(hours=3), idea, kind="idea"),
        ]
    looked = range(0, len(chosen), 2) if mixed else range(len(chosen))
    with community_of(records) as engine:
        return np.array(
            [
                place_of(
                    [item.post.id for item in engine.feed(f"p{n:03}", k=DEPTH, now=NOW).items],
                    f"i{n}",
                )
                for n in looked
            ]
        )


def hit(places: Ints, k: int = 1) -> float:
    """Share of questions whose right answer is among the first k."""
    return float((places < k).mean())


def mean_reciprocal(places: Ints) -> float:
    """Mean reciprocal rank; 0 for what was missed."""
    return float(np.where(places < DEPTH, 1.0 / (1.0 + places), 0.0).mean())
