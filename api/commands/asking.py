"""`ask`, `similar` and `feed`: the engine's answers, printed or as JSON."""

from datetime import datetime

from api.answers import experts_json, feed_json, similar_json
from api.commands.opening import opened_engine, read_settings, tell_unknown
from api.commands.showing import show_experts, show_feed, show_similar
from api.doors import Stopwatch, current_time
from api.terminal import print_json
from recommender.queries import ExpertsQuery, SimilarQuery


def run_ask(
    text: str,
    *,
    asker: str | None,
    viewer: str | None,
    k: int,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Print the people for a question."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, asker, viewer)
        stopwatch, now = Stopwatch(), current_time()
        query = ExpertsQuery(query=text, asker_id=asker, viewer_id=viewer, k=k, as_of=as_of)
        answer = experts_json(engine.search_experts(query, now), as_of or now, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_experts(answer)


def run_similar(
    text: str, *, viewer: str | None, k: int, as_of: datetime | None, as_json: bool
) -> None:
    """Print the threads near a text."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, None, viewer)
        stopwatch, now = Stopwatch(), current_time()
        query = SimilarQuery(body=text, viewer_id=viewer, k=k, as_of=as_of)
        ideas = engine.similar(query, now)
        answer = similar_json(ideas, store.get_person, viewer, as_of or now, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_similar(answer)


def run_feed(person_id: str, *, k: int, as_of: datetime | None, as_json: bool) -> None:
    """Print a person's feed."""
    with opened_engine(read_settings()) as (store, engine):
        now = current_time()
        page = engine.feed(person_id, k=k, as_of=as_of, cursor=None, now=now)
        answer = feed_json(page, store.get_person, person_id, as_of or now)
        chosen = engine.chosen(person_id, now)
    if as_json:
        print_json(answer)
    else:
        # Of who has turned to nothing and told nothing, little is known that could lead.
        show_feed(answer, may_choose=chosen.share == 1.0 and not chosen.topics)
