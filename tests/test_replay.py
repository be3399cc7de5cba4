"""The replay's report on a hand-made community, with an engine that always knows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import orjson
import pytest

from data.models import Person, Post, Record
from data.store import Store
from evaluation.history import History
from evaluation.protocol import Question, Split, split
from evaluation.replay import OURS, EngineSystem, UnknownTask, records_of, replay, run
from recommender.engine import Engine
from recommender.queries import ExpertsQuery
from recommender.results import Candidate, ExpertsAnswer

START = datetime(2024, 1, 1, tzinfo=UTC)


def community() -> list[Record]:
    """Ten questions a week apart; bob answers each of them within a day, ada the first."""
    records: list[Record] = [Person("ada"), Person("bob")]
    for n in range(10):
        day = START + timedelta(days=7 * n)
        records += [
            Post(f"q{n}", "asker", day, "how?", title="Help", thread=f"q{n}", space="help"),
            Post(f"r{n}", "bob", day + timedelta(hours=9), "so", kind="reply", thread=f"q{n}"),
        ]
    records += [Post("a", "ada", START + timedelta(days=1), "ok", kind="reply", thread="q0")]
    records += [Post("end", "bob", START + timedelta(days=200), "bye", kind="reply", thread="q0")]
    return records


class Oracle:
    """Stands for the engine: bob first, with certainty; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[ExpertsQuery] = []

    def search_experts(self, query: ExpertsQuery, now: datetime) -> ExpertsAnswer:
        self.asked.append(query)
        people = (("bob", 1.0), ("ada", 0.0))
        found = tuple(Candidate(Person(id_), chance, chance, ()) for id_, chance in people)
        return ExpertsAnswer(found, 1.0, None)


@pytest.fixture
def parts() -> Split:
    return split(community())


def wrong(question: Question) -> Sequence[str]:
    return ["ada", "bob"]


def test_report(parts: Split, tmp_path: Path) -> None:
    oracle = Oracle()
    ours = EngineSystem(cast(Engine, oracle))
    told: list[tuple[str, int, int]] = []
    report = replay(
        {OURS: ours, "zsum": wrong},
        ours,
        History(parts),
        parts,
        tmp_path,
        lambda stage, done, total: told.append((stage, done, total)),
    )
    assert report["questions"]["measured"] == 2
    assert report["systems"][OURS]["mrr"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert report["systems"]["zsum"]["mrr"]["mean"] == 0.5
    assert report["difference"]["zsum"]["mean"] == 0.5
    assert report["calibration"]["probability"]["ece"] == 0
    assert report["calibration"]["answerable"]["ece"] == 0
    # Ada has one earlier reply, bob many: half of the places are a newcomer's.
    assert report["systems"][OURS]["newcomers_top5"] == 0.5
    assert told == [(OURS, 1, 2), (OURS, 2, 2), ("zsum", 1, 2), ("zsum", 2, 2)]
    orjson.dumps(report)
    lines = (tmp_path / "experts.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["systems"]["zsum"]["mrr"] for line in lines] == [0.5, 0.5]
    assert not any(b"q8" in line or b"bob" in line for line in lines)


def test_the_engine_is_asked_as_of_the_question(parts: Split) -> None:
    oracle = Oracle()
    ours = EngineSystem(cast(Engine, oracle))
    question = parts.test.answered[0]
    assert ours(question) == ["bob", "ada"]
    asked = oracle.asked[0]
    assert (asked.as_of, asked.asker_id, asked.space) == (question.at, "asker", "help")
    assert (asked.query, asked.title, asked.k) == ("how?", "Help", 100)


def test_records_of_a_store_make_the_same_questions(parts: Split, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'replay.db'}")
    store.apply([record for record in community() if isinstance(record, Person | Post)])
    again = split(records_of(store))
    store.close()
    assert [(q.id, q.relevant) for q in again.test.questions] == [
        (q.id, q.relevant) for q in parts.test.questions
    ]


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownTask, match="choose experts or all"):
        run(None, "sqlite:///nowhere.db", task="horoscope")
