"""Sums over what people joined: as adding them one by one in order of time gives them."""

import numpy as np
import pytest

from recommender.columns import counted, decayed
from recommender.joinings import Joinings
from recommender.kinship import Share
from recommender.pieces import foremost, laid_out

DAY_US, MOMENT = 86_400_000_000, 10**16


def _random(seed: int, people: int = 70, places: int = 40, count: int = 900) -> Joinings:
    random = np.random.default_rng(seed)
    return Joinings(
        person=random.integers(1, people - 3, count),
        post=random.permutation(count * 3)[:count],
        root=random.integers(0, places, count),
        time=np.sort(MOMENT - random.integers(0, 400 * DAY_US, count)),
        place=random.integers(0, places, count),
        people=people,
    )


@pytest.mark.parametrize("half_life", [None, 90.0])
@pytest.mark.parametrize("seed", range(20))
def test_sums_are_those_of_one_joining_after_the_other(seed: int, half_life: float | None) -> None:
    joined, random = _random(seed), np.random.default_rng(seed + 100)
    value, scale = random.normal(size=40), random.random(70)
    each = value[joined.place]
    if half_life is not None:
        each = each * decayed(MOMENT - joined.time, half_life)
    share = Share(joined, value, MOMENT, half_life, scale)
    wanted = counted(joined.person, each, 70) * scale
    if half_life is None:
        # To the last bit: nothing is multiplied that a machine might round in one step with a sum.
        assert share.summed(70).tolist() == wanted.tolist()
    else:
        np.testing.assert_allclose(share.summed(70), wanted, rtol=1e-13, atol=1e-13)
    for pk in range(70):
        mine = joined.person == pk
        assert share.of(pk).tolist() == (each[mine] * scale[pk]).tolist()
        assert joined.of(pk)[2].tolist() == joined.post[mine].tolist()


def test_who_joined_nothing_has_nothing() -> None:
    nothing = np.zeros(0, np.int64)
    share = Share(
        Joinings(nothing, nothing, nothing, nothing, nothing, 3), np.ones(2), 0, 9.0, np.ones(3)
    )
    assert share.summed(3).tolist() == [0.0, 0.0, 0.0]
    assert share.of(2).tolist() == []


def test_pieces_beside_joinings_are_laid_where_their_posts_are() -> None:
    joined = np.array([9, 4, 7])
    posts, each = laid_out(joined, np.array([1, 4, 8, 9, 30]), np.array([1.0, 2, 3, 4, 5]))
    assert dict(zip(posts.tolist(), each.tolist(), strict=True)) == {
        9: 4.0,
        4: 2.0,
        7: 0.0,
        1: 1.0,
        8: 3.0,
        30: 5.0,
    }
    assert posts[:3].tolist() == joined.tolist()


def test_the_foremost_are_the_first_of_all_in_order() -> None:
    random = np.random.default_rng(4)
    for size in (0, 3, 6, 7, 60):
        keys = random.permutation(200)[:size]
        each = random.integers(0, 9, size) / 4
        among = np.flatnonzero(random.random(size) < 0.7)
        order = sorted(among.tolist(), key=lambda at: (-each[at], keys[at]))
        assert foremost(keys, each, among, 6).tolist() == order[:6]
