"""The order of a feed: variety within ten places, nothing lost, pages that make no difference."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.arranging import MOST_ALIKE, STRETCH, Before, Line, Placed, arranged
from recommender.drawing import Lottery, chances_of
from recommender.similar import NEARLY_SAME

DIM = 4
NOBODY = 0
ALWAYS = settings(max_examples=60, deadline=None, derandomize=True)


def ids(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: f"t{key}" for key in keys}


def lottery(share: float = 0.0, person: str = "p", day: int = 20_000) -> Lottery:
    return Lottery(share, person, day, ids)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Some two dozen threads of few authors and few meanings."""
    n = draw(st.integers(0, 28))
    meanings = np.eye(DIM, dtype=np.float32)
    column = st.lists(st.integers(0, 4), min_size=n, max_size=n)
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    about = np.array(draw(column), dtype=np.int64)
    # The fifth meaning is none: a thread whose text has no vector is like nothing.
    vectors = np.concatenate([meanings, np.zeros((1, DIM), np.float32)])[about]
    return Line(
        posts=np.arange(1, n + 1),
        authors=np.array(draw(column), dtype=np.int64),
        vectors=vectors,
        scores=np.sort(np.array(draw(column), dtype=float))[::-1],
        explorable=np.array(draw(flags), dtype=bool),
        invited=np.array(draw(column), dtype=float) / 10 * np.array(draw(flags), dtype=bool),
    )


def first() -> Before:
    return Before(0, np.zeros(0, np.int64), np.zeros((0, DIM), np.float32))


def in_pages(line: Line, k: int, lots: Lottery) -> list[Placed]:
    """All places, asked for `k` at a time; rows are those of the whole line."""
    found: list[Placed] = []
    rows = np.arange(len(line.posts))
    while len(rows):
        part = Line(
            line.posts[rows], line.authors[rows], line.vectors[rows],
            line.scores[rows], line.explorable[rows], line.invited[rows],
        )  # fmt: skip
        last = [placed.row for placed in found[-(STRETCH - 1) :]]
        before = Before(len(found), line.authors[last], line.vectors[last])
        page = arranged(part, before, k, lots)
        found += [Placed(int(rows[placed.row]), placed.propensity) for placed in page]
        rows = np.delete(rows, [placed.row for placed in page])
    return found


def is_third(line: Line, row: int, stretch: Sequence[int]) -> bool:
    """Whether a thread would be a third of its kind after `stretch`, in plain words."""
    author = line.authors[row]
    of_author = [r for r in stretch if author != NOBODY and line.authors[r] == author]
    alike = [r for r in stretch if line.vectors[r] @ line.vectors[row] >= NEARLY_SAME]
    return len(of_author) >= MOST_ALIKE or len(alike) >= MOST_ALIKE


@ALWAYS
@given(line=lines(), k=st.integers(1, 12), share=st.sampled_from([0.0, 0.1, 0.4]))
def test_every_thread_comes_once_and_thirds_of_a_kind_wait(
    line: Line, k: int, share: float
) -> None:
    placed = in_pages(line, k, lottery(share))
    rows = [place.row for place in placed]
    assert sorted(rows) == list(range(len(line.posts)))
    for n, row in enumerate(rows):
        stretch = rows[max(n - STRETCH + 1, 0) : n]
        if is_third(line, row, stretch):
            # Only where all that is left would be a third of its kind.
            assert all(is_third(line, other, stretch) for other in rows[n:])


@ALWAYS
@given(line=lines(), k=st.integers(1, 12), share=st.sampled_from([0.0, 0.1, 0.4]))
def test_pages_make_no_difference_and_the_best_comes_first(
    line: Line, k: int, share: float
) -> None:
    whole = arranged(line, first(), len(line.posts), lottery(share))
    assert in_pages(line, k, lottery(share)) == whole
    if whole:
        assert whole[0] == Placed(0)


@ALWAYS
@given(line=lines())
def test_without_lots_and_invitations_only_variety_moves_anything(line: Line) -> None:
    plain = Line(
        line.posts, np.zeros_like(line.authors), np.zeros_like(line.vectors),
        line.scores, line.explorable, np.zeros_like(line.invited),
    )  # fmt: skip
    placed = arranged(plain, first(), len(line.posts), lottery())
    assert placed == [Placed(row) for row in range(len(line.posts))]


def plain_line(n: int, *, explorable: bool = True) -> Line:
    return Line(
        posts=np.arange(1, n + 1),
        authors=np.zeros(n, np.int64),
        vectors=np.zeros((n, DIM), np.float32),
        scores=np.linspace(3.0, 0.0, n),
        explorable=np.full(n, explorable),
        invited=np.zeros(n),
    )


def test_one_place_in_ten_is_drawn_never_the_first() -> None:
    line = plain_line(200)
    counts = np.zeros(41)
    for person in range(400):
        placed = arranged(line, first(), 41, lottery(0.1, f"p{person}"))
        drawn = [n for n, place in enumerate(placed) if place.propensity is not None]
        assert len(drawn) == 4 and 0 not in drawn
        counts[drawn] += 1
    # Every other place is as likely: 40 of 400, five standard errors about it.
    assert np.all(np.abs(counts[1:] - 40) < 5 * np.sqrt(400 * 0.1 * 0.9))


def test_the_same_day_draws_the_same_and_another_day_or_person_another() -> None:
    line = plain_line(60)

    def order(person: str, day: int) -> list[Placed]:
        return arranged(line, first(), 60, lottery(0.3, person, day))

    assert order("p", 1) == order("p", 1)
    assert order("p", 1) != order("p", 2) and order("p", 1) != order("q", 1)
    nothing = plain_line(60, explorable=False)
    assert arranged(nothing, first(), 60, lottery(0.3)) == [Placed(n) for n in range(60)]


def test_threads_are_drawn_as_often_as_their_propensity_says() -> None:
    posts, scores = np.arange(1, 6), np.array([2.0, 1.0, 1.0, 0.0, -4.0])
    chances = chances_of(scores)
    assert chances.sum() == pytest.approx(1.0) and chances.min() >= 0.5 / len(scores)
    draws = 4_000
    counts = np.zeros(len(posts))
    for day in range(draws):
        won, propensity = lottery(0.1, "p", day).draw(3, posts, scores)
        assert propensity == pytest.approx(chances[won], abs=1e-6)
        counts[won] += 1
    error = np.sqrt(chances * (1 - chances) / draws)
    assert np.all(np.abs(counts / draws - chances) < 4 * error)
    # So what is weighed by the inverse is without bias: here the mean of a value of each thread.
    value = np.array([1.0, 0.0, 5.0, 2.0, 7.0])
    assert (counts / draws / chances * value).mean() == pytest.approx(value.mean(), rel=0.1)


def test_a_thread_that_comes_in_between_changes_the_draw_only_by_winning_it() -> None:
    posts, scores = np.arange(1, 30), np.zeros(29)
    for day in range(50):
        lots = lottery(0.1, "p", day)
        won, _ = lots.draw(3, posts[:-1], scores[:-1])
        after, _ = lots.draw(3, posts, scores)
        assert after in (won, 28)


def test_a_thread_that_spreads_takes_the_third_place_at_the_latest() -> None:
    line = plain_line(40, explorable=False)
    line.invited[[25, 30]] = 0.2, 0.4
    placed = [place.row for place in arranged(line, first(), 40, lottery())]
    assert placed[:3] == [0, 1, 30] and placed[12] == 25
    # Where that place is drawn by lot, the next is kept.
    drawn = Line(
        line.posts, line.authors, line.vectors, line.scores, np.ones(40, bool), line.invited
    )
    lots = next(lots for day in range(99) if (lots := lottery(0.1, "p", day)).takes(2))
    assert arranged(drawn, first(), 5, lots)[3] == Placed(30)
