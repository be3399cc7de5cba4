"""Peers: the same concerns, elsewhere, not met yet; nobody who does not wish to be found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.errors import UnknownPerson
from data.models import Person, Post, Record, Space
from recommender.engine import Engine
from recommender.results import Peer, PeersAnswer
from tests.communities import NOW, START, TOPICS, engine_of, random_community
from tests.test_topics import reply, threads

DAY = timedelta(days=1)


def of_subject(posts: list[Post], subject: int) -> list[Post]:
    return [post for post in posts if int(post.id.partition("t")[2]) % len(TOPICS) == subject]


def replies(posts: list[Post], person: str, subject: int, which: slice) -> list[Post]:
    """What a person wrote in some threads of a subject, none of which another slice has."""
    return [reply(post, person) for post in of_subject(posts, subject)[which]]


def peers(engine: Engine, person: str, viewer: str | None = None) -> dict[str, Peer]:
    found = engine.peers(person, k=100, viewer_id=viewer, now=NOW).peers
    for peer in found:
        total = sum(part.points for part in peer.contributions)
        assert total == pytest.approx(peer.score, abs=1e-6)
        assert len(peer.contributions) <= 12
        assert all(part.reason for part in peer.contributions)
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    return {peer.person.id: peer for peer in found}


def specialists() -> list[Record]:
    """`me` knows one subject; `same` the same one in other threads, `other` another subject."""
    posts = threads(20)
    return [
        *posts,
        *replies(posts, "me", 0, slice(0, 5)),
        *replies(posts, "same", 0, slice(6, 11)),
        *replies(posts, "other", 1, slice(6, 11)),
    ]


@pytest.mark.parametrize("learns", [False, True])
def test_the_lone_specialist_finds_who_has_the_same_concerns(learns: bool) -> None:
    engine = engine_of(specialists())
    if learns:
        engine.learn(None, NOW)
    found = peers(engine, "me")
    assert found["same"].score > found["other"].score
    told = [part for part in found["same"].contributions if part.kind == "post" and part.post_id]
    assert told and all(part.points > 0 and part.excerpt for part in told)
    both = [p for p in found["same"].contributions if p.reason.startswith("both take part")]
    assert bool(both) == learns


def test_other_sites_come_first() -> None:
    people = [
        Person("me", site="Malmö"),
        Person("same", site=" malmö"),
        Person("twin", site="Oslo"),
    ]
    posts = threads(20)
    more = replies(posts, "twin", 0, slice(12, 17))
    found = peers(engine_of([*people, *specialists(), *more]), "me")
    assert found["twin"].score > found["same"].score
    assert [p.reason for p in found["same"].contributions if p.points < -1.5] == [
        "works at the same site,  malmö"
    ]


def test_whom_one_meets_already_is_set_back() -> None:
    posts = threads(20)
    met = [reply(post, "twin", DAY / 3) for post in of_subject(posts, 0)[0:5]]
    found = peers(engine_of([*specialists(), *met]), "me")
    assert found["same"].score > found["twin"].score
    assert any("met already, in 5 threads" in p.reason for p in found["twin"].contributions)


def test_a_newcomer_is_introduced_by_what_they_say_of_themselves() -> None:
    new = Person("new", about=TOPICS[0])
    found = peers(engine_of([new, *specialists()]), "new")
    assert found["same"].score > found["other"].score
    alike = Person("alike", title="Fitter", about=TOPICS[0], department="Light")
    people = [replace(new, title="fitter"), alike, replace(alike, id="unlike", about=TOPICS[2])]
    found = peers(engine_of([*people, *specialists()]), "new")
    assert found["alike"].score > found.get("unlike", found["other"]).score - 1e-9
    assert any("same role, Fitter" in part.reason for part in found["alike"].contributions)


def test_profiles_read_alike_only_where_they_do() -> None:
    """Of any two profiles that had a word in common it was said that they say much the same."""
    people = [
        Person("me", about=TOPICS[0]),
        Person("alike", about=f"{TOPICS[0]} lamps"),
        Person("apart", about=f"{' '.join(TOPICS[0].split()[:4])} {TOPICS[1]}"),
    ]
    found = peers(engine_of([*people, *specialists()]), "me")
    said = {
        who: [part.reason for part in found[who].contributions if part.kind == "profile"]
        for who in ("alike", "apart")
    }
    assert said == {"alike": ["their profiles read alike"], "apart": []}
    assert any(part.reason.startswith("weaker") for part in found["apart"].contributions)


def test_who_wrote_long_ago_does_not_take_part_these_weeks() -> None:
    """Any reply ever was told as taking part these weeks."""
    posts = threads(20)
    late = [reply(post, "now", NOW - post.created - DAY) for post in of_subject(posts, 0)[6:9]]
    once = replies(posts, "once", 0, slice(6, 7))
    found = peers(engine_of([*specialists(), *late, *once]), "me")
    said = {who: [part.reason for part in found[who].contributions] for who in ("now", "once")}
    assert "takes part these weeks" in said["now"]
    assert "has taken part before" in said["once"]


def test_nothing_known_is_said() -> None:
    engine = engine_of([Person("new"), *specialists()])
    assert engine.peers("new", now=NOW).reason
    assert engine.peers("me", now=NOW).reason is None
    with pytest.raises(UnknownPerson):
        engine.peers("nobody", now=NOW)


@pytest.mark.parametrize(
    "gone",
    [
        {"consent": "hidden"},
        {"bot": True},
        {"active": False},
        {"left": NOW - DAY},
    ],
)
def test_who_does_not_wish_or_is_gone_is_nobodys_peer(gone: dict[str, object]) -> None:
    same = Person("same", about=TOPICS[0], title="Fitter")
    there = [Person("me", title="Fitter"), same, *specialists()]
    assert "same" in peers(engine_of(there), "me")
    there[1] = replace(same, **gone)  # type: ignore[arg-type]
    assert "same" not in peers(engine_of(there), "me")


def test_whom_the_hidden_resemble_is_told_to_themselves_alone() -> None:
    """Others were told of what the hidden know, thread by thread, by whom it brings them near."""
    engine = engine_of([Person("me", consent="hidden"), Person("v"), *specialists()])
    assert peers(engine, "me") and peers(engine, "me", viewer="me")
    for viewer in ("v", "same", "nobody", ""):
        assert engine.peers("me", viewer_id=viewer, now=NOW) == PeersAnswer((), None)


def test_the_named_are_not_quoted() -> None:
    engine = engine_of([Person("same", consent="named"), *specialists()])
    parts = peers(engine, "me")["same"].contributions
    assert any(part.kind == "post" for part in parts)
    assert not any(part.excerpt or part.post_id for part in parts)


def test_another_viewer_is_told_what_they_may_read() -> None:
    space = Space("s", visibility="members", members=("me", "same"))
    posts = [replace(p, space="s", id=f"c{p.id[1:]}", thread=None) for p in threads(20)]
    closed = [
        *posts,
        *replies(posts, "me", 0, slice(0, 5)),
        *replies(posts, "same", 0, slice(6, 11)),
        *replies(posts, "other", 1, slice(6, 11)),
    ]
    people = [Person(name) for name in ("me", "same", "x")]
    engine = engine_of([space, *people, *closed])
    assert any(p.post_id for p in peers(engine, "me")["same"].contributions)
    assert "same" not in peers(engine, "me", "x")
    assert engine.peers("me", viewer_id="x", now=NOW).reason


def test_undated_facts_say_nothing_of_the_past() -> None:
    people = [
        Person(name, title="Fitter", site="Oslo", about=TOPICS[0]) for name in ("me", "same", "new")
    ]
    then = START + 150 * DAY
    with_facts = engine_of([*people, *specialists()])
    without = engine_of([*(Person(p.id) for p in people), *specialists()])
    for person in ("me", "new"):
        told, bare = (
            [(p.person.id, p.contributions) for p in e.peers(person, as_of=then, now=NOW).peers]
            for e in (with_facts, without)
        )
        assert told == bare


def test_in_random_communities_points_add_up() -> None:
    community = random_community(3, threads=60)
    engine = engine_of(community.records())
    engine.learn(None, NOW)
    for person in community.people:
        peers(engine, person.id)
