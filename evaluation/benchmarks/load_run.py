"""A server of its own under a plan of requests, and what came back.

In: a database to copy. Out: `Outcome`s, and the server's memory and processor time.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from data.copies import copy_database
from data.store import Store

from .load_plan import MIX, Call

ADDRESS = re.compile(r"http://[\d.]+:\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. `latency`: seconds from `due`, when it was to be sent, to the last
    byte of the answer. `status`: 0 where there was none. `retry_after`: as the answer says."""

    kind: str
    due: float
    latency: float
    status: int
    retry_after: str | None = None

    @property
    def shed(self) -> bool:
        """Turned away in good order: told when to come again."""
        return self.status == 503 and self.retry_after is not None

    @property
    def planned(self) -> bool:
        """One of the calls of the plan, and not what `load_sending` tells of a feed's answer."""
        return self.kind in MIX

    @property
    def answered(self) -> bool:
        """Answered as asked for."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Served:
    """A running server of this project."""

    address: str
    pid: int

    def resident(self) -> int:
        """Bytes of memory that the process holds."""
        return self._status("VmRSS") * 1024

    def threads(self) -> int:
        """Threads of the process."""
        return self._status("Threads")

    def _status(self, name: str) -> int:
        told = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = re.search(rf"^{name}:\s+(\d+)", told, re.MULTILINE)
        if found is None:
            raise ValueError(f"this system does not tell a process's {name}")
        return int(found[1])

    def processor_seconds(self) -> float:
        """Processor time that the process has used."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


class NotServed(RuntimeError):
    """The server did not start; the message is what it printed."""


@contextmanager
def serving(database: Path, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """`whoknows serve` on loopback, on a copy of `database` that is thrown away.

    `settings`: environment variables beside those of this process.

    Raises
    ------
    NotServed
    """
    with tempfile.TemporaryDirectory(prefix="whoknows-load-") as folder:
        copy = Path(folder) / "copy.db"
        store = Store.open(f"sqlite:///{database}")
        copy_database(store, copy, database.with_name(database.name + ".index"))
        store.close()
        environment = {**os.environ, **(settings or {})}
        environment["WHOKNOWS_DATABASE_URL"] = f"sqlite:///{copy}"
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--host", "127.0.0.1", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            told = process.stdout.readline() if process.stdout is not None else ""
            found = ADDRESS.search(told)
            if found is None:
                raise NotServed(told)
            yield Served(found[0], process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def send(address: str, calls: Sequence[Call], callers: int | None = None) -> Iterator[Outcome]:
    """Send `calls` to the server at `address`, and yield what becomes of them as it is known.

    `callers`: so many ask one after the other as fast as they are answered; else each call is
    sent when it is due.
    """
    with tempfile.TemporaryDirectory(prefix="whoknows-plan-") as folder:
        plan = Path(folder) / "plan.jsonl"
        with plan.open("w", encoding="utf-8") as lines:
            for call in calls:
                lines.write(json.dumps(asdict(call)) + "\n")
        asked = [sys.executable, "-m", "evaluation.benchmarks.load_sending", address, str(plan)]
        if callers is not None:
            asked += ["--callers", str(callers)]
        sender = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
        if sender.stdout is not None:
            for line in sender.stdout:
                yield Outcome(**json.loads(line))
        sender.wait()
