"""Topics: found, called, counted; the same tomorrow; gone with the texts they were made of."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from data.errors import UnknownTopic
from data.models import Person, Post, Space
from recommender import topiclabels
from recommender.clusters import Clusters, fit_clusters, nearest, unit, wanted_of
from recommender.engine import Engine
from recommender.results import TopicReport
from recommender.topicmodel import TopicModel
from recommender.topics import ALONE_LEAST
from tests.communities import NOW, TOPICS, engine_of

DAY = timedelta(days=1)
WRITERS = 6


def threads(each: int, seed: int = 0, before: timedelta = 100 * DAY) -> list[Post]:
    """Threads of each of the four subjects, by six people, one a day."""
    rng = Random(seed)
    found = []
    for number in range(each * len(TOPICS)):
        words = TOPICS[number % len(TOPICS)].split()
        text = " ".join(rng.sample(words, 6))
        author = f"asks{number % WRITERS}"
        created = NOW - before + number * DAY / len(TOPICS)
        found.append(Post(f"{seed}t{number}", author, created, text, title=" ".join(words[:2])))
    return found


def reply(to: Post, author: str, after: timedelta = DAY / 4) -> Post:
    return Post(f"{to.id} {author}", author, to.created + after, "so", parent=to.id, thread=to.id)


def learned(records: list) -> Engine:  # type: ignore[type-arg]
    engine = engine_of(records)
    engine.learn(None, NOW)
    return engine


def reports(engine: Engine, viewer: str | None = None) -> dict[int, TopicReport]:
    """Topics by the subject that most of their threads are of."""
    found = {}
    for topic in engine.topics(viewer_id=viewer, as_of=None, now=NOW).topics:
        posts = engine.topic_threads(topic.id, None, k=100, viewer_id=viewer, as_of=None, now=NOW)
        subjects = [int(one.post.id.partition("t")[2]) % len(TOPICS) for one in posts]
        found[max(set(subjects), key=subjects.count)] = topic
    return found


# Finding and calling ------------------------------------------------------------------------


def test_subjects_become_topics_called_by_their_own_words() -> None:
    found = learned(threads(20)).topics(viewer_id=None, as_of=None, now=NOW)
    assert found.learned and len(found.topics) >= len(TOPICS)
    for topic in found.topics:
        words = {word for written, _ in topic.words for word in written.split()}
        assert any(words <= set(subject.split()) for subject in TOPICS), topic.label
    assert sum(topic.threads for topic in found.topics) + found.apart == found.threads == 80


def test_a_single_word_is_no_name_without_a_space_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sample had a topic called "room"."""
    spaces = [Space("s", name="Halls"), Space("m", name="Secrets", visibility="members")]
    posts = [
        replace(post, space="m" if place < 60 else "s") for place, post in enumerate(threads(20))
    ]
    engine = learned([*spaces, *posts, *(replace(p, id=f"o{p.id}", space="s") for p in posts)])
    monkeypatch.setattr(topiclabels, "SHOWN", 1)
    for topic in engine.topics(viewer_id=None, as_of=None, now=NOW).topics:
        assert len(topic.words) == 1 and topic.label == f"{topic.words[0][0]} · Halls"


def test_before_learning_and_with_few_threads_there_are_none() -> None:
    engine = engine_of(threads(20))
    assert not engine.topics(viewer_id=None, as_of=None, now=NOW).learned
    few = learned(threads(5))
    assert few.topics(viewer_id=None, as_of=None, now=NOW).topics == ()
    with pytest.raises(UnknownTopic):
        few.topic_threads("t1", None, k=5, viewer_id=None, as_of=None, now=NOW)


def test_a_persons_name_is_no_topics_name() -> None:
    posts = [replace(p, title=f"Henrik {p.title}") for p in threads(20)]
    named = [Person("h", name="Henrik Alm")]
    for known, shown in (([], True), (named, False)):
        found = learned([*known, *posts]).topics(viewer_id=None, as_of=None, now=NOW)
        seen = any("Henrik" in word for topic in found.topics for word, _ in topic.words)
        # In every title it tells nothing; the rule is for those where it does.
        assert not seen or shown


def test_function_words_and_numbers_name_nothing() -> None:
    posts = [replace(p, title=f"how does the 12345 {p.title}") for p in threads(20)]
    for topic in learned(posts).topics(viewer_id=None, as_of=None, now=NOW).topics:
        assert not {"how", "does", "the", "12345"} & set(topic.label.casefold().split())


# Staying the same ---------------------------------------------------------------------------


def test_a_week_later_threads_are_where_they_were() -> None:
    old = threads(30)
    engine = learned(old)
    before = {
        one.post.id: topic.id
        for topic in engine.topics(viewer_id=None, as_of=None, now=NOW).topics
        for one in engine.topic_threads(topic.id, None, k=100, viewer_id=None, as_of=None, now=NOW)
    }
    engine.store.apply(threads(3, seed=1, before=7 * DAY))
    engine.sync()
    engine.learn(None, NOW + DAY)
    after = {
        one.post.id: topic.id
        for topic in engine.topics(viewer_id=None, as_of=None, now=NOW).topics
        for one in engine.topic_threads(topic.id, None, k=100, viewer_id=None, as_of=None, now=NOW)
    }
    kept = [after.get(post) == topic for post, topic in before.items()]
    assert sum(kept) / len(kept) > 0.95


def test_new_posts_find_their_topic_without_learning() -> None:
    engine = learned(threads(20))
    before = reports(engine)
    engine.store.apply(threads(2, seed=1, before=3 * DAY))
    engine.sync()
    after = reports(engine)
    for subject, topic in before.items():
        assert after[subject].id == topic.id
    gained = sum(topic.threads for topic in after.values())
    assert gained > sum(topic.threads for topic in before.values())


def test_what_was_learned_later_is_not_gone_on_from() -> None:
    posts = threads(20)
    engine, fresh = learned(posts), engine_of(posts)
    until = NOW - 40 * DAY
    for one in (engine, fresh):
        one.learn(until, NOW)
    assert engine.store.learned()["topics"] == fresh.store.learned()["topics"]


def test_clusters_keep_numbers_and_never_use_one_twice() -> None:
    rng = np.random.default_rng(0)
    points = unit(rng.standard_normal((400, 16)).astype(np.float32))
    first = fit_clusters(points[:100], None)
    grown = fit_clusters(points, first)
    assert len(grown.numbers) == len(set(grown.numbers)) <= wanted_of(400)
    assert max(grown.numbers) < grown.following
    assert set(grown.numbers) - set(first.numbers)
    assert min(set(grown.numbers) - set(first.numbers)) >= first.following
    assert np.array_equal(fit_clusters(points, first).centroids, grown.centroids)
    nothing = Clusters((), np.zeros((0, 16), np.float32), 1)
    assert set(nearest(points, nothing.centroids)[0].tolist()) == {-1}


def test_a_model_is_the_same_after_it_was_kept() -> None:
    kept = learned(threads(20)).store.learned()["topics"]
    model = TopicModel.from_bytes(kept)
    assert model is not None and model.to_bytes() == kept
    assert TopicModel.from_bytes(b"of another version") is None


# Counting -----------------------------------------------------------------------------------


def test_answers_and_people_are_counted() -> None:
    posts = threads(20)
    answered = [reply(p, "knows") for p in posts if int(p.id[2:]) % 4 == 0]
    also = [reply(p, "helps", DAY / 3) for p in posts if int(p.id[2:]) % 8 == 0]
    found = reports(learned([*posts, *answered, *also]))
    assert found[0].people == 2 and found[1].people == 0
    quarter = found[0].unanswered[90]
    assert quarter.unanswered < quarter.questions * 0.2
    other = found[1].unanswered[90]
    assert other.unanswered == other.questions > 0


@pytest.mark.parametrize(
    ("consent", "named", "gone"),
    [
        ("open", True, False),
        ("named", True, False),
        ("hidden", False, False),
        ("open", False, True),
    ],
)
def test_what_rests_on_one_says_so_and_names_whom_a_search_would_show(
    consent: str, named: bool, gone: bool
) -> None:
    posts = threads(20)
    knower = Person("knows", consent=consent, left=NOW - DAY if gone else None)
    answered = [reply(p, "knows") for p in posts if int(p.id[2:]) % 4 == 0]
    topic = reports(learned([knower, *posts, *answered]))[0]
    assert topic.rests_on_one == (not gone)
    assert (topic.person is not None) == named
    assert topic.people == int(named)


def test_little_rests_on_nobody() -> None:
    posts = threads(20)
    one = reports(learned([*posts, reply(posts[0], "knows")]))
    assert ALONE_LEAST > 1 and not any(topic.rests_on_one for topic in one.values())


def test_as_of_counts_what_was_there() -> None:
    engine = learned(threads(20))
    then = engine.topics(viewer_id=None, as_of=NOW - 90 * DAY, now=NOW)
    assert then.threads == 4 * 10
    assert engine.topics(viewer_id=None, as_of=NOW - 200 * DAY, now=NOW).topics == ()


# What is closed, and what is gone -----------------------------------------------------------


def test_closed_threads_count_for_members_and_make_no_words() -> None:
    space = Space("s", visibility="members", members=("m",))
    closed = [
        replace(p, id=f"c{p.id[1:]}", title="secret merger", space="s")
        for p in threads(8, before=20 * DAY)
        if int(p.id[2:]) % 4 == 0
    ]
    engine = learned([space, Person("m"), *threads(20), *closed])
    for viewer, more in ((None, 0), ("m", len(closed))):
        found = engine.topics(viewer_id=viewer, as_of=None, now=NOW)
        assert found.threads == 80 + more
        assert not any("secret" in topic.label for topic in found.topics)


def test_a_word_goes_with_the_texts_that_said_it() -> None:
    said = [
        replace(p, title=f"zeppelin {p.title}") if int(p.id[2:]) % 4 == 0 else p
        for p in threads(20)
    ]
    engine = learned(said)
    assert "zeppelin" in reports(engine)[0].label
    telling = [p for p in said if (p.title or "").startswith("zeppelin")]
    authors = sorted({str(p.author) for p in telling})
    for post in telling:
        if post.author != authors[0]:
            engine.store.delete_post(post.id)
    for topic in engine.topics(viewer_id=None, as_of=None, now=NOW).topics:
        assert "zeppelin" not in topic.label
    left = engine.topics(viewer_id=None, as_of=None, now=NOW)
    assert left.threads == 80 - sum(p.author != authors[0] for p in telling)


def test_a_word_goes_when_its_texts_are_edited_or_closed() -> None:
    for change in ({"title": "other words"}, {"visibility": "members"}):
        said = [
            replace(p, title=f"zeppelin {p.title}") if int(p.id[2:]) % 4 == 0 else p
            for p in threads(20)
        ]
        engine = learned(said)
        changed = [replace(p, **change) for p in said if "zeppelin" in (p.title or "")]  # type: ignore[arg-type]
        engine.store.apply(changed)
        engine.sync()
        found = engine.topics(viewer_id=None, as_of=None, now=NOW)
        assert not any("zeppelin" in topic.label for topic in found.topics)


# A person's topics --------------------------------------------------------------------------


def test_expertise_is_told_under_the_communitys_topics() -> None:
    posts = threads(20)
    records = [*posts, *(reply(p, "knows") for p in posts if int(p.id[2:]) % 4 == 0)]
    engine = learned(records)
    topics = engine.expertise("knows", viewer_id=None, as_of=None, now=NOW)
    assert topics[0].id == reports(engine)[0].id and topics[0].label == reports(engine)[0].label
    assert topics[0].evidence and topics[0].replies >= 15
    fallen_back = engine_of(records).expertise("knows", viewer_id=None, as_of=None, now=NOW)
    assert fallen_back and all(topic.id is None for topic in fallen_back)


def test_a_choice_is_known_by_the_id_of_a_topic_that_is_there() -> None:
    engine = learned([Person("vera"), *threads(20)])
    there = reports(engine)[0].id
    ids = {"as it was called": there, "gone": "t999"}
    engine.store.choose("vera", [*ids, "own"], NOW - DAY, ids)
    engine.sync()
    told = engine.chosen("vera", NOW)
    assert told.topics == (*ids, "own")
    assert told.ids == {"as it was called": there}
