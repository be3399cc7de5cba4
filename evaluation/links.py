"""Threads that somebody linked to an earlier one: the questions of "similar", with their answers.

In: an archive. Out: `Linked` queries in the order of time, and the roots that stand before each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from data.models import Post
from data.rows import to_us
from data.text import body_text
from evaluation.archive import Archive

LINKS = ("duplicate", "related")
"""Kinds of link that make two threads alike; `not_same` says the opposite."""

URL = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Linked:
    """A root with a link to earlier roots, whichever of them names the other.

    `before`: how many roots were there before; they are the first so many. `targets`: the
    linked ones among them, by number. `kinds`: of the links.
    """

    root: Post
    before: int
    targets: tuple[int, ...]
    kinds: frozenset[str]

    @property
    def id(self) -> str:
        return self.root.id

    @property
    def at(self) -> datetime:
        return self.root.created


def ordered_roots(archive: Archive) -> list[Post]:
    """All roots, in the order of time, ties by id."""
    return sorted(archive.roots.values(), key=lambda root: (root.created, root.id))


def linked_queries(archive: Archive, roots: Sequence[Post]) -> list[Linked]:
    """Every root that is linked to an earlier one, in the order of time."""
    times = np.array([to_us(root.created) for root in roots], dtype=np.int64)
    number = {root.id: n for n, root in enumerate(roots)}
    found: dict[int, dict[int, set[str]]] = {}
    for kind in LINKS:
        for pair in archive.linked((kind,)).tolist():
            ends = [number.get(archive.post_ids.get(key, "")) for key in pair]
            if ends[0] is None or ends[1] is None:
                continue
            earlier, later = sorted((ends[0], ends[1]))
            if times[earlier] < times[later]:
                found.setdefault(later, {}).setdefault(earlier, set()).add(kind)
    return [
        Linked(
            root=without_urls(roots[later]),
            before=int(np.searchsorted(times, times[later])),
            targets=tuple(sorted(targets)),
            kinds=frozenset(kind for kinds in targets.values() for kind in kinds),
        )
        for later, targets in sorted(found.items())
    ]


def without_urls(root: Post) -> Post:
    """A root with its body as plain text and no address in body or title: it may be the link."""
    title = None if root.title is None else URL.sub(" ", root.title)
    return replace(root, title=title, body=URL.sub(" ", body_text(root)), body_format="text")


def query_text(query: Linked) -> str:
    """What is asked: title and body without addresses."""
    return "\n\n".join(part for part in (query.root.title, query.root.body) if part)
