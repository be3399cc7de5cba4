"""Exports of every format through the store: twice is once, cut off is resumed, deleted is gone."""

from dataclasses import replace
from pathlib import Path

import pytest

import data.importing
from data.errors import UnreadableSource
from data.importing import import_path
from data.store import Store
from tests.communities import new_store
from tests.reader_exports import EXPORTS, write_csv, yammer


@pytest.fixture(params=sorted(EXPORTS))
def export(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    EXPORTS[request.param][0](folder)
    return folder


@pytest.fixture
def store() -> Store:
    return new_store()


def test_twice_is_once(export: Path, store: Store) -> None:
    first = import_path(store, export)
    counts = store.counts()
    second = import_path(store, export, snapshot=True)
    assert second.accepted == first.accepted and store.counts() == counts
    assert not any(second.deleted.values())


def test_it_goes_on_wherever_it_was_cut_off(
    export: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = import_path(new_store(), export)
    monkeypatch.setattr(data.importing, "BATCH", 1)
    batches = 0

    def cut() -> None:
        nonlocal batches
        batches += 1
        if batches % 2 == 0:
            raise InterruptedError

    for _ in range(40):
        try:
            report = import_path(store, export, embed=cut)
            break
        except InterruptedError:
            continue
    assert report.resumed_from > 0
    assert replace(report, resumed_from=0) == whole


def test_it_goes_on_beside_its_own_database(
    export: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cd export && whoknows import .` began anew each time: the database had changed."""
    monkeypatch.setattr(data.importing, "BATCH", 1)
    whole = import_path(new_store(), export)

    def cut() -> None:
        if any(store.counts().values()):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_path(store, export, embed=cut)
    (export / "whoknows.db.index").mkdir()
    for name in ("whoknows.db", "whoknows.db.at-work", "whoknows.db.index/history.json"):
        (export / name).write_text("[]")
    report = import_path(store, export)
    assert report.resumed_from > 0
    assert replace(report, resumed_from=0) == whole


def test_what_an_export_says_was_deleted_is_deleted_by_a_snapshot(
    tmp_path: Path, store: Store
) -> None:
    """It was spared, as what could not be read is, and so stayed for ever."""
    yammer(tmp_path)
    row = {"thread_id": 10, "replied_to_id": "", "group_id": 3, "sender_id": 8, "body": "Which?"}
    row |= {"created_at": "2026-03-01T10:00:00Z", "deleted_at": "", "id": 10}
    later = {"replied_to_id": 10, "id": 11}
    write_csv(tmp_path / "Messages.csv", [row, row | later])
    import_path(store, tmp_path, snapshot=True)
    write_csv(tmp_path / "Messages.csv", [row, row | later | {"deleted_at": "2026-03-02"}])
    report = import_path(store, tmp_path, snapshot=True)
    assert report.kept_back is None and report.deleted["posts"] == 1
    assert store.get_post("10") is not None and store.get_post("11") is None


def test_an_edited_mapping_begins_a_cut_import_anew(tmp_path: Path, store: Store) -> None:
    mapping, path = tmp_path / "mapping.toml", tmp_path / "texts.csv"
    path.write_text("who,when,what,title\nann,2026-03-01,Hi,Lamps\n")
    columns = '[posts.columns]\nauthor = "who"\ncreated = "when"\nbody = "what"\n'
    mapping.write_text(columns)

    def cut() -> None:
        if store.counts()["posts"] == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_path(store, path, mapping=mapping, embed=cut)
    mapping.write_text(f'{columns}title = "title"\n')
    report = import_path(store, path, mapping=mapping)
    assert report.resumed_from == 0 and report.accepted["posts"] == 1
    with pytest.raises(UnreadableSource, match="not a readable mapping file"):
        import_path(store, path, mapping=tmp_path / "nowhere.toml")
