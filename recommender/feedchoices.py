"""How close threads are to what somebody chose as concerning them.

A topic is compared with a thread as a question with what it might be about, in any language.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.rows import from_us

from .choices import Choices
from .columns import Ints
from .texts import TextIndex
from .view import View

Floats = npt.NDArray[np.float64]

FLOOR = 0.1
"""Likeness on MiniLM's scale up to which a thread has nothing of a topic. This, the points of
`feedranker` and how they fade were chosen in evaluation/results/feed.md."""

SAID = 0.3
"""Likeness from which a thread is said to be about it, as a profile is said to be close."""

CHOICES_PRIOR = 10.0
"""Threads turned to beyond which what somebody chose counts by half, as a profile does."""


@dataclass(frozen=True, slots=True)
class Near:
    """Of each of a pool's threads its likeness beyond `FLOOR` to the nearest chosen topic, fading,
    and which that is, by place in `topics`, -1 where it is not about any; (pool,) each."""

    values: Floats
    places: Ints
    topics: tuple[str, ...]

    def part(self, rows: Ints) -> "Near":
        """Those of `rows`, in that order."""
        return Near(self.values[rows], self.places[rows], self.topics)

    def topic(self, row: int) -> str | None:
        """The chosen topic that a thread is about."""
        place = int(self.places[row])
        return self.topics[place] if place >= 0 else None


def near_choices(
    texts: TextIndex, choices: Choices, view: View, person: int, turned: int, rows: Ints
) -> Near:
    """What a person chose before the view's moment, in the pool's `rows` (n,).

    `turned`: threads they have turned to by then.
    """
    chosen = choices.before(person, from_us(view.moment))
    values, places = np.zeros(len(rows)), np.full(len(rows), -1)
    # What is not held is like nothing.
    told = np.flatnonzero(rows > 0)
    if chosen and len(told):
        questions = [choices.question(choice) for choice in chosen]
        nearer = np.array([question.less_alike for question in questions])
        alike = texts.likeness_of_each(questions, rows[told]) + nearer[:, None]
        nearest = alike.max(axis=0)
        values[told] = np.maximum(nearest - FLOOR, 0.0) * share_left(turned)
        places[told] = np.where(nearest >= SAID, alike.argmax(axis=0), -1)
    return Near(values, places, tuple(choice.topic for choice in chosen))


def share_left(turned: int) -> float:
    """What part of its weight a choice has after so many threads turned to: 1 at first."""
    return CHOICES_PRIOR / (CHOICES_PRIOR + turned)
