"""The fast CPU runtime: a graph of (token ids, mask) run by OpenVINO, one text a row.

The graphs are built operation by operation from the packages' own weights (minilm_graph,
multilingual_graph). That takes 10 ms and compiling them .1-.2 s, so there is no converted copy on
disk to keep, to version or to find corrupt, and neither torch nor OpenVINO's converter (which
reports usage statistics) is ever called.

A text's vector does not depend on its companions: it is padded to a length that its own tokens
decide, masked, and the CPU plugin computes each row alike whatever the number of rows. The last
was measured bit for bit over 1-64 rows and all lengths on x86-64 with AVX-512, and is a test.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import openvino

from embeddings.face import Vectors

# Tokens a batch, padding included: more rows bring nothing once a batch has this many, and the
# activations stay within a core's cache.
TOKENS_A_BATCH = 256
# Beyond this many threads a batch of 256 tokens has too little work for each.
MOST_THREADS = 8


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
    """

    def __init__(self, model: openvino.Model, dim: int) -> None:
        self.dim = dim
        # float32 by name: on processors with bfloat16 units the plugin would otherwise round, and
        # the same text would get another vector on another machine.
        compiled = openvino.Core().compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "f32",
                "NUM_STREAMS": "1",
                "INFERENCE_NUM_THREADS": str(min(_processors(), MOST_THREADS)),
            },
        )
        self._request: Any = compiled.create_infer_request()
        # Held for one batch (some 10 ms), so a query gets in between the batches of an import.
        self._lock = threading.Lock()

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """Vectors (len(token_ids), dim) in order; every text has at least one token."""
        by_length: dict[int, list[int]] = defaultdict(list)
        for at, ids in enumerate(token_ids):
            by_length[padded_length(len(ids))].append(at)
        vectors = np.empty((len(token_ids), self.dim), dtype=np.float32)
        for length, members in by_length.items():
            rows = max(1, TOKENS_A_BATCH // length)
            for first in range(0, len(members), rows):
                batch = members[first : first + rows]
                vectors[batch] = self._infer([token_ids[at] for at in batch], length)
        return vectors

    def _infer(self, batch: Sequence[Sequence[int]], length: int) -> Vectors:
        ids = np.zeros((len(batch), length), dtype=np.int32)
        mask = np.zeros((len(batch), length), dtype=np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1.0
        with self._lock:
            # Copied under the lock: the request reuses its output tensor.
            output: Vectors = self._request.infer([ids, mask])[0].copy()
        return output


def version() -> str:
    """The runtime's name and version, e.g. "openvino 2026.4.1"."""
    return f"openvino {openvino.__version__.split('-')[0]}"


def _processors() -> int:
    """Processors this process may use: a container's share, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
