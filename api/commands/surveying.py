"""`topics`, `figures` and `peers`: what the community is about, how it fares, and who shares a
person's concerns."""

from datetime import datetime

from api.commands.opening import opened_engine, read_settings, tell_unknown
from api.commands.showing import show_peers
from api.commands.showing_figures import show_figures
from api.commands.showing_topics import show_threads, show_topics
from api.doors import Stopwatch, current_time
from api.surveys import figures_json, peers_json, threads_json, topics_json
from api.terminal import print_json


def run_topics(*, viewer: str | None, as_of: datetime | None, as_json: bool) -> None:
    """Print the topics."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, None, viewer)
        stopwatch, now = Stopwatch(), current_time()
        found = engine.topics(viewer_id=viewer, as_of=as_of, now=now)
        answer = topics_json(found, as_of or now, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_topics(answer)


def run_topic(
    topic_id: str,
    text: str | None,
    *,
    k: int,
    viewer: str | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Print the threads of one topic."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, None, viewer)
        stopwatch, now = Stopwatch(), current_time()
        found = engine.topic_threads(topic_id, text, k=k, viewer_id=viewer, as_of=as_of, now=now)
        answer = threads_json(found, store.get_person, viewer, as_of or now, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_threads(answer)


def run_figures(days: int, *, viewer: str | None, as_of: datetime | None, as_json: bool) -> None:
    """Print how the community fares."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, None, viewer)
        stopwatch = Stopwatch()
        found = engine.figures(days, viewer_id=viewer, as_of=as_of, now=current_time())
        answer = figures_json(found, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_figures(answer)


def run_peers(
    person_id: str, *, k: int, viewer: str | None, as_of: datetime | None, as_json: bool
) -> None:
    """Print a person's peers."""
    with opened_engine(read_settings()) as (store, engine):
        tell_unknown(store, None, viewer)
        stopwatch, now = Stopwatch(), current_time()
        found = engine.peers(person_id, k=k, viewer_id=viewer, as_of=as_of, now=now)
        answer = peers_json(found, as_of or now, stopwatch.ms())
    if as_json:
        print_json(answer)
    else:
        show_peers(answer)
