"""Questions to the invented communities, and all that an engine says to them."""

from dataclasses import replace
from datetime import datetime, timedelta

from recommender.engine import Engine
from recommender.queries import ExpertsQuery, SimilarQuery
from tests.communities import NOW, START

QUESTIONS = (
    ExpertsQuery("how can we fix the spotlight of the window display", tags=("light",)),
    ExpertsQuery("invoice for customs and pallet", title="supplier", space="s2", k=20),
    ExpertsQuery(
        "Name1 Family1, @Name4 Family4: card terminal network", asker_id="p03", tags=("card",)
    ),
    ExpertsQuery("holiday uniform contract", spaces=("s0", "s2"), sites=("north",)),
)
TEXTS = (
    SimilarQuery(title="glass entrance season", body="new decoration for the window", k=20),
    SimilarQuery(body="the receipt printer and the scanner", space="s1", kinds=("question",)),
)


def answers(
    engine: Engine, viewer: str | None, as_of: datetime | None = None, *, now: datetime = NOW
) -> dict[str, object]:
    """All that an engine says to a viewer, as comparable objects."""
    told: dict[str, object] = {}
    for i, query in enumerate(QUESTIONS):
        asked = replace(query, viewer_id=viewer or "nobody", as_of=as_of)
        told[f"experts {i}"] = engine.search_experts(asked, now)
    for i, text in enumerate(TEXTS):
        told[f"similar {i}"] = engine.similar(replace(text, viewer_id=viewer, as_of=as_of), now)
    if viewer in engine.community.person_keys and viewer is not None:
        page = engine.feed(viewer, k=30, as_of=as_of, now=now)
        told["feed"] = page.items
    told["topics"] = engine.topics(viewer_id=viewer, as_of=as_of, now=now)
    for days in (30, 400):
        told[f"figures {days}"] = engine.figures(days, viewer_id=viewer, as_of=as_of, now=now)
    return told


def flattened(value: object) -> object:
    """An answer with its floats rounded to 1e-9, so that equal means equal to that."""
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: flattened(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {key: flattened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [flattened(item) for item in value]
    return float(f"{value:.8f}") if isinstance(value, float) else value


def told(engine: Engine) -> object:
    """What some viewers are told, now and of the past, as plain numbers and words."""
    past = START + timedelta(days=110)
    return [
        flattened(answers(engine, who, as_of))
        for who in (None, "p01", "p05")
        for as_of in (None, past)
    ]
