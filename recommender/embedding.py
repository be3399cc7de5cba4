"""Pending texts to kept vectors: the one place where the community's texts are encoded."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from data.claims import Pending, Span
from data.store import Store
from data.text import digest
from data.vectors import Embedded
from embeddings.face import Encoder, Vectors
from embeddings.lanes import encoders_of_text
from embeddings.language import detect_languages, language_of

BATCH = 1_024
"""Texts a round: enough to fill the encoders' batches, soon enough noted to be resumable."""

KEPT_AT_ONCE = 256
"""Texts a transaction: some 60 ms in which nobody else can write."""

REPLY_CHARS = 500
"""What encoders read of a reply: about 120 tokens, half of what MiniLM can take. Replies outnumber
roots by six to one, time grows faster than length, and a reply says early what it is about."""

RULE = "4"
"""Changes when the choice of lanes does; then every text is looked at again."""


def scheme_of(encoders: Mapping[str, Encoder]) -> str:
    """The name of how texts are encoded: who reads them, and by which rule."""
    parts = [RULE, *(f"{lane}={encoders[lane].fingerprint}" for lane in sorted(encoders))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def packed(vector: Vectors) -> bytes:
    """A unit vector (dim,) as the bytes that are kept: float16, within 5e-4 a component."""
    return vector.astype("<f2").tobytes()


def unpacked(kept: bytes) -> Vectors:
    """Inverse of `packed`, float32 (dim,)."""
    return np.frombuffer(kept, dtype="<f2").astype(np.float32)


def read_once(
    store: Store, encoder: Encoder, texts: Sequence[str]
) -> tuple[dict[bytes, bytes], dict[str, Vectors]]:
    """Read short texts beside the community's own, unless their vectors are kept.

    Returns
    -------
    What was read anew, by digest, to be kept where the database takes writes; the vector of each
    text, (dim,), as it is kept.
    """
    keys = {text: digest(text) for text in texts}
    kept = store.kept_vectors(encoder.fingerprint, keys.values())
    missing = [text for text, key in keys.items() if key not in kept]
    vectors = encoder.encode(missing)
    new = {keys[text]: packed(vector) for text, vector in zip(missing, vectors, strict=True)}
    both = kept | new
    read = {text: unpacked(both[key]) for text, key in keys.items()}
    # A standby may show a text before the vector that its primary's server keeps of it.
    return {} if new and store.database.standby() is not None else new, read


def embed_pending(
    store: Store,
    encoders: Mapping[str, Encoder],
    progress: Callable[[int, int], None] | None = None,
    span: Span | None = None,
) -> int:
    """Encode every text that `encoders` have not read yet; answer how many were done here.

    `span`: only what was written in those transactions. What another process is reading is
    waited for, not done again.

    Each round is durable before the next begins, so that a process which ends has lost at most
    `BATCH` texts' work.
    """
    scheme = scheme_of(encoders)
    total = store.count_pending(scheme, span) if progress is not None else 0
    done = 0
    while True:
        with store.claimed(scheme, BATCH, span) as pending:
            if pending:
                _embed(store, encoders, scheme, pending)
        done += len(pending)
        if pending and progress is not None:
            progress(done, max(done, total))
        if not pending and not store.held_elsewhere(scheme, span):
            return done


def _embed(
    store: Store, encoders: Mapping[str, Encoder], scheme: str, pending: Sequence[Pending]
) -> None:
    """Encode the texts of `pending` and keep the vectors."""
    texts = store.indexed_texts([item.version for item in pending])
    here = [item for item in pending if item.version in texts]
    written = [_read_of(texts[item.version].text, item.is_root) for item in here]
    stated = [language_of(texts[item.version].language) for item in here]
    guessed = detect_languages(
        ["" if known else text for known, text in zip(stated, written, strict=True)]
    )
    marks = []
    wanted: dict[str, dict[bytes, str]] = {lane: {} for lane in encoders}
    for item, text, known, guess in zip(here, written, stated, guessed, strict=True):
        lanes = encoders_of_text(known or guess, item.is_root, encoders)
        key = digest(text)
        marks.append(Embedded(item.version, key, ",".join(lanes)))
        for lane in lanes:
            wanted[lane][key] = text
    new: dict[str, dict[bytes, bytes]] = {}
    for lane, by_digest in wanted.items():
        encoder = encoders[lane]
        kept = store.kept_vectors(encoder.fingerprint, by_digest)
        missing = [key for key in by_digest if key not in kept]
        vectors = encoder.encode([by_digest[key] for key in missing])
        new[encoder.fingerprint] = {
            key: packed(vector) for key, vector in zip(missing, vectors, strict=True)
        }
    fingerprints = {lane: encoder.fingerprint for lane, encoder in encoders.items()}
    for start in range(0, len(marks), KEPT_AT_ONCE):
        part = marks[start : start + KEPT_AT_ONCE]
        # Equal texts have one vector, which goes with the first of them.
        of_part = {
            encoder: {
                mark.digest: by_digest.pop(mark.digest) for mark in part if mark.digest in by_digest
            }
            for encoder, by_digest in new.items()
        }
        store.keep_vectors(scheme, fingerprints, of_part, part)


def _read_of(text: str, is_root: bool) -> str:
    clean = " ".join(text.split())
    return clean if is_root else clean[:REPLY_CHARS]
