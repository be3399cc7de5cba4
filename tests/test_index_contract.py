"""What every index promises: put, replace, remove, search within a mask, save, load, corruption."""

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.server_index import VectorIndex, WordIndex
from embeddings import dense, lexical
from embeddings.dense import DenseIndex
from embeddings.errors import IndexCorrupt
from embeddings.lexical import LexicalIndex

WORDS = ["walnut", "harbour", "lantern", "copper", "meadow", "pulley", "violet", "granite"]


def _text(*picked: int) -> str:
    return " ".join(WORDS[i] for i in picked)


def _vectors(*places: int) -> np.ndarray:
    """Unit vectors at right angles, one an argument."""
    vectors = np.zeros((len(places), 8), dtype=np.float32)
    vectors[np.arange(len(places)), places] = 1.0
    return vectors


@dataclass(frozen=True)
class Kind:
    name: str
    file: str
    make: Any
    load: Any
    items: Any
    query: Any


KINDS = [
    Kind(
        "dense",
        dense.FILE,
        lambda: DenseIndex(8),
        DenseIndex.load,
        lambda *places: _vectors(*places),
        lambda place: _vectors(place)[0],
    ),
    Kind(
        "lexical",
        lexical.FILE,
        LexicalIndex,
        LexicalIndex.load,
        lambda *places: [_text(place) for place in places],
        lambda place: _text(place),
    ),
]


IN_MEMORY = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS], indirect=True)
"""Those whose state is a file; a server's is kept by the server."""


@pytest.fixture(
    params=[*KINDS, "pgvector", "full text"], ids=lambda kind: getattr(kind, "name", kind)
)
def kind(request: pytest.FixtureRequest) -> Kind:
    if isinstance(request.param, Kind):
        return request.param
    database = request.getfixturevalue("postgres").new_store().database
    names = (f"contract{i}" for i in count())
    if request.param == "pgvector":
        return replace(KINDS[0], make=lambda: VectorIndex(database, next(names), 8))
    return replace(KINDS[1], make=lambda: WordIndex(database, next(names)))


def _rows(*rows: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def _mask(size: int, *rows: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[list(rows)] = True
    return mask


def _first(index: Any, query: Any, allowed: np.ndarray | None = None) -> list[int]:
    """Rows that match, by a score above 0."""
    rows, scores = index.search(query, allowed, 10)
    return rows[scores > 0].tolist()


def test_empty_index_answers_with_empty_arrays(kind: Kind) -> None:
    rows, scores = kind.make().search(kind.query(0), None, 5)
    assert (rows.dtype, scores.dtype, rows.size, scores.size) == (np.int64, np.float64, 0, 0)


def test_put_is_found_at_once_and_ties_go_by_row(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(70, 3, 9), kind.items(1, 0, 0))
    assert _first(index, kind.query(0)) == [3, 9]
    assert _first(index, kind.query(1)) == [70]
    assert len(index) == 3
    assert index.has(_rows(70, 4, 3, 10**7)).tolist() == [True, False, True, False]


def test_replacing_a_row_forgets_what_it_was(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(1, 2), kind.items(0, 1))
    index.put(_rows(1), kind.items(2))
    assert _first(index, kind.query(0)) == []
    assert _first(index, kind.query(2)) == [1]
    assert len(index) == 2


def test_removed_rows_are_gone_and_unknown_ones_no_error(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(1, 2), kind.items(0, 0))
    index.remove(_rows(1, 55, 10**7))
    assert _first(index, kind.query(0)) == [2]
    assert index.scores(kind.query(0), _rows(1))[0] == 0
    index.put(_rows(1), kind.items(0))
    assert _first(index, kind.query(0)) == [1, 2]


def test_mask_is_applied_before_ranking_and_may_be_short(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(1, 2, 3, 40), kind.items(0, 0, 0, 0))
    assert _first(index, kind.query(0), _mask(41, 2, 40)) == [2, 40]
    assert _first(index, kind.query(0), _mask(4, 2, 3)) == [2, 3]
    assert _first(index, kind.query(0), np.zeros(0, dtype=bool)) == []


def test_scores_are_those_of_search(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(5, 6, 7), kind.items(0, 1, 0))
    rows, scores = index.search(kind.query(0), None, 10)
    assert index.scores(kind.query(0), rows).tolist() == scores.tolist()
    assert index.scores(kind.query(0), _rows(6, 999)).tolist() == [0, 0]


def test_k_cuts_and_must_be_positive(kind: Kind) -> None:
    index = kind.make()
    index.put(_rows(5, 6, 7), kind.items(0, 0, 0))
    assert index.search(kind.query(0), None, 2)[0].tolist() == [5, 6]
    with pytest.raises(ValueError, match="k is at least 1"):
        index.search(kind.query(0), None, 0)


@pytest.mark.parametrize(
    ("rows", "places"), [((1, 1), (0, 0)), ((-1,), (0,)), ((1, 2), (0,))], ids=str
)
def test_bad_puts_are_refused_whole(
    kind: Kind, rows: tuple[int, ...], places: tuple[int, ...]
) -> None:
    index = kind.make()
    with pytest.raises(ValueError):
        index.put(_rows(*rows), kind.items(*places))
    assert len(index) == 0


@IN_MEMORY
def test_saved_and_loaded_answers_the_same_and_takes_puts(kind: Kind, tmp_path: Path) -> None:
    index = kind.make()
    index.put(_rows(1, 2, 30), kind.items(0, 1, 0))
    index.remove(_rows(1))
    index.save(tmp_path, "change 7")
    loaded = kind.load(tmp_path)
    assert loaded.stamp == "change 7"
    assert _first(loaded, kind.query(0)) == [30]
    loaded.put(_rows(4, 30), kind.items(0, 2))
    assert _first(loaded, kind.query(0)) == [4]
    assert _first(loaded, kind.query(2)) == [30]
    loaded.save(tmp_path, "change 8")
    assert _first(kind.load(tmp_path), kind.query(0)) == [4]
    assert _first(loaded, kind.query(0)) == [4]


@IN_MEMORY
def test_empty_index_is_saved_and_loaded(kind: Kind, tmp_path: Path) -> None:
    kind.make().save(tmp_path)
    loaded = kind.load(tmp_path)
    assert len(loaded) == 0
    loaded.put(_rows(3), kind.items(0))
    assert _first(loaded, kind.query(0)) == [3]


@IN_MEMORY
def test_missing_cut_or_damaged_files_are_reported(kind: Kind, tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match="rebuild it"):
        kind.load(tmp_path)
    index = kind.make()
    index.put(_rows(1, 2), kind.items(0, 1))
    index.save(tmp_path)
    path = tmp_path / kind.file
    whole = path.read_bytes()
    for length in (0, 5, 19, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexCorrupt):
            kind.load(tmp_path)
    for place in (2, 14, 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with pytest.raises(IndexCorrupt):
            kind.load(tmp_path)
    path.write_bytes(whole)
    assert len(kind.load(tmp_path)) == 2


@IN_MEMORY
def test_a_failed_save_leaves_the_old_file(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = kind.make()
    index.put(_rows(1), kind.items(0))
    index.save(tmp_path)

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    index.put(_rows(2), kind.items(0))
    with pytest.raises(OSError, match="no space"):
        index.save(tmp_path)
    assert _first(kind.load(tmp_path), kind.query(0)) == [1]
    assert [path.name for path in tmp_path.iterdir()] == [kind.file]
