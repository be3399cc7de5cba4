"""How much memory something takes: made in a process of its own, whose growth is read off Linux."""

import ctypes
import gc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

_STATUS = Path("/proc/self/status")


def growth(make: Callable[[str, Path], object], name: str, few: Path, many: Path) -> int | None:
    """Bytes that `make(name, many)` leaves resident in a new process beyond `make(name, few)`.

    The first pays for imports, buffers and threads. None where the system does not tell.
    """
    if not _STATUS.exists():
        return None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_grown, make, name, few, many).result()


def _grown(make: Callable[[str, Path], object], name: str, few: Path, many: Path) -> int:
    held = [make(name, few)]
    before = _resident()
    held.append(make(name, many))
    return _resident() - before


def _resident() -> int:
    """Bytes of this process that no file backs, after giving back what is free."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    for line in _STATUS.read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    return 0
