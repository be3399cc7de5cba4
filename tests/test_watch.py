"""The look at an SQLite file that saves a query: no commit escapes it, whoever made it."""

from pathlib import Path

import pytest
from sqlalchemy import event

from data.models import Person
from data.store import Store
from data.watch import Watch
from tests.communities import NOW


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'whoknows.db'}"


def write(store: Store, person: Person) -> None:
    assert store.apply([person], received=NOW) == [None]


def queries(store: Store) -> list[str]:
    """The statements that are sent from now on."""
    sent: list[str] = []

    def heard(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", heard)
    return sent


def test_every_commit_is_noticed_once(url: str) -> None:
    store, other = Store.open(url), Store.open(url)
    for number in range(5):
        before = store.state(number)
        writer = other if number % 2 else store
        write(writer, Person(f"p{number}"))
        assert store.state(number)[0] == before[0] + 1 == other.state(number)[0]
    sent = queries(store)
    assert store.state(4) == store.state(4)
    assert sent == []
    assert store.state(2) != store.state(4)
    store.close()
    other.close()


def test_what_is_read_within_a_moment_is_of_that_moment_and_not_remembered(url: str) -> None:
    store, other = Store.open(url), Store.open(url)
    write(store, Person("a"))
    with store.database.one_moment():
        before = store.state(1)
        write(other, Person("b"))
        assert store.state(1) == before
    assert store.state(1)[0] == before[0] + 1


def test_a_file_that_cannot_be_asked_is_read_as_before(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(url)
    write(store, Person("a"))
    monkeypatch.setattr(Watch, "version", lambda _self: None)
    sent = queries(store)
    assert store.state(1) == store.state(1)
    assert sum("counters" in statement for statement in sent) == 2


def test_a_watch_that_was_closed_tells_nothing(url: str) -> None:
    store = Store.open(url)
    write(store, Person("a"))
    assert store.database.unwritten() is not None
    store.close()
    assert store.database.unwritten() is None
