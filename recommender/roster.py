"""The people of a community as columns: who may be suggested, since when, by what names."""

import re
from collections.abc import Mapping

import numpy as np

from data.models import Person
from data.reading import NEVER
from data.rows import to_us

from .columns import Flags, Ints

SHORTEST_NAME = 3
"""Letters; shorter ones are more often words."""

Names = dict[str, list[tuple[int, str]]]

_AT = "\ue000"
"""Stands for an at sign before a name; of private use, so no text has it."""

_CALL = re.compile(r"(?<!\w)@")
"""An at sign before a name; not that of an e-mail address."""

_BETWEEN = re.compile(rf"(?:[^\w{_AT}]|_)+")
"""What stands between words: all but letters, figures and the sign for an at sign."""

_EMPTY = {
    **dict.fromkeys(("bots", "suggestible", "active", "described"), False),
    **dict.fromkeys(("left", "joined"), NEVER),
    **dict.fromkeys(("sites", "spellings", "titles", "departments", "by_id"), 0),
}
"""The columns of a roster, and what they say of nobody."""

CALLED, WHOLE, FIRST = "called", "whole", "first"
"""How somebody is named: the whole name after an at sign; a whole name of several words; a first
name, or a name of one word, which may be a word like any other."""


class Roster:
    """Columns by person key, which follow whoever changes.

    `suggestible`: neither bot nor hidden nor gone; `described`: by a record of their own;
    `left`, `joined`: times in microseconds, NEVER if not stated. `sites`, `titles`, `departments`:
    a number each, 0 if not stated; what they are called is compared without case. `spellings`: a
    number a way to write a site, `site_names` by that: as written, with the site's number. `by_id`:
    the place among all ids.
    """

    def __init__(self, people: Mapping[int, Person]) -> None:
        self.bots: Flags = np.zeros(1, bool)
        self.suggestible: Flags = np.zeros(1, bool)
        self.active: Flags = np.zeros(1, bool)
        self.described: Flags = np.zeros(1, bool)
        self.left: Ints = np.full(1, NEVER)
        self.joined: Ints = np.full(1, NEVER)
        self.sites: Ints = np.zeros(1, np.int64)
        self.spellings: Ints = np.zeros(1, np.int64)
        self.titles: Ints = np.zeros(1, np.int64)
        self.departments: Ints = np.zeros(1, np.int64)
        self.by_id: Ints = np.zeros(1, np.int64)
        self.busy: set[int] = set()
        self._order: list[int] = []
        self._names: Names = {}
        self._ids: Names = {}
        self._numbers: dict[str, int] = {}
        self._written: dict[str, int] = {}
        self.site_names: list[tuple[str, int]] = [("", 0)]
        self.change({}, people, people)

    def change(
        self,
        before: Mapping[int, Person],
        after: Mapping[int, Person],
        people: Mapping[int, Person],
    ) -> None:
        """Follow the change of some people from `before` to `after`, of `people` as they are now.

        Who is in neither is as they were.
        """
        for pk, person in before.items():
            self._forget(pk, person)
        self._reach(max(people, default=0) + 1)
        for pk, person in after.items():
            self._note(pk, person)
        if before.keys() != after.keys():
            kept = [pk for pk in self._order if pk in people]
            new = after.keys() - before.keys()
            # What is in order already is passed over.
            self._order = sorted([*kept, *new], key=lambda pk: people[pk].id)
            self.by_id[:] = 0
            self.by_id[self._order] = np.arange(len(self._order))

    def _reach(self, size: int) -> None:
        for name, empty in _EMPTY.items():
            column = getattr(self, name)[:size]
            setattr(self, name, np.pad(column, (0, size - len(column)), constant_values=empty))

    def _forget(self, pk: int, person: Person) -> None:
        for name, empty in _EMPTY.items():
            if name != "by_id":
                getattr(self, name)[pk] = empty
        self.busy.discard(pk)
        for names, first, spelled in self._spellings(person):
            names[first].remove((pk, spelled))
            if not names[first]:
                del names[first]

    def _note(self, pk: int, person: Person) -> None:
        self.bots[pk] = person.bot
        self.suggestible[pk] = not person.bot and person.consent != "hidden"
        self.active[pk] = person.active
        self.described[pk] = not person.implicit
        self.sites[pk] = self._number(person.site)
        self.spellings[pk] = self._spelling((person.site or "").strip())
        self.titles[pk] = self._number(person.title)
        self.departments[pk] = self._number(person.department)
        if person.left is not None:
            self.left[pk] = to_us(person.left)
        if person.joined is not None:
            self.joined[pk] = to_us(person.joined)
        if person.away_until is not None or person.weekly_capacity is not None:
            self.busy.add(pk)
        for names, first, spelled in self._spellings(person):
            names.setdefault(first, []).append((pk, spelled))

    def _number(self, said: str | None) -> int:
        name = (said or "").strip().casefold()
        return self._numbers.setdefault(name, len(self._numbers) + 1) if name else 0

    def _spelling(self, written: str) -> int:
        if not written:
            return 0
        if written not in self._written:
            self._written[written] = len(self.site_names)
            self.site_names.append((written, self._number(written)))
        return self._written[written]

    def _spellings(self, person: Person) -> list[tuple[Names, str, str]]:
        """Under what somebody is to be found, and how that is spelled as a whole."""
        own = _spelled(person.id.partition(":")[2] or person.id)
        known = dict.fromkeys((_spelled(person.name or ""), own))
        told = [*((self._names, one) for one in known), (self._ids, own)]
        firsts = [(names, spelled.partition(" ")[0], spelled) for names, spelled in told]
        return [one for one in firsts if len(one[1]) >= SHORTEST_NAME]

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

    def named_in(self, text: str, past: bool) -> list[tuple[int, str]]:
        """People who are named in `text`, and how: CALLED, WHOLE or FIRST.

        What somebody was called in the past bears no date: there, ids alone are names, without what
        they begin with up to a colon: that is the source's.
        """
        names = self._ids if past else self._names
        spelled = _spelled(text)
        padded = f" {spelled} "
        marked = f" {_spelled(_CALL.sub(f' {_AT} ', text))} " if "@" in text else padded
        found = [
            (pk, _how(word, whole, padded, marked))
            for word in dict.fromkeys(spelled.split())
            for pk, whole in names.get(word, ())
        ]
        return [(pk, how) for pk, how in found if how is not None]


def _how(first: str, whole: str, padded: str, marked: str) -> str | None:
    """How somebody called `whole` is named; a first name with figures only after an at sign."""
    if f" {_AT} {whole} " in marked:
        return CALLED
    if not first.isalpha():
        return None
    return WHOLE if " " in whole and f" {whole} " in padded else FIRST


def _spelled(text: str) -> str:
    return _BETWEEN.sub(" ", text.casefold()).strip()
