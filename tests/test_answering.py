"""Whether a thread that is found has a reply already, and what a person's replies were to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from fastapi.testclient import TestClient

from api.commands.showing import show_similar
from data.models import Person, Post, Record, Space
from data.store import Store
from recommender.engine import Engine
from recommender.queries import SimilarQuery
from tests.communities import NOW, TOPICS, engine_of

DAY = timedelta(days=1)
TEXT = TOPICS[0]


def question(id_: str, **more: object) -> Post:
    fields = {"title": f"{TEXT} {id_}", "kind": "question", **more}
    return Post(id_, "asker", NOW - 9 * DAY, TEXT, **fields)  # type: ignore[arg-type]


def reply(to: str, author: str = "r", **more: object) -> Post:
    fields = {"parent": to, "thread": to, "kind": "reply", **more}
    return Post(f"{to} by {author}", author, NOW - 3 * DAY, "so", **fields)  # type: ignore[arg-type]


THREADS: list[Record] = [
    Person("robot", bot=True),
    Space("closed", visibility="members", members=("member",)),
    *(question(id_) for id_ in ("open", "bare", "own", "comment", "robot's", "among members")),
    question("anonymous", anonymous=True),
    question("inside", space="closed"),
    reply("open"),
    reply("own", "asker"),
    # Whether it is the asker who replies must not be told.
    reply("anonymous", "asker"),
    reply("comment", kind="comment"),
    reply("robot's", "robot"),
    reply("among members", space="closed", visibility="members"),
    reply("inside", "member", space="closed"),
]


def found(engine: Engine, viewer: str | None = None, as_of: datetime | None = None) -> set[str]:
    query = SimilarQuery(title=TEXT, k=20, viewer_id=viewer, as_of=as_of)
    ideas = engine.similar(query, NOW)
    assert len(ideas) == (8 if viewer == "member" else 7)
    return {idea.post.id for idea in ideas if idea.answered}


def test_a_thread_is_answered_as_the_viewer_may_see_it_and_as_of() -> None:
    engine = engine_of(THREADS)
    assert found(engine) == {"open", "anonymous"}
    assert found(engine, "member") == {"open", "anonymous", "among members", "inside"}
    assert found(engine, "member", NOW - 3 * DAY) == set()
    assert found(engine, as_of=NOW - 2 * DAY) == {"open", "anonymous"}


def test_similar_and_topics_count_alike() -> None:
    rng = Random(1)
    asked = []
    for i in range(80):
        words = TOPICS[i % 4].split()
        created, text = NOW - 90 * DAY + i * DAY, " ".join(rng.sample(words, 6))
        asked.append(Post(f"q{i}", f"asker{i % 6}", created, text, title=" ".join(words[:2])))
    replies = (replace(reply(f"q{i}"), created=NOW - DAY) for i in range(0, 80, 3))
    engine = engine_of([*asked, *replies])
    engine.learn(None, NOW)
    (topic, *_) = engine.topics(viewer_id=None, as_of=None, now=NOW).topics
    threads = engine.topic_threads(topic.id, None, k=99, viewer_id=None, as_of=None, now=NOW)
    ideas = engine.similar(SimilarQuery(title=" ".join(TOPICS), k=99), NOW)
    alike = {idea.post.id: idea.answered for idea in ideas}
    told = {thread.answered for thread in threads if thread.post.id in alike}
    assert told == {True, False}
    for thread in threads:
        assert thread.answered == (int(thread.post.id[1:]) % 3 == 0)
        assert alike.get(thread.post.id, thread.answered) == thread.answered


def test_it_is_said_over_http_and_in_the_terminal(
    client: TestClient, service: tuple[Store, Engine], capsys: pytest.CaptureFixture[str]
) -> None:
    store, engine = service
    store.apply([question("open"), question("bare"), question("idea", kind="idea")])
    store.apply([reply("open"), reply("idea")])
    engine.sync()
    answer = client.post("/v1/similar", json={"title": TEXT}).json()
    assert {shown["post"]["id"]: shown["answered"] for shown in answer["posts"]} == {
        "open": True,
        "bare": False,
        "idea": True,
    }
    show_similar(answer)
    told = capsys.readouterr().out
    for words in ("already answered", "no reply yet", "somebody has replied"):
        assert told.count(words) == 1


# A person's expertise -----------------------------------------------------------------------


def titles(engine: Engine, viewer: str | None = None, as_of: datetime | None = None) -> set[object]:
    topics = engine.expertise("r", viewer_id=viewer, as_of=as_of, now=NOW)
    return {(part.post_id, part.title) for topic in topics for part in topic.evidence}


def test_evidence_bears_the_title_of_its_thread() -> None:
    untitled = Post("bare", "asker", NOW - 9 * DAY, f"{TEXT} {TEXT} {TEXT}", tags=("light",))
    posts = [question("q", tags=("light",)), reply("q"), untitled, reply("bare")]
    engine = engine_of(posts)
    told = dict(titles(engine))  # type: ignore[arg-type]
    assert told["q by r"] == f"{TEXT} q"
    beginning = told["bare by r"]
    assert TEXT.startswith(beginning.rstrip("…")) and len(beginning) <= 81


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Frysdörren läcker", "frysdörren"),
        ("طابعة واضحة", "طابعة"),
        ("打印机卡纸", "打印机卡纸"),
        ("Où sont les éclairages", "éclairages"),
    ],
)
def test_untaught_labels_are_words_as_they_are_written(title: str, label: str) -> None:
    """They were the index's terms: "frysdorren", "طابعه", "印机"."""
    asked = [question(id_, title=title) for id_ in ("q", "p")]
    engine = engine_of([*asked, reply("q"), reply("p")])
    told = [topic.label for topic in engine.expertise("r", viewer_id=None, as_of=None, now=NOW)]
    assert label in told
    assert all(word in title.casefold() for word in told)


def test_the_title_is_the_one_that_stood_and_that_may_be_read() -> None:
    engine = engine_of([question("q", tags=("light",)), reply("q")])
    late = question("q", tags=("light",), title="named anew", updated=NOW - DAY)
    engine.store.apply([late], received=NOW - DAY)
    engine.sync()
    assert titles(engine) == {("q by r", "named anew")}
    assert titles(engine, as_of=NOW - 2 * DAY) == {("q by r", f"{TEXT} q")}
    # Of a text whose earlier words were not kept, there is none to tell.
    engine = engine_of([late, reply("q")])
    assert titles(engine, as_of=NOW - 2 * DAY) <= {("q by r", None)}


def test_who_is_not_to_be_quoted_is_known_by_no_title() -> None:
    engine = engine_of([Person("r", consent="named"), question("q", tags=("light",)), reply("q")])
    topics = engine.expertise("r", viewer_id=None, as_of=None, now=NOW)
    assert topics and not any(topic.evidence for topic in topics)


def test_the_title_goes_out_over_http(client: TestClient, service: tuple[Store, Engine]) -> None:
    store, engine = service
    store.apply([question("q", tags=("light",)), reply("q")])
    engine.sync()
    (topic, *_) = client.get("/v1/people/r/expertise").json()["topics"]
    assert topic["evidence"][0]["title"] == f"{TEXT} q"
    created = topic["evidence"][0]["at"]
    assert datetime.fromisoformat(created) == NOW.astimezone(UTC) - 3 * DAY
