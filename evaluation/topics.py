"""Do topics stay where they are, and how long does finding them take?

    python -m evaluation.topics DATABASE... [--out evaluation/results/topics.md]

In: databases that an import left. Out: a page, numbers alone. Topics are learned up to five weeks
before the end of the history and again after each of four weeks, going on from the week before, as
a server that learns weekly would; beside it, each time from nothing.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from data.copies import copy_database
from data.rows import from_us, to_us
from data.store import Store
from evaluation import conditions
from evaluation.pooling import telling
from recommender.engine import Engine
from recommender.parts import Parts
from recommender.topicmodel import TopicModel, fit_topics, threads_to_fit
from recommender.view import view_of

Ints = npt.NDArray[np.int64]

WEEK = timedelta(days=7)
WEEKS = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """A community: sizes, seconds of one fit, and shares of threads that kept their topic.

    `kept`: after a week, the mean of four. `kept_month`: after all four. `anew`: after a week where
    topics are found from nothing each time, with the best matching of old and new ones.
    """

    threads: int
    topics: int
    named: int
    apart: float
    seconds: float
    kept: float
    kept_month: float
    anew: float


def figures_of(source: Path) -> Figures | None:
    """The figures of the community in a database; None where there are too few threads."""
    tell = telling(source.stem)
    with tempfile.TemporaryDirectory(prefix="whoknows-topics-") as scratch:
        live = Store.open(f"sqlite:///{source}")
        copy = Path(scratch) / "copy.db"
        copy_database(live, copy, source.with_name(source.name + ".index"))
        live.close()
        store = Store.open(f"sqlite:///{copy}")
        try:
            return _measured(Engine.open(store, progress=tell))
        finally:
            store.close()


def _measured(engine: Engine) -> Figures | None:
    parts = engine.parts
    end = from_us(int(engine.community.posts["created"].max()) + 1)
    moments = [end - WEEK * (WEEKS - week) for week in range(WEEKS + 1)]
    began = time.perf_counter()
    model = _fit(engine, parts, moments[0], None)
    seconds = time.perf_counter() - began
    if model is None:
        return None
    rows = _rows(engine, parts, moments[0])
    first = before = fresh = _numbers(parts, model, rows)
    kept, anew = [], []
    for moment in moments[1:]:
        later = _fit(engine, parts, moment, model)
        alone = _fit(engine, parts, moment, None)
        if later is None or alone is None:
            return None
        model = later
        now, other = _numbers(parts, later, rows), _numbers(parts, alone, rows)
        kept.append(float((now == before).mean()))
        anew.append(_matched(fresh, other))
        before, fresh = now, other
    return Figures(
        threads=len(rows),
        topics=len(first_topics := set(first[first >= 0].tolist())),
        named=min(sum(bool(words) for words in model.words), len(first_topics)),
        apart=float((first < 0).mean()),
        seconds=seconds,
        kept=float(np.mean(kept)),
        kept_month=float((before == first).mean()),
        anew=float(np.mean(anew)),
    )


def _fit(
    engine: Engine, parts: Parts, moment: datetime, before: TopicModel | None
) -> TopicModel | None:
    view = view_of(engine.community, None, moment, moment)
    return fit_topics(parts, view, to_us(moment), before)


def _rows(engine: Engine, parts: Parts, moment: datetime) -> Ints:
    return threads_to_fit(parts, view_of(engine.community, None, moment, moment), to_us(moment))


def _numbers(parts: Parts, model: TopicModel, rows: Ints) -> Ints:
    """The number of each thread's topic; -1 for none."""
    numbers = np.array([*model.clusters.numbers, -1], dtype=np.int64)
    found: Ints = numbers[model.places(parts.texts.multilingual.vectors(rows))]
    return found


def _matched(before: Ints, after: Ints) -> float:
    """Share of threads that are together as before, topics matched one to one at their best."""
    size = int(max(before.max(), after.max())) + 2
    table = np.zeros((size, size))
    np.add.at(table, (before + 1, after + 1), 1)
    alone = table[0, 0]
    rows, columns = linear_sum_assignment(-table[1:, 1:])
    return float((table[1:, 1:][rows, columns].sum() + alone) / len(before))


def page(figures: dict[str, Figures]) -> str:
    """The figures in Markdown."""
    lines = [
        INTRODUCTION.format(names=" ".join(figures), conditions=conditions.told()),
        "| community | threads | topics | with words | in none | a week later | four weeks later "
        "| a week later, from nothing | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {f.threads:,} | {f.topics} | {f.named} | {f.apart:.1%} | {f.kept:.1%} "
        f"| {f.kept_month:.1%} | {f.anew:.1%} | {f.seconds:.1f} |"
        for name, f in figures.items()
    ]
    return "\n".join([*lines, "", NOTES])


INTRODUCTION = """# Topics: do they stay where they are?

Made by `python -m evaluation.topics {names}`. Topics are learned five weeks before the end of each
history and again after each of four weeks, going on from those before. A thread has stayed if its
topic has the same number. From nothing, topics are matched with those of the week before as well as
can be. Seconds are of one fit from nothing, on two busy cores, texts read from the database.
{conditions}
"""

NOTES = """## How it was chosen

Clusters found by other ways were looked at on four of these communities: by how much their most
telling words belong together, and by whether people join threads of one cluster. HDBSCAN (on
principal components) left a fifth to three quarters of the threads outside and found few clusters;
Ward's linkage was no better than k-means and grows with the square; mini-batch k-means gave less
coherent words; principal components save time and change little. MiniLM's vectors tell English
topics better apart by who joins them, but they read no other language: an organisation's languages
would fall into topics of their own. Languages that the multilingual encoder was not trained on
(Swedish, Greek) do so now. So: k-means on the multilingual vectors, less their mean.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        prog="python -m evaluation.topics",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("databases", nargs="+", type=Path, metavar="DATABASE")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results/topics.md"))
    asked = parser.parse_args(arguments)
    found = {source.stem: figures_of(source) for source in asked.databases}
    told = {name: figures for name, figures in found.items() if figures is not None}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(page(told), encoding="utf-8")


if __name__ == "__main__":
    main()
