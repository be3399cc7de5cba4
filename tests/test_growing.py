"""A view that grew after something was added is the one that would be made anew."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest

from data.models import Interaction, Person, Post, Record, Space
from recommender import begun, experts, feedpool, pace, sites, view
from recommender.engine import Engine
from recommender.view import View, view_of
from tests.communities import NOW, START, engine_of, random_community, sentence

VIEWERS = (None, "p00", "p04")
AS_OF = (None, START + timedelta(days=60))
DAY = timedelta(days=1)

MAKERS: tuple[Callable[[View], object], ...] = (
    begun.roots_in,
    begun.answers_in,
    begun.told_in,
    begun.begun_by_all,
    begun.joinings_in,
    begun.recent_in,
    experts.visible,
    pace.usual_in,
    feedpool.begun_in,
    sites._written,
    sites.first_written,
    begun.rows_in,
)


def alike(one: object, other: object) -> bool:
    """Whether two are the same to the last bit, what they have worked out for themselves apart."""
    if is_dataclass(one):
        names = [field.name for field in fields(one) if not field.name.startswith("_")]
        return all(alike(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and (
            one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
        )
    return one == other


class Writer:
    """Writes by chance: mostly what is new, now and then what changes something."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.rng = engine, Random(seed)
        self.count = 0
        self.ids = [post.id for post in random_community(seed).posts]

    def _new(self) -> str:
        self.count += 1
        return f"more{self.count}"

    def _when(self) -> datetime:
        return START + DAY * self.rng.uniform(0, 200)

    def _author(self) -> str:
        known = f"p{self.rng.randrange(12):02}"
        return known if self.rng.random() < 0.8 else f"stranger{self.rng.randrange(9)}"

    def root(self) -> Record:
        where = self.rng.choice([None, "s0", "s1", "s2"])
        made = Post(self._new(), self._author(), self._when(), sentence(self.rng, 1), space=where)
        self.ids.append(made.id)
        return made

    def reply(self) -> Record:
        to, when = self.rng.choice(self.ids), self._when()
        if self.rng.random() < 0.7:
            when = NOW - DAY * self.rng.random()
        made = Post(self._new(), self._author(), when, sentence(self.rng, 2), parent=to)
        self.ids.append(made.id)
        return replace(made, anonymous=self.rng.random() < 0.1)

    def orphan(self) -> Record:
        made = Post(self._new(), "p01", self._when(), "early", parent=f"later{self.count}")
        self.ids.append(f"later{self.count}")
        return made

    def edit(self) -> Record:
        return Post(self.rng.choice(self.ids), "p02", self._when(), sentence(self.rng, 3))

    def person(self) -> Record:
        return Person(self._author(), name="Somebody", bot=self.rng.random() < 0.3)

    def space(self) -> Record:
        open_ = self.rng.choice(["open", "members"])
        return Space("s1", visibility=open_, members=tuple(self.rng.sample(["p00", "p04"], 1)))

    def act(self) -> Record:
        return Interaction("p03", self.rng.choice(self.ids), "like", at=self._when())

    def write(self) -> None:
        kinds = [self.root] * 4 + [self.reply] * 9 + [self.act] * 2
        if self.rng.random() < 0.3:
            kinds = [self.edit, self.person, self.space, self.orphan]
        if self.rng.random() < 0.05:
            self.engine.store.delete_post(self.rng.choice(self.ids))
        many = self.rng.choice([1, 1, 1, 4])
        self.engine.store.apply([self.rng.choice(kinds)() for _ in range(many)], received=NOW)


@pytest.mark.parametrize("seed", range(6))
def test_a_view_that_grew_is_the_one_made_anew(seed: int) -> None:
    engine = engine_of(random_community(seed).records())
    writer, grew = Writer(engine, seed), 0
    for _ in range(30):
        writer.write()
        engine.sync()
        for viewer in VIEWERS:
            as_of = writer.rng.choice(AS_OF)
            now = engine._view(viewer, as_of, NOW)
            grew += now.whole
            anew = view_of(now.community, viewer, as_of, NOW)
            for name in ("posts", "texts", "counted", "classes"):
                assert alike(getattr(now, name), getattr(anew, name)), name
            # Not each of them is asked for every time: what was skipped grows by more at once.
            for make in writer.rng.sample(MAKERS, 6):
                assert alike(now.once(make), anew.once(make)), make.__name__
    assert grew > 10


def test_numbers_that_were_deleted_before_a_start_are_passed_over() -> None:
    engine = engine_of(random_community(4).records())
    last = [Post(f"last{n}", "p01", NOW - DAY, "gone", parent="t1") for n in range(5)]
    engine.store.apply(last, received=NOW)
    for post in last:
        engine.store.delete_post(post.id)
    started = Engine(engine.store, engine.encoders, None)
    started.sync()
    before = started._view(None, None, NOW)
    for make in MAKERS:
        before.once(make)
    reply = Post("reply", "p03", NOW - DAY / 2, "a reply", parent="t2")
    engine.store.apply([Post("new", "p02", NOW - DAY, "a thread"), reply], received=NOW)
    started.sync()
    now = started._view(None, None, NOW)
    assert now.whole and len(now.posts) > len(before.posts) + 2
    anew = view_of(now.community, None, None, NOW)
    for name in ("posts", "texts", "counted"):
        assert alike(getattr(now, name), getattr(anew, name)), name
    for make in MAKERS:
        assert alike(now.once(make), anew.once(make)), make.__name__


def test_every_function_that_grows_is_compared() -> None:
    assert set(view._GROWING) <= set(MAKERS)


def test_what_changes_something_makes_a_view_anew() -> None:
    engine = engine_of(random_community(3).records())
    author, other = "p01", "p02"
    first = Post("one", author, NOW - DAY, "a thread")
    late = Post("two", other, NOW - DAY / 2, "a reply", parent="one")
    early = replace(late, id="three", created=NOW - DAY * 0.9)
    for record, grows in (
        (first, True),
        (late, True),
        (Person("somebody new"), True),
        # An earlier reply of the same person takes the place of the later one.
        (early, False),
        (replace(first, body="another text"), False),
        (Person(author, bot=True), False),
        (Space("s1", visibility="members"), False),
        (Post("four", other, NOW - DAY / 4, "more", parent="one"), True),
    ):
        engine._view(None, None, NOW)
        engine.store.apply([record], received=NOW)
        engine.sync()
        assert engine._view(None, None, NOW).whole is grows, record
    engine.store.delete_post("four")
    engine.sync()
    assert not engine._view(None, None, NOW).whole
