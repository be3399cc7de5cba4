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

CALLED, WHOLE, FIRST = "called", "whole", "first"
"""How somebody is named: the whole name after an at sign; a whole name of several words; a first
name, or a name of one word, which may be a word like any other."""


class Roster:
    """Columns by person key, made anew whenever somebody changes.

    `suggestible`: neither bot nor hidden nor gone; `described`: by a record of their own;
    `left`, `joined`: times in microseconds, NEVER if not stated. `sites`: a number a site, 0 if
    not stated; what a site is called is compared without case. `spellings`: a number a way to write
    one, `site_names` by that: as written, with the site's number. `by_id`: the place among all ids.
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
        self.spellings: Ints = np.zeros(size, np.int64)
        self.busy: list[int] = []
        self.by_id: Ints = np.zeros(size, np.int64)
        self.by_id[sorted(people, key=lambda pk: people[pk].id)] = np.arange(len(people))
        self._names: Names = {}
        self._ids: Names = {}
        sites: dict[str, int] = {}
        spellings: dict[str, int] = {}
        for pk, person in people.items():
            self.bots[pk] = person.bot
            self.suggestible[pk] = not person.bot and person.consent != "hidden"
            self.active[pk] = person.active
            self.described[pk] = not person.implicit
            written = (person.site or "").strip()
            if written:
                self.sites[pk] = sites.setdefault(written.casefold(), len(sites) + 1)
                self.spellings[pk] = spellings.setdefault(written, len(spellings))
            if person.left is not None:
                self.left[pk] = to_us(person.left)
            if person.joined is not None:
                self.joined[pk] = to_us(person.joined)
            if person.away_until is not None or person.weekly_capacity is not None:
                self.busy.append(pk)
            own = _spelled(person.id.partition(":")[2] or person.id)
            known = dict.fromkeys((_spelled(person.name or ""), own))
            for names, spelled in (*((self._names, one) for one in known), (self._ids, own)):
                first = spelled.partition(" ")[0]
                if len(first) >= SHORTEST_NAME:
                    names.setdefault(first, []).append((pk, spelled))

        self.site_names = [(name, sites[name.casefold()]) for name in spellings]

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
