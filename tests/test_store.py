"""The store: what goes in comes out, twice is once, and what is deleted is gone."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from data.errors import InvalidRecord
from data.models import Attachment, Interaction, Link, Person, Post, Record, Space
from data.rows import to_us
from data.store import Store
from data.tables import interactions, links, people, posts, spaces, vectors, versions
from data.text import digest, post_text, profile_text
from recommender.engine import Engine
from tests.communities import NOW, START, encoders, new_store, random_community
from tests.databases import url_of

pytestmark = pytest.mark.usefixtures("each_database")

DAY = timedelta(days=1)


@pytest.fixture
def store() -> Store:
    return new_store()


def seqs(store: Store) -> dict[str, list[tuple[int, int]]]:
    with store.database.reading() as connection:
        return {
            table.name: [tuple(r) for r in connection.execute(select(table.c.pk, table.c.seq))]
            for table in (people, spaces, posts, versions, interactions, links)
        }


PERSON = Person(
    "ann/1?#å",
    name="Ann",
    email="ann@example.org",
    title="Buyer",
    about="lamps",
    department="Light",
    site="north",
    location="Lund",
    timezone="Europe/Stockholm",
    languages=("sv", "en"),
    manager="boss",
    bot=True,
    active=False,
    joined=START,
    left=NOW,
    consent="named",
    weekly_capacity=2**40,
    away_until=NOW + DAY,
    extra={"a": [1, {"b": None}]},
)
POST = Post(
    "post 1",
    PERSON.id,
    START + timedelta(microseconds=1),
    "body\n",
    kind="idea",
    title="title",
    body_format="markdown",
    thread="post 1",
    space="room",
    tags=("b", "a"),
    language="sv",
    updated=START + DAY,
    valid_until=NOW,
    anonymous=True,
    attachments=(Attachment("file:x", "a lamp"), Attachment("file:y", extra={"pages": 2})),
    visibility="members",
    score=-3,
    accepted=True,
    extra={"x": "y"},
)
SPACE = Space("room", "Room", "what", "members", (PERSON.id,), "north", "sv", {"k": 1})


def test_every_field_comes_back(store: Store) -> None:
    assert store.put_person(PERSON) and store.put_space(SPACE) and store.put_post(POST)
    assert store.get_person(PERSON.id) == PERSON
    assert store.get_post(POST.id) == POST
    assert store.get_space(SPACE.id) == SPACE
    assert not (store.put_person(PERSON) or store.put_space(SPACE) or store.put_post(POST))
    store.delete_post(POST.id)
    store.delete_post(POST.id)
    store.delete_person(PERSON.id)
    assert store.get_post(POST.id) is None and store.get_person(PERSON.id) is None


def test_the_same_twice_changes_nothing(store: Store) -> None:
    records = random_community(3).records()
    store.apply(records)
    before, counts = seqs(store), store.counts()
    store.apply(records)
    assert (seqs(store), store.counts()) == (before, counts)


def test_a_newer_export_replaces_and_an_older_does_not(store: Store) -> None:
    store.apply([POST])
    new = replace(POST, body="newer", updated=START + 2 * DAY)
    store.apply([new])
    store.apply([POST, replace(POST, updated=None)])
    assert store.get_post(POST.id) == new
    # Within one batch too: the older of two once won if it came last.
    store.apply([replace(new, body="newest", updated=START + 3 * DAY), new])
    assert (store.get_post(POST.id) or POST).body == "newest"


def test_what_is_put_replaces_what_bears_a_later_date(store: Store) -> None:
    """The old record stayed and was answered: a post could not be withdrawn."""
    first = replace(POST, anonymous=False, visibility="space", updated=START + 2 * DAY)
    store.put_post(first)
    for updated in (None, START + DAY):
        withdrawn = replace(first, body=f"less, {updated}", anonymous=True, updated=updated)
        assert not store.put_post(withdrawn)
        assert store.get_post(POST.id) == withdrawn
    with store.database.reading() as connection:
        spans = select(versions.c.since, versions.c.until, versions.c.body).order_by(versions.c.pk)
        rows = connection.execute(spans).all()
    # What was said before was said until it was replaced, and was then said no more.
    assert [row.body for row in rows] == [first.body, "less, None", None]
    assert [row.until for row in rows] == [rows[1].since, rows[2].since, None]
    assert to_us(START + 2 * DAY) == rows[0].since < rows[1].since < rows[2].since


def test_a_named_author_is_created_implicitly(store: Store) -> None:
    store.apply([Post("t", "who", START, "text"), Interaction("fan", "t", "like")])
    for name in ("who", "fan"):
        assert store.get_person(name) == Person(name, implicit=True)
    store.apply([Person("who", name="W")])
    store.apply([Post("u", "who", START, "text")])
    assert store.get_person("who") == Person("who", name="W")


# Deleting -----------------------------------------------------------------------------------


def test_a_deleted_root_takes_its_thread_and_stays_deleted(store: Store) -> None:
    thread = [Post("t", "a", START, "x"), Post("r", "b", START, "y", thread="t")]
    store.apply([*thread, Interaction("b", "t", "like"), Post("u", "a", START, "z")])
    store.apply([Link("t", "u", "related")])
    store.delete_post("t")
    assert store.counts() | {"people": 0} == {
        "people": 0, "posts": 1, "interactions": 0, "links": 0, "spaces": 0, "roots": 1
    }  # fmt: skip
    assert all(store.apply(thread))
    assert store.counts()["posts"] == 1
    store.put_post(thread[0])
    assert store.get_post("t") == thread[0] and store.get_post("r") is None


def test_a_deleted_person_leaves_the_replies_of_others(store: Store) -> None:
    texts = [
        Post("t", "gone", START, "secret words", title="secret", space="s", tags=("secret",)),
        Post("r", "other", START, "stays", thread="t"),
        Post("own", "gone", START, "more secrets", thread="t"),
        Post("lone", "gone", START, "alone"),
    ]
    member = Space("s", members=("gone", "other"))
    boss = Person("other", manager="gone")
    store.apply(
        [member, Person("gone", about="me"), boss, *texts, Interaction("gone", "r", "like")]
    )
    store.delete_person("gone")
    husk = store.get_post("t")
    assert husk is not None and (husk.author, husk.body, husk.title, husk.tags) == (
        "deleted",
        "",
        None,
        (),
    )
    assert store.get_post("own") is None and store.get_post("lone") is None
    assert store.counts()["roots"] == 1
    assert store.counts()["interactions"] == 0
    assert (store.get_space("s") or SPACE).members == ("other",)
    assert (store.get_person("other") or PERSON).manager is None
    # Neither person nor posts come back, until somebody PUTs them.
    assert all(store.apply([Person("gone"), *(p for p in texts if p.author == "gone")]))
    with pytest.raises(InvalidRecord):
        store.put_post(texts[0])
    assert store.put_person(Person("gone")) and store.get_post("lone") is None
    # Nor did the PUT that was refused open the grave.
    assert store.apply(texts[:1])[0]
    store.put_post(texts[0])
    assert store.get_post("t") == texts[0]


def test_a_husk_goes_with_the_last_that_hung_on_it(store: Store) -> None:
    """Empty posts of nobody stayed behind for ever."""
    store.apply([Post("t", "a", START, "x"), Post("r", "b", START, "y", parent="t")])
    store.delete_person("a")
    store.delete_person("b")
    assert store.counts()["posts"] == 0


def test_texts_and_profiles_that_are_gone_leave_no_vectors(store: Store) -> None:
    """The vector of a profile outlived its person and its change."""
    kept = Post("kept", "b", START, "said twice")
    first = Post("t", "a", START, "first words")
    store.apply([Person("a", about="me"), Person("c", about="old"), first, kept])
    store.apply([replace(first, body="second words"), Post("twin", "a", START, "said twice")])
    engine = Engine(store, encoders(), None)
    engine.sync()

    def there(text: str) -> bool:
        with store.database.reading() as connection:
            found = select(vectors.c.digest).where(vectors.c.digest == digest(text))
            return connection.scalar(found) is not None

    texts = ["first words", "second words", post_text(kept), profile_text(Person("", about="me"))]
    assert all(map(there, [*texts, "old"]))
    store.apply([Person("c", about="new")])
    store.delete_person("a")
    engine.sync()
    assert [*map(there, texts)] == [False, False, True, False]
    assert not there("old") and there("new")


# Versions, numbers --------------------------------------------------------------------------


def _versions(store: Store) -> list[tuple[object, ...]]:
    c = versions.c
    with store.database.reading() as connection:
        return [
            tuple(r) for r in connection.execute(select(c.since, c.until, c.body).order_by(c.pk))
        ]


def test_earlier_texts_are_kept_with_their_times(store: Store) -> None:
    post = Post("t", "a", START, "one")
    received = START + 9 * DAY
    store.apply([post])
    store.apply([replace(post, body="two", updated=START + DAY)])
    store.apply([replace(post, body="three", updated=START + DAY)], received=received)
    # Stated to be older than what we received before it: texts do not stand side by side.
    store.apply([replace(post, body="four", updated=START + 2 * DAY)])
    store.apply([replace(post, body="four", updated=START + 2 * DAY, score=5)])
    found = _versions(store)
    assert [body for _, _, body in found] == ["one", "two", "three", None]
    assert [since for since, _, _ in found[1:]] == [until for _, until, _ in found[:-1]]
    times = [since for since, _, _ in found]
    assert times == sorted(times) and found[-1][1] is None


def test_what_is_quoted_of_a_text_is_what_it_said(store: Store) -> None:
    first = Post("t", "a", START, "<p>eins</p>", title="A", body_format="html", language="de")
    later = Post("t", "a", START, "two", title="B", updated=START + DAY, language="en")
    store.apply([first])
    store.apply([later])
    store.apply([Post("r", "b", START, "a reply", thread="t")])
    keys = [row[0] for row in store.changes(0).versions.tolist()]
    told, texts = store.quoted([*keys, 10**6]), store.texts(keys)
    assert told == {
        key: (post.id, post.title, post.body, post.body_format, post.language)
        for key, post in texts.items()
    }
    assert {(one.title, one.body) for one in told.values()} == {
        ("A", "<p>eins</p>"),
        ("B", "two"),
        (None, "a reply"),
    }
    assert store.quoted([]) == {}


def test_changes_are_numbered_without_a_gap(store: Store) -> None:
    url = url_of(store)

    def write(name: str) -> None:
        other = Store.open(url)
        for i in range(15):
            other.apply([Post(f"{name}{i}", name, START, "x")])
        other.close()

    writers = [Thread(target=write, args=(name,)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert store.counts()["posts"] == 45 and store.seq() == 45
    with store.database.reading() as connection:
        numbers = sorted(connection.scalars(select(posts.c.seq)))
    assert numbers == list(range(1, 46))


def _kinds(records: list[Record]) -> set[type]:
    return {type(record) for record in records}


def test_the_random_community_holds_all_kinds() -> None:
    assert _kinds(random_community(3).records()) == {Person, Space, Post, Interaction, Link}
