"""Threads of different places and things, and what is found like a text among them."""

from datetime import timedelta

from data.models import Post, Record
from recommender.engine import Engine
from recommender.queries import SimilarQuery
from recommender.results import SimilarIdea
from tests.communities import NOW, START

PLACES = ("harbour", "bakery", "tunnel", "garden", "library", "station", "forge", "mill")
THINGS = ("lamp", "pump", "door", "oven", "crane", "clock", "scale", "valve")


def root(id_: str, day: int, title: str, body: str) -> Post:
    return Post(id_, "ada", START + timedelta(days=day), body, title=title, thread=id_)


def threads() -> list[Record]:
    """Sixty-four threads of different places and things."""
    return [
        root(f"{place}{thing}", n, f"{thing} at the {place}", f"the {thing} of the {place} broke")
        for n, (place, thing) in enumerate((p, t) for p in PLACES for t in THINGS)
    ]


def asked(engine: Engine, title: str, body: str, k: int = 10) -> dict[str, SimilarIdea]:
    found = engine.similar(SimilarQuery(title=title, body=body, k=k), NOW)
    return {idea.post.id: idea for idea in found}
