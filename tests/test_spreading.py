"""Ideas reach other sites: who is asked first, who next, and who never."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import recommender.spreading
from data.models import Interaction, Person, Post, Record, Space
from recommender.engine import Engine
from recommender.results import FeedItem
from recommender.settings import EngineSettings, FeedSettings
from recommender.view import View
from tests.asking import flattened
from tests.communities import (
    NOW,
    TOPICS,
    encoders,
    engine_of,
    new_store,
    random_community,
    readable_part,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPREAD = "new at another site, close to what you work on"
LIGHT, TRUCK = TOPICS[0], TOPICS[1]


def readers(site: str, topic: str, count: int, since: int = 0) -> list[Record]:
    """People of a site, each known by more threads on `topic` than the one after."""
    found: list[Record] = []
    for n in range(count):
        name = f"{site}{since + n}"
        found.append(Person(name, site=site))
        found += [
            Post(f"{name} own {i}", name, NOW - (30 + i) * DAY, topic) for i in range(9 - 2 * n)
        ]
    return found


def community(*more: Record, age: timedelta = 3 * HOUR, **of_idea: object) -> list[Record]:
    """An idea on light from the north, four readers in the south who know light, and one, the
    oldest hand of all, who knows trucks; much else of today, so that an idea needs its place."""
    idea = Post("idea", "north0", NOW - age, LIGHT, kind="idea")
    noise = [
        Post(f"noise{i}", f"busy{i}", NOW - HOUR * (1 + i % 2), TOPICS[3], kind="question")
        for i in range(20)
    ]
    return [
        Person("north0", site="North"),
        *readers("south", LIGHT, 4),
        *readers("south", TRUCK, 1, since=9),
        *noise,
        replace(idea, **of_idea),
        *more,
    ]


def item_of(engine: Engine, person: str, **asked: object) -> FeedItem | None:
    page = engine.feed(person, k=10, now=NOW, **asked)
    return next((item for item in page.items if item.post.id == "idea"), None)


def asked(records: list[Record], readers_first: int = 2) -> list[str]:
    """Whom of the south an idea is offered to."""
    engine = engine_with(records, FeedSettings(0.0, readers_first))
    names = {r.id for r in records if isinstance(r, Person) and r.id.startswith("south")}
    found = []
    for name in sorted(names):
        item = item_of(engine, name)
        if item is not None and SPREAD in item.reasons:
            found.append(name)
    return found


def engine_with(records: list[Record], chosen: FeedSettings) -> Engine:
    store = new_store()
    assert not [v for v in store.apply(records, received=NOW) if v]
    engine = Engine(store, encoders(), None, EngineSettings(feed=chosen))
    engine.sync()
    return engine


def test_an_idea_is_offered_to_those_whom_it_fits_best() -> None:
    assert asked(community()) == ["south0", "south1"]
    assert asked(community(), 4) == ["south0", "south1", "south2", "south3"]
    # Nothing speaks for who knows trucks, however many places there are.
    assert "south9" not in asked(community(), 20)
    assert asked(community(), 0) == []


def test_it_is_among_the_first_three_there() -> None:
    engine = engine_of(community())
    ids = [item.post.id for item in engine.feed("south0", k=4, now=NOW).items]
    assert "idea" in ids


@pytest.mark.parametrize(
    "response",
    [
        Post("r", "south9", NOW - HOUR, "thanks", kind="reply", thread="idea"),
        *(
            Interaction("south9", "idea", kind, at=NOW - HOUR)
            for kind in ("like", "bookmark", "follow", "helpful", "tried", "join")
        ),
    ],
)
def test_who_responds_opens_it_to_more_at_their_site(response: Record) -> None:
    if isinstance(response, Interaction) and response.kind == "tried":
        response = replace(response, value="worked")
    assert asked(community(response)) == ["south0", "south1", "south2", "south3"]
    elsewhere = Person("east0", site="east")
    other = Interaction("east0", "idea", "like", at=NOW - HOUR)
    assert asked(community(elsewhere, other)) == ["south0", "south1"]


def test_a_view_or_a_response_to_come_or_an_anonymous_reply_opens_nothing() -> None:
    for nothing in (
        Interaction("south9", "idea", "view", at=NOW - HOUR),
        Interaction("south9", "idea", "like", at=NOW + HOUR),
        Post("r", "south9", NOW - HOUR, "thanks", thread="idea", anonymous=True),
        Post("r", "south9", NOW + HOUR, "thanks", thread="idea"),
    ):
        assert asked(community(nothing)) == ["south0", "south1"]


def test_silence_ends_it_after_a_day_and_two_days_end_it_anyway() -> None:
    liked = Interaction("south9", "idea", "like", at=NOW - HOUR)
    assert asked(community(age=25 * HOUR)) == []
    assert asked(community(liked, age=25 * HOUR)) == ["south0", "south1", "south2", "south3"]
    assert asked(community(liked, age=49 * HOUR)) == []


def test_more_dismissals_than_responses_close_it() -> None:
    waved = Interaction("south9", "idea", "dismiss", at=NOW - HOUR)
    liked = Interaction("south3", "idea", "like", at=NOW - HOUR)
    assert asked(community(waved)) == []
    assert asked(community(waved, liked)) == ["south0", "south1", "south2", "south3"]


def test_questions_anonymous_ideas_and_those_of_nowhere_stay() -> None:
    assert asked(community(kind="question")) == []
    assert asked(community(anonymous=True)) == []
    assert asked(community(author="somebody")) == []
    assert asked(community(Person("north0", site="SOUTH "))) == []


def test_people_of_unknown_site_are_a_site_of_their_own() -> None:
    nowhere = [
        replace(record, site=None) if isinstance(record, Person) else record
        for record in readers("x", LIGHT, 1)
    ]
    item = item_of(engine_with([*community(), *nowhere], FeedSettings(0.0, 2)), "x0")
    assert item is not None and SPREAD in item.reasons


def test_who_left_or_may_not_read_takes_no_place() -> None:
    gone = Person("south0", site="south", left=NOW - DAY)
    assert asked(community(gone))[1:] == ["south1", "south2"]
    space = Space("s", visibility="members", members=("north0", "south1", "south2", "south3"))
    closed = [r for r in community(space="s") if not isinstance(r, Space)]
    assert asked([space, *closed]) == ["south1", "south2"]
    hidden = Person("south0", site="south", consent="hidden")
    assert asked(community(hidden)) == ["south0", "south1"]


def test_of_the_past_nobody_is_known_to_be_elsewhere() -> None:
    engine = engine_of(community())
    item = item_of(engine, "south0", as_of=NOW)
    assert item is None or SPREAD not in item.reasons


def offered_alike(seed: int) -> int:
    """How often something is offered in a community of which a part is closed to the reader, and
    in that part alone, where all is the same.

    Raises
    ------
    AssertionError : something is not.
    """
    whole = random_community(seed, threads=120)
    sites = ("north", "south", "east")
    whole = replace(
        whole,
        people=[replace(p, site=sites[i % 3]) for i, p in enumerate(whole.people)],
        posts=[replace(p, kind="idea") if p.parent is None else p for p in whole.posts],
    )
    moments = sorted(p.created + 3 * HOUR for p in whole.posts if p.parent is None)
    engine, offered = engine_of(whole.records()), 0
    for viewer in ("p00", "p04"):
        part = engine_of(readable_part(whole, viewer).records())
        for now in moments[60::4]:
            told = flattened(engine.feed(viewer, k=10, now=now).items)
            assert told == flattened(part.feed(viewer, k=10, now=now).items)
            offered += str(told).count(SPREAD)
    return offered


SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_reader_may_not_read_decides_no_place(seed: int) -> None:
    assert offered_alike(seed)


def test_closed_threads_that_decide_a_place_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    see_everything(monkeypatch, "_concerns")
    with pytest.raises(AssertionError):
        for seed in SEEDS:
            offered_alike(seed)


def test_a_response_opens_nothing_for_those_who_may_not_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Space("room", members=("south9",))
    reply = Post(
        "r", "south9", NOW - HOUR, "thanks", thread="idea", space="room", visibility="members"
    )
    assert asked([room, *community(reply)]) == ["south0", "south1"]
    see_everything(monkeypatch, "_reactions")
    assert len(asked([room, *community(reply)])) == 4


def see_everything(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Let a function of spreading look at what the reader may not read."""
    exact = getattr(recommender.spreading, function)

    def leaking(*given: Any) -> Any:
        open_to_all = [
            replace(v, posts=v.community.posts.live, texts=v.community.versions.live)
            if isinstance(v, View)
            else v
            for v in given
        ]
        return exact(*open_to_all)

    monkeypatch.setattr(recommender.spreading, function, leaking)
