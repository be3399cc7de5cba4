"""The fast CPU runtime: a graph of (token ids, mask) run by OpenVINO, one text a row.

The graphs are built operation by operation from the packages' own weights (minilm_graph,
multilingual_graph). That takes 10 ms and compiling them .1-.2 s, so there is no converted copy on
disk to keep, to version or to find corrupt, and neither torch nor OpenVINO's converter (which
reports usage statistics) is ever called.

A text's vector does not depend on its companions: it is padded to a length that its own tokens
decide, masked, and the CPU plugin computes each row alike whatever the number of rows and of
threads. The last was measured bit for bit over 1-64 rows and all lengths on x86-64 with AVX-512,
and is a test.

The graph is compiled twice. What somebody waits for is run by all processors together. Many texts
are run one batch a processor: no processor then waits for another at the end of each of some
hundred operations, which costs a tenth on an idle machine and half on a busy one.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino

from embeddings.face import Vectors
from embeddings.precedence import PRECEDENCE

# Tokens a batch, padding included: more rows bring nothing once a batch has this many, the
# activations stay within a core's cache, and a query waits the shorter for its turn.
TOKENS_A_BATCH = 128
# Texts of at most this many tokens in all are what somebody waits for: a question, a post.
TOKENS_AT_ONCE = 512
# Beyond this many threads a text of at most 256 tokens has too little work for each.
MOST_THREADS = 8

# Held while a shape is run for the first time, which is when OpenVINO compiles it. Where two
# threads do so at once, what is compiled is now and then wrong (2026.4.1;
# evaluation/results/encoders.md), and with it all vectors of that shape while the process lives.
_COMPILING = threading.Lock()

TokenIds = Sequence[Sequence[int]]
Words = Callable[[npt.NDArray[np.int32]], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts, by their places in the call, that are padded to one length."""

    length: int
    members: list[int]


def padded_length(tokens: int) -> int:
    """The row length for a text of `tokens` tokens: few shapes, little padding."""
    step = 8 if tokens <= 64 else 16
    return -(-tokens // step) * step


class TokenGraph:
    """A compiled graph and the way to feed it; safe to call from several threads.

    Parameters
    ----------
    model : inputs int32 ids (rows, length) and float32 mask of the same shape (1 a token, 0
        padding); output float32 (rows, dim) of unit rows.
    dim : columns of the output.
    precision : "f32", or "bf16" to let processors that have units for it round on the way.
    alone : whether one thread reads a question: of a small network two wait for each other, and
        take from the search that goes on beside.
    words : what is made of ids for the model, which then takes float32 (rows, length, n) in their
        place: its table of words is in nobody's memory twice.

    Raises
    ------
    RuntimeError : OpenVINO cannot compile or run it on this machine.
    """

    def __init__(
        self,
        model: openvino.Model,
        dim: int,
        precision: str = "f32",
        words: Words | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.dim = dim
        self._words = words
        self.precision = precision
        self._model = model
        # Held for one batch, some 10 ms.
        self._lock = threading.Lock()
        threads = 1 if alone else min(_processors(), MOST_THREADS)
        self._request = _Request(self._compiled(1, threads), words)
        self._bulk: _Streams | None = None
        self._opening = threading.Lock()
        # What cannot run is to be found out now, when another runtime can still be taken.
        self.run([[1]])

    def run(self, token_ids: TokenIds) -> Vectors:
        """Vectors (len(token_ids), dim) in order; every text has at least one token."""
        vectors = np.empty((len(token_ids), self.dim), dtype=np.float32)
        batches = _batches(token_ids)
        if sum(batch.length * len(batch.members) for batch in batches) <= TOKENS_AT_ONCE:
            with PRECEDENCE.urgent():
                for batch in batches:
                    with self._lock:
                        vectors[batch.members] = self._request.infer(token_ids, batch)
        else:
            self._streams().run(token_ids, batches, vectors)
        return vectors

    def _streams(self) -> "_Streams":
        # Not before there is bulk work: it takes as long again as opening, and 50 MB.
        with self._opening:
            if self._bulk is None:
                count = _processors()
                self._bulk = _Streams(self._compiled(count, count), self._words, count)
            return self._bulk

    def _compiled(self, streams: int, threads: int) -> Any:
        # The precision by name: on processors with bfloat16 units the plugin would otherwise
        # round, and the same text would get another vector on another machine.
        told = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "NUM_STREAMS": str(streams),
            "INFERENCE_NUM_THREADS": str(threads),
        }
        with _COMPILING:
            return openvino.Core().compile_model(self._model, "CPU", told)


class _Streams:
    """One request a processor, each run by a thread of its own."""

    def __init__(self, compiled: Any, words: Words | None, count: int) -> None:
        self._own = threading.local()
        self._compiled, self._words = compiled, words
        self._pool = ThreadPoolExecutor(count, "encoding")

    def run(self, token_ids: TokenIds, batches: Sequence[_Batch], vectors: Vectors) -> None:
        """Fill `vectors`, a row for each of `token_ids`."""

        def step(batch: _Batch) -> None:
            PRECEDENCE.give_way()
            if not hasattr(self._own, "request"):
                self._own.request = _Request(self._compiled, self._words)
            vectors[batch.members] = self._own.request.infer(token_ids, batch)

        # The results are asked for, so that an error in a thread is raised here.
        for _ in self._pool.map(step, batches):
            pass


def _batches(token_ids: TokenIds) -> list[_Batch]:
    """Texts of one padded length together; the longest first, so that all streams end at once."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for at, ids in enumerate(token_ids):
        by_length[padded_length(len(ids))].append(at)
    batches = []
    for length in sorted(by_length, reverse=True):
        members, rows = by_length[length], max(1, TOKENS_A_BATCH // length)
        batches += [_Batch(length, members[at : at + rows]) for at in range(0, len(members), rows)]
    return batches


class _Request:
    """What one thread at a time runs a compiled graph by."""

    def __init__(self, compiled: Any, words: Words | None = None) -> None:
        self._words = words
        with _COMPILING:
            self._request = compiled.create_infer_request()
        self._known: set[tuple[int, ...]] = set()

    def infer(self, token_ids: TokenIds, batch: _Batch) -> npt.NDArray[np.float32]:
        """Vectors of `batch`: a view of the request's own memory until its next call."""
        ids = np.zeros((len(batch.members), batch.length), dtype=np.int32)
        mask = np.zeros(ids.shape, dtype=np.float32)
        for row, at in enumerate(batch.members):
            tokens = token_ids[at]
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1.0
        first = ids.shape not in self._known
        with _COMPILING if first else nullcontext():
            given = ids if self._words is None else self._words(ids)
            output: npt.NDArray[np.float32] = self._request.infer([given, mask])[0]
        self._known.add(ids.shape)
        return output


def rounds() -> bool:
    """Whether the processor has units for bfloat16: some 1.7 times the speed of float32."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def version() -> str:
    """The runtime's name and version, e.g. "openvino 2026.4.1"."""
    return f"openvino {openvino.__version__.split('-')[0]}"


def _processors() -> int:
    """Processors this process may use: a container's share, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
