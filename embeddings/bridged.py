"""The encoder of all other languages: multilingual E5 (small), led into the multilingual lane.

In: texts in some hundred languages. Out: unit vectors (n, 512) in the space of
`embeddings.multilingual`: a Swedish text lies about where that encoder would put its translation.
The bridge between the two spaces was fitted by `python -m evaluation.bridging` on texts that both
can read (evaluation/results/bridge.md).
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from sentencepiece import SentencePieceProcessor

from .e5_file import E5File, Floats, model_file
from .errors import EncoderUnavailable
from .face import Vectors
from .piece_model import piece_model
from .texts import encode_distinct

BRIDGE = Path(__file__).parent / "bridge.npz"

_PREFIX = "query: "  # how the model was told of texts that are compared with their like


class E5:
    """multilingual-e5-small with 4-bit weights in float32, unit vectors (n, 384) of its own space.

    The network is opened by the first text (two seconds, 310 MB): most communities have none.

    Attributes
    ----------
    runtime : what runs the network.
    hindered : None: there is no slower way than OpenVINO.

    Raises
    ------
    EncoderUnavailable : the package or OpenVINO is not installed, or later, by `encode`, that the
        package's file is damaged.
    """

    fingerprint = "multilingual-e5-small-q4/0.3.0/128"
    dim = 384
    hindered: str | None = None

    def __init__(self) -> None:
        model_file()
        try:
            from embeddings import openvino_runtime
        except ImportError as error:
            raise EncoderUnavailable(f"openvino cannot be used: {error}") from error
        self.runtime = f"{openvino_runtime.version()} on the CPU"
        self._lock = Lock()
        self._rows: Callable[[list[str]], Vectors] | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        return encode_distinct(texts, self.dim, lambda some: self._opened()(some))

    def _opened(self) -> Callable[[list[str]], Vectors]:
        with self._lock:
            if self._rows is None:
                self._rows = self._open()
            return self._rows

    def _open(self) -> Callable[[list[str]], Vectors]:
        from embeddings import e5_graph, openvino_runtime

        file = E5File()
        pieces = Pieces(file, e5_graph.MOST_TOKENS)
        model = e5_graph.build(file, self._bridge())
        graph = openvino_runtime.TokenGraph(model, self.dim, words=file.words)
        return lambda texts: graph.run(pieces.read(texts))

    def _bridge(self) -> dict[str, Floats] | None:
        return None


class Bridged(E5):
    """The same, led into the multilingual encoder's space: unit vectors (n, 512).

    Another bridge leads elsewhere, so `fingerprint` follows from its file.
    """

    dim = 512

    def __init__(self) -> None:
        super().__init__()
        told = hashlib.sha256(BRIDGE.read_bytes()).hexdigest()[:8]
        self.fingerprint = f"{E5.fingerprint}/bridge-{told}"

    def _bridge(self) -> dict[str, Floats]:
        with np.load(BRIDGE) as kept:
            return {name: kept[name].astype(np.float32) for name in kept.files}


class Pieces:
    """The model's vocabulary: text to piece ids."""

    def __init__(self, file: E5File, most_tokens: int) -> None:
        self._normal, self._most = file.normal, most_tokens
        self._begin, self._end = file.begin, file.end
        model = piece_model(file.pieces(), file.unknown, file.marks)
        self._processor = SentencePieceProcessor(model_proto=model)

    def read(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text with the begin and end marks, at most `most_tokens` of them."""
        # One by one: of a list it starts threads, which takes ten times as long as reading one.
        read = [self._processor.encode((_PREFIX + text).translate(self._normal)) for text in texts]
        return [[self._begin, *ids[: self._most - 2], self._end] for ids in read]
