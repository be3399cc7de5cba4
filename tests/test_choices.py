"""What people chose is kept with its time, apart from their records, and gone with them."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.copies import copy_rows
from data.errors import UnknownPerson
from data.models import Choice, Person, Post
from data.store import Store
from data.tables import choices, vectors
from data.text import digest
from recommender.engine import Engine
from tests.communities import NOW, START, encoders, engine_of, new_store

pytestmark = pytest.mark.usefixtures("each_database")

DAY = timedelta(days=1)
VERA = Person("vera", name="Vera", about="lamps")


def chosen(store: Store, person_id: str = "vera", since: int = 0) -> tuple[Choice, ...] | None:
    """What a follower is told of a person; None where it is told nothing."""
    changes = store.changes(since)
    (pk,) = (pk for pk, person in store.changes(0).people if person.id == person_id)
    return dict(changes.choices).get(pk)


def kept_vectors(store: Store) -> set[bytes]:
    with store.database.reading() as connection:
        return set(connection.scalars(select(vectors.c.digest)))


@pytest.fixture
def store() -> Store:
    store = new_store()
    store.apply([VERA, Person("ann")])
    return store


def test_what_stays_keeps_its_time_and_its_place_is_what_was_put_last(store: Store) -> None:
    store.choose("vera", ["light", "地毯清洁"], START)
    store.choose("vera", ["paint", "light", "paint"], START + DAY)
    assert chosen(store) == (Choice("paint", START + DAY), Choice("light", START))
    # What was taken back and comes again is new.
    store.choose("vera", ["地毯清洁"], START + 2 * DAY)
    assert chosen(store) == (Choice("地毯清洁", START + 2 * DAY),)
    store.choose("vera", [], START + 3 * DAY)
    assert chosen(store) == ()


def test_the_same_again_is_no_news(store: Store) -> None:
    store.choose("vera", ["light"], START)
    seq = store.seq()
    store.choose("vera", ["light"], START + DAY)
    assert chosen(store, since=seq) is None


def test_nobody_chooses_for_somebody_who_is_not_there(store: Store) -> None:
    seq = store.seq()
    with pytest.raises(UnknownPerson):
        store.choose("nobody", ["light"], START)
    assert store.seq() == seq


def test_the_id_of_a_topic_stays_with_its_words(store: Store) -> None:
    store.choose("vera", ["light", "own"], START, {"light": "t3", "not chosen": "t4"})
    store.choose("vera", ["own", "light"], START + DAY)
    light = Choice("light", START, "t3")
    assert chosen(store) == (Choice("own", START), light)
    store.choose("vera", ["own"], START + DAY)
    store.choose("vera", ["own", "light"], START + DAY, {"own": "t5"})
    # What is taken back leaves nothing.
    assert chosen(store) == (
        Choice("own", START, "t5"),
        Choice("light", START + DAY),
    )


def test_a_record_and_the_choices_leave_each_other_alone(store: Store) -> None:
    before = store.get_person("vera")
    store.choose("vera", ["light"], START)
    assert store.get_person("vera") == before
    store.put_person(Person("vera", name="Vera Holm"))
    store.apply([Person("vera", about="carpets")])
    assert chosen(store) == (Choice("light", START),)


def test_they_are_gone_with_the_person_and_do_not_come_back_with_one_of_that_id(
    store: Store,
) -> None:
    store.choose("vera", ["light"], START)
    store.choose("ann", ["paint"], START)
    store.delete_person("vera")
    store.put_person(VERA)
    assert chosen(store) is None
    assert chosen(store, "ann") == (Choice("paint", START),)
    with store.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(choices)) == 1


def test_their_vectors_are_kept_and_go_with_what_is_taken_back() -> None:
    engine = engine_of([VERA, Person("ann"), Post("p", "ann", START, "light paint")])
    store = engine.store
    before = kept_vectors(store)
    store.choose("vera", ["light", "paint"], START)
    engine.sync()
    assert kept_vectors(store) - before == {digest("light"), digest("paint")}
    # They are read once: the next start finds them.
    again = Engine(store, words := encoders(), None)
    again.sync()
    assert all(not encoder.texts for encoder in words.values())
    store.choose("vera", ["paint"], NOW)
    engine.sync()
    assert kept_vectors(store) - before == {digest("paint")}
    store.delete_person("vera")
    engine.sync()
    assert kept_vectors(store) < before


def test_what_a_copy_holds(store: Store, tmp_path: Path) -> None:
    store.choose("vera", ["地毯清洁"], START)
    target = Store.open(f"sqlite:///{tmp_path / 'copy.db'}")
    copy_rows(store, target)
    assert chosen(target) == (Choice("地毯清洁", START),)
    target.close()


def test_a_standby_reads_what_it_may_not_keep(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.choose("vera", ["light"], START)
    monkeypatch.setattr(store.database, "standby", lambda: "streams")
    before = kept_vectors(store)
    engine = Engine(store, encoders(), None)
    with engine._current():
        pass
    assert engine.chosen("vera", NOW).topics == ("light",)
    assert kept_vectors(store) == before
