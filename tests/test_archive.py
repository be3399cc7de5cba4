"""Vectors that the store keeps are used again; a text that it does not know is encoded."""

from collections.abc import Sequence

import numpy as np

from data.models import Post
from data.text import post_text
from embeddings.face import Vectors
from evaluation.archive import Archive, KeptEncoder
from tests.communities import START, encoders, engine_of


class Counting:
    """The cheap encoder, with a list of what it was asked."""

    def __init__(self) -> None:
        self._encoder = encoders()["minilm"]
        self.fingerprint, self.dim = self._encoder.fingerprint, self._encoder.dim
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._encoder.encode(texts)


def test_what_the_store_keeps_is_not_encoded_again() -> None:
    roots = [
        Post(f"q{n}", "ada", START, f"the window  display\n{n}", title="Glass", language="en")
        for n in range(3)
    ]
    engine = engine_of(roots)
    counting = Counting()
    encoder = KeptEncoder(engine.store, counting)
    texts = [*(post_text(root) for root in roots), "entrance  mannequin", post_text(roots[0])]
    vectors = encoder.encode(texts)
    assert counting.asked == ["entrance mannequin"]
    expected = Counting().encode([" ".join(text.split()) for text in texts])
    # Kept ones are rounded to 16 bits.
    assert np.abs(vectors - expected).max() < 1e-3
    assert encoder.encode([]).shape == (0, counting.dim)


def test_bodies_are_those_of_the_posts_in_the_order_asked_for() -> None:
    posts = [
        Post(f"p{n:04}", "ada", START, f"<p>text {n}</p>", body_format="html") for n in range(2500)
    ]
    archive = Archive(engine_of(posts).store)
    ids = [post.id for post in posts[::-1]]
    assert list(archive.bodies(iter(ids))) == [f"text {n}" for n in reversed(range(2500))]
