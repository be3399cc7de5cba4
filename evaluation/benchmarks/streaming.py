"""Two PostgreSQL servers streaming; the first can fail, and come back as the second."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from data.store import Store

from .pgserver import NoServer, Server

DURABILITY: Mapping[str, dict[str, str]] = {
    "standby": {"synchronous_standby_names": "*", "synchronous_commit": "on"},
    "primary": {"synchronous_standby_names": "", "synchronous_commit": "on"},
}
"""On whose disk a write is when it is acknowledged, and the settings of the primary for it."""

WAIT_SECONDS = 180


class Pair:
    """A primary and its standby. NoServer as `Server` where they cannot be made.

    Parameters
    ----------
    settings : of both; `synchronous_standby_names` holds while there is a standby to wait for.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._awaited = settings.get("synchronous_standby_names", "")
        rest = {k: v for k, v in settings.items() if k != "synchronous_standby_names"}
        self.primary, self.standby = Server(rest), Server(rest)

    def start(self) -> None:
        """Make an empty database of ours, and the standby from it."""
        self.primary.create()
        self.primary.start()
        Store.open(self.primary.url()).close()
        self.join()

    def join(self) -> None:
        """Copy the primary to the standby's folder and stream; what lay there is lost."""
        shutil.rmtree(self.standby.data, ignore_errors=True)
        source = ["-h", "127.0.0.1", "-p", str(self.primary.port), "-U", "postgres"]
        self.standby.call("pg_basebackup", [*source, "-D", str(self.standby.data), "-R", "-cfast"])
        self.standby.start()
        self._wait_until_streaming()
        # Not before: until a standby is there, every commit would wait for it.
        self.configure("synchronous_standby_names", self._awaited)

    def configure(self, name: str, value: str) -> None:
        """Change a setting of the primary while it runs."""
        self.primary.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.primary.sql("SELECT pg_reload_conf()")

    def fail_over(self) -> None:
        """Kill the primary as kill -9 does, and promote the standby: the two change places."""
        self.primary.kill()
        self.standby.call("pg_ctl", ["promote", "-D", str(self.standby.data), "-w"])
        self.primary, self.standby = self.standby, self.primary

    def dispose(self) -> None:
        """Kill both and delete their folders."""
        self.primary.dispose()
        self.standby.dispose()

    def url(self, wanted: str = "read-write", first: int = 0) -> str:
        """The URL that names both, leading to whichever is `wanted` (target_session_attrs).

        `first`: which of the two ports, in their own order, is tried first.
        """
        ports = sorted((self.primary.port, self.standby.port))
        hosts = "&".join(f"host=127.0.0.1:{ports[(first + i) % 2]}" for i in range(2))
        return f"postgresql://postgres@/postgres?{hosts}&target_session_attrs={wanted}"

    def _wait_until_streaming(self) -> None:
        # Connected, and received as far as the primary had written when this was asked.
        seen = "SELECT state FROM pg_stat_replication WHERE state = 'streaming'"
        deadline = time.monotonic() + WAIT_SECONDS
        with psycopg.connect(self.primary.url(), autocommit=True) as connection:
            while connection.execute(seen).fetchone() is None:
                if time.monotonic() > deadline:
                    raise NoServer(f"the standby does not stream: {self.standby.told()}")
                time.sleep(0.05)


@contextmanager
def streaming(settings: Mapping[str, str]) -> Iterator[Pair]:
    """A running pair, gone at the end."""
    pair = Pair(settings)
    try:
        pair.start()
        yield pair
    finally:
        pair.dispose()
