"""Who wrote what bears no name shows in nothing: another author of it, and all stays the same."""

from dataclasses import replace
from random import Random

import pytest

from data.models import Post, Record
from recommender.engine import Engine
from tests.asking import answers, flattened
from tests.communities import NOW, engine_of, every_signal, random_community
from tests.planting import DAY
from tests.test_topics import learned, reports, threads


def written_by(draw: int, seed: int, threads: int) -> list[Record]:
    """A random community in which others wrote what is anonymous, by `draw`.

    They are known anyway, are no viewers here, no bots and not hidden.
    """
    rng, made = Random(draw), random_community(seed, threads=threads)
    people = [replace(p, consent="open") for p in made.people]
    names = [p.id for p in people if not p.bot and p.id not in ("p00", "p05")]
    posts = [replace(p, author=rng.choice(names)) if p.anonymous else p for p in made.posts]
    return replace(made, people=people, posts=posts).records()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_learned_depends_on_who_wrote_anonymously(seed: int) -> None:
    """The feed's ranker took from somebody's pool what they had started anonymously."""
    kept = [learned(written_by(draw, seed, threads=150)).store.learned() for draw in (1, 2)]
    assert {name for name in kept[0] if kept[0][name] != kept[1][name]} == set()
    assert b'"turns":0' not in kept[0]["feed"].replace(b" ", b"")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_answer_depends_on_who_wrote_anonymously(seed: int) -> None:
    engines: list[Engine] = [
        engine_of(written_by(draw, seed, threads=40), prior=every_signal()) for draw in (1, 2)
    ]
    for viewer in (None, "p00", "p05"):
        for as_of in (None, NOW - 40 * DAY):
            one, other = (flattened(answers(engine, viewer, as_of)) for engine in engines)
            assert one == other


def test_a_third_author_of_a_topics_word_has_to_be_named() -> None:
    """The word was shown if the anonymous one was none of the two who said it by name."""

    def zeppelins(anonymous: bool) -> set[bool]:
        shown = set()
        for third in ("asks0", "asks5"):
            said: list[Post] = []
            for number, post in enumerate(threads(20)):
                if number % 4 == 0:
                    turn = number // 4 % 3
                    post = replace(
                        post,
                        title=f"zeppelin {post.title}",
                        author=("asks0", "asks1", third)[turn],
                        anonymous=anonymous and turn == 2,
                    )
                said.append(post)
            labels = [topic.label for topic in reports(learned(said)).values()]
            shown.add(any("zeppelin" in label for label in labels))
        return shown

    assert zeppelins(anonymous=False) == {False, True}
    assert zeppelins(anonymous=True) == {False}


def test_a_topics_word_goes_when_only_two_of_those_who_said_it_are_named_still() -> None:
    posts = [
        replace(post, title=f"zeppelin {post.title}", author=f"asks{number // 4 % 3}")
        if number % 4 == 0
        else post
        for number, post in enumerate(threads(20))
    ]
    engine = learned(posts)
    assert any("zeppelin" in topic.label for topic in reports(engine).values())
    third = [replace(p, anonymous=True) for p in posts if p.author == "asks2"]
    engine.store.apply(third)
    engine.sync()
    assert not any("zeppelin" in topic.label for topic in reports(engine).values())
