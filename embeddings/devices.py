"""Where many texts are read: by the CPU, or by a GPU that torch can use.

In: the word in the settings. Out: a device and the reason for it. Torch takes seconds and some
700 MB to import, so a machine without a GPU's driver is told apart without it.
"""

import ctypes
import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from embeddings.errors import EncoderUnavailable

AUTO, CPU, CUDA, MPS = "auto", "cpu", "cuda", "mps"
DEVICES = (AUTO, CPU, CUDA, MPS)


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name for it, and why it was chosen."""

    name: str
    why: str


ONLY_CPU = Device(CPU, "as set")


def find_device(wanted: str = AUTO) -> Device:
    """The device that `wanted`, one of DEVICES, means on this machine.

    Raises
    ------
    EncoderUnavailable : a GPU is asked for by name, and it cannot be had; the sentence says why.
    """
    if wanted not in DEVICES:
        raise EncoderUnavailable(
            f"no device is called {wanted!r}; take one of {', '.join(DEVICES)}"
        )
    if wanted == CPU:
        return ONLY_CPU
    found = _find_gpu((CUDA, MPS) if wanted == AUTO else (wanted,))
    if wanted != AUTO and found.name == CPU:
        raise EncoderUnavailable(
            f"the device {wanted!r} cannot be used: {found.why}; "
            "mend it, or set WHOKNOWS_DEVICE=auto"
        )
    return found


def _find_gpu(names: tuple[str, ...]) -> Device:
    """The first of `names` that torch can use, or the CPU and why not."""
    with_driver = [name for name in names if _has_driver(name)]
    if not with_driver:
        return Device(CPU, "no driver of a GPU is installed")
    if find_spec("torch") is None or find_spec("sentence_transformers") is None:
        return Device(CPU, "a GPU needs torch and sentence-transformers, which are not installed")
    try:
        import torch
    except (ImportError, OSError) as error:
        first_line = str(error).partition("\n")[0]
        return Device(CPU, f"torch cannot be imported: {first_line}")
    for name in with_driver:
        if name == CUDA and torch.cuda.is_available():
            return Device(CUDA, torch.cuda.get_device_name())
        if name == MPS and torch.backends.mps.is_available():
            return Device(MPS, "Apple's GPU")
    return Device(CPU, "torch sees no GPU")


def _has_driver(name: str) -> bool:
    """Whether this system could have the GPU `name`; AMD's answer to torch's "cuda" too."""
    if name == MPS:
        return sys.platform == "darwin" and platform.machine() == "arm64"
    libraries = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1", "libamdhip64.so")
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            continue
        return True
    return False
