"""Edits: what a post was before one, and that it stays so for every moment before."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, select, text

import data.migrations
from data.models import Interaction, Person, Post, Space
from data.store import Store
from data.tables import posts, vectors, versions
from recommender.community import Community
from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from tests.communities import NOW, START, engine_of
from tests.planting import DAY, SECOND, T


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


def shown(engine: Engine, person: str, as_of: datetime | None, now: datetime = T) -> list[str]:
    page = engine.feed(person, k=50, as_of=as_of, now=now)
    return [item.post.id for item in page.items]


def test_an_idea_that_was_prolonged_had_run_out_before() -> None:
    idea = Post("t", "a", START, "lamps", kind="idea", valid_until=START + 9 * DAY)
    longer = replace(idea, valid_until=T + 99 * DAY, updated=T)
    engine = engine_of([Person("v"), idea])
    engine.store.apply([longer])
    engine.sync()
    assert shown(engine, "v", START + 8 * DAY) == ["t"] and shown(engine, "v", T) == []
    assert shown(engine, "v", T + SECOND) == ["t"] == shown(engine, "v", None)


def test_of_several_edits_each_moment_knows_those_before_it() -> None:
    root = Post("t", "a", START, "lamps", space="one")
    reply = Post("r", "b", START + SECOND, "so", thread="t")
    engine = engine_of([root, reply])
    for day, space in ((2, "two"), (4, "three"), (6, None)):
        engine.store.apply([replace(root, space=space, updated=START + day * DAY)])
    engine.sync()

    def points_in(space: str, as_of: datetime) -> bool:
        query = ExpertsQuery("x", space=space, as_of=as_of, asker_id="a")
        (candidate,) = engine.search_experts(query, NOW).candidates
        return any(part.kind == "space" for part in candidate.contributions)

    stood = {1: "one", 2: "one", 3: "two", 4: "two", 5: "three", 6: "three", 7: None}
    for day, space in stood.items():
        moment = START + day * DAY
        found = [s for s in ("one", "two", "three") if points_in(s, moment)]
        assert found == ([space] if space else []), day


def test_an_edited_kind_is_filtered_by_what_it_was() -> None:
    root = Post("t", "a", START, "one body", kind="question")
    engine = engine_of([root])
    engine.store.apply([replace(root, kind="idea", updated=T)])
    engine.sync()

    def kinds(as_of: datetime | None) -> list[str]:
        return [
            kind
            for kind in ("question", "idea")
            if engine.similar(SimilarQuery(body="one body", kinds=(kind,), as_of=as_of), NOW)
        ]

    assert kinds(T) == ["question"] and kinds(T + SECOND) == ["idea"] == kinds(None)


def test_today_s_permissions_hold_for_what_was_edited_since() -> None:
    closed = Space("closed", visibility="members", members=("in",))
    moved = Post("t", "a", START, "one body", space="open")
    anonymous = Post("u", "a", START, "one body", space="open")
    engine = engine_of([closed, Person("in"), Person("out"), moved, anonymous])
    engine.store.apply(
        [
            replace(moved, space="closed", updated=T),
            replace(anonymous, anonymous=True, kind="idea", updated=T),
        ]
    )
    engine.sync()
    assert set(shown(engine, "in", T)) == {"t", "u"} and shown(engine, "out", T) == ["u"]
    (idea,) = engine.similar(SimilarQuery(body="one body", as_of=T), NOW)
    assert idea.post.id == "u" and idea.post.author is None


def test_a_deleted_author_takes_earlier_texts_along() -> None:
    mine = Post("t", "a", START, "words of a", title="one")
    engine = engine_of([mine, Post("r", "c", START + SECOND, "so", thread="t")])
    engine.store.apply([replace(mine, author="b", body="words of b", updated=T)])
    engine.sync()
    engine.store.delete_person("a")
    engine.sync()
    with engine.store.database.reading() as connection:
        kept = list(connection.scalars(select(versions.c.body).where(versions.c.post == 1)))
        count = connection.scalar(select(func.count(vectors.c.digest.distinct())))
    assert kept == [None] and count == 2
    assert engine.similar(SimilarQuery(body="words of a", as_of=T), NOW) == ()
    assert engine.similar(SimilarQuery(body="words of b", as_of=T + SECOND), NOW)


def test_nothing_is_made_anew_where_the_past_was_no_other() -> None:
    root = Post("t", "a", START, "lamps")
    engine = engine_of([root, Post("r", "b", START + SECOND, "so", thread="t")])
    engine.store.apply([replace(root, body="other words", updated=T)])
    engine.sync()
    assert engine.past.of(engine.community, engine.store, T) is engine.community
    engine.store.apply([replace(root, kind="idea", updated=T + DAY)])
    engine.sync()
    stood = engine.past.of(engine.community, engine.store, T)
    assert stood is not engine.community
    assert stood is engine.past.of(engine.community, engine.store, T - DAY)
    assert engine.past.of(engine.community, engine.store, T + 2 * DAY) is engine.community
    engine.store.apply([Interaction("b", "t", "like", at=T)])
    engine.sync()
    assert engine.past.of(engine.community, engine.store, T) is not stood


def test_moments_before_a_late_parent_share_one_state() -> None:
    late = Post("late", "a", START + 9 * DAY, "asked")
    early = Post("early", "b", START, "answered", parent="late")
    engine = engine_of([late, early, Post("below", "c", START + DAY, "so", parent="early")])

    def of(day: float) -> Community:
        return engine.past.of(engine.community, engine.store, START + day * DAY)

    assert of(10) is engine.community and of(9) is not engine.community
    # The reply below hangs there from its own time on.
    assert of(2) is of(9) is not of(0.5)
    asked = ExpertsQuery("x", as_of=late.created)
    assert [c.person.id for c in engine.search_experts(asked, NOW).candidates] == ["c", "b"]


# Databases of before --------------------------------------------------------------------------


def test_an_older_database_learns_where_its_posts_hung(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    late = Post("late", "a", T, "asked", kind="question")
    early = Post("early", "b", START, "answered", thread="late")
    below = Post("below", "c", START + DAY, "thanks", thread="nowhere", parent="early")
    store = Store.open(url)
    store.apply([late, early, below, Post("own", "a", START, "x", thread="own")])
    places = select(posts.c.id, posts.c.attached).order_by(posts.c.pk)
    with store.database.reading() as connection:
        expected = connection.execute(places).all()
    store.close()
    assert [row.id for row in expected if row.attached] == ["early"]
    config = Config()
    config.set_main_option("script_location", str(Path(data.migrations.__path__[0])))
    plain = create_engine(url)
    with plain.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        assert "attached" not in str(
            connection.execute(text("SELECT sql FROM sqlite_master")).all()
        )
    plain.dispose()
    store = Store.open(url)
    with store.database.reading() as connection:
        assert connection.execute(places).all() == expected
    store.close()
