"""The leak list of PROTOCOL.md: the future is planted, and nothing asked of the past moves.

Each planted fact is dated at or after T, or has no date. Answers as of T must stay the same to
the last bit; a view that ignores the bound must be caught by the same comparison.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

import recommender.engine
from data.models import Interaction, Link, Person, Post, Space
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from recommender.view import View, view_of
from tests.communities import (
    NOW,
    QUESTIONS,
    START,
    TEXTS,
    Community,
    engine_of,
    new_store,
    random_community,
)

T = START + timedelta(days=120, hours=11)
SECOND = timedelta(seconds=1)
AUTHORS = ("p01", "p02", "p04", "new")


def community() -> Community:
    """Seeded; everybody and everything known before T alone, to have it all at stake."""
    whole = random_community(7, threads=40)
    kept = [post for post in whole.posts if post.created < T]
    ids = {post.id for post in kept}
    return replace(
        whole,
        people=[replace(p, consent="open") for p in whole.people],
        posts=[p for p in kept if not p.thread or p.thread in ids],
        interactions=[
            act
            for act in whole.interactions
            if act.post in ids and act.at is not None and act.at < T - timedelta(days=1)
        ],
        links=[link for link in whole.links if {link.source, link.target} <= ids],
    )


def told(engine: Engine) -> dict[str, object]:
    """Every number and order of the answers as of T."""
    found: dict[str, object] = {}
    for viewer in ("p00", "p05"):
        for i, query in enumerate(QUESTIONS):
            # Whom a caller's own filter admits is not a signal.
            asked = replace(query, viewer_id=viewer, as_of=T, k=50, sites=(), asker_id="p03")
            answer = engine.search_experts(asked, NOW)
            found[f"{viewer} experts {i}"] = [
                answer.answerable,
                answer.reason,
                *(replace(c, person=c.person.id) for c in answer.candidates),  # type: ignore[arg-type]
            ]
        for i, text in enumerate(TEXTS):
            ideas = engine.similar(replace(text, viewer_id=viewer, as_of=T, k=50), NOW)
            found[f"{viewer} similar {i}"] = [
                (d.post.id, d.score, d.probability_same, d.reason) for d in ideas
            ]
        page = engine.feed(viewer, k=50, as_of=T, now=NOW)
        found[f"{viewer} feed"] = [(d.post.id, d.score, d.reasons) for d in page.items]
        for person in ("p01", "p02"):
            topics = engine.expertise(person, viewer_id=viewer, as_of=T, now=NOW)
            found[f"{viewer} expertise {person}"] = topics
    return found


Facts = list[Person | Space | Post | Interaction | Link]
Plant = Callable[[Community], Facts]


def _roots(community: Community) -> list[Post]:
    return [p for p in community.posts if p.parent is None and p.visibility == "space"]


def _texts(when: datetime) -> Plant:
    def plant(community: Community) -> Facts:
        facts: Facts = []
        for i, (query, author) in enumerate(zip(QUESTIONS, AUTHORS, strict=True)):
            root = Post(f"future{i}", author, when, query.query, title=query.title, tags=query.tags)
            facts += [root]
        for i, root in enumerate(_roots(community)):
            author = f"p{i % 8:02}"
            facts.append(Post(f"late{i}", author, when, root.body, kind="answer", thread=root.id))
        return facts

    return plant


def _edits(community: Community) -> Facts:
    query, text = QUESTIONS[0], TEXTS[0]
    edited = []
    for i, post in enumerate(community.posts[:60]):
        new = (
            replace(post, title=text.title, updated=T),
            replace(post, body=query.query, language="de", updated=T + SECOND),
            replace(post, tags=("light", "card"), updated=T),
        )
        edited.append(new[i % 3])
    return [*edited]


def _acts(community: Community) -> Facts:
    facts: Facts = []
    for post in _roots(community):
        for kind in ("like", "dismiss", "view", "join", "accept", "helpful", "follow"):
            facts += [Interaction(who, post.id, kind, at=T) for who in ("p00", "p05", None)]
        facts.append(Interaction("p05", post.id, "tried", at=T + SECOND, value="worked"))
    return facts


def _same_day_votes(community: Community) -> Facts:
    midnight = T.replace(hour=0, minute=0)
    return [
        Interaction(who, post.id, kind, at=midnight, day_only=True)
        for post in _roots(community)
        for who in ("p00", "p05")
        for kind in ("like", "dismiss")
    ]


def _undated_acts(community: Community) -> Facts:
    return [
        Interaction(who, post.id, kind, value="worked" if kind == "tried" else None)
        for post in _roots(community)
        for who in ("p00", "p05")
        for kind in ("view", "like", "dismiss", "tried", "accept")
    ]


def _standing(community: Community) -> Facts:
    return [
        replace(post, score=900 - i, accepted=i % 2 == 0) for i, post in enumerate(community.posts)
    ]


def _profiles(community: Community) -> Facts:
    facts: Facts = []
    for i, person in enumerate(community.people):
        facts.append(
            replace(
                person,
                about=QUESTIONS[i % 4].query,
                title="window display",
                active=i % 2 == 0,
                away_until=NOW + timedelta(days=99),
                weekly_capacity=i % 2,
                site=f"elsewhere {i}",
                languages=("fr",),
                left=T + SECOND * (i % 2),
                name="how can we" if i % 2 else "Name1 Family1",
            )
        )
    return facts


def _newcomers(_: Community) -> Facts:
    return [
        Person(f"new{i}", name="fix the", about=QUESTIONS[0].query, joined=when)
        for i, when in enumerate((T, T + SECOND, None))
    ]


def _links(community: Community) -> Facts:
    roots = _roots(community)
    return [Link(a.id, b.id, "duplicate", at=T) for a, b in pairwise(roots)]


PLANTS: dict[str, Plant] = {
    "posts and replies at T": _texts(T),
    "posts and replies later": _texts(T + SECOND),
    "edits": _edits,
    "interactions": _acts,
    "votes of the day": _same_day_votes,
    "undated interactions": _undated_acts,
    "score and accepted": _standing,
    "profiles": _profiles,
    "new people": _newcomers,
    "links": _links,
}


def _with(plant: Plant | None) -> Engine:
    store = new_store()
    known = community()
    assert not [v for v in store.apply(known.records()) if v]
    if plant is not None:
        assert not [v for v in store.apply(plant(known)) if v]
    return engine_of([], store)


@pytest.fixture(scope="module")
def before() -> dict[str, object]:
    return told(_with(None))


@pytest.mark.parametrize("name", PLANTS)
def test_the_future_moves_nothing(name: str, before: dict[str, object]) -> None:
    after = told(_with(PLANTS[name]))
    for question, answer in before.items():
        assert after[question] == answer, question
    assert after.keys() == before.keys()


def _open_ended(community, viewer_id, as_of, now) -> View:  # type: ignore[no-untyped-def]
    """A view that forgets the bound: what a leak would look like."""
    whole = view_of(community, viewer_id, None, as_of or now)
    return replace(whole, past=False)


@pytest.mark.parametrize(
    "name", ["posts and replies at T", "posts and replies later", "edits", "profiles"]
)
def test_the_comparison_would_catch_a_leak(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommender.engine, "view_of", _open_ended)
    assert told(_with(PLANTS[name])) != told(_with(None))


@pytest.mark.parametrize("name", ["interactions", "votes of the day", "new people"])
def test_what_is_dated_counts_once_its_time_has_come(name: str) -> None:
    later = T + timedelta(days=1)
    plain, planted = _with(None), _with(PLANTS[name])

    def seen(engine: Engine) -> object:
        query = ExpertsQuery(QUESTIONS[0].query, k=50, as_of=later)
        people = engine.search_experts(query, NOW).candidates
        page = engine.feed("p00", k=50, as_of=later, now=NOW)
        return [(c.person.id, c.score) for c in people], [(d.post.id, d.score) for d in page.items]

    assert seen(planted) != seen(plain)


def test_tags_that_an_edit_took_away_count_up_to_the_edit() -> None:
    """The tags of the newest text once stood for all times: an edit moved answers before it."""
    root = Post("t", "a", START, "one body", title="lamps", tags=("light",))
    reply = Post("r", "b", START + SECOND, "a reply", thread="t")
    edit = replace(root, tags=("truck",), updated=T)
    engine = engine_of([root, reply])
    engine.store.apply([edit])
    engine.sync()

    def tagged(tag: str, as_of: datetime) -> bool:
        query = ExpertsQuery("nothing of it", tags=(tag,), as_of=as_of, asker_id="a")
        (candidate,) = engine.search_experts(query, NOW).candidates
        return any("tags" in part.reason for part in candidate.contributions)

    assert tagged("light", T) and not tagged("truck", T)
    assert tagged("truck", T + SECOND) and not tagged("light", T + SECOND)
    unbound = SimilarQuery(body="one body", as_of=T)
    assert [idea.post.id for idea in engine.similar(unbound, NOW)] == ["t"]
