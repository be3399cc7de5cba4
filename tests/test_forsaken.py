"""Who was known only by what is deleted goes with it: a bare id of somebody stayed behind."""

from pathlib import Path

import pytest

from data.importing import import_path
from data.models import Interaction, Person, Post, Space
from data.store import Deletion, Store
from tests.communities import NOW, START, new_store
from tests.exports import write_folder

pytestmark = pytest.mark.usefixtures("each_database")

THREAD = [Post("t", "who", START, "x"), Post("r", "other", START, "y", parent="t")]


@pytest.fixture
def store() -> Store:
    return new_store()


def there(store: Store, *ids: str) -> list[str]:
    return [id_ for id_ in ids if store.get_person(id_) is not None]


def test_an_author_goes_with_the_last_of_their_posts(store: Store) -> None:
    store.apply([*THREAD, Post("u", "who", START, "z"), Interaction("fan", "t", "like")])
    store.apply([Person("described"), Post("v", "described", START, "v")])
    store.delete_post("u")
    assert there(store, "who", "other", "fan") == ["who", "other", "fan"]
    before = store.seq()
    store.delete_post("t")
    assert there(store, "who", "other", "fan") == []
    # In the same transaction.
    assert store.seq() == before + 1
    store.delete_post("v")
    assert there(store, "described") == ["described"]
    # What was deleted stays so, and so does its author; who is named again is known again.
    store.apply(THREAD)
    assert there(store, "who", "other") == []
    store.put_post(THREAD[0])
    assert store.get_person("who") == Person("who", implicit=True)


def test_what_still_names_somebody_keeps_them(store: Store) -> None:
    ids = ("acts", "member", "boss", "chose", "once")
    store.apply([Post(f"of {id_}", id_, START, "x") for id_ in ids])
    store.apply([Post("t", "ann", START, "y"), Interaction("acts", "t", "like")])
    store.apply([Space("s", members=("member",)), Person("ann", manager="boss")])
    store.choose("chose", ["lamps"], NOW)
    # An earlier text of theirs, which was given to somebody else.
    store.apply([Post("e", "once", START, "first words"), Post("e", "ann", START, "second words")])
    store.apply([Deletion("post", f"of {id_}") for id_ in ids])
    assert there(store, *ids) == list(ids)
    store.apply([Deletion("person", "ann")])
    # Their manager, who was named by that record alone, and who liked or once wrote what goes.
    assert there(store, *ids) == ["member", "chose"]


def test_others_go_with_a_deleted_person_and_not_with_what_is_taken_back(store: Store) -> None:
    store.apply([Post("t", "ann", START, "x"), Interaction("fan", "t", "like")])
    store.withdraw("fan", "t", "like")
    # They took it back themselves, and have just been here.
    assert there(store, "fan") == ["fan"]
    store.apply([Interaction("fan", "t", "helpful")])
    store.delete_person("ann")
    assert there(store, "fan") == []


def test_a_snapshot_takes_along_whom_it_brought_no_more(tmp_path: Path, store: Store) -> None:
    """Somebody who was first named elsewhere stayed without anything."""

    def snapshot(source: str, *posts: Post) -> dict[str, int]:
        folder = write_folder(tmp_path / source, posts)
        people = tmp_path / "map.csv"
        people.write_text("who,who\n")
        report = import_path(store, folder, source=source, snapshot=True, people_map=people)
        return report.deleted

    kept = Post("kept", "x", START, "z")
    snapshot("a", Post("t", "who", START, "x"), kept)
    snapshot("b", Post("u", "who", START, "y"), kept)
    assert snapshot("a", kept)["posts"] == 1
    assert there(store, "who") == ["who"]
    assert snapshot("b", kept) | {"links": 0} == {
        "posts": 1, "people": 1, "interactions": 0, "links": 0, "spaces": 0,
    }  # fmt: skip
    assert there(store, "who", "a:x", "b:x") == ["a:x", "b:x"]
    snapshot("b", Post("u", "who", START, "y"), kept)
    assert there(store, "who") == ["who"]


def test_having_been_shown_something_keeps_nobody() -> None:
    store = new_store()
    store.apply([Post("own", "ann", NOW, "light"), Post("other", "bo", NOW, "carpets")])
    store.note_impressions("ann", ["other"], NOW)
    store.delete_post("own")
    assert store.get_person("ann") is None and len(store.impressions(0)) == 0
