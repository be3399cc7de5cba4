"""Figures of a community: each by a community small enough to count by hand."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta

import pytest

from data.models import Interaction, Person, Post, Record
from recommender.engine import Engine
from recommender.results import FiguresAnswer, PeriodFigures, Share
from tests.communities import NOW, START, engine_of, new_store, random_community

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AGO = NOW - 20 * DAY
SITES = {"ann": "North", "ben": "north ", "cem": "South", "dov": "East", "eva": None}
PEOPLE: list[Record] = [
    *(Person(id_, site=site) for id_, site in SITES.items()),
    Person("robot", bot=True, site="South"),
]


def question(id_: str, author: str = "ann", **more: object) -> Post:
    return Post(id_, author, **{"created": AGO, "body": "lamps", "kind": "question", **more})  # type: ignore[arg-type]


def idea(id_: str, author: str = "ann", **more: object) -> Post:
    return question(id_, author, **{"kind": "idea", **more})


def reply(to: Post, author: str, after: timedelta = HOUR, **more: object) -> Post:
    id_ = f"{to.id} by {author}"
    told = {"created": to.created + after, "body": "so", "kind": "reply", "thread": to.id, **more}
    return Post(id_, author, **told)  # type: ignore[arg-type]


def act(who: str | None, post: Post, kind: str, after: timedelta = 2 * HOUR, **more: str) -> Record:
    return Interaction(who, post.id, kind, at=post.created + after, **more)  # type: ignore[arg-type]


def told(records: list[Record], days: int = 90, viewer: str | None = None) -> FiguresAnswer:
    engine = engine_of([*PEOPLE, *records])
    return engine.figures(days, viewer_id=viewer, as_of=None, now=NOW)


def now(*records: Record) -> PeriodFigures:
    return told(list(records)).now


# Asked and answered -------------------------------------------------------------------------


def test_a_community_without_anything_has_figures_of_nothing() -> None:
    nothing = told([])
    assert nothing.now.asked == nothing.now.people == nothing.before.ideas == 0
    assert nothing.now.answered == Share(0, 0) and nothing.now.median_hours is None
    assert nothing.now.sites == ()


def test_questions_are_answered_by_others_who_are_no_bots_and_not_by_comments() -> None:
    asked = [question(id_) for id_ in ("good", "own", "comment", "robot's", "bare", "late")]
    good, own, comment, robots, _, late = asked
    found = now(
        *asked,
        question("by a robot", "robot"),
        reply(good, "ben", 3 * HOUR),
        reply(good, "cem", 2 * HOUR),
        reply(own, "ann"),
        reply(comment, "ben", kind="comment"),
        reply(robots, "robot"),
        reply(late, "ben", 30 * HOUR),
    )
    assert (found.asked, found.askers, found.people) == (6, 1, 3)
    assert found.answered == Share(2, 6) and found.within_day == Share(1, 6)
    assert found.median_hours == 16.0


def test_what_is_younger_than_a_day_is_counted_but_in_no_share() -> None:
    young = question("young", created=NOW - 5 * HOUR)
    found = now(young, question("old"), reply(young, "ben"), idea("new", created=NOW - HOUR))
    assert found.asked == 2 and found.ideas == 1
    assert found.answered == found.within_day == Share(0, 1)
    assert found.travelled == found.worked == Share(0, 0)


def test_the_period_before_is_told_as_it_stood_at_its_end() -> None:
    """Else old questions, having had longer, would always have fared better."""
    then = question("then", created=NOW - 45 * DAY)
    late = question("late", created=NOW - 50 * DAY)
    answer = told([then, late, reply(then, "ben"), reply(late, "cem", 25 * DAY)], days=30)
    assert answer.before.asked == 2 and answer.before.answered == Share(1, 2)
    assert answer.now.asked == 0 and answer.now.people == 1
    assert answer.now.since == answer.before.until
    assert answer.now.until - answer.now.since == 30 * DAY


def test_the_topics_count_what_waits_alike() -> None:
    community = random_community(3, threads=90)
    engine = engine_of(community.records())
    engine.learn(None, NOW)
    topics = engine.topics(viewer_id=None, as_of=None, now=NOW)
    assert topics.learned
    found = engine.figures(3650, viewer_id=None, as_of=None, now=NOW).now
    assert found.asked + found.ideas == topics.threads


# Helped, tried ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["helpful", "accept"])
def test_an_answer_that_somebody_found_helpful_helped(kind: str) -> None:
    first, second, third, fourth = (question(id_) for id_ in "abcd")
    answers = [reply(to, "ben") for to in (first, second, third)]
    own = reply(fourth, "ann")
    found = now(
        *(first, second, third, fourth, *answers, own),
        act("ann", answers[0], kind),
        act("cem", answers[0], kind),
        # One's own praise, a bot's, praise of a question, or of what is no answer.
        act("ben", answers[1], kind),
        act("robot", answers[1], kind),
        act("cem", third, kind),
        act("cem", own, kind),
    )
    assert found.helped == Share(1, 4)


def test_undated_praise_does_not_count() -> None:
    asked = question("q")
    good = reply(asked, "ben")
    assert now(asked, good, Interaction("ann", good.id, "helpful")).helped == Share(0, 1)


def test_an_idea_worked_where_somebody_else_says_so() -> None:
    ideas = [idea(id_) for id_ in ("worked", "adapted", "failed", "own")]
    tried = [
        act(who, post, "tried", value=value)
        for post, who, value in zip(
            ideas,
            ("ben", "cem", "ben", "ann"),
            ("worked", "adapted", "did not work", "worked"),
            strict=True,
        )
    ]
    found = now(*ideas, *tried)
    assert (found.ideas, found.sharers, found.worked) == (4, 1, Share(2, 4))


# New people ---------------------------------------------------------------------------------


def test_newcomers_are_those_whose_first_post_was_lately() -> None:
    early = question("early", "ben", created=AGO - 200 * DAY)
    asked = [question("new", "ann"), question("known", "ben"), question("hid", anonymous=True)]
    found = now(early, *asked, reply(asked[0], "ben"))
    assert found.asked_by_newcomers == 1 and found.newcomers_answered == Share(1, 1)
    again = question("again", "ann", created=NOW - 2 * DAY)
    assert now(question("first", created=NOW - 93 * DAY), again).asked_by_newcomers == 0


# Sites --------------------------------------------------------------------------------------


def test_answers_come_from_elsewhere_where_both_state_a_site() -> None:
    asked = [question(id_) for id_ in ("near", "far", "both", "unstated", "hid")]
    near, far, both, unstated, _ = asked
    secret = question("secret", anonymous=True)
    found = now(
        *asked,
        secret,
        question("by eva", "eva"),
        *(reply(near, "ben"), reply(far, "cem"), reply(both, "ben"), reply(both, "cem")),
        reply(unstated, "eva"),
        reply(asked[-1], "cem", anonymous=True),
        reply(secret, "cem"),
    )
    assert found.answered == Share(6, 7)
    assert found.elsewhere == Share(2, 3)


def test_ideas_travel_by_whoever_turns_to_them_within_a_day() -> None:
    ideas = [idea(id_) for id_ in ("none", "one", "two", "late", "near", "replied", "waved")]
    none, one, two, late, near, replied, waved = ideas
    found = now(
        *ideas,
        idea("by eva", "eva"),
        idea("secret", anonymous=True),
        act("eva", none, "like"),
        act("robot", none, "view"),
        *(act("cem", one, "view"), act("cem", one, "like")),
        *(act("cem", two, "bookmark"), act("dov", two, "follow")),
        act("cem", late, "like", 25 * HOUR),
        act("ben", near, "like"),
        reply(replied, "dov", 23 * HOUR),
        act("cem", waved, "dismiss"),
    )
    assert found.ideas == 9
    assert found.travelled == Share(3, 7) and found.travelled_far == Share(1, 7)


def crowd(site: str, number: int) -> list[Record]:
    """So many people of a site, each with a question."""
    found: list[Record] = []
    for n in range(number):
        who = f"{site} {n}"
        found += [Person(who, site=site if n else f" {site.upper()}"), question(f"q {who}", who)]
    return found


def test_sites_are_told_of_from_five_people_on_and_the_others_together() -> None:
    records = [*crowd("Big", 6), *crowd("Small", 4)]
    sites = now(*records).sites
    assert sites is not None
    assert [(site.site, site.people, site.asked) for site in sites] == [("Big", 6, 6)]
    # Those of one more site make them enough; that of nobody stated is no site.
    sites = now(*records, *crowd("Tiny", 1), question("by eva", "eva")).sites
    assert sites is not None
    assert [(site.site, site.people) for site in sites] == [("Big", 6), (None, 5)]
    assert sites[1].answered == Share(0, 5)


def test_what_is_anonymous_counts_at_no_site_and_for_nobody() -> None:
    """Were its author counted, one more than those who are named would tell who it is."""
    records = crowd("Big", 5)
    before, after = now(*records), now(*records, question("x", "dov", anonymous=True))
    assert (before.people, before.askers) == (after.people, after.askers)
    assert after.asked == before.asked + 1 and after.sites == before.sites
    liked = question("x", "dov", anonymous=True)
    assert now(*records, liked, act("Big 1", liked, "like")).people == before.people


def test_of_the_past_nothing_is_told_by_site() -> None:
    asked, shared = question("q"), idea("i")
    engine = engine_of([*PEOPLE, *crowd("Big", 6), asked, reply(asked, "cem"), shared])
    answer = engine.figures(90, viewer_id=None, as_of=NOW - DAY, now=NOW)
    for period in (answer.now, answer.before):
        assert period.sites is period.elsewhere is period.travelled is period.travelled_far is None
    assert answer.now.asked == 7 and answer.now.answered == Share(1, 7)


# What may be told ---------------------------------------------------------------------------


def test_no_figure_bears_a_name() -> None:
    """Not even in the answer's shape: there is no field for a person."""
    engine = engine_of(random_community(5, threads=60).records(), new_store())
    answer = engine.figures(3650, viewer_id=None, as_of=None, now=NOW)

    def leaves(value: object) -> list[object]:
        if is_dataclass(value):
            return [one for part in fields(value) for one in leaves(getattr(value, part.name))]
        return (
            [one for part in value for one in leaves(part)] if isinstance(value, tuple) else [value]
        )

    words = {leaf for leaf in leaves(answer) if isinstance(leaf, str)}
    assert answer.now.people and words <= {"north", "south"}


def test_any_moment_and_span_has_figures() -> None:
    engine: Engine = engine_of([*PEOPLE, question("q")])
    for as_of in (None, START, START.replace(year=1), START.replace(year=1971), NOW):
        for days in (1, 3650):
            engine.figures(days, viewer_id=None, as_of=as_of, now=NOW)
    edited = replace(question("q"), kind="idea", updated=NOW - DAY)
    engine.store.apply([edited])
    engine.sync()
    today = engine.figures(90, viewer_id=None, as_of=None, now=NOW).now
    past = engine.figures(90, viewer_id=None, as_of=NOW - 2 * DAY, now=NOW).now
    assert (today.asked, today.ideas, past.asked, past.ideas) == (0, 1, 1, 0)
