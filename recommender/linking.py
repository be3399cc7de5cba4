"""Links between threads as a viewer may know them at a moment.

In: the community's links. Out: which of some threads were linked to, by whom else they are
linked, and what was said of the pair.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.models import LINK_KINDS

from .columns import Flags, Ints
from .view import View

Floats = npt.NDArray[np.float64]

DUPLICATE, PARTED = LINK_KINDS.index("duplicate"), LINK_KINDS.index("not_same")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Links (n,) between different threads: roots of both ends, and the kind's code.

    No pair is both a duplicate and not the same: the last word on it holds.
    """

    source: Ints
    target: Ints
    kind: Ints


def pairs_of(view: View) -> Pairs:
    """The links that were there, of posts that the viewer may read.

    A link without a date is known today, but was not in any past; any date is later.
    """
    posts, links = view.community.posts, view.community.links
    there = links.live & (links["at"] < view.moment)
    if view.past:
        there &= links["at"] >= 0
    rows = np.flatnonzero(there)
    rows = rows[np.argsort(links["at"][rows], kind="stable")]
    # Whoever says the same again adds nothing to it, but says it later.
    joined = links["source"][rows] * len(posts) + links["target"][rows]
    said = joined * len(LINK_KINDS) + links["kind"][rows]
    rows = rows[np.sort(len(rows) - 1 - np.unique(said[::-1], return_index=True)[1])]
    ends = [links[name][rows] for name in ("source", "target")]
    readable = view.posts[ends[0]] & view.posts[ends[1]]
    roots = [posts["root"][end] for end in ends]
    # A reply whose root is gone or closed to the viewer says nothing of a thread they know.
    inside = (roots[0] < len(posts)) & (roots[1] < len(posts)) & readable
    roots = [np.where(inside, root, 0) for root in roots]
    inside &= view.posts[roots[0]] & view.posts[roots[1]] & (roots[0] != roots[1])
    source, target, kind = roots[0][inside], roots[1][inside], links["kind"][rows][inside]
    holds = _holding(np.minimum(source, target) * len(posts) + np.maximum(source, target), kind)
    return Pairs(source[holds], target[holds], kind[holds])


def _holding(pair: Ints, kind: Ints) -> Flags:
    """Which links (n,), in the order in which they were said, nothing said later takes back."""
    holds = np.ones(len(pair), dtype=bool)
    words = np.flatnonzero((kind == DUPLICATE) | (kind == PARTED))[::-1]
    _, last, of = np.unique(pair[words], return_index=True, return_inverse=True)
    holds[words] = kind[words] == kind[words][last][of]
    return holds


@dataclass(frozen=True, slots=True)
class Linking:
    """Of some threads (n,): `linked`, links to each; `kin`, the likeness of the likest thread
    that is linked with it; `declared`, `parted`, whether a twin of the text was called a
    duplicate of it, or not the same."""

    linked: Floats
    kin: Floats
    declared: Flags
    parted: Flags

    @classmethod
    def of(cls, view: View, roots: Ints, likeness: Floats, twin: float) -> "Linking":
        """What is linked with `roots` (n,), whose `likeness` (n,) to a text is known.

        `twin`: likeness from which a thread stands for the text itself.
        """
        pairs = view.once(pairs_of)
        alike = pairs.kind != PARTED
        source, target = _places(roots, pairs.source), _places(roots, pairs.target)
        to = target[alike]
        linked = np.bincount(to[to >= 0], minlength=len(roots)).astype(np.float64)
        # Either end may be the one that is asked about.
        one, other = np.concatenate([source, target]), np.concatenate([target, source])
        kind = np.concatenate([pairs.kind, pairs.kind])
        both = (one >= 0) & (other >= 0)
        one, other, kind = one[both], other[both], kind[both]
        kin = np.zeros(len(roots))
        alike = kind != PARTED
        np.maximum.at(kin, other[alike], likeness[one[alike]])
        said = likeness[one] >= twin
        declared, parted = np.zeros((2, len(roots)), dtype=bool)
        declared[other[said & (kind == DUPLICATE)]] = True
        parted[other[said & (kind == PARTED)]] = True
        return cls(linked, kin, declared & ~parted, parted)


def _places(roots: Ints, wanted: Ints) -> Ints:
    """The place of each of `wanted` among `roots` (n,), no root twice; -1 of others."""
    if not len(roots):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(roots)
    at = order[np.minimum(np.searchsorted(roots, wanted, sorter=order), len(roots) - 1)]
    places: Ints = np.where(roots[at] == wanted, at, -1)
    return places


def linked_with(view: View, roots: Ints) -> Ints:
    """Threads that are linked with one of `roots`, either way."""
    pairs = view.once(pairs_of)
    alike = pairs.kind != PARTED
    source, target = pairs.source[alike], pairs.target[alike]
    near: Ints = np.unique(
        np.concatenate([target[np.isin(source, roots)], source[np.isin(target, roots)]])
    )
    return near
