"""The benchmarks on samples of seconds: each part runs, and measures what it says."""

import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest

from data.errors import UnreadableSource
from data.models import Interaction, Person, Post, Record
from data.store import Store
from embeddings.face import Mask, Rows, Vectors
from evaluation.benchmarks import __main__ as command
from evaluation.benchmarks import encoding, items, vector_engines, vector_server, vectors, words
from evaluation.benchmarks.crowd import Crowd, crowd_of
from evaluation.benchmarks.footprint import growth
from evaluation.benchmarks.paired import against, interleaved, ratio
from evaluation.benchmarks.pgserver import NoServer
from evaluation.benchmarks.rivals_page import page
from evaluation.benchmarks.rivals_short import number
from evaluation.benchmarks.vector_engines import HERE, SCAN
from recommender.engine import Engine
from tests.communities import START
from tests.databases import Postgres


@contextlib.contextmanager
def no_server() -> Iterator[Store]:
    raise NoServer("no server here")
    yield


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a server nor a process for each engine's memory."""
    monkeypatch.setattr(vector_server, "running", no_server)
    for part in (vectors, words):
        monkeypatch.setattr(part, "growth", lambda make, name, few, many: None)


def drawn(size: int) -> Vectors:
    made = np.random.default_rng(1).standard_normal((size, 32)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def test_ways_take_turns_and_a_slow_one_is_asked_no_more() -> None:
    asked: list[tuple[str, int]] = []
    slow = 0.02

    def quick(place: int) -> None:
        asked.append(("quick", place))

    def waiting(place: int) -> None:
        asked.append(("slow", place))
        time.sleep(slow)

    seconds = interleaved({"quick": quick, "slow": waiting}, range(6), 3 * slow, block=2)
    assert [way for way, _ in asked[:6]] == ["quick"] * 3 + ["slow"] * 3
    # In the second turn the other begins; in the third it has had its time.
    assert [way for way, _ in asked[6:9]] == ["slow"] * 3
    assert np.isnan(seconds["slow"]).tolist() == [False] * 4 + [True] * 2
    assert not np.isnan(seconds["quick"]).any()


def test_a_ratio_is_the_median_over_what_both_were_asked() -> None:
    base = np.array([1.0, 1.0, 2.0, np.nan])
    found = ratio(np.array([2.0, 3.0, 8.0, 1.0]), base)
    assert found is not None and found.median == 3.0 and 2.0 <= found.low <= found.high <= 4.0
    assert ratio(np.array([np.nan]), np.array([1.0])) is None
    figures = against({"ours": base, "other": 2 * base}, "ours")["other"]
    assert figures["asked"] == 3 and figures["p50_ms"] == 2_000.0


def test_vectors_are_found_exactly_here_and_rivals_that_lack_are_named(
    quickly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vector_engines.PACKAGES, "faiss, exact", "no_such_package")
    given = drawn(460)
    found = vectors.measure(given[60:], given[:20], [100, 300], 200, 5.0)
    assert "no_such_package is not installed" in found["absent"]["faiss, exact"]
    assert found["absent"]["pgvector, exact"] == "no server here"
    for at in found["sizes"]:
        for entry in at["search"]:
            for name in (HERE, SCAN):
                assert entry["ways"][name]["recall"] == 1.0
        assert at["changes"]["added"][HERE]["found"] == 1.0
        assert at["changes"]["removed"][HERE]["found"] == 0.0
    assert found["ties"][HERE] == 1.0
    assert all(why == "over 200 not tried" for why in found["sizes"][1]["skipped"].values())


def test_recall_counts_what_is_missed(quickly: None) -> None:
    class Wrong(vector_engines.Scan):
        def _best(self, query: Vectors, places: Rows, some: bool) -> Rows:
            return super()._best(query, places, some)[:5]

    given = drawn(120)
    engines = {HERE: vector_engines.Here(32), SCAN: Wrong(32)}
    for engine in engines.values():
        engine.add(np.arange(100), given[:100])
    mask: Mask = np.arange(100) < 50
    found = vectors.search(engines, given[:100], given[100:], mask, 5.0)
    assert found[HERE]["recall"] == 1.0 and found[SCAN]["recall"] == 0.5


def test_the_server_finds_exactly_with_and_without_a_graph(postgres: Postgres) -> None:
    store = postgres.new_store()
    given = drawn(220)
    try:
        for graph in (False, True):
            engine = vector_server.ServerVectors(store, graph, 32)
            engine.add(np.arange(200), given[:200])
            engine.finish()
            best = np.argsort(-(given[:200] @ given[210]))[:10]
            for way in engine.asking(None).values():
                assert len(np.intersect1d(way(given[210]), best)) >= 8
            engine.remove(int(best[0]))
            assert best[0] not in next(iter(engine.asking(None).values()))(given[210])
            engine.close()
    finally:
        store.close()


def test_words_agree_with_themselves_and_nothing_masked_moves_ours(quickly: None) -> None:
    random = np.random.default_rng(2)
    texts = [" ".join(f"word{n}" for n in random.integers(0, 60, 15)) for _ in range(300)]
    found = words.measure(texts, [300], 5, 5.0)
    for entry in found["sizes"][0]["search"]:
        assert entry["ways"]["here"]["agreement"] == 1.0
        assert entry["ways"]["here"].get("uninfluenced", 1.0) == 1.0
    assert found["ties"]["here"] == 1.0
    assert found["sizes"][0]["changes"]["add"]["here"]["found"] == 1.0
    assert found["sizes"][0]["changes"]["remove"]["here"]["found"] == 0.0


def test_encoders_are_compared_text_by_text() -> None:
    def ours(texts: list[str]) -> Vectors:
        return np.array([[1.0, len(text)] for text in texts], dtype=np.float32)

    def other(texts: list[str]) -> Vectors:
        return ours(["" if text == "bbb" else text for text in texts])

    found = encoding.compared({"here": ours, "other": other}, [["a", "bbb"], ["cc", "d"]], 5.0)
    assert found["here"]["equal"] == 1.0 and found["other"]["equal"] == 0.75
    assert found["other"]["least_cosine"] == pytest.approx(10**-0.5)


def test_items_are_looked_for_in_a_database_of_reads(tmp_path: Path) -> None:
    database = tmp_path / "reads.db"
    records: list[Record] = [Person(name, name) for name in "abcdeg"]
    records += [
        Post(f"t{n}", "g", START + timedelta(days=n), f"title {n}", thread=f"t{n}")
        for n in range(20)
    ]
    reads = [(person, f"t{n}") for person in "abcde" for n in range(4)]
    records += [
        Interaction(person, post, "view", extra={"order": n})
        for n, (person, post) in enumerate(reads)
    ]
    store = Store.open(f"sqlite:///{database}")
    assert not any(store.apply(records))
    store.close()
    (tmp_path / "scratch").mkdir()
    found = items.measure(database, tmp_path / "scratch", 3)
    assert found["people"] == 3 and found["items"] == 20
    ways = found["ways"]
    assert ways[items.ALIKE]["hr@10"]["mean"] == 1.0
    assert ways["baseline, item-knn"]["hr@10"]["mean"] == 1.0
    assert "## Items" in page({"conditions": _conditions(), "items": found})


def _conditions() -> dict[str, object]:
    return {
        "sources": ["sample"],
        "items": None,
        "machine": "a machine",
        "threads": "1",
        "load": 0.0,
        "commit": None,
    }


def test_the_command_writes_a_page_and_its_figures(
    quickly: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        f"lamp {n} of shelf {n % 7} in the store by the door of hall {n % 3}" for n in range(90)
    ]
    made = Crowd(("sample",), drawn(90), texts)
    monkeypatch.setattr(command, "crowd_of", lambda sources, scratch, most: made)
    arguments = ["--parts", "vectors", "words", "--sizes", "50", "--queries", "10"]
    command.main([*arguments, "--patience", "2", "--out", str(tmp_path), "--name", "sample"])
    figures = orjson.loads((tmp_path / "sample.json").read_bytes())
    assert figures["vectors"]["sizes"][0]["size"] == 50
    written = (tmp_path / "sample.md").read_text(encoding="utf-8")
    assert written == page(figures)
    for heading in ("# Beside", "## Nearest vectors", "### 50 vectors", "## Words"):
        assert heading in written


def test_a_crowd_is_of_a_copy_and_holds_vectors_and_texts(tmp_path: Path) -> None:
    database = tmp_path / "small.db"
    store = Store.open(f"sqlite:///{database}")
    said = ["where does the lamp stand", "the shelf is too short for the books"]
    posts = [Post(f"p{n}", None, START, text) for n, text in enumerate(said)]
    assert not any(store.apply(posts))
    Engine.open(store).close()
    store.close()
    (tmp_path / "scratch").mkdir()
    before = database.read_bytes()
    crowd = crowd_of([database], tmp_path / "scratch", 10)
    assert crowd.vectors.shape == (2, 384) and sorted(crowd.texts) == sorted(said)
    assert np.allclose(np.linalg.norm(crowd.vectors, axis=1), 1.0, atol=1e-2)
    assert database.read_bytes() == before
    with pytest.raises(UnreadableSource, match="no such database"):
        crowd_of([tmp_path / "none.db"], tmp_path / "scratch", 10)


def test_memory_is_what_a_process_of_its_own_grows_by(tmp_path: Path) -> None:
    few, many = tmp_path / "few.npy", tmp_path / "many.npy"
    np.save(few, drawn(100))
    np.save(many, drawn(50_000))
    grown = growth(vectors.filled, SCAN, few, many)
    assert grown is None or 50_000 * 32 * 4 <= grown < 4 * 50_000 * 32 * 4


def test_figures_have_three_digits_that_count() -> None:
    written = [number(value) for value in (0.01234, 12.345, 12_345.6, 0.00012)]
    assert written == ["0.0123", "12.3", "12,300", "0.0001"]
