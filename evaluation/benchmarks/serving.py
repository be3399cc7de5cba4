"""`whoknows serve` as a process of its own, and callers that ask it over HTTP. Linux alone.

In: a database. Out: when it is ready, what it holds in memory, what it answers.
"""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import urlsplit

import orjson

READY_WITHIN_S = 3_600.0
STOPPED_WITHIN_S = 600.0
_POLL_S = 0.01

PROGRAM = (sys.executable, "-m", "api")
"""This environment's `whoknows`."""

Asked = tuple[str, str, object]
"""A request: method, path, body."""


class CannotServe(Exception):
    """The server ended before it was ready; `str` is what it said last."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a process holds: all, of its own, of mapped files, and the most it ever held."""

    resident: int
    own: int
    files: int
    most: int


def serve_command() -> list[str]:
    """How this environment's `whoknows serve` is started, on any free port."""
    return [*PROGRAM, "serve", "--port", "0"]


def database_of(path: Path) -> dict[str, str]:
    """The environment in which `whoknows` works on the SQLite file `path`."""
    return {"WHOKNOWS_DATABASE_URL": f"sqlite:///{path.absolute()}"}


class Serving:
    """A server process; entered it is started and awaited, left it is stopped.

    Parameters
    ----------
    command : prints a line that holds its address when it can be asked.
    environment : beside that of this process.

    Attributes
    ----------
    address : "http://host:port" of the latest start.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.command = list(command)
        self.environment = os.environ | dict(environment)
        self.address = ""
        self._process: subprocess.Popen[str] | None = None
        self._said: IO[str] | None = None

    def begin(self) -> None:
        """Start the process, and do not wait."""
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed when the process is gone)
        self._process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=self._said,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )

    def await_ready(self) -> None:
        """Wait until `/health/ready` says so.

        Raises
        ------
        CannotServe : it ended before, or is not ready in `READY_WITHIN_S`.
        """
        process = self._running()
        for line in process.stdout or ():
            if "http://" in line:
                parts = urlsplit(line[line.index("http://") :].split()[0])
                self.address = f"{parts.scheme}://{parts.netloc}"
                break
        else:
            raise CannotServe(self._last_words())
        ends = time.monotonic() + READY_WITHIN_S
        with Caller(self.address) as caller:
            while time.monotonic() < ends:
                if caller.ask("GET", "/health/ready")[0] == 200:
                    return
                time.sleep(_POLL_S)
        raise CannotServe(f"not ready within {READY_WITHIN_S:.0f} s")

    def start(self) -> float:
        """Start it; seconds from the start of the process until it is ready."""
        begun = time.perf_counter()
        self.begin()
        self.await_ready()
        return time.perf_counter() - begun

    def stop(self) -> float:
        """End it in good order; the seconds that this took."""
        begun = time.perf_counter()
        process = self._running()
        process.send_signal(signal.SIGTERM)
        process.wait(STOPPED_WITHIN_S)
        self._let_go()
        return time.perf_counter() - begun

    def hang_up(self) -> None:
        """Tell it to end in good order, and do not wait."""
        self._running().send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it with kill -9, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._let_go()

    def memory(self) -> Memory:
        """What it holds now."""
        lines = Path(f"/proc/{self._running().pid}/status").read_text().splitlines()
        told = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        names = ("VmRSS", "RssAnon", "RssFile", "VmHWM")
        return Memory(*(1024 * int(told[name][0]) for name in names))

    def cpu_s(self) -> float:
        """Seconds of processor time that it has used."""
        told = Path(f"/proc/{self._running().pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise CannotServe("it was not started")
        return self._process

    def _let_go(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        if self._said is not None:
            self._said.close()
        self._process = self._said = None

    def _last_words(self) -> str:
        said = ""
        if self._said is not None:
            self._said.seek(0)
            said = self._said.read()[-2_000:]
        self.kill()
        return said or "it ended without a word"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.kill() if kind is not None else self.stop()


class Caller:
    """One caller on one connection that is kept open, as a browser's or a proxy's is."""

    def __init__(self, address: str, timeout: float = 120.0) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=timeout)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the JSON of one answer; bytes are sent as NDJSON.

        OSError or http.client.HTTPException where the connection fails; the next call makes a
        new one.
        """
        sent = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        kind = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        try:
            self._connection.request(
                method, path, sent, {} if sent is None else {"Content-Type": kind}
            )
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return answer.status, orjson.loads(content) if content else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
