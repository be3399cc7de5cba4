"""The replay's report on a hand-made community, with an engine that always knows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import ir_measures
import orjson
import pytest

from data.models import Person, Post, Record
from data.store import Store
from evaluation.archive import Archive
from evaluation.experts import SLICES, Asking, summarised
from evaluation.history import History
from evaluation.journal import Journal, Line, measured
from evaluation.protocol import Question, Split, split
from evaluation.replay import Plan, UnknownTask
from evaluation.report import OURS
from evaluation.trec import write_trec
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


def lines_of(parts: Split, journal: Journal, oracle: Oracle) -> list[Line]:
    asking = Asking(cast(Engine, oracle), {"zsum": wrong}, History(parts))
    questions = parts.test.questions
    return measured(questions, lambda: asking, journal, "experts", lambda *told: None)


def test_report(parts: Split, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "experts.jsonl", "key")
    lines = lines_of(parts, journal, Oracle())
    journal.close()
    report = summarised(lines, parts.test.questions, parts.test, History(parts))
    assert report["questions"]["measured"] == 2
    assert report["questions"]["cold_share"] == 0
    assert report["systems"][OURS]["mrr"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert report["systems"]["zsum"]["mrr"]["mean"] == 0.5
    assert report["difference"]["zsum"]["mean"] == 0.5
    assert report["calibration"]["probability"]["ece"] == 0
    assert report["calibration"]["answerable"]["ece"] == 0
    # Ada has one earlier reply, bob many: half of the places are a newcomer's.
    assert report["systems"][OURS]["newcomers_top5"] == 0.5
    assert {name: part["queries"] for name, part in report["slices"].items()} == {
        SLICES[1]: 2,
        SLICES[3]: 2,
    }
    assert report["slices"][SLICES[1]]["systems"]["zsum"]["mrr"]["mean"] == 0.5
    orjson.dumps(report)
    written = (tmp_path / "experts.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["systems"]["zsum"]["mrr"] for line in written] == [0.5, 0.5]
    assert not any(b"q8" in line or b"bob" in line for line in written)


def test_trec_files_give_the_same_figures(parts: Split, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "experts.jsonl", "key")
    write_trec(tmp_path, "experts", lines_of(parts, journal, Oracle()))
    journal.close()
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "experts.qrels")))
    for name, expected in ((OURS, 1.0), ("zsum", 0.5)):
        run = list(ir_measures.read_trec_run(str(tmp_path / f"experts.{name}.run")))
        measure = ir_measures.RR
        assert ir_measures.calc_aggregate([measure], qrels, run)[measure] == expected


def test_an_interrupted_run_goes_on_and_gives_the_same_lines(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "experts.jsonl"
    whole = lines_of(parts, Journal(None, "key"), Oracle())

    class Interrupted(Oracle):
        def search_experts(self, query: ExpertsQuery, now: datetime) -> ExpertsAnswer:
            if self.asked:
                raise KeyboardInterrupt
            return super().search_experts(query, now)

    journal = Journal(path, "key")
    with pytest.raises(KeyboardInterrupt):
        lines_of(parts, journal, Interrupted())
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"query": "half a li')
    journal, again = Journal(path, "key"), Oracle()
    resumed = lines_of(parts, journal, again)
    journal.close()
    assert len(again.asked) == 1
    assert [timeless(line) for line in resumed] == [timeless(line) for line in whole]
    assert len(path.read_bytes().splitlines()) == 2
    journal, idle = Journal(path, "key"), Oracle()
    lines_of(parts, journal, idle)
    journal.close()
    assert not idle.asked


def timeless(line: Line) -> Line:
    return {name: value for name, value in line.items() if name != "seconds"}


def test_lines_of_other_data_or_code_are_measured_again(parts: Split, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "experts.jsonl", "key")
    lines_of(parts, journal, Oracle())
    journal.close()
    journal, again = Journal(tmp_path / "experts.jsonl", "another"), Oracle()
    lines_of(parts, journal, again)
    journal.close()
    assert len(again.asked) == 2
    assert len((tmp_path / "experts.jsonl").read_bytes().splitlines()) == 2


def test_the_engine_is_asked_as_of_the_question(parts: Split) -> None:
    oracle = Oracle()
    question = parts.test.answered[0]
    Asking(cast(Engine, oracle), {}, History(parts))(question)
    asked = oracle.asked[0]
    assert (asked.as_of, asked.asker_id, asked.space) == (question.at, "asker", "help")
    assert (asked.query, asked.title, asked.k) == ("how?", "Help", 100)


def test_records_of_a_store_make_the_same_questions(parts: Split, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'replay.db'}")
    store.apply([record for record in community() if isinstance(record, Person | Post)])
    archive = Archive(store)
    again = split(archive.records())
    assert [(q.id, q.relevant) for q in again.test.questions] == [
        (q.id, q.relevant) for q in parts.test.questions
    ]
    assert [reply.post.id for reply in again.replies] == [reply.post.id for reply in parts.replies]
    # Replies come without their words, which are read when they are asked for.
    assert {reply.post.body for reply in again.replies} == {""}
    written = list(archive.bodies(reply.post.id for reply in again.replies))
    assert written == [reply.post.body for reply in parts.replies]
    store.close()


def test_the_fingerprint_is_of_ids_and_times_whatever_the_order(tmp_path: Path) -> None:
    def fingerprint(name: str, records: list[Record]) -> str:
        store = Store.open(f"sqlite:///{tmp_path / name}.db")
        store.apply(records)
        found = Archive(store).fingerprint()
        store.close()
        return found

    records = community()
    assert fingerprint("a", records) == fingerprint("b", records[::-1])
    later = Post("new", "bob", START, "x", kind="reply", thread="q0")
    assert fingerprint("c", [*records, later]) != fingerprint("d", records)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownTask, match="or all"):
        Plan.of("horoscope")
    with pytest.raises(UnknownTask, match="validation or test"):
        Plan.of("experts", window="yesterday")
    with pytest.raises(ValueError, match="at least 1"):
        Plan.of("experts", questions=0)
