"""Several processes behind one PostgreSQL: numbers, views and embedding that they share."""

import threading
import time
from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import select, text

from data.errors import StoreError
from data.models import Person, Post
from data.store import Store
from data.tables import posts, versions
from data.transaction import Transaction
from recommender.embedding import embed_pending, scheme_of
from recommender.engine import Engine
from tests.asking import told
from tests.communities import START, WordEncoder, encoders, random_community
from tests.databases import Postgres, url_of


@pytest.fixture
def store(postgres: Postgres) -> Store:
    return postgres.new_store()


def test_no_number_is_seen_before_a_smaller_one(store: Store) -> None:
    """The trap of sequences: 8 is taken after 7 and committed before it, and 7 is never followed.

    Here whoever takes a number holds every other writer up until it can be seen.
    """
    store.apply([Person("ada")])
    late = Store.open(url_of(store))
    done = threading.Event()

    def write() -> None:
        late.apply([Post("late", "ada", START, "x")])
        done.set()

    writer = threading.Thread(target=write)
    with store.database.writing() as first:
        assert first.seq == 2
        writer.start()
        assert not done.wait(0.7)
        assert late.seq() == 1 and not len(late.changes(0).posts)
    writer.join(10)
    assert done.is_set() and late.seq() == 3
    late.close()


def test_a_follower_misses_nothing_and_is_told_nothing_twice(store: Store) -> None:
    url, ends = url_of(store), threading.Event()

    def write(name: str) -> None:
        other = Store.open(url)
        for i in range(12):
            other.apply([Post(f"{name}{i}-{j}", name, START, "x") for j in range(3)])
        other.close()

    followed: list[int] = []
    numbers: list[tuple[int, int]] = []

    def follow() -> None:
        other, seq = Store.open(url), 0
        while not ends.is_set() or other.seq() != seq:
            changes = other.changes(seq)
            numbers.append((seq, changes.seq))
            followed.extend(changes.posts[:, 0].tolist())
            seq = changes.seq
        other.close()

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in (follower, *writers):
        thread.start()
    for writer in writers:
        writer.join()
    ends.set()
    follower.join()
    with store.database.reading() as connection:
        there = sorted(connection.scalars(select(posts.c.pk)))
        seqs = sorted(set(connection.scalars(select(posts.c.seq))))
    assert len(there) == 4 * 12 * 3 and sorted(followed) == there
    assert seqs == list(range(1, 49)) and store.seq() == 48
    assert all(before <= after for before, after in numbers)


def test_a_reader_sees_one_moment(store: Store) -> None:
    store.apply([Person("ada")])
    with store.database.reading() as connection:
        count = select(posts.c.pk)
        assert not connection.execute(count).all()
        store.apply([Post("p", "ada", START, "x")])
        assert not connection.execute(count).all()
    assert store.counts()["posts"] == 1


def test_a_write_through_one_server_is_seen_by_the_other(store: Store) -> None:
    store.apply(random_community(4).records())
    first = Engine(store, encoders(), None)
    first.sync()
    second = Engine(Store.open(url_of(store)), encoders(), None)
    second.sync()
    assert told(first) == told(second)
    second.store.apply([Post("n", "p01", START, "spotlight glass season window", title="glass")])
    second.sync()
    assert told(first) == told(second)
    first.store.delete_post("n")
    assert told(first) == told(second)
    second.store.close()


class SlowEncoder(WordEncoder):
    """Takes its time, so that two who read at once would meet."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        time.sleep(0.002 * len(texts))
        return super().encode(texts)


def test_no_text_is_read_by_two(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.embedding.BATCH", 20)
    store.apply([Post(f"p{i}", "ada", START, f"word{i} glass", title=f"t{i}") for i in range(150)])
    readers = [(Store.open(url_of(store)), encoders(SlowEncoder)) for _ in range(3)]
    threads = [threading.Thread(target=embed_pending, args=reader) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lane in ("minilm", "multilingual"):
        shares = [encoder[lane].texts for _, encoder in readers]
        read = [one for share in shares for one in share]
        assert len(read) == len(set(read)) and all(shares)
    assert store.count_pending(scheme_of(readers[0][1])) == 0
    for other, _ in readers:
        other.close()


def test_claims_hold_up_neither_writers_nor_anybody_after_their_end(store: Store) -> None:
    store.apply([Post(f"p{i}", "ada", START, f"word{i}") for i in range(5)])
    other = Store.open(url_of(store))
    with store.claimed("s", 3) as mine:
        assert len(mine) == 3
        # Editing and deleting what is being read waits for nobody.
        other.put_post(Post("p0", "ada", START, "another"))
        other.delete_post("p1")
        with other.claimed("s", 10) as theirs:
            assert len(theirs) == 3 and not {p.version for p in mine} & {p.version for p in theirs}
    # A process that is killed leaves nothing behind: its connection ends with it.
    lost = other.claimed("s", 10)
    assert len(lost.__enter__()) == 5
    with store.database.unhurried() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        connection.execute(text(ended))
    with store.claimed("s", 10) as again:
        assert len(again) == 5
    with pytest.raises(StoreError, match="does not answer"):
        lost.__exit__(None, None, None)
    with store.database.reading() as connection:
        assert len(connection.execute(select(versions.c.pk)).all()) == 5
    other.close()


def test_an_unfinished_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(KeyError), store.database.writing() as transaction:
        assert isinstance(transaction, Transaction) and transaction.seq == 1
        raise KeyError("cut off")
    assert store.seq() == 0
