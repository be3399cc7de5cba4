"""What a viewer is shown as a topic's name: words that stand in texts which are there.

A word was learned from texts; should these go, it goes too, at once and without learning again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .access import OPEN
from .columns import Ints
from .community import NAMELESS
from .experts import visible
from .topicwords import LEAST_AUTHORS, TopicWord
from .view import View

SHOWN = 3
"""Words of a name."""

LEAST = 2
"""Words that are a name; one alone needs a space beside it."""

SPACES = 2
"""Spaces of a name that has fewer words."""

SEPARATOR = " · "

_TOKEN = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Label:
    """A topic's name, and the words that it is made of; neither, where it has none to show."""

    text: str
    words: tuple[TopicWord, ...]


def labels_of(
    view: View, words: Sequence[Sequence[TopicWord]], places: Ints, wanted: Iterable[int]
) -> dict[int, Label]:
    """Names for the topics `wanted`, by place; those without one are left out.

    A word of a name stands in texts open to all by LEAST_AUTHORS people who are named there, as
    they stood at the moment, and is nobody's name. Where hardly any is left, a topic is called by
    the spaces, too, in which most of its threads lie. `places` (posts,): the topic of each readable
    thread, by its root.
    """
    named = _names(view)
    found = {}
    for place in wanted:
        said = tuple(
            word
            for word in words[place]
            if not _is_name(word.written, named) and _still_said(view, word)
        )[:SHOWN]
        parts = [word.written for word in said]
        if len(parts) < LEAST:
            parts += _spaces(view, places, place)[: SPACES - len(parts)]
        if parts:
            found[place] = Label(SEPARATOR.join(parts), said)
    return found


def _spaces(view: View, places: Ints, place: int) -> list[str]:
    """The open spaces where most threads of a topic lie that all may read, most first."""
    posts, spaces = view.community.posts, view.community.spaces
    roots = np.flatnonzero((places == place) & (posts["access"] == OPEN))
    keys, counts = np.unique(posts["space"][roots], return_counts=True)
    common = [
        pk
        for pk in keys[np.lexsort((keys, -counts))].tolist()
        if pk in spaces and spaces[pk].visibility == "open"
    ]
    return [spaces[pk].name or spaces[pk].id for pk in common[:SPACES]]


def _still_said(view: View, word: TopicWord) -> bool:
    posts, versions = view.community.posts, view.community.versions
    rows = np.array(word.witnesses, dtype=np.int64)
    rows = rows[rows < len(view.counted)]
    rows = rows[view.counted[rows]]
    of = versions["post"][rows]
    of = of[(posts["created"][of] < view.moment) & ((posts["flags"][of] & NAMELESS) == 0)]
    return len(set(posts["author"][of].tolist()) - {0}) >= LEAST_AUTHORS


def _is_name(written: str, named: frozenset[str]) -> bool:
    """Whether a word as it is mostly written is a person's name rather than a thing's.

    What is mostly written small is a thing that somebody is called by.
    """
    return any(
        token.casefold() in named and not token.islower() for token in _TOKEN.findall(written)
    )


def _names(view: View) -> frozenset[str]:
    """Parts of the names of those the viewer may know of; of the past, where names bear no date,
    of their ids."""
    there = view.once(visible)
    return frozenset(
        token.casefold()
        for pk, person in view.community.people.items()
        if there[pk]
        for token in _TOKEN.findall(person.id if view.past else f"{person.name or ''} {person.id}")
    )
