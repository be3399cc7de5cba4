"""Who replied under a tag, and what is kept to tell it."""

from datetime import timedelta

import numpy as np
import pytest

from data.models import Post
from recommender.engine import Engine
from recommender.tagging import TAG_HALF_LIFE, joined_under
from tests.communities import NOW, START, engine_of

DAY = timedelta(days=1)


def _engine(tags: int, repliers: int) -> Engine:
    return engine_of(
        [
            Post("t", "a", START, "lamps", tags=tuple(f"Tag{n}" for n in range(tags))),
            Post("u", "a", START, "lamps", tags=("tag0",)),
            *(
                Post(f"{root}{n}", f"p{n}", START + DAY * (n + 1), "so", thread=root)
                for root in "tu"
                for n in range(repliers)
            ),
        ]
    )


def test_joinings_under_each_tag_are_added_up() -> None:
    engine = _engine(2, 2)
    view = engine._view(None, None, NOW)
    keys = [engine.community.person_keys[f"p{n}"] for n in range(2)]
    ages = (view.moment - np.array([(START + DAY * n).timestamp() for n in (1, 2)]) * 1e6) / 86400e6
    once = np.exp2(-ages / TAG_HALF_LIFE)
    assert joined_under(view, ["TAG1"])[keys] == pytest.approx(once)
    assert joined_under(view, ["tag0"])[keys] == pytest.approx(2 * once)
    assert joined_under(view, ["tag0", "tag1", "nothing"])[keys] == pytest.approx(3 * once)
    assert not joined_under(view, ["nothing"]).any()


def test_what_is_kept_grows_with_the_tags_and_not_with_those_who_replied_under_them() -> None:
    """It was one record each of tag and reply: 200 tags a thread took 1 GB at 20,000 posts."""
    for repliers in (1, 20):
        bearing = _engine(30, repliers).community.bearing
        assert sum(len(rows) for rows in bearing.values()) == 31
