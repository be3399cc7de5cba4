"""Where rows lie in an index changes no bit of what it answers, nor does what is remembered."""

from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Post
from embeddings import dense, indexfile, sieve, snapshot
from embeddings.dense import DenseIndex
from embeddings.grid import STEPS
from embeddings.lexical import LexicalIndex
from embeddings.registry import MINILM, MULTILINGUAL
from embeddings.shelf import BULK
from embeddings.slots import Within
from recommender.engine import Engine
from recommender.meaning import MeaningIndex
from recommender.questions import Question
from recommender.texts import OTHERS, OWN, ROOTS
from tests.asking import told
from tests.communities import START, encoders, engine_of, new_store, random_community

DIM = 70
WORDS = ["walnut", "harbour", "lantern", "copper", "meadow", "pulley", "violet"]

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def _sieve_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small numbers, so that a few dozen rows pass through both sieves."""
    monkeypatch.setattr(dense, "SIFT_ABOVE", 3)
    monkeypatch.setattr(dense, "BY_BITS", (4, 1, 32))
    monkeypatch.setattr(dense, "BY_AGREEMENT", (2, 1, 256))


def _vectors(random: np.random.Generator, n: int) -> np.ndarray:
    return random.standard_normal((n, DIM)).astype(np.float32)


def _texts(random: np.random.Generator, n: int) -> list[str]:
    return [" ".join(random.choice(WORDS, int(random.integers(0, 9)))) for _ in range(n)]


def _fixed(mask: np.ndarray) -> np.ndarray:
    mask.setflags(write=False)
    return mask


# Nobody writes to it, so that its slots are remembered from one question to the next.
SHUFFLED = _fixed(np.random.default_rng(0).permutation(70).copy())


def _dense_answers(index: Any, mask: np.ndarray, seed: int) -> list[bytes]:
    random = np.random.default_rng(seed)
    queries, rows = _vectors(random, 2), np.arange(70)
    found = [part for k in (1, 3, 90) for part in index.search(queries[0], mask, k)]
    held = rows[index.has(rows)]
    found += [index.scores_to(queries, r) for r in (rows, held, SHUFFLED, held[::2])]
    found += [index.vectors(held[::-1]), index.mean(held), index.mean(rows), held]
    assert index.holds(70).tolist() == index.has(rows).tolist()
    assert index.holds(3).tolist() == index.has(rows[:3]).tolist()
    return [np.asarray(part).tobytes() for part in found] + [str(len(index)).encode()]


def _lexical_answers(index: Any, mask: np.ndarray, seed: int) -> list[Any]:
    random = np.random.default_rng(seed)
    rows = random.integers(0, 70, 40)
    found: list[Any] = []
    for query in _texts(random, 3):
        for counted in (mask, None):
            found += [part.tolist() for part in index.search(query, mask, 5, counted=counted)]
            found.append(index.scores(query, rows, counted=counted).tolist())
            found.append(index.shared(query, rows, 3, counted=counted))
            found.append(index.keywords(query, counted=counted))
    return [*found, index.fit(mask).to_bytes(), index.has(np.arange(70)).tolist(), len(index)]


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from(["dense", "lexical"]))
def test_shelves_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, of: str
) -> None:
    random = np.random.default_rng(seed)
    made: Any = (lambda: DenseIndex(DIM)) if of == "dense" else LexicalIndex
    items = _vectors if of == "dense" else _texts
    answers: Any = _dense_answers if of == "dense" else _lexical_answers
    plain, parted = made(), made()
    mask = _fixed(random.random(int(random.integers(40, 75))) < 0.7)
    for step in range(5):
        rows = random.permutation(60)[: int(random.integers(1, 40))]
        new = items(random, rows.size)
        plain.put(rows, new)
        # The same row comes to another shelf in another step.
        parted.put(rows, new, int(random.integers(3)))
        gone, moved = random.permutation(70)[:5], random.permutation(70)[:12]
        plain.remove(gone)
        parted.remove(gone)
        parted.move(moved, int(random.integers(4)))
        # Asked between the changes, so that what was remembered is to be forgotten.
        assert answers(parted, mask, step) == answers(plain, mask, step)
    folder = tmp_path_factory.mktemp("shelves")
    parted.save(folder)
    loaded = type(parted).load(folder)
    assert loaded.shelves == parted.shelves
    assert answers(loaded, mask, 9) == answers(plain, mask, 9)
    rows, new = np.arange(20, 50), items(random, 30)
    plain.put(rows, new)
    loaded.put(rows, new, 1)
    assert answers(loaded, mask, 10) == answers(plain, mask, 10)


def test_what_roots_have_in_common_is_remembered_for_one_centre_and_state() -> None:
    random = np.random.default_rng(2)
    meaning = MeaningIndex({MINILM: DenseIndex(DIM), MULTILINGUAL: DenseIndex(DIM)})
    centres = _vectors(random, 2)
    for _ in range(2):
        meaning.english.put(np.arange(40), _vectors(random, 40))
        meaning.multilingual.put(np.arange(20, 60), _vectors(random, 40))
        meaning.changed()
        for language, centre in product(("en", None, "de"), centres):
            lanes = (MULTILINGUAL,) if language == "de" else (MINILM, MULTILINGUAL)
            vectors = dict(zip(lanes, _vectors(random, 2), strict=False))
            question = Question("lamps", language, vectors)
            kept = meaning.likeness_beside(question, SHUFFLED, centre)
            fresh = meaning.likeness_beside(question, SHUFFLED.copy(), centre)
            assert [part.tolist() for part in kept] == [part.tolist() for part in fresh]


def test_searched_apart_a_text_is_compared_by_the_lane_that_read_it() -> None:
    random = np.random.default_rng(5)
    meaning = MeaningIndex({MINILM: DenseIndex(DIM), MULTILINGUAL: DenseIndex(DIM)})
    meaning.english.put(np.arange(40), _vectors(random, 40))
    meaning.multilingual.put(np.arange(20, 60), _vectors(random, 40))
    everything = np.ones(60, dtype=bool)
    vectors = dict(zip((MINILM, MULTILINGUAL), _vectors(random, 2), strict=True))
    unknown, english = (Question("lamps", language, vectors) for language in (None, "en"))
    apart = meaning.searched(unknown, everything, 60, apart=True)()
    for found, right in zip(apart, meaning.nearest(english, everything, 60), strict=True):
        assert found.tolist() == right.tolist()
    together = meaning.nearest(unknown, everything, 60)
    assert together[1].tolist() != apart[1].tolist()
    # One that MiniLM does not read is compared across languages in any case.
    german = Question("lampen", "de", {MULTILINGUAL: vectors[MULTILINGUAL]})
    rows, _ = meaning.searched(german, everything, 60, apart=True)()
    assert sorted(rows.tolist()) == list(range(20, 60))


def test_sweeps_and_picks_give_the_same_products(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    index = DenseIndex(DIM)
    index.put(np.arange(0, 12_000, 2), _vectors(random, 6_000))
    index.save(tmp_path)
    index = DenseIndex.load(tmp_path)
    # A tail behind what is mapped.
    index.put(np.arange(12_000, 17_000), _vectors(random, 5_000))
    queries, every = _vectors(random, 2), np.arange(17_000)
    one_by_one = index.scores_to(queries, every[::-1])[:, ::-1]
    assert index.scores_to(queries, every).tobytes() == np.ascontiguousarray(one_by_one).tobytes()
    total = np.zeros(DIM, dtype=np.float64)
    for row in every[index.has(every)]:
        part, slots, _ = next(index._lying(every[row : row + 1]))
        total += part.gathered(slots)[0]
    picked = index.mean(np.random.default_rng(3).permutation(every))
    assert index.mean(every).tobytes() == picked.tobytes()
    assert picked.tolist() == (total / (len(index) * STEPS)).astype(np.float32).tolist()
    for step in (2, 3, 50):
        expected = np.ascontiguousarray(one_by_one[:, ::step])
        assert index.scores_to(queries, every[::step]).tobytes() == expected.tobytes()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=90), max_size=3),
    st.integers(1, 40),
)
def test_what_passes_is_told_rightly_however_bad_the_guess(
    drawn: list[list[tuple[int, bool]]], wanted: int
) -> None:
    withins, distances = [], []
    for part in drawn:
        within = Within.of(np.array([allowed for _, allowed in part], dtype=bool))
        far = np.array([distance for distance, _ in part], dtype=np.uint16)
        withins.append(within)
        distances.append(far if within.few is None else far[within.few])
    held = sorted(d for part in drawn for d, allowed in part if allowed)
    if not held:
        return
    wanted = min(wanted, len(held))
    expected = [
        [slot for slot, (d, allowed) in enumerate(part) if allowed and d <= held[wanted - 1]]
        for part in drawn
    ]
    for sampled, spare in ((1, 1.25), (16, 1.25), (16, 0.0), (3, 50.0)):
        with patch.object(sieve, "_SAMPLED", sampled), patch.object(sieve, "_SPARE", spare):
            found = sieve._near(withins, distances, wanted)
        assert [slots.tolist() for slots in found] == expected


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_counts_of_terms_are_the_same_either_way_round(seed: int) -> None:
    random = np.random.default_rng(seed)
    index = LexicalIndex()
    for start in range(0, 60, 20):
        index.put(np.arange(start, start + 20), _texts(random, 20))
    rows, query = random.integers(-1, 65, 50), " ".join(WORDS)
    answers = []
    for passed_over in (0, 1, 10**6):
        with patch.object(snapshot, "_PASSED_OVER", passed_over):
            answers.append((index.scores(query, rows).tolist(), index.shared(query, rows, 9)))
    assert answers[0] == answers[1] == answers[2]
    by_row = dict(zip(*(part.tolist() for part in index.search(query, None, 60)), strict=True))
    assert answers[0][0] == [by_row.get(row, 0.0) for row in rows.tolist()]


def _as_before_shelves(path: Path) -> None:
    """Rewrite a saved index of one shelf as it was when there were none."""
    facts, arrays = indexfile.read(path)
    assert facts.pop("shelves") == 1
    plain = {name.removesuffix("0"): array.copy() for name, array in arrays.items()}
    indexfile.write(path, facts, plain, (BULK,) if BULK in plain else ())


def test_indexes_from_before_shelves_are_read_and_arranged(tmp_path: Path) -> None:
    community = random_community(6)
    store = new_store()
    right = engine_of(community.records(), store)
    indexes = [*right.texts.dense.values(), right.texts.words, right.texts.titles]
    shelves = [[shelf.slots.held for shelf in index._shelves] for index in indexes]
    assert all(held[ROOTS] for held in shelves)
    for index in indexes:
        index.move(np.arange(1_000), OTHERS)
        index._shelves = index._shelves[: OTHERS + 1]
    right.texts.folder, right.texts._saved_at = tmp_path, -1
    right.texts.save_snapshot(store.uid())
    for path in tmp_path.rglob("*.index"):
        _as_before_shelves(path)
    opened = Engine(store, encoders(), tmp_path)
    opened.texts.open_snapshot(store.uid(), store.seq())
    assert len(opened.texts.words) == len(right.texts.words)
    opened.sync()
    arranged = [*opened.texts.dense.values(), opened.texts.words, opened.texts.titles]
    assert [[shelf.slots.held for shelf in index._shelves] for index in arranged] == shelves
    plain = engine_of(community.records())
    assert told(opened) == told(plain)
    # Once for all, though nothing new came in.
    opened.close()
    again = Engine(store, encoders(), tmp_path)
    again.open_saved()
    assert again.texts.seq == store.seq() and again.texts.words.shelves > ROOTS


def test_texts_of_roots_are_those_whose_post_begins_its_thread() -> None:
    store = new_store()
    store.apply([Post("t", "a", START, "lamps"), Post("r", "b", START, "glass", parent="t")])
    store.apply([Post("t", "a", START, "lamps, all of them")])
    own = Post("own", "a", START, "found it", parent="r")
    store.apply([own, Post("u", None, START, "who?"), Post("v", None, START, "I", parent="u")])
    versions = store.changes(0).versions
    posts = {row[0]: row[3] for row in store.changes(0).posts.tolist()}
    roots = [row[0] for row in versions.tolist() if posts[row[1]] == row[1]]
    assert 0 < len(roots) < len(versions)
    assert sorted(store.root_texts()) == roots
    assert store.root_texts([roots[0], 10**6]) == roots[:1]
    assert store.root_texts([]) == []
    of = {row[0]: row[1] for row in versions.tolist()}
    key = store.post_key("own")
    # Whose author nobody knows may be anybody's.
    assert [of[row] for row in store.own_texts()] == [key]
    assert store.own_texts(roots) == []
    engine = engine_of([], store)
    held = [shelf.slots.held for shelf in engine.texts.english._shelves]
    assert held[OWN] == 1 and sum(held) == len(versions)
