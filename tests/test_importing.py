"""Imports: twice is once, cut off is resumed, and a snapshot deletes what it should and no more."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

import data.importing
from data.errors import UnreadableSource
from data.importing import ImportReport, import_path
from data.models import Interaction, Link, Person, Post, Record, Space
from data.store import Store
from data.tables import interactions
from recommender.engine import Engine
from tests.asking import answers, flattened
from tests.communities import START, encoders, new_store, random_community
from tests.exports import write_folder

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def store() -> Store:
    return new_store()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.importing, "BATCH", 20)


VOTES = [Interaction(None, "t1", "like", at=START) for _ in range(3)]


def everything() -> list[Record]:
    community = random_community(11)
    return [*community.records(), *VOTES]


def state(store: Store) -> object:
    """Counts, and what an engine answers."""
    engine = Engine(store, encoders(), None)
    engine.sync()
    return store.counts(), [flattened(answers(engine, who)) for who in (None, "p01", "p06")]


def test_twice_is_once(tmp_path: Path, store: Store) -> None:
    folder = write_folder(tmp_path / "c", everything())
    first = import_path(store, folder)
    before, changes = state(store), store.changes(0)
    second = import_path(store, folder)
    assert state(store) == before
    assert first.accepted == second.accepted and not first.rejections
    assert (store.changes(0).posts == changes.posts).all()
    with store.database.reading() as connection:
        rows = select(interactions.c.pk).where(interactions.c.person.is_(None))
        nobody = len(connection.execute(rows).all())
    assert nobody == sum(1 for r in everything() if isinstance(r, Interaction) and not r.person)


def test_sources_do_not_collide(tmp_path: Path, store: Store) -> None:
    posts = [Post("1", "ann", START, "x", space="s"), Post("2", "bob", START, "y", thread="1")]
    records = [Space("s", members=("ann",)), Person("ann", manager="bob"), *posts]
    records += [Interaction("bob", "1", "like"), Link("2", "1", "related")]
    folder = write_folder(tmp_path / "c", records)
    import_path(store, folder)
    import_path(store, folder, source="forum")
    assert store.counts() == {
        "people": 4, "posts": 4, "roots": 2, "interactions": 2, "links": 2, "spaces": 2
    }  # fmt: skip
    reply = store.get_post("forum:2")
    assert reply is not None and (reply.author, reply.thread) == ("forum:bob", "forum:1")
    assert (store.get_space("forum:s") or Space("")).members == ("forum:ann",)
    assert (store.get_person("forum:ann") or Person("")).manager == "forum:bob"
    with pytest.raises(UnreadableSource):
        import_path(store, folder, source="a:b")


def test_people_are_one_by_a_map_or_an_equal_address(tmp_path: Path, store: Store) -> None:
    """Members of a space were named before their record told who they are."""
    store.apply([Person("p1", email="Ann@x.org", title="Buyer"), Person("p2", name="Bob")])
    posts = [Post("1", "u1", START, "x"), Post("2", "u2", START, "y")]
    people = [Person("boss", manager="u1"), Person("u1", email="ann@X.org", about="lamps")]
    space = Space("s", visibility="members", members=("u1", "u2"))
    folder = write_folder(tmp_path / "c", [space, *people, *posts])
    mapping = tmp_path / "map.csv"
    mapping.write_text("source id,person id\nu2,p2\n")
    for _ in range(2):
        import_path(store, folder, source="f", people_map=mapping, match_email=True)
        found = [store.get_post(f"f:{i}") for i in (1, 2)]
        assert [post.author for post in found if post] == ["p1", "p2"]
        assert (store.get_space("f:s") or Space("")).members == ("p1", "p2")
        assert (store.get_person("f:boss") or Person("")).manager == "p1"
        ann = store.get_person("p1")
        assert ann is not None and (ann.title, ann.about) == ("Buyer", "lamps")
    # The person is not the source's: its snapshot does not take them away.
    import_path(store, write_folder(tmp_path / "d", [Person("boss")]), source="f", snapshot=True)
    assert store.get_person("p1") is not None and store.get_person("f:boss") is not None


def test_what_another_source_adds_to_a_person_stays(tmp_path: Path, store: Store) -> None:
    """An unchanged export, read again, took away what the next one had said of the same person."""
    ann = Person("ann", email="ann@x.org", title="Buyer", weekly_capacity=0)
    hers = write_folder(tmp_path / "a", [ann])
    twin = replace(ann, id="u1", email="Ann@x.org", title="Ms", manager="u2", weekly_capacity=5)
    other = replace(twin, id="u3", manager="u1", languages=("sv",))
    folders = [hers, write_folder(tmp_path / "b", [Person("u2"), twin, other])]
    for _ in range(2):
        seen = store.seq()
        for folder, source in zip(folders, ("a", "b"), strict=True):
            import_path(store, folder, source=source, match_email=source == "b")
    assert store.changes(seen).people == []
    whole = replace(ann, id="a:ann", manager="b:u2", languages=("sv",))
    assert store.get_person("a:ann") == whole and store.get_person("b:u1") is None
    import_path(store, write_folder(tmp_path / "c", [replace(ann, about="lamps")]), source="a")
    assert store.get_person("a:ann") == replace(whole, about="lamps")
    # What is said of oneself goes before what others say; PUT replaces whole.
    mine = replace(ann, manager="boss")
    import_path(store, write_folder(tmp_path / "d", [mine]), source="a")
    assert (store.get_person("a:ann") or ann).manager == "a:boss"
    store.put_person(replace(ann, id="a:ann"))
    assert store.get_person("a:ann") == replace(ann, id="a:ann")


# Snapshots ----------------------------------------------------------------------------------


def _snapshot(store: Store, folder: Path, records: Iterable[Record | str]) -> ImportReport:
    return import_path(store, write_folder(folder, records), source="a", snapshot=True)


def test_a_snapshot_deletes_what_is_missing_and_equals_a_clean_import(
    tmp_path: Path, store: Store
) -> None:
    records = [Space("unused"), *everything()]
    _snapshot(store, tmp_path / "c", records)
    gone = {f"t{i}" for i in range(0, 25, 3)}

    def stays(record: Record) -> bool:
        if isinstance(record, Post):
            return record.id not in gone and record.thread not in gone
        if isinstance(record, Interaction):
            return record.post.split("r")[0] not in gone
        if isinstance(record, Link):
            return not {record.source, record.target} & gone
        return record.id not in {"unused", "p00"}

    left = [record for record in records if stays(record)]
    report = _snapshot(store, tmp_path / "c", left)
    assert report.deleted["posts"] and report.deleted["interactions"]
    clean = new_store()
    _snapshot(clean, tmp_path / "c", left)
    assert state(store) == state(clean)


def test_a_snapshot_spares_what_came_otherwise(tmp_path: Path, store: Store) -> None:
    """An author who is missing took along what they had written here."""
    root = Post("t", "ann", START, "x")
    _snapshot(store, tmp_path / "c", [Person("ann", name="Ann", about="lamps"), root])
    store.apply(
        [Post("here", "a:ann", START, "from the API", thread="a:t"), Post("b:1", "b:x", START, "x")]
    )
    store.apply([Interaction("c", "here", "like")])
    report = _snapshot(store, tmp_path / "c", [Person("bob")])
    assert report.deleted["posts"] == 1 and report.deleted["people"] == 1
    assert store.get_post("here") is not None and store.get_post("b:1") is not None
    assert store.get_person("a:ann") == Person("a:ann", implicit=True)
    assert store.counts()["interactions"] == 1 and store.counts()["roots"] == 2


def test_a_snapshot_keeps_back_where_it_could_not_read(tmp_path: Path, store: Store) -> None:
    root = Post("t", "ann", START, "x")
    _snapshot(store, tmp_path / "c", [root, Post("u", "ann", START, "y")])
    report = _snapshot(store, tmp_path / "c", [root, "{no json"])
    assert report.kept_back and store.counts()["posts"] == 2
    # A malformed record is spared, with its author; what is missing goes.
    report = _snapshot(store, tmp_path / "c", ['{"id": "u", "author": "ann"}'])
    assert not report.kept_back and report.deleted["posts"] == 1
    assert store.get_post("a:u") is not None and store.get_person("a:ann") is not None


def test_a_refused_interaction_does_not_keep_a_snapshot_back(tmp_path: Path, store: Store) -> None:
    """After one deletion here, no snapshot deleted anything any more."""
    posts = [Post(name, "ann", START, "x") for name in ("t", "u", "v")]
    like = Interaction("bob", "t", "like")
    _snapshot(store, tmp_path / "c", [*posts, like, Link("u", "t", "related")])
    store.delete_post("a:t")
    report = _snapshot(store, tmp_path / "c", [posts[0], posts[1], like, Link("u", "t", "related")])
    assert [(r.file, r.line) for r in report.rejections] == [
        ("posts.jsonl", 1), ("interactions.jsonl", 1), ("links.jsonl", 1)
    ]  # fmt: skip
    assert report.kept_back is None and report.deleted["posts"] == 1
    assert store.counts()["posts"] == 1


# Interruptions ------------------------------------------------------------------------------


class Cut(RuntimeError):
    """The import ends here."""


def test_an_interrupted_import_goes_on_and_equals_a_clean_one(tmp_path: Path, store: Store) -> None:
    bad = ['{"id": "bad"}', "{"]
    unknown = Interaction("p01", "nowhere", "like")
    folder = write_folder(tmp_path / "c", [*everything(), *bad, unknown])
    clean = new_store()
    whole = import_path(clean, folder)
    calls = 0

    def embed() -> None:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise Cut

    def progress(done: int, total: int | None) -> None:
        if calls % 5 == 4:
            raise Cut

    for _ in range(40):
        try:
            report = import_path(store, folder, embed=embed, on_progress=progress)
            break
        except Cut:
            continue
    assert report.resumed_from > 0
    assert replace(report, resumed_from=0) == whole
    assert [(r.file, r.id) for r in report.rejections] == [
        ("posts.jsonl", "bad"), ("posts.jsonl", None), ("interactions.jsonl", "p01 like nowhere")
    ]  # fmt: skip
    assert all(rejection.line for rejection in report.rejections)
    assert state(store) == state(clean)


def test_a_batch_that_was_written_but_not_noted_is_written_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two a process may end: anonymous votes must not count twice."""
    folder = write_folder(tmp_path / "c", everything())
    clean = new_store()
    import_path(clean, folder)
    save, calls = store.save_run, 0

    def cut(*args: object, **kwargs: object) -> None:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise Cut
        save(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "save_run", cut)
    for _ in range(60):
        try:
            import_path(store, folder)
            break
        except Cut:
            continue
    assert state(store) == state(clean)
