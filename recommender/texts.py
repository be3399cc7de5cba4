"""The community's texts as vectors and words, by version key, following the store.

MiniLM reads every English text, the multilingual encoder every thread's root and all else.
"""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from data.reading import Changes
from data.store import Store
from embeddings.dense import DenseIndex
from embeddings.errors import IndexCorrupt
from embeddings.face import Encoder
from embeddings.lanes import lane_of_index
from embeddings.lexical import LexicalIndex

from .embedding import scheme_of, unpacked
from .meaning import MeaningIndex, indexes_of

AnyIndex = DenseIndex | LexicalIndex

OTHERS, ROOTS, OWN = 0, 1, 2
"""The shelves on which texts lie: nearly every search is of threads' roots alone, or of all else;
that of a question, of all else but what those who began a thread said in it: vectors of these lie
apart. A text may lie on the wrong shelf, as when its thread is put under another; it is found as
surely."""


class TextIndex(MeaningIndex):
    """Dense and lexical indexes over versions of texts, following the store.

    Parameters
    ----------
    encoders : by name.
    folder : where snapshots of the indexes lie, None to keep none. They only save time: what is
        missing, damaged or of other encoders is built again from the store.
    """

    def __init__(self, encoders: dict[str, Encoder], folder: Path | None) -> None:
        self.encoders = encoders
        self.scheme = scheme_of(encoders)
        self.folder = folder
        self.seq = 0
        super().__init__(indexes_of(encoders))
        self.words = LexicalIndex()
        self.titles = LexicalIndex()
        self._saved_at = -1
        self.unsaved = 0
        """Texts that came in since the indexes were saved or opened."""

    # Following the store ------------------------------------------------------------------

    def open_snapshot(self, uid: str, newest: int) -> None:
        """Load the indexes as last saved, if they are of this database and these encoders.

        `newest`: the store's transaction number; a snapshot beyond it is of a later state than
        the backup that was put back.
        """
        if self.folder is None:
            return
        with contextlib.suppress(IndexCorrupt, ValueError):
            dense = {lane: DenseIndex.load(self.folder / f"dense-{lane}") for lane in self.dense}
            words = LexicalIndex.load(self.folder / "words")
            titles = LexicalIndex.load(self.folder / "titles")
            seqs = []
            indexes: list[AnyIndex] = [*dense.values(), words, titles]
            for index in indexes:
                of, scheme, seq = index.stamp.rsplit("|", 2)
                if (of, scheme) != (uid, self.scheme) or int(seq) > newest:
                    return
                seqs.append(int(seq))
            # A process that ended between two files left one older: follow from there.
            self.dense, self.words, self.titles = dense, words, titles
            self.changed()
            self.seq = self._saved_at = min(seqs)
            self.unsaved = 0

    def save_snapshot(self, uid: str) -> None:
        """Save the indexes, so that the next start need not build them."""
        if self.folder is None or self._saved_at == self.seq:
            return
        stamp = f"{uid}|{self.scheme}|{self.seq}"
        for lane, index in self.dense.items():
            index.save(self.folder / f"dense-{lane}", stamp)
        self.words.save(self.folder / "words", stamp)
        self.titles.save(self.folder / "titles", stamp)
        self._saved_at = self.seq
        self.unsaved = 0

    def absorb(
        self, store: Store, changes: Changes, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Take in texts whose vectors are kept, and let go of those that are gone."""
        gone = np.array(changes.removed.get("version", ()), dtype=np.int64)
        indexes: list[AnyIndex] = [*self.dense.values(), self.words, self.titles]
        for index in indexes:
            index.remove(gone)
        self.changed()
        if len(gone):
            self.erase_snapshot()
        self._arrange(store)
        embedded = changes.embedded
        self.unsaved += len(embedded)
        for start in range(0, len(embedded), 4096):
            self._put(store, embedded[start : start + 4096])
            if progress is not None:
                progress(min(start + 4096, len(embedded)), len(embedded))
        self.seq = changes.seq

    def _arrange(self, store: Store) -> None:
        """Part texts in indexes that were saved when all lay on fewer shelves."""
        dense: list[AnyIndex] = [i for i in self.dense.values() if len(i) and i.shelves <= OWN]
        words = [i for i in (self.words, self.titles) if len(i) and i.shelves <= ROOTS]
        for shelf, texts, mixed in (
            (ROOTS, store.root_texts, [*dense, *words]),
            (OWN, store.own_texts, dense),
        ):
            if mixed:
                rows = np.sort(np.array(texts(), dtype=np.int64))
                for index in mixed:
                    index.move(rows, shelf)
                # Or each start would do it again, until something new comes in.
                self._saved_at = -1

    def _put(self, store: Store, part: list[tuple[int, bytes, str]]) -> None:
        rows = [row for row, _, _ in part]
        shelves = dict.fromkeys(store.own_texts(rows), OWN)
        shelves |= dict.fromkeys(store.root_texts(rows), ROOTS)
        for lane, index in self.dense.items():
            held: dict[int, bytes] = {}
            for name, encoder in self.encoders.items():
                if lane_of_index(name) == lane:
                    mine = {row: key for row, key, readers in part if name in readers.split(",")}
                    kept = store.kept_vectors(encoder.fingerprint, mine.values())
                    held |= {row: kept[key] for row, key in mine.items() if key in kept}
            for shelf in (OTHERS, ROOTS, OWN):
                here = [row for row in held if shelves.get(row, OTHERS) == shelf]
                if here:
                    vectors = np.stack([unpacked(held[row]) for row in here])
                    index.put(np.array(here, dtype=np.int64), vectors, shelf)
            index.remove(np.array([row for row in rows if row not in held], dtype=np.int64))
        self.changed()
        texts = store.indexed_texts(rows)
        for shelf in (OTHERS, ROOTS):
            here = [row for row in texts if (shelves.get(row) == ROOTS) == (shelf == ROOTS)]
            if here:
                _put_words(self.words, {row: texts[row].text for row in here}, shelf)
            titles = {row: texts[row].title for row in here if texts[row].title}
            if titles:
                _put_words(self.titles, titles, shelf)

    def erase_snapshot(self) -> None:
        """What is deleted is gone from the disk too, at once; a later save makes it anew."""
        if self.folder is None:
            return
        for file in self.folder.glob("*/*.index"):
            file.unlink(missing_ok=True)
        self._saved_at = -1


def _put_words(index: LexicalIndex, texts: Mapping[int, str], shelf: int) -> None:
    index.put(np.array(list(texts), dtype=np.int64), list(texts.values()), shelf)
