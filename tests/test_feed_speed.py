"""What makes a feed quick on a million posts gives what the plain scan gives."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest

from data.models import Post
from recommender.feedhistory import history_of
from recommender.feedlearning import NOBODY
from recommender.feedpool import FRESH_US, POOL, joined_by, pool_of, touched_by
from recommender.ideas import in_season
from recommender.view import KEPT, View, Views
from tests.communities import NOW, engine_of, random_community

DAY = timedelta(days=1)


def roots_of(view: View) -> np.ndarray:  # type: ignore[type-arg]
    """Readable roots with a text that stands."""
    posts = view.community.posts
    told = np.zeros(len(posts), dtype=bool)
    told[view.community.versions["post"][view.texts]] = True
    return np.flatnonzero(view.posts & told & (posts["root"] == np.arange(len(posts))))


def plain_pool(view: View, person: int) -> tuple[list[int], list[bool]]:
    """The pool by a look at every root, one by one."""
    community = view.community
    posts = community.posts
    gone = set(joined_by(community, view, person).tolist())
    gone |= set(touched_by(community, view, person, ("view", "dismiss", "join")).tolist())
    found = []
    for key in roots_of(view).tolist():
        author, until = int(posts["author"][key]), posts["valid_until"][key : key + 1]
        again = bool(in_season(posts["created"][key : key + 1], until, view.moment)[0])
        if author == person or community.roster.bots[author] or key in gone:
            continue
        if until[0] > view.moment or again:
            found.append((-int(posts["created"][key]), -int(posts["rank"][key]), key, again))
    found.sort()
    fresh = sum(-created >= view.moment - FRESH_US for created, *_ in found)
    kept = [row for n, row in enumerate(found) if n < max(fresh, POOL) or row[3]]
    return [row[2] for row in kept], [row[3] for row in kept]


@pytest.mark.parametrize("seed", range(4))
def test_the_pool_is_that_of_a_plain_scan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.feedpool.POOL", 9)
    monkeypatch.setitem(globals(), "POOL", 9)
    records, rng = random_community(seed), Random(seed)
    engine = engine_of(records.records())
    for n in range(3):
        for as_of in (None, NOW - 20 * DAY, NOW - 60 * DAY):
            for person in ("p01", "p04", "p07"):
                key = engine.community.person_keys[person]
                view = engine._view(person, as_of, NOW)
                pool, season = pool_of(view.community, view, key, NOBODY)
                assert (pool.tolist(), season.tolist()) == plain_pool(view, key)
                own = [
                    post
                    for post in np.flatnonzero(view.posts).tolist()
                    if view.community.posts["author"][post] == key
                    and view.community.posts["created"][post] < view.moment
                ]
                assert sorted(history_of(view.community, view, key).own.tolist()) == own
        # What comes in late, of one time with others too, takes its place.
        at = rng.choice(records.posts).created
        engine.store.apply(
            [Post(f"late{n}", "p09", at, "late"), Post(f"new{n}", "p08", NOW, "new")]
        )
        engine.sync()


def test_a_view_is_kept_as_long_as_nothing_changes_and_never_lent_to_others() -> None:
    records = random_community(3)
    engine = engine_of(records.records())
    views = {person: engine._view(person, None, NOW) for person in engine.community.person_keys}
    for person, view in views.items():
        readable = engine.community.access.readable(person)
        assert (view.classes == readable).all()
        assert (view.posts == engine.community.posts.live & readable[_access(engine)]).all()
    assert len({view.posts.tobytes() for view in views.values()}) > 1
    last = list(views)[-1]
    assert engine._view(last, None, NOW - timedelta(seconds=1)) is views[last]
    assert engine._view(last, None, NOW + timedelta(hours=1)) is not views[last]
    assert engine._view(last, NOW, NOW) is not views[last]
    engine.store.apply([Post("more", "p01", NOW - DAY, "more")])
    engine.sync()
    more = engine._view(last, None, NOW)
    assert more is not views[last] and len(more.posts) > len(views[last].posts)


def _access(engine) -> np.ndarray:  # type: ignore[no-untyped-def]
    access: np.ndarray = engine.community.posts["access"]
    return access


def test_few_views_are_kept() -> None:
    views, made = Views(), []

    def ask(key: int) -> None:
        views.of(key, lambda: made.append(key))  # type: ignore[arg-type, func-returns-value]

    for key in [0, 0, *range(1, KEPT), 0, KEPT, 0, 1]:
        ask(key)
    assert made == [*range(KEPT + 1), 1]
