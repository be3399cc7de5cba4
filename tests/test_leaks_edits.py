"""Edits: what a post was before one, and that it stays so for every moment before."""

from dataclasses import replace
from datetime import datetime

from data.models import Post
from recommender.queries import ExpertsQuery, SimilarQuery
from tests.communities import NOW, START, engine_of
from tests.planting import SECOND, T


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
