"""`work`: read what waits for the encoders, beside any number of others, until it is ended."""

import signal
import sys
import time
from datetime import UTC, datetime

from api.commands.opening import engine_settings, opened_store, read_settings, tell_hindered
from api.stopping import Stopped, sentence
from api.terminal import complain, progress
from data.errors import StoreError

TRY_AGAIN = 2.0
"""Seconds until a database that did not answer is asked again."""


def run_work(*, once: bool) -> None:
    """Read texts for the configured database; with `once`, until none is left."""
    try:
        _work(once)
    except Stopped as stop:
        if once or stop.signum != signal.SIGTERM:
            raise
        # Nothing else ends it, so whoever supervises it is told of no failure.
        complain(sentence("work"))


def _work(once: bool) -> None:
    from recommender.encoders import open_encoders
    from recommender.working import work

    settings = read_settings()
    encoders = open_encoders(engine_settings(settings))
    tell_hindered(encoders)
    with opened_store(settings) as store, progress("Reading texts") as advance:
        if not once:
            complain("Waiting for texts to read; Ctrl-C stops.")
        while True:
            try:
                work(store, encoders, _tell, advance, once=once)
                return
            except StoreError as error:
                if once:
                    raise
                # A database that is restarted or fails over is back in a while.
                complain(f"{error}; trying again")
                time.sleep(TRY_AGAIN)


def _tell(count: int) -> None:
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    print(f"{moment} UTC: read {count:,} texts; none is left.")
    sys.stdout.flush()
