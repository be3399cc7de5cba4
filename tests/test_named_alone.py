"""People whom others' records name, as manager or as member, and who are deleted."""

import pytest

from data.models import Person, Post, Space
from data.provenance import Completion
from data.store import Store
from recommender.queries import SimilarQuery
from tests.communities import NOW, START, engine_of, new_store

ROOM = Space("s", visibility="members", members=("gone", "p"))
BOSS = Person("p", manager="gone")


@pytest.fixture(params=["named alone", "with a record"])
def store(request: pytest.FixtureRequest, each_database: None) -> Store:
    """A store with somebody named in others' records, who has one of their own or not."""
    store = new_store()
    own = [Person("gone")] if request.param == "with a record" else []
    assert not any(store.apply([*own, ROOM, BOSS]))
    return store


def named(store: Store) -> set[str]:
    person, space = store.get_person("p"), store.get_space("s")
    assert person is not None and space is not None
    told = {"manager": person.manager == "gone", "member": "gone" in space.members}
    return {name for name, holds in told.items() if holds}


def test_who_is_deleted_is_named_nowhere_nor_by_the_next_import(store: Store) -> None:
    """Who was only named stayed so, and read what members read; an import named all again."""
    assert named(store) == {"manager", "member"}
    store.delete_person("gone")
    assert named(store) == set()
    store.apply([ROOM, BOSS])
    store.write([Completion(BOSS)], store.provenance("import:x", 1))
    assert named(store) == set()
    store.put_person(BOSS)
    assert named(store) == set()
    # Whoever is PUT is there again, and may be named again.
    store.put_person(Person("gone"))
    store.apply([ROOM, BOSS])
    assert named(store) == {"manager", "member"}


def test_an_import_opens_no_door_to_who_was_deleted() -> None:
    store = new_store()
    engine = engine_of([ROOM, Post("t", "p", START, "window lighting", space="s")], store)
    asked = SimilarQuery("window lighting", viewer_id="gone")
    assert engine.similar(asked, NOW)
    store.delete_person("gone")
    store.apply([ROOM])
    engine.sync()
    assert not engine.similar(asked, NOW)
