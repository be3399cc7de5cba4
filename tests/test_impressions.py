"""What feeds have shown is kept for days, gone with whom it is of, and spreads ideas further."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from data.copies import copy_rows
from data.errors import UnknownPerson
from data.impressions import KEPT_US
from data.models import Interaction, Person, Post, Record, Space
from data.rows import to_us
from data.store import Store
from data.tables import impressions
from recommender import impressions as in_memory
from recommender.engine import Engine
from recommender.settings import FeedSettings
from recommender.sites import homes_of
from recommender.spreading import offers
from tests.communities import NOW, TOPICS, new_store
from tests.test_spreading import DAY, HOUR, community, engine_with, item_of, readers

SEEN = "new at another site, seen by few yet"
MINUTE = timedelta(minutes=1)
KEPT = timedelta(microseconds=KEPT_US)


def rows_of(store: Store, since: int = 0) -> list[tuple[int, ...]]:
    return [tuple(row) for row in store.impressions(since).tolist()]


def small() -> Store:
    store = new_store()
    root, reply = Post("t", "ann", NOW - DAY, "light"), Post("r", "bo", NOW - HOUR, "x", thread="t")
    store.apply([Person("vera"), Person("will"), root, reply, replace_id(root, "other")])
    return store


def replace_id(post: Post, id_: str) -> Post:
    return Post(id_, post.author, post.created, "carpets")


@pytest.mark.usefixtures("each_database")
class TestKept:
    """On both kinds of databases."""

    def test_the_first_time_of_a_thread_counts(self) -> None:
        store = small()
        assert store.note_impressions("vera", ["r", "t", "gone", "other", "t"], NOW) == 2
        state = store.state(0)
        assert store.note_impressions("vera", ["t"], NOW + HOUR) == 0
        # Nothing was written, so nobody has to look.
        assert store.state(0) == state
        assert store.note_impressions("will", ["t"], NOW + HOUR) == 1
        assert {at for *_, at in rows_of(store)} == {to_us(NOW), to_us(NOW + HOUR)}
        assert len(rows_of(store)) == 3 and len(rows_of(store, state.impressions)) == 1
        # Views stay as they are.
        assert store.seq() == state.seq

    def test_nobody_unknown_is_shown_anything(self) -> None:
        store = small()
        with pytest.raises(UnknownPerson):
            store.note_impressions("nobody", ["t"], NOW)
        assert rows_of(store) == []

    def test_what_is_old_goes_with_the_next(self) -> None:
        store = small()
        store.note_impressions("vera", ["t"], NOW)
        store.note_impressions("will", ["t"], NOW + KEPT)
        assert len(rows_of(store)) == 2
        store.note_impressions("will", ["other"], NOW + KEPT + MINUTE)
        assert {at for *_, at in rows_of(store)} == {to_us(NOW + KEPT), to_us(NOW + KEPT + MINUTE)}

    def test_they_go_with_the_person_and_with_the_thread(self) -> None:
        store = small()
        for who in ("vera", "will"):
            store.note_impressions(who, ["t", "other"], NOW)
        store.delete_person("vera")
        assert len(rows_of(store)) == 2
        store.delete_post("t")
        with store.database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(impressions)) == 1

    def test_a_copy_of_the_database_has_them(self, tmp_path: Path) -> None:
        store = small()
        store.note_impressions("vera", ["t"], NOW)
        target = Store.open(f"sqlite:///{tmp_path / 'copy.db'}")
        copy_rows(store, target)
        assert rows_of(target) == rows_of(store)


def told(records: list[Record], *shown: tuple[str, str]) -> Engine:
    """An engine of `records` and who was shown which thread a minute ago."""
    engine = engine_with(records, FeedSettings(0.0, 2))
    for person, post in shown:
        engine.store.note_impressions(person, [post], NOW - MINUTE)
    engine.sync()
    return engine


def offered(engine: Engine, *names: str) -> list[str]:
    """To whom of `names` the idea is offered, as one that few have seen."""
    items = {name: item_of(engine, name) for name in names}
    return [name for name, item in items.items() if item is not None and SEEN in item.reasons]


SOUTH = ("south0", "south1", "south3", "south9")


def test_where_it_is_told_what_was_shown_whoever_comes_is_asked_until_enough_have_seen_it() -> None:
    records = community()
    # Somebody of the south tells of something else: nobody there has seen the idea.
    assert offered(told(records, ("south2", "noise1")), *SOUTH) == list(SOUTH)
    assert offered(told(records, ("south2", "idea")), *SOUTH) == list(SOUTH)
    both = told(records, ("south2", "idea"), ("south1", "idea"))
    # Who has seen it keeps it for the day: an impression of one's own is none of the others.
    assert offered(both, *SOUTH) == ["south1"]


def test_a_response_opens_it_to_as_many_more() -> None:
    liked = Interaction("south2", "idea", "like", at=NOW - HOUR)
    shown = ("south1", "idea"), ("south2", "idea")
    assert offered(told(community(liked), *shown), *SOUTH) == list(SOUTH)
    waved = Interaction("south2", "idea", "dismiss", at=NOW - HOUR)
    assert offered(told(community(waved), *shown), *SOUTH) == []


def test_what_is_shown_at_another_site_says_nothing_of_this_one() -> None:
    east = readers("east", TOPICS[0], 2)
    engine = told(community(*east), ("east0", "idea"), ("east1", "idea"))
    assert offered(engine, *SOUTH) == []
    assert item_of(engine, "south0") is not None


def test_what_is_shown_of_a_closed_thread_changes_nothing_for_who_may_not_read_it() -> None:
    """That somebody of the site was shown anything at all turned the feed of all others there."""
    closed = Space("closed", visibility="members", members=("south2",))
    secret = Post("secret", "busy1", NOW - 2 * HOUR, TOPICS[3], space="closed")
    records = community(closed, secret)
    plain, engine = told(records), told(records, ("south2", "secret"))
    for name in SOUTH:
        one, other = (
            [(item.post.id, item.score, item.reasons) for item in e.feed(name, k=30, now=NOW).items]
            for e in (plain, engine)
        )
        assert one == other
    assert offered(engine, "south2") == ["south2"]


def test_silence_ends_it_after_a_day() -> None:
    engine = told(community(age=25 * HOUR), ("south2", "noise1"))
    assert offered(engine, *SOUTH) == []


def test_ideas_that_fewest_have_seen_come_first_and_of_these_what_fits() -> None:
    more = [
        Post(f"idea {n}", "north0", NOW - (3 + n) * HOUR, topic, kind="idea")
        for n, topic in enumerate((TOPICS[1], TOPICS[0]))
    ]
    engine = told(community(*more), ("south2", "idea"))
    community_, view = engine.community, engine._view("south0", None, NOW)
    keys = {id_: key for key, id_ in engine.store.post_ids(range(1, 200)).items()}
    pool = np.array([keys[id_] for id_ in ("idea", "idea 0", "noise1", "idea 1")])
    person, homes = community_.person_keys["south0"], homes_of(community_, view)
    found = offers(community_, engine.texts, view, person, pool, homes)
    assert found.told
    # Light before trucks, both before the one that somebody has seen; a question not at all.
    seen, trucks, question, light = found.claims.tolist()
    assert light > trucks > seen > question == 0.0


def test_a_feed_of_the_past_knows_of_none() -> None:
    plain, engine = told(community()), told(community(), ("south2", "idea"))
    when = NOW - 30 * MINUTE
    a, b = (e.feed("south0", k=10, now=NOW, as_of=when) for e in (plain, engine))
    assert [(i.post.id, i.score, i.reasons) for i in a.items] == [
        (i.post.id, i.score, i.reasons) for i in b.items
    ]


def test_an_engine_that_starts_later_knows_as_much() -> None:
    engine = told(community(), ("south2", "idea"), ("south1", "idea"))
    later = Engine(engine.store, engine.encoders, None, engine.settings)
    later.sync()
    assert offered(later, *SOUTH) == offered(engine, *SOUTH) == ["south1"]


def test_who_is_deleted_has_seen_nothing() -> None:
    engine = told(community(), ("south2", "idea"), ("south1", "idea"), ("south0", "noise1"))
    engine.store.delete_person("south2")
    engine.sync()
    assert offered(engine, "south3", "south9") == ["south3", "south9"]


def test_memory_forgets_what_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_memory, "SOME", 0)
    engine = told(community(), ("south2", "idea"))
    kept = engine.community.impressions
    for hours in (23, 96):
        engine.store.note_impressions("south3", [f"noise{hours % 7}"], NOW + hours * HOUR)
        engine.sync()
    everybody = np.ones(len(engine.community.roster), dtype=bool)
    ideas = np.arange(len(engine.community.posts))
    moment = to_us(NOW + 200 * HOUR)
    assert kept.counts(ideas, everybody, moment).sum() == 1
    readable = np.ones(len(ideas), dtype=bool)
    assert kept.told_by(everybody, readable, to_us(NOW + 97 * HOUR))
    assert not kept.told_by(everybody, readable, moment)
