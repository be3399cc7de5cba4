"""Threads' roots as vectors that all languages share, as their texts stood for a viewer.

In: roots by key. Out: rows of the multilingual index, and unit vectors.
"""

import numpy as np

from embeddings.face import Vectors

from .begun import rows_in
from .columns import Ints
from .community import Community
from .texts import TextIndex
from .view import View


def standing_rows(community: Community, view: View, posts: Ints) -> Ints:
    """The version of each of `posts` that stands for the viewer; 0, which is none, elsewhere."""
    known = view.once(rows_in)
    inside = posts < len(known)
    rows: Ints = np.where(inside, known[np.where(inside, posts, 0)], 0)
    return rows


def vectors_of(texts: TextIndex, rows: Ints) -> Vectors:
    """Unit vectors (n, dim) of `rows`; zeros, like nothing at all, where none is held."""
    index = texts.multilingual
    vectors = np.zeros((len(rows), index.dim), dtype=np.float32)
    held = index.has(rows) & (rows > 0)
    vectors[held] = index.vectors(rows[held])
    return vectors
