"""Pieces of evidence: which post of whom speaks for them, and how much."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Ints, counted, decayed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of evidence of one kind, arrays of one length n.

    `person` and `post` are keys, `about` is the thread's root, `time` that of the post in
    microseconds, `weight` how much it counts.
    """

    person: Ints
    post: Ints
    about: Ints
    time: Ints
    weight: Floats

    def faded(self, moment: int, half_life: float) -> "Pieces":
        """The same with weights decayed by their age at `moment`, half-life in days."""
        age = np.maximum(moment - self.time, 0)
        return Pieces(
            self.person, self.post, self.about, self.time, self.weight * decayed(age, half_life)
        )

    def joined(self, other: "Pieces") -> "Pieces":
        """These and those."""
        return Pieces(
            np.concatenate([self.person, other.person]),
            np.concatenate([self.post, other.post]),
            np.concatenate([self.about, other.about]),
            np.concatenate([self.time, other.time]),
            np.concatenate([self.weight, other.weight]),
        )

    def part(self, chosen: npt.NDArray[np.bool_] | Ints) -> "Pieces":
        """Those of `chosen`."""
        return Pieces(
            self.person[chosen],
            self.post[chosen],
            self.about[chosen],
            self.time[chosen],
            self.weight[chosen],
        )

    def of(self, pk: int) -> tuple[Ints, Floats]:
        """The posts of one person, and what each counts."""
        mine = np.flatnonzero(self.person == pk)
        return self.post[mine], self.weight[mine]

    def summed(self, people: int) -> Floats:
        """Weight per person, (people,) by key."""
        return counted(self.person, self.weight, minlength=people)


def laid_out(joined: Ints, few: Ints, points: Floats) -> tuple[Ints, Floats]:
    """The posts `joined` and behind them those of `few`, ascending, that are none of these; and
    the `points` of `few` at their places, 0 elsewhere."""
    order = np.argsort(joined, kind="stable")
    place = np.searchsorted(joined, few, sorter=order)
    among = np.zeros(len(few), dtype=bool)
    inside = place < len(joined)
    among[inside] = joined[order[place[inside]]] == few[inside]
    each = np.zeros(len(joined))
    each[order[place[among]]] = points[among]
    return np.concatenate([joined, few[~among]]), np.concatenate([each, points[~among]])


def foremost(keys: Ints, each: Floats, among: Ints, most: int) -> Ints:
    """The places of `among` with most points, at most `most`; ties by key."""
    if len(among) > most:
        least = np.partition(each[among], -most)[-most]
        among = among[each[among] >= least]
    return among[np.lexsort((keys[among], -each[among]))][:most]
