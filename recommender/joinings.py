"""Who joined which threads, and sums over what each person joined.

A person's lie together in a sparse matrix of people by threads, so that a sum over everybody is
one product, and the parts of one person's are a slice. Within a person they stay in order of time:
sums of floats depend on it in their last bit.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .columns import Ints, counted, decayed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Joinings:
    """Joinings, in order of time: who, by which post, in the thread of which root, when; (n,).

    `place`: of the root, among those that a likeness is given of.
    """

    person: Ints
    post: Ints
    root: Ints
    time: Ints
    place: Ints
    people: int
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def fading(self, moment: int, half_life: float | None) -> Floats:
        """The weight of each at `moment`, half-life in days, one without; worked out once."""
        key = "fading", moment, half_life
        if key not in self._made:
            weight = np.ones(len(self.time))
            if half_life is not None:
                weight = decayed(moment - self.time, half_life)
            self._made[key] = weight
        fading: Floats = self._made[key]
        return fading

    def weights(self, moment: int, half_life: float | None) -> Floats:
        """The sum of each person's weights, (people,) by key."""
        key = "weights", moment, half_life
        if key not in self._made:
            self._made[key] = counted(self.person, self.fading(moment, half_life), self.people)
        weights: Floats = self._made[key]
        return weights

    def numbers(self, places: int) -> Floats:
        """How many there are of each thread, (places,)."""
        if "numbers" not in self._made:
            self._made["numbers"] = counted(self.place, minlength=places)
        numbers: Floats = self._made["numbers"]
        return numbers

    def _by_person(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The order in which a person's lie together; the place of each in it, its post, and
        where a person's begin, (people + 1,)."""
        if "by person" not in self._made:
            # Small numbers are put in order by their digits: several times as quick.
            order = np.argsort(self.person.astype(np.min_scalar_type(self.people)), kind="stable")
            starts = np.zeros(self.people + 1, dtype=np.int64)
            np.cumsum(np.bincount(self.person, minlength=self.people), out=starts[1:])
            self._made["by person"] = order, self.place[order], self.post[order], starts
        found: tuple[Ints, Ints, Ints, Ints] = self._made["by person"]
        return found

    def of(self, pk: int) -> tuple[slice, Ints, Ints]:
        """One person's in order of time: where they lie among all, their places, their posts."""
        _, place, post, starts = self._by_person()
        own = slice(int(starts[pk]), int(starts[pk + 1]))
        return own, place[own], post[own]

    def weighing(self, places: int, moment: int, half_life: float | None) -> Any:
        """The weights as a sparse array (people, places), people's own in the order of `of`."""
        key = "weighing", moment, half_life
        if key not in self._made:
            order, place, _, starts = self._by_person()
            weight = self.fading(moment, half_life)[order]
            shape = self.people, places
            self._made[key] = sparse.csr_array((weight, place, starts), shape=shape)
        return self._made[key]
