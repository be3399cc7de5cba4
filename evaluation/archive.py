"""A store's history as the protocols read it: who wrote what when, without every text at once.

In: an open store. Out: records of people and posts (replies without their words), the columns
of posts, links and interactions, and texts as a stream. A million posts are a few hundred
megabytes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from data.models import LINK_KINDS, Person, Post, Record
from data.reading import COMMENT, HUSK
from data.rows import from_us
from data.store import Store
from data.text import body_text, digest
from embeddings.face import Encoder, Vectors
from evaluation.history import Ints
from recommender.embedding import unpacked

CHUNK = 1_000


class Archive:
    """The history in a store, as it stood when this was opened.

    Attributes
    ----------
    posts : (posts, 7) columns pk, author, created, root, space, valid_until, flags, as
        `data.reading.Changes` has them; times in microseconds.
    interactions, links : as there.
    people : every person, by key.
    post_ids : id by key.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        changes = store.changes(0)
        self.posts = changes.posts
        self.interactions = changes.interactions
        self.links = changes.links
        self.people: dict[int, Person] = dict(changes.people)
        self.post_ids = store.post_ids(self.posts[:, 0].tolist())
        self.roots: dict[int, Post] = {}
        self._is_root = self.posts[:, 0] == self.posts[:, 3]
        self._keys: dict[str, int] = {}

    def records(self) -> Iterator[Record]:
        """All people and posts; a reply has no words, and whose text is gone has no author."""
        yield from self.people.values()
        yield from self._whole_roots()
        # Shared by all replies: a dictionary each would weigh more than the rest.
        nothing: dict[str, object] = {}
        columns = self.posts[~self._is_root].tolist()
        for key, author, created, root, _, _, flags, _ in columns:
            person = self.people.get(author)
            thread = self.post_ids.get(root)
            yield Post(
                id=self.post_ids[key],
                author=None if person is None or flags & HUSK else person.id,
                created=from_us(created),
                body="",
                kind="comment" if flags & COMMENT else "reply",
                parent=thread,
                thread=thread,
                extra=nothing,
            )

    def _whole_roots(self) -> Iterator[Post]:
        husks = set(self.posts[(self.posts[:, 6] & HUSK) > 0, 0].tolist())
        keys = self.posts[self._is_root, 0].tolist()
        for start in range(0, len(keys), CHUNK):
            for key, post in self.store.posts(keys[start : start + CHUNK]).items():
                self.roots[key] = replace(post, author=None) if key in husks else post
                yield self.roots[key]

    def bodies(self, ids: Iterable[str]) -> Iterator[str]:
        """What the posts `ids` say, in that order, read as it is asked for; "" of one gone."""
        keys: list[int] = []
        for id_ in ids:
            keys.append(self.post_key(id_))
            if len(keys) == CHUNK:
                yield from self._bodies(keys)
                keys = []
        yield from self._bodies(keys)

    def _bodies(self, keys: list[int]) -> Iterator[str]:
        found = self.store.posts(keys)
        for key in keys:
            yield body_text(found[key]) if key in found else ""

    def post_key(self, id_: str) -> int:
        """The key of a post by its id."""
        if not self._keys:
            self._keys = {known: key for key, known in self.post_ids.items()}
        return self._keys[id_]

    def fingerprint(self) -> str:
        """A hash of all ids and times: of people, posts, interactions and links."""
        told = hashlib.sha256()
        for id_ in sorted(person.id for person in self.people.values()):
            told.update(id_.encode("utf-8", "surrogatepass") + b"\n")
        times = zip(self.posts[:, 0].tolist(), self.posts[:, 2].tolist(), strict=True)
        for line in sorted(f"{self.post_ids[key]} {at}\n" for key, at in times):
            told.update(line.encode("utf-8", "surrogatepass"))
        # Keys differ from import to import, the times of what was done do not.
        told.update(np.sort(self.interactions[:, 4]).tobytes())
        told.update(np.sort(self.links[:, 4]).tobytes())
        return told.hexdigest()[:16]

    def linked(self, kinds: Sequence[str]) -> Ints:
        """(links, 2): keys of the posts that a link of one of `kinds` joins."""
        codes = [LINK_KINDS.index(kind) for kind in kinds]
        chosen: Ints = self.links[np.isin(self.links[:, 3], codes)][:, 1:3]
        return chosen


class KeptEncoder:
    """An encoder that takes a text's vector from the store where it is kept there.

    The store's vectors are rounded to 16 bits: within 5e-4 a component of the encoder's own.
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        keys = [digest(text) for text in texts]
        kept = self._store.kept_vectors(self.fingerprint, keys)
        new = {
            key: " ".join(text.split())
            for key, text in zip(keys, texts, strict=True)
            if key not in kept
        }
        made = dict(zip(new, self._encoder.encode(list(new.values())), strict=True))
        vectors = np.zeros((len(keys), self.dim), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = unpacked(kept[key]) if key in kept else made[key]
        return vectors
