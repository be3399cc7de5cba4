"""`serve` and `demo`: the HTTP server, on a socket that is bound before anything is loaded."""

import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from api.app import create_app
from api.commands.opening import opened_engine, read_settings
from api.doors import current_time
from api.settings import Settings, is_loopback, url_host
from api.terminal import progress
from data.errors import WhoknowsError

if TYPE_CHECKING:
    from data.store import Store
    from recommender.engine import Engine

    Preparation = Callable[[Store, Engine], None]


KEPT_ALIVE = 75
"""Seconds that a connection without requests is kept; nginx closes its own after 60."""


SWITCHED_AFTER = 0.001
"""Seconds after which a thread lets another have the interpreter; Python's own is .005."""


class CannotServe(WhoknowsError):
    """The address cannot be had."""


class _Announcing(uvicorn.Server):
    """A server that says when it can be asked."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def bind(host: str, port: int) -> socket.socket:
    """A bound TCP socket.

    Raises
    ------
    CannotServe : the port is taken or not allowed, or the host is no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise CannotServe(f"{host} is not an address of this machine; leave out --host.") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        # Not listening yet: until the server can answer, a caller is refused, not kept waiting.
        listener.bind(address)
    except OSError as error:
        listener.close()
        reasons = {
            errno.EADDRINUSE: f"Port {port} is taken by another program; choose one with --port.",
            errno.EACCES: f"Port {port} needs more rights; choose one above 1023 with --port.",
        }
        other = f"{host}:{port} cannot be listened on: {error.strerror}."
        raise CannotServe(reasons.get(error.errno or 0, other)) from None
    return listener


def _check_reach(settings: Settings) -> None:
    if not is_loopback(settings.host) and not settings.allowed_hosts:
        raise CannotServe(
            f"{settings.host} can be reached from other machines, and there is no sign-in: whoever "
            "reaches it reads everything. If a proxy guards it, set WHOKNOWS_ALLOWED_HOSTS to the "
            "names it is reached by."
        )


def _serve(
    settings: Settings, listener: socket.socket, opening: str, prepare: "Preparation | None" = None
) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{url_host(host)}:{port}/"

    def announce() -> None:
        print(f"{opening} {address}  (API description at {address}openapi.json; Ctrl-C stops)")
        sys.stdout.flush()

    # The application reads what is new beside its first requests.
    with opened_engine(settings, reads=False) as (store, engine):
        if prepare is not None:
            prepare(store, engine)
        config = uvicorn.Config(
            create_app(store, engine, settings),
            log_level=settings.log_level,
            access_log=False,
            server_header=False,
            # Longer than proxies and clients keep a connection, or they send into one that closes.
            timeout_keep_alive=KEPT_ALIVE,
        )
        # What is loaded stays: looking through it for garbage would hold up a request now and then,
        # by a sixth of a second where there are a million posts.
        gc.collect()
        gc.freeze()
        # A search of vectors asks for the interpreter hundreds of times, beside who computes in it.
        sys.setswitchinterval(SWITCHED_AFTER)
        # uvicorn ends in good order at either signal and then passes it on to this process.
        signal.signal(signal.SIGTERM, _leave)
        try:
            _Announcing(config, announce).run(sockets=[listener])
        except KeyboardInterrupt:
            print("Stopped.")
        finally:
            # The next start need not read everything again.
            engine.close()


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def run_serve(host: str | None, port: int | None) -> None:
    """Serve the configured database until Ctrl-C."""
    settings = read_settings()
    settings.host = host if host is not None else settings.host
    settings.port = port if port is not None else settings.port
    _check_reach(settings)
    with bind(settings.host, settings.port) as listener:
        _serve(settings, listener, "whoknows is at")


def run_demo(folder: Path, port: int | None) -> None:
    """Make the sample community in `folder` unless it is there, and serve it on loopback."""
    settings = read_settings()
    if folder.exists() and not folder.is_dir():
        raise CannotServe(f"{folder} is a file; name another folder with --folder.")
    settings.host = "127.0.0.1"
    settings.port = port if port is not None else settings.port
    with bind(settings.host, settings.port) as listener:
        folder.mkdir(parents=True, exist_ok=True)
        settings.database_url = f"sqlite:///{(folder / 'whoknows.db').absolute()}"

        def prepare(store: "Store", engine: "Engine") -> None:
            _bring_in_sample(store, engine, folder)

        _serve(settings, listener, "The sample community is at", prepare)


def _bring_in_sample(store: "Store", engine: "Engine", folder: Path) -> None:
    """Import the sample once and learn on it, so that what a visitor then changes stays changed
    and there are topics to look at."""
    from data.importing import import_path
    from data.sample import write_shifted

    done = folder / "imported"
    if done.exists():
        return
    community = folder / "community"
    if not community.exists():
        # Renamed at the end: a folder cut off half written must not pass for whole.
        unfinished = folder / "community.unfinished"
        write_shifted(unfinished, current_time())
        unfinished.rename(community)
    with progress("Importing the sample community") as advance:
        import_path(store, community, on_progress=advance, embed=engine.sync)
    with progress("Learning from it") as advance:
        engine.learn(None, current_time(), lambda _, done, total: advance(done, total))
    done.touch()
