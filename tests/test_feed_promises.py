"""The feed: what it never shows, pages that never overlap, and what comes back in its season."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import InvalidCursor, UnknownPerson
from data.models import Interaction, Person, Post, Space
from recommender.engine import Engine
from recommender.queries import SimilarQuery
from recommender.settings import FeedSettings
from tests.asking import flattened
from tests.communities import NOW, START, TOPICS, engine_of, random_community

DAY = timedelta(days=1)
QUIET = settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def pages(
    engine: Engine, person: str, k: int, as_of: datetime | None = None, between: int = 0
) -> list[str]:
    """Ids of all pages in order; between two pages, `between` new posts arrive."""
    found: list[str] = []
    cursor = None
    while True:
        page = engine.feed(
            person, k=k, as_of=as_of, cursor=cursor, now=NOW + DAY * (len(found) // 9)
        )
        assert len(page.items) <= k
        assert all(item.reasons and all(item.reasons) for item in page.items)
        found += [item.post.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
        arriving = [f"new{len(found)}.{i}" for i in range(between)] if len(found) < 30 else []
        engine.store.apply([Post(id_, "late", NOW, TOPICS[0]) for id_ in arriving])
        engine.sync()


@QUIET
@given(seed=st.integers(0, 10_000), k=st.integers(1, 7), between=st.integers(0, 2))
def test_a_feed_never_shows_what_it_should_not(seed: int, k: int, between: int) -> None:
    community = random_community(seed, threads=30)
    engine = engine_of(community.records())
    by_id = {post.id: post for post in community.posts}
    for person, as_of in (("p01", None), ("p05", None), ("p06", START + 120 * DAY)):
        moment = as_of or NOW
        shown = pages(engine, person, k, as_of, between if as_of is None else 0)
        assert len(shown) == len(set(shown))
        mine = {
            p.thread or p.id for p in community.posts if p.author == person and p.created < moment
        }
        done = {
            act.post
            for act in community.interactions
            if act.person == person and act.kind in ("view", "dismiss", "join")
            and act.at is not None and not act.day_only and act.at < moment
        }  # fmt: skip
        assert not set(shown) & (mine | done)
        for id_ in shown:
            if id_.startswith("new"):
                continue
            post = by_id[id_]
            assert post.parent is None and engine.may_read(person, id_, NOW)
            assert as_of is None or post.created < as_of
            assert post.valid_until is None or post.valid_until > moment
        again = engine.feed(person, k=k, as_of=as_of, now=NOW)
        assert flattened(again) == flattened(engine.feed(person, k=k, as_of=as_of, now=NOW))


def test_an_act_on_a_reply_is_one_on_its_thread() -> None:
    posts = [Post(f"t{i}", "a", NOW - DAY, TOPICS[0]) for i in range(3)]
    replies = [Post(f"r{i}", "b", NOW - DAY, TOPICS[0], thread=f"t{i}") for i in range(3)]
    acts = [Interaction("v", "r0", "join", at=NOW - DAY), Interaction("v", "r1", "dismiss")]
    engine = engine_of([Person("v"), *posts, *replies, *acts])
    assert pages(engine, "v", 5) == ["t2"]


def test_a_seasonal_idea_comes_back_in_its_season() -> None:
    year = timedelta(days=365)
    season = Post(
        "advent", "a", datetime_of("2022-11-10"), TOPICS[0], kind="idea", title="advent window",
        valid_until=datetime_of("2022-12-24"),
    )  # fmt: skip
    # Valid for more than a year, it would have been in season the day after it ran out.
    long = Post(
        "long", "a", datetime_of("2022-01-01"), TOPICS[0], valid_until=datetime_of("2023-11-01")
    )
    tried = [
        Interaction(who, "advent", "tried", at=datetime_of("2022-12-01"), site=site, value=value)
        for who, site, value in (
            ("b", "north", "worked"), ("c", "south", "adapted"), ("d", "east", "did not work")
        )
    ]  # fmt: skip
    engine = engine_of([Person("v"), season, long, *tried])

    def shown(day: str) -> list[str]:
        page = engine.feed("v", k=9, now=datetime_of(day))
        return [item.post.id for item in page.items]

    assert shown("2022-12-01") == ["advent", "long"]
    assert shown("2023-01-15") == ["long"] and shown("2023-08-01") == ["long"]
    assert "advent" in shown("2023-11-01") and "advent" in shown("2024-12-01")
    assert shown("2023-11-15") == ["advent"] and shown("2024-02-01") == []
    (item,) = engine.feed("v", now=datetime_of("2023-12-01")).items
    assert item.reasons[0] == "tried at 3 sites, worked at 2"
    assert any("season" in reason for reason in item.reasons)
    (idea, _) = engine.similar(SimilarQuery(title="advent window", body=TOPICS[0]), NOW + year)
    assert "tried at 3 sites, worked at 2" in idea.reason


def test_what_is_new_comes_before_what_is_in_season_again() -> None:
    """Everybody's feed began with the same old ideas for as long as their season lasted."""
    season = Post(
        "advent", "a", datetime_of("2022-11-10"), TOPICS[0], kind="idea",
        valid_until=datetime_of("2022-12-24"),
    )  # fmt: skip
    new = Post("new", "b", datetime_of("2023-11-30"), TOPICS[1])
    page = engine_of([Person("v"), season, new]).feed("v", now=datetime_of("2023-12-01"))
    assert [item.post.id for item in page.items] == ["new", "advent"]


def datetime_of(day: str) -> datetime:
    return datetime.fromisoformat(day + "T12:00:00+00:00")


def test_a_cursor_of_the_past_stays_there() -> None:
    engine = engine_of(
        [Person("v"), *(Post(f"t{i:02}", "a", START + i * DAY, "x") for i in range(40))]
    )
    past = START + 20 * DAY
    first = engine.feed("v", k=5, as_of=past, now=NOW)
    assert first.next_cursor is not None
    right = engine.feed("v", k=50, as_of=past, cursor=first.next_cursor, now=NOW)
    ids = {item.post.id for item in right.items}
    assert ids == {f"t{i:02}" for i in range(20)} - {item.post.id for item in first.items}
    # Without saying again that the past is meant.
    assert engine.feed("v", k=50, cursor=first.next_cursor, now=NOW) == right
    with pytest.raises(InvalidCursor):
        engine.feed("v", as_of=past - 15 * DAY, cursor=first.next_cursor, now=NOW)
    for forged in ("", "x", "é", "A" * 50, first.next_cursor[:-2], "eJw", first.next_cursor * 2):
        with pytest.raises(InvalidCursor):
            engine.feed("v", as_of=past, cursor=forged, now=NOW)
    with pytest.raises(UnknownPerson):
        engine.feed("nobody", now=NOW)


def test_a_feed_of_closed_spaces() -> None:
    space = Space("s", visibility="members", members=("in",))
    post = Post("t", "a", NOW - DAY, "x", space="s")
    engine = engine_of([space, Person("in"), Person("out"), post])
    assert pages(engine, "in", 3) == ["t"] and pages(engine, "out", 3) == []


def drawn(young: int, k: int) -> list[bool]:
    """Place by place, whether a feed drew it by lot from among `young` threads by newcomers."""
    posts = [
        *(Post(f"n{n}", f"new{n}", NOW - n * DAY / 12, TOPICS[n % 4]) for n in range(young)),
        *(Post(f"o{n}", "old", NOW - (20 + n) * DAY, TOPICS[n % 4]) for n in range(20)),
    ]
    engine = engine_of([Person("p"), *posts])
    engine.settings = replace(engine.settings, feed=FeedSettings(exploration=0.5))
    found: list[bool] = []
    cursor = None
    while True:
        page = engine.feed("p", k=k, cursor=cursor, now=NOW + DAY / 24)
        found += [item.propensity is not None for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_nothing_is_drawn_where_all_that_is_young_fits_on_a_page() -> None:
    assert not any(drawn(10, 10))
    assert any(drawn(11, 10))
    # However it is cut into pages.
    assert drawn(14, 4) == drawn(14, 40)
