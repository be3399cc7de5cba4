"""As of T, a whole history tells what the history up to T tells: nothing else was there.

Unlike the facts of test_leaks.py, nobody chose here what the future brings: all of it is cut off.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import INTERACTION_KINDS, Interaction, Link, Person, Post, Record, Space
from data.readers.detect import open_reader
from data.readers.face import ReadOptions
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from tests import leaking
from tests.communities import START, Community, engine_of, random_community
from tests.cutting import before
from tests.leaking import Leak
from tests.planting import DAY, told

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
QUIET = settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
MOST_POSTS = 700
CUT = START + 100 * DAY + timedelta(hours=7)


def check_cut(whole: Engine, cut: Engine, moment: datetime) -> None:
    """Both tell the same of a moment; the AssertionError names what does not hold."""
    after, then = told(whole, moment), told(cut, moment)
    for question, answer in then.items():
        assert after[question] == answer, question


def upset(community: Community, seed: int) -> list[Record]:
    """The records with a tenth of the times wrong, so that replies come before what they answer.

    Nothing is for members alone but by its space: a root that is read by fewer than its earlier
    replies would close these for the past too, as today's permissions hold there.
    """
    rng = Random(seed)
    posts = []
    for post in community.posts:
        wrong = timedelta(days=rng.randrange(-40, 40) if rng.random() < 0.1 else 0)
        # Without the thread's id, a post hangs on its parent alone.
        thread = None if rng.random() < 0.5 else post.thread
        created = post.created + wrong
        posts.append(replace(post, created=created, thread=thread, visibility="space"))
    return replace(community, posts=posts).records()


@QUIET
@given(seed=st.integers(0, 10_000))
def test_the_past_knows_nothing_of_what_came_after(seed: int) -> None:
    community = random_community(seed, threads=40)
    for records in (community.records(), upset(community, seed)):
        check_cut(engine_of(records), engine_of(before(records, CUT)), CUT)


@pytest.mark.parametrize(
    "leak",
    [
        leaking.no_bound,
        leaking.a_month_late,
        leaking.posts_of_today,
        leaking.everybody_who_will_write,
        leaking.statistics_of_everything,
        leaking.activity_to_come,
        leaking.acts_to_come,
    ],
)
def test_the_cut_finds_what_leaks(leak: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    leak(monkeypatch)
    records = upset(random_community(1, threads=40), 1)
    with pytest.raises(AssertionError):
        check_cut(engine_of(records), engine_of(before(records, CUT)), CUT)


# A real history ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history() -> list[Record]:
    """The first posts of a real community, with acts and links made up between them."""
    path = SHARED / "zulip-ncar"
    if not path.is_dir():
        pytest.skip("../shared/data/zulip-ncar is not here")
    kinds: dict[type, list[Record]] = {kind: [] for kind in (Space, Person, Post)}
    for item in open_reader(path, "auto").read(path, ReadOptions()):
        record = item.record
        if type(record) in kinds and len(kinds[Post]) < MOST_POSTS:
            kinds[type(record)].append(record)
    posts = [post for post in kinds[Post] if isinstance(post, Post)]
    names = sorted({post.author for post in posts if post.author})
    rng = Random(3)
    acts = [
        Interaction(rng.choice(names), post.id, kind, at=post.created + DAY * rng.randrange(60))
        for post in posts
        for kind in rng.sample(INTERACTION_KINDS, 1)
        if kind not in ("view", "dismiss")
    ]
    roots = [post for post in posts if post.thread in (None, post.id)]
    links = [Link(b.id, a.id, "duplicate", at=b.created) for a, b in pairwise(roots)]
    return [*kinds[Space], *kinds[Person], *posts, *acts, *links]


def moment_of(history: list[Record], share: float) -> datetime:
    """When `share` of the posts were there."""
    times = sorted(post.created for post in history if isinstance(post, Post))
    return times[int(len(times) * share)]


def told_of(engine: Engine, history: list[Record], moment: datetime) -> list[object]:
    """What is told of a moment to those who wrote last, asked the next questions' words."""
    found: list[object] = []
    asked = [p for p in history if isinstance(p, Post) and p.title and p.created >= moment][:8]
    for post in asked:
        query = ExpertsQuery(
            post.body, title=post.title, space=post.space, asker_id=post.author, k=50, as_of=moment
        )
        found.append(engine.search_experts(query, moment))
        found.append(
            [
                (idea.post.id, idea.score, idea.probability_same, idea.reason)
                for idea in engine.similar(
                    SimilarQuery(title=post.title, body=post.body, k=50, as_of=moment), moment
                )
            ]
        )
        if post.author in engine.community.person_keys:
            page = engine.feed(post.author, k=50, as_of=moment, now=moment)
            found.append([(item.post.id, item.score, item.reasons) for item in page.items])
    return found


def check_history(history: list[Record], share: float) -> None:
    """The history up to a moment tells the same of it as the whole."""
    moment = moment_of(history, share)
    told = [
        told_of(engine_of(records), history, moment)
        for records in (history, before(history, moment))
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_real_history_knows_nothing_of_what_came_after(
    history: list[Record], share: float
) -> None:
    check_history(history, share)


@pytest.mark.parametrize(
    "leak", [leaking.one_moment_late, leaking.activity_to_come, leaking.acts_to_come]
)
def test_a_real_history_shows_what_leaks(
    history: list[Record], leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        check_history(history, 0.8)
