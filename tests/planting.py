"""A community up to T, facts that the future or no time at all brings, and what is told of T.

A leak check plants one kind of fact into an engine and compares every number and order of the
answers as of T with those of an engine that never heard of it. The same check runs against
engines into which a leak was put on purpose, and must fail there.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from data.models import Interaction, Link, Person, Post, Record
from recommender.engine import Engine
from tests.asking import QUESTIONS, TEXTS
from tests.communities import (
    NOW,
    START,
    Community,
    engine_of,
    every_signal,
    new_store,
    random_community,
)

T = START + timedelta(days=120, hours=11)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MIDNIGHT = T.replace(hour=0, minute=0)
AUTHORS = ("p01", "p02", "p04", "new")
VIEWERS = ("p00", "p05")

Plant = Callable[[Community], list[Record]]


def community(threads: int = 40) -> Community:
    """Seeded; everybody and everything known before T alone, to have it all at stake.

    Some replies came before what they answer to: that is still to come at T.
    """
    whole = random_community(7, threads=threads)
    kept = [post for post in whole.posts if post.created < T]
    ids = {post.id for post in kept}
    early = [
        Post(f"early{i}", f"p{i:02}", T - 3 * DAY, text.body or "", kind="reply", parent=f"gone{i}")
        for i, text in enumerate((*TEXTS, *TEXTS))
    ]
    below = [
        Post(f"below{i}", "p04", T - DAY, QUESTIONS[i].query, kind="reply", parent=f"early{i}")
        for i in range(len(early))
    ]
    return replace(
        whole,
        people=[replace(p, consent="open") for p in whole.people],
        posts=[p for p in kept if not p.thread or p.thread in ids] + early + below,
        interactions=[
            act
            for act in whole.interactions
            if act.post in ids and act.at is not None and act.at < T - DAY
        ],
        links=[link for link in whole.links if {link.source, link.target} <= ids],
    )


def engine_with(plant: Plant | None, threads: int = 40) -> Engine:
    """An engine over the community, with what `plant` brings written after it."""
    store = new_store()
    known = community(threads)
    assert not [v for v in store.apply(known.records(), received=T - SECOND) if v]
    if plant is not None:
        assert not [v for v in store.apply(plant(known), received=T) if v]
    return engine_of([], store, every_signal())


def told(engine: Engine, as_of: datetime = T) -> dict[str, object]:
    """Every number and order of the answers as of a moment."""
    found: dict[str, object] = {}
    for viewer in VIEWERS:
        for i, query in enumerate(QUESTIONS):
            # Whom a caller's own filter admits is not a signal.
            asked = replace(query, viewer_id=viewer, as_of=as_of, k=50, sites=(), asker_id="p03")
            answer = engine.search_experts(asked, NOW)
            found[f"{viewer} experts {i}"] = [
                answer.answerable,
                answer.reason,
                *(
                    (c.person.id, c.score, c.probability, c.contributions)
                    for c in answer.candidates
                ),
            ]
        for i, text in enumerate(TEXTS):
            ideas = engine.similar(replace(text, viewer_id=viewer, as_of=as_of, k=50), NOW)
            found[f"{viewer} similar {i}"] = [
                (d.post.id, d.score, d.probability_same, d.reason) for d in ideas
            ]
        page = engine.feed(viewer, k=50, as_of=as_of, now=NOW)
        found[f"{viewer} feed"] = [
            (d.post.id, d.score, d.reasons, d.propensity) for d in page.items
        ]
        for days in (30, 400):
            figures = engine.figures(days, viewer_id=viewer, as_of=as_of, now=NOW)
            found[f"{viewer} figures {days}"] = figures
        for person in ("p01", "p02"):
            topics = engine.expertise(person, viewer_id=viewer, as_of=as_of, now=NOW)
            found[f"{viewer} expertise {person}"] = topics
            near = engine.peers(person, k=50, viewer_id=viewer, as_of=as_of, now=NOW).peers
            found[f"{viewer} peers {person}"] = [(p.person.id, p.contributions) for p in near]
    return found


def check_unmoved(plant: Plant, as_of: datetime = T) -> None:
    """What is told of `as_of` is the same with the planted facts as without them.

    Raises
    ------
    AssertionError : a number or an order moved.
    """
    before, after = told(engine_with(None), as_of), told(engine_with(plant), as_of)
    assert before.keys() == after.keys()
    for question, answer in before.items():
        assert after[question] == answer, question


def roots_of(community: Community) -> list[Post]:
    """Threads that everybody in their space reads."""
    return [p for p in community.posts if p.parent is None and p.visibility == "space"]


# What is dated ------------------------------------------------------------------------------


def posts_at(when: datetime) -> Plant:
    """Texts just like the questions, and replies to every thread, some by somebody new."""

    def plant(community: Community) -> list[Record]:
        facts: list[Record] = [
            Post(f"future{i}", author, when, query.query, title=query.title, tags=query.tags)
            for i, (query, author) in enumerate(zip(QUESTIONS, AUTHORS, strict=True))
        ]
        for i, root in enumerate(roots_of(community)):
            author = f"p{i % 8:02}"
            facts.append(Post(f"late{i}", author, when, root.body, kind="answer", thread=root.id))
        return facts

    return plant


def questions_own_threads(_: Community) -> list[Record]:
    """The questions themselves, asked at T, with replies and with threads that link to them."""
    facts: list[Record] = []
    for i, query in enumerate(QUESTIONS):
        facts.append(Post(f"asked{i}", "p03", T, query.query, title=query.title, tags=query.tags))
        facts.append(Post(f"later{i}", "p02", T + DAY, query.query))
        for thread, who in ((f"asked{i}", "p06"), (f"later{i}", "p07")):
            facts.append(
                Post(f"{thread} r", who, T + DAY, query.query, kind="answer", thread=thread)
            )
        facts.append(Link(f"later{i}", f"asked{i}", "duplicate", at=T + DAY))
    return facts


def mentions(community: Community) -> list[Record]:
    """Both viewers are addressed in every thread, at T."""
    return [
        Post(f"call{i}", "p06", T, "@p00 and @p05, look", kind="reply", thread=root.id)
        for i, root in enumerate(roots_of(community))
    ]


def late_parents(_: Community) -> list[Record]:
    """What earlier replies answer to, in threads of their own."""
    facts: list[Record] = []
    for i in range(4):
        facts.append(Post(f"gone root{i}", "p06", T, TEXTS[0].body or "", kind="question"))
        facts.append(
            Post(f"gone{i}", "p07", T + SECOND, "so", kind="reply", parent=f"gone root{i}")
        )
    return facts


def edits(**changes: object) -> Plant:
    """Every second post with other values in some fields, edited at T or later."""

    def plant(community: Community) -> list[Record]:
        return [
            replace(post, **changes, updated=T + SECOND * (i % 2))  # type: ignore[arg-type]
            for i, post in enumerate(community.posts[:80:2])
        ]

    return plant


def moved_spaces(community: Community) -> list[Record]:
    """Posts of open spaces moved to another open one: who may read them stays the same."""
    to = {"s0": "s1", "s1": "s3", "s3": "s0"}
    return [
        replace(post, space=to[post.space], updated=T)
        for post in community.posts
        if post.space in to and post.visibility == "space"
    ]


def acts(when: datetime | None, kinds: tuple[str, ...], *, day_only: bool = False) -> Plant:
    """Interactions of both viewers, and of nobody known, with every thread."""

    def plant(community: Community) -> list[Record]:
        return [
            Interaction(
                who,
                post.id,
                kind,
                at=when,
                value="worked" if kind == "tried" else None,
                site="north" if kind == "tried" else None,
                day_only=day_only,
            )
            for post in roots_of(community)
            for kind in kinds
            for who in (*VIEWERS, None)
        ]

    return plant


def links(when: datetime | None, kind: str) -> Plant:
    """Every thread linked to the next."""

    def plant(community: Community) -> list[Record]:
        return [Link(a.id, b.id, kind, at=when) for a, b in pairwise(roots_of(community))]

    return plant


def links_again(when: datetime | None) -> Plant:
    """Every link that is known, once more."""
    return lambda community: [replace(link, at=when) for link in community.links]


# What bears no date -------------------------------------------------------------------------


def standing(**fields: Callable[[int], object]) -> Plant:
    """Fields of every post that say how it stands today, by its number."""

    def plant(community: Community) -> list[Record]:
        return [
            replace(post, **{name: value(i) for name, value in fields.items()})  # type: ignore[arg-type]
            for i, post in enumerate(community.posts)
        ]

    return plant


def profiles(**fields: Callable[[int], object]) -> Plant:
    """Fields of every person, by their number."""

    def plant(community: Community) -> list[Record]:
        return [
            replace(person, **{name: value(i) for name, value in fields.items()})  # type: ignore[arg-type]
            for i, person in enumerate(community.people)
        ]

    return plant


def newcomers(_: Community) -> list[Record]:
    """People who join at T, later, or nobody knows when, and some who reply from then on."""
    people: list[Record] = [
        Person(f"new{i}", name="fix the", about=QUESTIONS[0].query, joined=when)
        for i, when in enumerate((T, T + SECOND, None))
    ]
    asked = [Post(f"n{i}", "p00", T, query.query) for i, query in enumerate(QUESTIONS)]
    replies = [
        Post(f"n{i} {who}", who, T + DAY, query.query, kind="answer", thread=f"n{i}")
        for i, query in enumerate(QUESTIONS)
        for who in ("new0", "new2", "stranger", "p02")
    ]
    return [*people, *asked, *replies]
