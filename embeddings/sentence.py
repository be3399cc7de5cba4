"""Any sentence-transformers model, by the path of its folder or by its name on the hub.

In: texts. Out: unit vectors. Slow to open (torch), so nothing is imported until then; on a GPU
where torch sees one. The network is touched only for a hub name, and only where the environment
variable WHOKNOWS_ALLOW_DOWNLOAD is set.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.errors import EncoderUnavailable
from embeddings.face import Vectors
from embeddings.precedence import PRECEDENCE
from embeddings.texts import encode_distinct

_ALLOW = "WHOKNOWS_ALLOW_DOWNLOAD"
# A GPU is the faster the more it has at once; a query waits for one batch of the CPU's.
_BATCH_ON_CPU = 16
_BATCH_ON_GPU = 256


class SentenceModel:
    """A sentence-transformers model behind the Encoder face.

    Batches are padded to their longest text by the library, so that a text's vector may differ
    from call to call in the seventh digit (cosine above .999999), and no more.

    Parameters
    ----------
    name : a folder, or a hub name as "organisation/model" whose files are in the hub's cache.
    device : as torch calls it; None lets torch choose.

    Attributes
    ----------
    fingerprint : a folder's is made of its configuration and weights, not of where it lies; a
        hub model's of its name and the commit that was loaded.
    runtime : the library's version and the device.

    Raises
    ------
    EncoderUnavailable : the library or the model is not there, or the model cannot be loaded.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        download = bool(os.environ.get(_ALLOW))
        local = Path(name).is_dir()
        if not local and (Path(name).is_absolute() or name.startswith(".")):
            raise EncoderUnavailable(f"there is no folder {name} with a model; check its path")
        if not download:
            # Read when the hub's library is first imported, and by its child processes.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import sentence_transformers
        except ImportError as error:
            raise EncoderUnavailable(
                f"the model {name!r} needs sentence-transformers; "
                "install it with: pip install sentence-transformers"
            ) from error
        try:
            self._model = sentence_transformers.SentenceTransformer(
                name, device=device, local_files_only=local or not download
            )
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(_why_not(name, local, download, error)) from error
        # The library's tokenizers refuse two threads at once ("Already borrowed").
        self._lock = threading.Lock()
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = f"sentence/{_identity(name, self._model.max_seq_length, self._commit())}"
        self.runtime = (
            f"sentence-transformers {sentence_transformers.__version__} on {self._model.device}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`; a text beyond the model's length is known by its beginning."""
        return encode_distinct(texts, self.dim, self.rows)

    def rows(self, texts: list[str]) -> Vectors:
        """Vectors (len(texts), dim) of texts that are not blank; other calls get in between."""
        if len(texts) == 1:
            with PRECEDENCE.urgent():
                return self._batch(texts)
        step = _BATCH_ON_CPU if self._model.device.type == "cpu" else _BATCH_ON_GPU
        # Texts of like length together, as the library would: a batch is as slow as its longest.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for first in range(0, len(order), step):
            PRECEDENCE.give_way()
            batch = order[first : first + step]
            vectors[batch] = self._batch([texts[at] for at in batch])
        return vectors

    def _batch(self, texts: list[str]) -> Vectors:
        with self._lock:
            rows = self._model.encode(
                texts,
                batch_size=len(texts),
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def _commit(self) -> str:
        config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        return str(getattr(config, "_commit_hash", None) or "")


def _why_not(name: str, local: bool, download: bool, error: Exception) -> str:
    if local:
        first_line = str(error).partition("\n")[0]
        return f"the folder {name!r} holds no sentence-transformers model: {first_line}"
    mend = "check the name" if download else f"set {_ALLOW}=1 to fetch it, or give a folder"
    return f"the model {name!r} is not on this machine; {mend}"


def _identity(name: str, most_tokens: int | None, commit: str) -> str:
    """A short digest of what decides the vectors."""
    digest = hashlib.sha256(str(most_tokens).encode())
    folder = Path(name)
    if not folder.is_dir():
        digest.update(f"{name} {commit}".encode())
        return digest.hexdigest()[:16]
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
