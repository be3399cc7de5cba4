"""Are a person's peers the people they come to meet? A check on own history.

    python -m evaluation.peers SOURCE... [--window test] [--most 300] [--out evaluation/results]

In: community folders (or any export), or databases (NAME.db) that an import left. Out: peers.md and
peers.json. At moments of the window, everybody whom a person has not met is ranked by `peers` as of
then; whom they first meet in a thread within the next 60 days is the truth. The engine has learned
from what was before the window alone.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

from evaluation.conditions import conditions
from evaluation.meetings import NEW_BELOW, MeetingQuery, meetings
from evaluation.metrics import hit, reciprocal_rank
from evaluation.opening import opened
from evaluation.peers_page import page
from evaluation.pooling import telling
from evaluation.significance import bootstrap_interval
from recommender.affinity import SIGNALS
from recommender.settings import EngineSettings

Floats = npt.NDArray[np.float64]

MOST = 300
ALIKE = 0.25
"""Difference in log activity up to which two people are about equally active."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: candidates' ids, their signals (n, SIGNALS), and which came to be met."""

    query: MeetingQuery
    ids: tuple[str, ...]
    signals: Floats
    score: Floats
    relevant: npt.NDArray[np.bool_]


def systems(asked: Asked) -> dict[str, Floats]:
    """Scores by system: ours, simple ways, and each signal of ours alone."""
    column = {name: asked.signals[:, i] for i, name in enumerate(SIGNALS)}
    lot = [crc32(f"{asked.query.id} {id_}".encode()) for id_ in asked.ids]
    return {
        "random": np.array(lot, dtype=float),
        "active": column["active"],
        "spaces": column["spaces"],
        "spaces x active": column["spaces"] * column["active"],
        "friends of friends": column["company"],
        "concerns": column["concerns"],
        "topics": column["topics"],
        "peers": asked.score,
    }


def asked_of(source: Path, window: str, most: int) -> tuple[list[Asked], dict[str, Any]]:
    """The questions of a community, and under what conditions they were asked."""
    tell = telling(source.stem)
    is_database = source.suffix == ".db"
    path, url = (None, f"sqlite:///{source}") if is_database else (source, "")
    with opened(path, url, window, None, EngineSettings(own_weights=False), tell) as history:
        if history is None:
            return [], {}
        history.learn(tell)
        # The last window ends with the history.
        ends = history.parts.ends(window) or max(r.post.created for r in history.parts.replies)
        queries = meetings(history.parts, history.starts, ends, most)
        found = []
        for done, query in enumerate(queries, start=1):
            tell("peers", done, len(queries))
            ids, values, score = history.engine.peer_signals(query.person, query.at)
            kept = [i for i, id_ in enumerate(ids) if id_ not in query.met]
            relevant = np.array([ids[i] in query.relevant for i in kept], dtype=bool)
            if relevant.any():
                columns = np.array([values[name] for name in SIGNALS]).T[kept]
                chosen = np.array(score)[kept]
                found.append(Asked(query, tuple(ids[i] for i in kept), columns, chosen, relevant))
        return found, conditions(history.archive.fingerprint(), window, most, 0)


def measured(asked: Sequence[Asked]) -> dict[str, dict[str, list[float]]]:
    """By system and measure, a value a question."""
    values: dict[str, dict[str, list[float]]] = {}
    for one in asked:
        truth = {id_ for id_, met in zip(one.ids, one.relevant, strict=True) if met}
        for name, scores in systems(one).items():
            order = sorted(range(len(one.ids)), key=lambda i: (-scores[i], one.ids[i]))
            ranked = [one.ids[i] for i in order]
            told = values.setdefault(name, {"mrr": [], "hit@10": [], "alike": []})
            told["mrr"].append(reciprocal_rank(ranked, truth))
            told["hit@10"].append(hit(ranked, truth, 10))
            told["alike"].append(_among_alike(one, scores))
    return values


def _among_alike(one: Asked, scores: Floats) -> float:
    """The chance that somebody who came to be met is above an equally active one who did not.

    Half for a tie; half where there is nobody to compare with.
    """
    active = one.signals[:, SIGNALS.index("active")]
    chances = []
    for place in np.flatnonzero(one.relevant).tolist():
        others = ~one.relevant & (np.abs(active - active[place]) <= ALIKE)
        if others.any():
            below = (scores[others] < scores[place]).mean()
            chances.append(float(below + 0.5 * (scores[others] == scores[place]).mean()))
    return float(np.mean(chances)) if chances else 0.5


def report(asked: Sequence[Asked]) -> dict[str, Any]:
    """The figures of a community: means, intervals, and those of newcomers alone."""
    values = measured(asked)
    new = [i for i, one in enumerate(asked) if one.query.threads < NEW_BELOW]
    return {
        "questions": len(asked),
        "candidates": float(np.mean([len(one.ids) for one in asked])),
        "to meet": float(np.mean([one.relevant.sum() for one in asked])),
        "newcomers": len(new),
        "systems": {
            name: {
                **{measure: _interval(told) for measure, told in by_measure.items()},
                "newcomers' mrr": _mean([by_measure["mrr"][i] for i in new]),
            }
            for name, by_measure in values.items()
        },
        "against": {
            name: _interval(np.subtract(values["peers"]["mrr"], told["mrr"]).tolist())
            for name, told in values.items()
            if name != "peers"
        },
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _interval(values: Sequence[float]) -> list[float]:
    told = bootstrap_interval(values)
    return [round(told.mean, 4), round(told.low, 4), round(told.high, 4)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        prog="python -m evaluation.peers",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--window", choices=("validation", "test"), default="test")
    parser.add_argument("--most", type=int, default=MOST, help="questions a community")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    asked = parser.parse_args(arguments)
    figures: dict[str, Mapping[str, Any]] = {}
    for source in asked.sources:
        found, how = asked_of(source, asked.window, asked.most)
        if found:
            figures[source.stem] = {**report(found), "conditions": how}
    asked.out.mkdir(parents=True, exist_ok=True)
    dumped = orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    (asked.out / "peers.json").write_bytes(dumped + b"\n")
    (asked.out / "peers.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
