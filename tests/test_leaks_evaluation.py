"""Leaks of the measuring itself: baselines, labels and windows know nothing of what came later."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import evaluation.baselines
import evaluation.protocol
import evaluation.replay
from data.models import Person, Post, Record
from data.readers.detect import open_reader
from data.readers.face import ReadOptions
from evaluation.archive import Archive
from evaluation.baselines import System, baselines
from evaluation.caveats import STACK_EXCHANGE, caveats_of
from evaluation.history import History, root_text
from evaluation.opening import Opened
from evaluation.protocol import LABEL_WINDOW, Question, Split, split
from evaluation.relevance import Bm25, Dense, Terms, TfIdf
from evaluation.replay import Plan, measure
from evaluation.textmodel import TextModel
from recommender.settings import EngineSettings
from tests.communities import START, WordEncoder, new_store, random_community

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
HOUR = timedelta(hours=1)
MONTH = 30 * 86_400.0
Patch = pytest.MonkeyPatch


def records() -> list[Record]:
    """A community, with somebody new replying in each of its last threads."""
    community = random_community(11, threads=160)
    roots = sorted((p for p in community.posts if p.parent is None), key=lambda p: p.created)
    new = [
        Post(f"{root.id} new", f"new{i}", root.created + HOUR, root.body, thread=root.id)
        for i, root in enumerate(roots[-50:])
    ]
    return [*community.people, *community.posts, *new]


@pytest.fixture(autouse=True)
def few_voters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than there are threads, so that one too many takes another's place."""
    monkeypatch.setattr(evaluation.baselines, "VOTERS", 40)


def systems(parts: Split, start: datetime) -> dict[str, System]:
    """The baselines on a history, their statistics fitted on what came before `start`."""
    history = History(parts)
    texts = [root_text(root) for root in history.roots]
    encoder = WordEncoder(32, "m")
    replies = Terms(
        (r.post.body for r in history.replies), history.replies_before(start.timestamp())
    )
    return baselines(
        history,
        words=TfIdf(Terms(texts, history.roots_before(start.timestamp()))),
        meaning=Dense(encoder.encode(texts), encoder.encode),
        posts=Bm25(replies),
        profile=TextModel(replies, history.reply_people, len(history.people)),
    )


def up_to(parts: Split, question: Question) -> Split:
    """The history as it was when a question was asked."""
    return replace(
        parts,
        roots=tuple(r for r in parts.roots if r.created < question.at or r.id == question.id),
        replies=tuple(r for r in parts.replies if r.post.created < question.at),
    )


# Baselines -----------------------------------------------------------------------------------


def check_baselines() -> None:
    """Each ranks the same people in the same order without all that came after the question."""
    parts = split(records())
    start = parts.test_starts
    assert start is not None
    whole = systems(parts, start)
    asked = parts.test.questions
    assert len(asked) >= 4
    for question in asked:
        for name, system in systems(up_to(parts, question), start).items():
            assert whole[name](question) == system(question), (name, question.id)


def test_baselines_know_nothing_of_what_came_after() -> None:
    check_baselines()


def candidates_of_everything(patch: Patch) -> None:
    def everybody(self: History, question: Question) -> Any:
        return np.array([n for n, who in enumerate(self.people) if who != question.asker])

    patch.setattr(History, "candidates", everybody)


def _later(name: str) -> Callable[[Patch], None]:
    def leak(patch: Patch) -> None:
        exact = getattr(History, name)
        patch.setattr(History, name, lambda self, at, *a, **k: exact(self, at + MONTH, *a, **k))

    return leak


def fitted_on_everything(patch: Patch) -> None:
    exact = Terms.__init__

    def leaking(self: Terms, texts: Iterable[str], fit_on: int) -> None:
        known = list(texts)
        exact(self, known, len(known))

    patch.setattr(Terms, "__init__", leaking)


@pytest.mark.parametrize(
    "leak",
    [
        candidates_of_everything,
        fitted_on_everything,
        *(_later(name) for name in ("roots_before", "replies_before", "activity", "votes")),
    ],
)
def test_a_leak_into_the_baselines_is_caught(
    leak: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_baselines()


# Labels --------------------------------------------------------------------------------------


def labels(known: list[Record]) -> dict[str, tuple[object, ...]]:
    """Every question of every window by id, and what happened to it."""
    parts = split(known)
    return {
        q.id: (q.at, q.asker, q.repliers, q.relevant)
        for window in (parts.train, parts.validation, parts.test)
        for q in window.questions
    }


def check_labels(ends: datetime) -> None:
    """A question that an export up to `ends` keeps was followed for as long as in a longer one."""
    longer = labels(records())
    shorter = labels([r for r in records() if not isinstance(r, Post) or r.created < ends])
    assert len(shorter) > 20
    for id_, label in shorter.items():
        assert longer[id_] == label, id_


ENDS = [START + timedelta(days=days) for days in (100, 120, 140)]


@pytest.mark.parametrize("ends", ENDS)
def test_the_end_of_the_export_cuts_no_label(ends: datetime) -> None:
    check_labels(ends)


def test_labels_that_the_end_cuts_are_caught(monkeypatch: Patch) -> None:
    monkeypatch.setattr(
        evaluation.protocol,
        "_window",
        lambda questions, end: evaluation.protocol.Window(tuple(questions)),
    )
    with pytest.raises(AssertionError):
        for ends in ENDS:
            check_labels(ends)


def test_a_question_of_the_last_thirty_days_is_counted_as_too_late() -> None:
    parts = split(records())
    last = max(r.created for r in records() if isinstance(r, Post))
    windows = (parts.train, parts.validation, parts.test)
    assert all(q.at <= last - LABEL_WINDOW for window in windows for q in window.questions)
    late = [root for root in parts.roots if root.created > last - LABEL_WINDOW]
    assert sum(window.too_late for window in windows) == len(late) > 0


def check_undated_labels() -> None:
    """What bears no date decides no label: how posts stand, and what people say of themselves."""
    standing = [
        replace(r, score=90 - i, accepted=i % 2 == 0)
        if isinstance(r, Post)
        else replace(r, about="light", active=False, title="lead", site="x")
        if isinstance(r, Person)
        else r
        for i, r in enumerate(records())
    ]
    assert labels(standing) == labels(records())


def test_what_bears_no_date_decides_no_label() -> None:
    check_undated_labels()


def test_a_label_by_the_accepted_mark_is_caught(monkeypatch: Patch) -> None:
    exact = evaluation.protocol._as_reply
    monkeypatch.setattr(
        evaluation.protocol,
        "_as_reply",
        lambda post, *known: None if post.accepted is False else exact(post, *known),
    )
    with pytest.raises(AssertionError):
        check_undated_labels()


# What MiniLM has read ------------------------------------------------------------------------


def test_a_stack_exchange_site_carries_its_caveat() -> None:
    background = Person("-1", name="Community", location="on the server farm")
    prefixed = replace(background, id="ai:-1")
    for people in ([background], [Person("7"), prefixed]):
        assert caveats_of(people) == [STACK_EXCHANGE]
    assert "2021" in STACK_EXCHANGE and "MiniLM" in STACK_EXCHANGE
    assert caveats_of([Person("-1", name="Minus"), Person("1", name="Community")]) == []
    assert caveats_of(p for p in records() if isinstance(p, Person)) == []


def conditions_of(people: list[Person], patch: Patch) -> dict[str, Any]:
    """What a replay of such a community states beside its figures, with nothing measured."""
    patch.setattr(evaluation.replay, "TASKS", {"experts": lambda *asked: {"mrr": 0.5}})
    store = new_store()
    store.apply(people)
    engine = SimpleNamespace(texts=SimpleNamespace(scheme="none"), settings=EngineSettings())
    opened = SimpleNamespace(archive=Archive(store), engine=engine)
    plan = Plan(("experts",), "test", 5)
    found = measure(cast(Opened, opened), plan, None, lambda *told: None)
    conditions: dict[str, Any] = found["experts"]["conditions"]
    return conditions


def test_a_replay_says_it_beside_its_figures(monkeypatch: Patch) -> None:
    site = [Person("-1", name="Community"), Person("7", name="Somebody")]
    assert conditions_of(site, monkeypatch)["caveats"] == [STACK_EXCHANGE]
    assert conditions_of(site[1:], monkeypatch)["caveats"] == []


@pytest.mark.parametrize("name", ["se-ai-2017", "se-quantum-2018", "zulip-ncar"])
def test_real_communities_are_told_apart(name: str) -> None:
    path = SHARED / name
    if not path.is_dir():
        pytest.skip(f"../shared/data/{name} is not here")
    items = open_reader(path, "auto").read(path, ReadOptions())
    people = [item.record for item in items if isinstance(item.record, Person)]
    assert bool(caveats_of(people)) == name.startswith("se-")
