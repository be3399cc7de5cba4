"""A thousand random questions: points add up, and no chance contradicts a rank."""

from datetime import timedelta
from random import Random

from recommender.explain import LEAST_QUOTED
from recommender.queries import ExpertsQuery
from tests.communities import NOW, START, TOPICS, engine_of, random_community


def test_a_thousand_questions() -> None:
    draw = Random(11)
    engine = engine_of(random_community(7).records())
    engine.learn(None, NOW)
    people = [person.id for person in engine.people("", None, NOW)]
    spaces = [space.id for space in engine.community.spaces.values()]
    words = " ".join(TOPICS).split()
    suggested, alone, few = 0, 0, 0
    for _ in range(1_000):
        query = ExpertsQuery(
            query=" ".join(draw.choices(words, k=draw.randint(1, 30))),
            space=draw.choice([None, *spaces]),
            asker_id=draw.choice([None, *people]),
            k=draw.randint(1, 30),
            as_of=draw.choice([None, START + timedelta(days=draw.randint(1, 300))]),
        )
        found = engine.search_experts(query, NOW).candidates
        for candidate in found:
            points = sum(part.points for part in candidate.contributions)
            assert abs(points - candidate.score) < 1e-6
            quoted = [part.points for part in candidate.contributions if part.post_id]
            assert len(quoted) < 2 or min(quoted) >= LEAST_QUOTED
            alone += quoted != [] and quoted[0] < LEAST_QUOTED
            few += any(" less like this" in part.reason for part in candidate.contributions)
        chances = [candidate.probability for candidate in found]
        assert chances == sorted(chances, reverse=True)
        suggested += len(found)
    assert suggested > 1_000
    # Somebody's foremost post is quoted however little it gives; others are taken together.
    assert alone > 0 and few > 0
