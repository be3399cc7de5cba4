"""`whoknows serve` as a process of its own, as an operator runs it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread

from data.errors import WhoknowsError

HOME = Path(__file__).parents[2]


class DoesNotServe(WhoknowsError):
    """The process ended before it could be asked; `str` says what it printed."""


class ApiProcess:
    """A server over `database_url` on a free port of loopback.

    Attributes
    ----------
    address : "http://127.0.0.1:PORT".
    """

    def __init__(self, database_url: str, folder: Path | None = None, **settings: str) -> None:
        self.folder = folder or Path(mkdtemp(prefix="whoknows-api-"))
        self.log = self.folder / f"log-{os.urandom(4).hex()}"
        stated = {"DATABASE_URL": database_url, "INDEX_FOLDER": str(self.folder / "index")}
        stated |= settings
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve", "--port", "0"],
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ
                | {"PYTHONPATH": str(HOME)}
                | {f"WHOKNOWS_{name}": value for name, value in stated.items()},
            )
        self.address = self._announced()

    def _announced(self) -> str:
        printed = self._process.stdout
        if printed is None:
            raise DoesNotServe("its output was not caught")
        for line in printed:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                # Whatever it prints later must not fill the pipe.
                Thread(target=printed.read, daemon=True).start()
                return found.group()
        self._process.wait()
        raise DoesNotServe(f"whoknows serve ended: {self.log.read_text()[-500:]}")

    def lives(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def resident(self) -> int:
        """Bytes of memory that it holds now."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """Processor time that it has taken so far, all its threads together."""
        told = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it in good order, or by force where that takes long."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
