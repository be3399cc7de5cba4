"""The people of a community as columns: who may be suggested, since when, by what names."""

from collections.abc import Mapping

import numpy as np

from data.models import Person
from data.reading import NEVER
from data.rows import to_us

from .columns import Flags, Ints

SHORTEST_NAME = 3
"""Letters; shorter ones are more often words."""

Names = dict[str, list[tuple[int, str]]]


class Roster:
    """Columns by person key, made anew whenever somebody changes.

    `suggestible`: neither bot nor hidden nor gone; `described`: by a record of their own;
    `left`, `joined`: times in microseconds, NEVER if not stated. `sites`: a number a site, 0 if
    not stated; what a site is called is compared without case.
    """

    def __init__(self, people: Mapping[int, Person]) -> None:
        size = max(people, default=0) + 1
        self.bots: Flags = np.zeros(size, bool)
        self.suggestible: Flags = np.zeros(size, bool)
        self.active: Flags = np.zeros(size, bool)
        self.described: Flags = np.zeros(size, bool)
        self.left: Ints = np.full(size, NEVER)
        self.joined: Ints = np.full(size, NEVER)
        self.sites: Ints = np.zeros(size, np.int64)
        self.busy: list[int] = []
        self._names: Names = {}
        self._ids: Names = {}
        sites: dict[str, int] = {}
        for pk, person in people.items():
            self.bots[pk] = person.bot
            self.suggestible[pk] = not person.bot and person.consent != "hidden"
            self.active[pk] = person.active
            self.described[pk] = not person.implicit
            if person.site and person.site.strip():
                self.sites[pk] = sites.setdefault(person.site.strip().casefold(), len(sites) + 1)
            if person.left is not None:
                self.left[pk] = to_us(person.left)
            if person.joined is not None:
                self.joined[pk] = to_us(person.joined)
            if person.away_until is not None or person.weekly_capacity is not None:
                self.busy.append(pk)
            for names, name in ((self._names, person.name or person.id), (self._ids, person.id)):
                spelled = _spelled(name)
                first = spelled.partition(" ")[0]
                if len(first) >= SHORTEST_NAME and first.isalpha():
                    names.setdefault(first, []).append((pk, spelled))

    def __len__(self) -> int:
        """One more than the highest key."""
        return len(self.bots)

    def may_be_suggested(self, moment: int, past: bool) -> Flags:
        """Who may be suggested as far as their own record says.

        Of the past only dated facts are known: whether somebody is inactive today does not count
        there, and who left at the very moment had not left before it.
        """
        gone = self.left < moment if past else self.left <= moment
        return self.suggestible & ~gone & (self.active | past)

    def named_in(self, text: str, past: bool) -> list[tuple[int, bool]]:
        """People whose first name stands in `text`, and whether the whole of it does.

        What somebody was called in the past bears no date: there, ids alone are names.
        """
        names = self._ids if past else self._names
        spelled = _spelled(text)
        padded = f" {spelled} "
        return [
            (pk, f" {whole} " in padded)
            for word in dict.fromkeys(spelled.split())
            for pk, whole in names.get(word, ())
        ]


def _spelled(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
