"""What the lexical index alone promises: frozen statistics, keywords, shared terms, threads."""

from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from embeddings import lexical
from embeddings.errors import IndexCorrupt
from embeddings.lexical import LexicalIndex
from embeddings.statistics import Statistics

TEXTS = [
    "Copper lanterns for the harbour window",
    "The harbour crane is painted violet",
    "橱窗灯光应该更暖",
    "أفكار لعرض النافذة",
    "call load_model before std::sort",
]


def _index() -> LexicalIndex:
    index = LexicalIndex()
    index.put(np.arange(len(TEXTS)), TEXTS)
    return index


@pytest.mark.parametrize(
    ("query", "row"),
    [("lantern", 0), ("橱窗", 2), ("灯光", 2), ("عرض افكار", 3), ("sort", 4), ("loadModel", 4)],
)
def test_every_script_and_code_finds_its_text(query: str, row: int) -> None:
    assert _index().search(query, None, 1)[0].tolist() == [row]


def test_frozen_statistics_keep_scores_when_texts_come_and_go() -> None:
    index = _index()
    frozen = Statistics.from_bytes(index.fit().to_bytes())
    before = index.scores("harbour lantern", np.arange(5), statistics=frozen)
    index.put(np.arange(10, 40), ["harbour lantern"] * 30)
    index.remove(np.array([1, 2]))
    after = index.scores("harbour lantern", np.arange(5), statistics=frozen)
    assert after[[0, 3, 4]].tolist() == before[[0, 3, 4]].tolist()
    assert after[1] == 0


def test_counts_fall_at_once_when_a_text_is_deleted() -> None:
    index = _index()
    assert {k.term: k.frequency for k in index.keywords("harbour crane")} == {
        "harbour": 2,
        "crane": 1,
    }
    index.remove(np.array([1]))
    assert {k.term: k.frequency for k in index.keywords("harbour crane")} == {
        "harbour": 1,
        "crane": 0,
    }


def test_statistics_of_another_kind_are_refused() -> None:
    data = _index().fit().to_bytes()
    for bad in (b"", data[:7], data[:20], data[:-1], data + b"x", b"X" + data[1:]):
        with pytest.raises(IndexCorrupt):
            Statistics.from_bytes(bad)


def test_keywords_come_rarest_first_as_written() -> None:
    keywords = _index().keywords("Lanterns in the Harbour", 5)
    assert [(k.term, k.word) for k in keywords] == [("lantern", "Lanterns"), ("harbour", "Harbour")]
    assert keywords[0].idf > keywords[1].idf > 0


def test_shared_terms_are_those_that_stand_in_both() -> None:
    shared = _index().shared("violet lanterns of the harbour", np.array([0, 1, 2, 77]))
    assert [[k.term for k in found] for found in shared] == [
        ["lantern", "harbour"],
        ["violet", "harbour"],
        [],
        [],
    ]


def test_words_never_counted_leave_places_to_those_that_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lexical, "MOST_TERMS", 1)
    assert _index().search("zyx wvu crane", None, 5)[0].tolist() == [1]


def test_one_by_one_equals_at_once(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    texts = [" ".join(f"w{n}" for n in random.integers(0, 90, 12)) for _ in range(400)]
    whole, single = LexicalIndex(), LexicalIndex()
    whole.put(np.arange(400), texts)
    for row in random.permutation(400).tolist():
        single.put(np.array([row]), [texts[row]])
    single.save(tmp_path)
    for index in (single, LexicalIndex.load(tmp_path)):
        for query in texts[:20]:
            expected, got = whole.search(query, None, 30), index.search(query, None, 30)
            assert (got[0].tolist(), got[1].tolist()) == (
                expected[0].tolist(),
                expected[1].tolist(),
            )


def test_searching_beside_puts_gives_whole_answers() -> None:
    index = _index()
    stop = Event()
    failures: list[str] = []

    def churn() -> None:
        step = 0
        while not stop.is_set():
            step += 1
            index.put(np.arange(100, 130), [f"violet pine number{step}"] * 30)
            index.remove(np.arange(100, 115))
            index.put(np.array([0]), [TEXTS[0]])

    writer = Thread(target=churn)
    writer.start()
    try:
        for _ in range(300):
            rows, scores = index.search(
                "copper lanterns harbour", None, 10, counted=np.ones(5, bool)
            )
            if rows[0] != 0 or not (np.diff(scores) <= 0).all() or rows.size != 2:
                failures.append(str(rows))
            rows, _ = index.search("pine", None, 100)
            if rows.size not in (0, 15, 30):
                failures.append(str(rows))
    finally:
        stop.set()
        writer.join()
    assert failures == []
