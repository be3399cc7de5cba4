"""Many texts by a GPU, few by the CPU, and the same vectors from both.

A text's vector is kept under the encoder's fingerprint, whichever device made it, and is compared
with others' and with questions, which the CPU reads: a GPU that gave other vectors would sort a
community by when its posts came. In float32 the two differ in the seventh digit, as two versions
of a CPU library do. That is far below what is kept (float16 in the store, steps of 1/4096 in the
index), so the fingerprint stays and nothing is embedded again where a GPU comes or goes. Whether
it is so on this machine (drivers may let a GPU round to 10 bits) is not believed but tried, on
sentences of all lengths, before the first batch is handed to it.
"""

import threading
from collections.abc import Callable

import numpy as np

from embeddings.devices import Device
from embeddings.errors import EncoderUnavailable
from embeddings.face import Vectors

Rows = Callable[[list[str]], Vectors]

# Fewer texts are read by the CPU before a GPU has been woken.
LEAST_TEXTS = 256
LEAST_COSINE = 0.9999
# A 24th of a step of the index's grid (2^-12): at most one component in twelve can be rounded
# otherwise, and that by one step.
LARGEST_DIFFERENCE = 1e-5
PROBES = [
    "lamp",
    "How do I hang the banner over the entrance?",
    "The till prints nothing since this morning; the paper is new and the lamp is green.",
    *("the lamp over the entrance of the shop is out " * times for times in (3, 12, 40)),
    "def price(x): return x * 1.19  # why is VAT wrong for 7 %?",
]


class BulkOnGpu:
    """Hands calls of LEAST_TEXTS texts or more to a GPU, which is opened at the first of them.

    Parameters
    ----------
    by_cpu : vectors of texts, the ones that count.
    open_gpu : opens the model on the device; slow. RuntimeError or EncoderUnavailable where it
        cannot; a GPU that fails once, as one whose memory others take, is not asked again.
    """

    def __init__(self, device: Device, by_cpu: Rows, open_gpu: Callable[[str], Rows]) -> None:
        self._device = device
        self._by_cpu = by_cpu
        self._open_gpu = open_gpu
        self._bulk: Rows | None = None
        self._opening = threading.Lock()
        self.state = f"many texts at once by torch on {device.name} ({device.why})"

    def rows(self, texts: list[str]) -> Vectors:
        """Vectors (len(texts), dim), in order."""
        if len(texts) < LEAST_TEXTS:
            return self._by_cpu(texts)
        with self._opening:
            if self._bulk is None:
                self._bulk = self._opened()
        try:
            return self._bulk(texts)
        except RuntimeError as error:
            self._bulk = self._given_up(error)
            return self._bulk(texts)

    def _opened(self) -> Rows:
        """The GPU's way if it gives the CPU's vectors, else the CPU's."""
        try:
            bulk = self._open_gpu(self._device.name)
            found = bulk(PROBES)
        except (RuntimeError, EncoderUnavailable) as error:
            return self._given_up(error)
        wanted = self._by_cpu(PROBES)
        cosine = float((found * wanted).sum(axis=1).min())
        difference = float(np.abs(found - wanted).max())
        # Written so that a vector that is not a number fails too.
        if cosine >= LEAST_COSINE and difference <= LARGEST_DIFFERENCE:
            return bulk
        self.state = (
            f"not by {self._device.name}, whose vectors differ from the CPU's by {difference:.1g}"
        )
        return self._by_cpu

    def _given_up(self, error: Exception) -> Rows:
        # RuntimeError is torch's for all that a device cannot do, memory included.
        first_line = str(error).partition("\n")[0]
        self.state = f"not by {self._device.name}: {first_line}"
        return self._by_cpu
