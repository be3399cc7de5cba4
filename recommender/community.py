"""A community in memory: everything that ranking reads but the texts themselves.

In: the store's changes, followed by number. Out: arrays by primary key. Nothing here decides
what a viewer may see; it says what there is, and of which access class.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np

from data.models import Person, Space
from data.reading import (
    ANONYMOUS,
    COMMENT,
    HUSK,
    INTERACTION_FIELDS,
    LINK_FIELDS,
    POST_FIELDS,
    VERSION_FIELDS,
    Changes,
)

from .access import Access
from .columns import Columns, Flags, Ints, among, first_of, in_time
from .impressions import Impressions
from .ledger import Events, Ledger
from .roster import Roster

DERIVED = ("access", "credited", "joins", "attached")
"""Columns of posts besides the store's: who reads them, whether they count as a reply, whether as
their author's first in the thread; when what they hang on was written if that was later, else 0."""

JOINED, FIRST = 1, 2
"""Marks in the column `joins`: a person's first reply in a thread; the thread's first of all."""

NAMELESS = ANONYMOUS | HUSK
"""Flags of posts that nobody is to be known by."""

QUICK_US = 43_200_000_000
"""A reply within half a day is a quick one: coarse, so that it does not clock anybody."""


class Community:
    """What is known up to the store's transaction number `seq`."""

    def __init__(self) -> None:
        self.seq = 0
        self.people: dict[int, Person] = {}
        self.person_keys: dict[str, int] = {}
        self.spaces: dict[int, Space] = {}
        self.space_keys: dict[str, int] = {}
        self.posts = Columns([*POST_FIELDS[1:], *DERIVED])
        self.tags: dict[int, tuple[str, ...]] = {}
        self.bearing: dict[str, list[int]] = {}
        self.versions = Columns(VERSION_FIELDS[1:])
        self.trial_sites: dict[int, str] = {}
        self.interactions = Columns(INTERACTION_FIELDS[1:])
        self.links = Columns(LINK_FIELDS[1:])
        self.impressions = Impressions()
        self.access = Access()
        self.threads: dict[int, list[int]] = {}
        nothing = Events.of_rows(np.zeros((0, 4), np.int64))
        self.by_space = Ledger(nothing)
        self.first = Ledger(nothing, (60.0,))
        self.quick = Ledger(nothing, ())
        self.presence = Ledger(nothing, ())
        self.joinings = np.zeros(0, np.int64)
        self.by_time = np.zeros(0, np.int64)
        self.roster = Roster({})

    def absorb(self, changes: Changes, anew: bool = False) -> Ints:
        """Follow the store; answer the keys of posts that changed. `anew`: derive all again."""
        self.posts.drop(changes.removed.get("post", ()))
        anew |= self._absorb_people(changes) | self._absorb_spaces(changes)
        anew |= bool(changes.removed.get("post"))
        keys = changes.posts[:, 0]
        # Of these the text alone is new.
        again = self.posts.holds(changes.posts)
        new = changes.posts[~again]
        added = new[:, 0]
        anew |= bool(self.posts.live[added[added < len(self.posts)]].any())
        for pk in changes.removed.get("interaction", ()):
            self.trial_sites.pop(pk, None)
        for pk in changes.removed.get("version", ()):
            self.tag(pk, ())
        for pk, tags in changes.tags:
            self.tag(pk, tags)
        self.posts.put(added, np.pad(new[:, 1:], ((0, 0), (0, len(DERIVED)))))
        self.posts["attached"][keys[again]] = 0
        for pk, held in changes.attached:
            self.posts["attached"][pk] = held
        for kind, columns, rows in (
            ("version", self.versions, changes.versions),
            ("interaction", self.interactions, changes.interactions),
            ("link", self.links, changes.links),
        ):
            columns.drop(changes.removed.get(kind, ()))
            columns.put(rows[:, 0], rows[:, 1:])
        self.trial_sites.update(changes.sites)
        self.impressions.forget(*(changes.removed.get(kind, ()) for kind in ("post", "person")))
        self.seq = changes.seq
        if anew or len(added) > len(self.posts) // 4 or (len(added) and not self._extend(added)):
            self._rebuild()
        return keys

    def tag(self, version: int, tags: tuple[str, ...]) -> None:
        """Note which tags a text bears; of one that nothing bears any more not even its name."""
        before = self.tags.get(version, ())
        if before == tags:
            return
        for tag in {tag.casefold() for tag in before}:
            self.bearing[tag].remove(version)
            if not self.bearing[tag]:
                del self.bearing[tag]
        for tag in {tag.casefold() for tag in tags}:
            self.bearing.setdefault(tag, []).append(version)
        if tags:
            self.tags[version] = tags
        else:
            del self.tags[version]

    def _absorb_people(self, changes: Changes) -> bool:
        """Take in people; True if somebody turned bot or man, which changes who replied."""
        after = dict(changes.people)
        touched = [*changes.removed.get("person", ()), *after]
        before = {pk: self.people[pk] for pk in touched if pk in self.people}
        for pk in changes.removed.get("person", ()):
            gone = self.people.pop(pk, None)
            if gone is not None and self.person_keys.get(gone.id) == pk:
                del self.person_keys[gone.id]
        turned = False
        for pk, person in after.items():
            turned |= (pk in before and before[pk].bot) != person.bot
            self.people[pk] = person
            self.person_keys[person.id] = pk
        if touched:
            self.roster.change(before, after, self.people)
        return turned

    def _absorb_spaces(self, changes: Changes) -> bool:
        gone = changes.removed.get("space", [])
        for pk in gone:
            lost = self.spaces.pop(pk, None)
            if lost is not None and self.space_keys.get(lost.id) == pk:
                del self.space_keys[lost.id]
        for pk, space in changes.spaces:
            # Its members may be tens of thousands: those are for `access` alone to know.
            self.spaces[pk] = replace(space, members=())
            self.space_keys[space.id] = pk
        return bool(changes.spaces or gone) and self.access.learn_spaces(dict(changes.spaces), gone)

    # Derived ------------------------------------------------------------------------------

    def with_posts(self, columns: Mapping[str, Ints]) -> "Community":
        """The same community, had its posts other values in some columns, each by post.

        Who may read a post stays as it is.
        """
        other = copy(self)
        # What follows from the columns is written in place.
        anew = {name: self.posts[name].copy() for name in ("credited", "joins")}
        other.posts = self.posts.with_columns({**anew, **columns})
        keys = np.flatnonzero(self.posts.live)
        other.posts["credited"][keys] = other._credited(keys)
        other._derive(keys)
        return other

    def _rebuild(self) -> None:
        keys = np.flatnonzero(self.posts.live)
        self._classify(keys)
        self._derive(keys)

    def _derive(self, keys: Ints) -> None:
        root = self.posts["root"]
        self.threads = {}
        replies = keys[root[keys] != keys]
        order = replies[np.lexsort((replies, root[replies]))]
        starts = np.flatnonzero(np.diff(root[order]) != 0) + 1
        for part in np.split(order, starts):
            if len(part):
                self.threads[int(root[part[0]])] = part.tolist()
        roots = keys[root[keys] == keys]
        self.by_time = in_time(roots, self.posts["created"], self.posts["rank"])
        self._mark_joining(keys)
        self._count(keys)

    def _count(self, keys: Ints) -> None:
        """Make the ledgers anew from the posts `keys`.

        `by_space`: who joined threads where. `first`: who was the first to reply; `quick`: who
        joined within half a day. `presence`: who posted anything under their name.
        `joinings`: the posts by which threads were joined, in order of time; `by_time`: the roots.
        """
        posts = self.posts
        self.by_space = Ledger(self._events(self._joined(keys)))
        self.first = Ledger(self._events(self._joined(keys, FIRST)), (60.0,))
        self.quick = Ledger(self._events(self._quick(keys)), ())
        self.presence = Ledger(self._events(self._named(keys)), ())
        joined = self._joined(keys)
        self.joinings = in_time(joined, posts["created"], posts["rank"])

    def _joined(self, keys: Ints, least: int = JOINED) -> Ints:
        joined: Ints = keys[self.posts["joins"][keys] >= least]
        return joined

    def _quick(self, keys: Ints) -> Ints:
        posts, joined = self.posts, self._joined(keys)
        roots = np.minimum(posts["root"][joined], len(posts) - 1)
        quick: Ints = joined[posts["created"][joined] - posts["created"][roots] < QUICK_US]
        return quick

    def _named(self, keys: Ints) -> Ints:
        posts = self.posts
        named: Ints = keys[(posts["author"][keys] != 0) & ((posts["flags"][keys] & NAMELESS) == 0)]
        return named

    def _extend(self, keys: Ints) -> bool:
        """Add new posts to what is derived; False if one changes what older ones mean."""
        self._classify(keys)
        root = self.posts["root"]
        for key in keys[root[keys] != keys].tolist():
            self.threads.setdefault(int(root[key]), []).append(key)
        threads = [self.threads.get(thread, []) for thread in np.unique(root[keys]).tolist()]
        touched = np.array([key for thread in threads for key in thread], dtype=np.int64)
        before = self.posts["joins"][touched]
        for thread in threads:
            self._mark_joining(np.array(thread, dtype=np.int64))
        if (before > self.posts["joins"][touched]).any():
            return False
        joined = self._joined(keys)
        for ledger, events in (
            (self.by_space, self._events(joined)),
            (self.first, self._events(self._joined(keys, FIRST))),
            (self.quick, self._events(self._quick(keys))),
            (self.presence, self._events(self._named(keys))),
        ):
            ledger.add(events)
        order = self.posts["created"], self.posts["rank"]
        self.by_time = among(self.by_time, keys[root[keys] == keys], *order)
        self.joinings = among(self.joinings, joined, *order)
        return True

    def _mark_joining(self, keys: Ints) -> None:
        """Mark the first reply of each person in each thread, of those that may be read alike.

        PROTOCOL.md's activity: who replies ten times in one thread has joined it once. The first
        of all replies is marked FIRST.
        """
        posts = self.posts
        posts["joins"][keys] = 0
        keys = keys[posts["credited"][keys] != 0]
        access, author, root = (posts[name][keys] for name in ("access", "author", "root"))
        place = posts["created"][keys], self.roster.by_id[author], posts["rank"][keys]
        posts["joins"][first_of(keys, *place, access, author, root)] = JOINED
        posts["joins"][first_of(keys, *place, access, root)] = FIRST

    def _classify(self, keys: Ints) -> None:
        self.posts["access"][keys] = self.access.classify(self.posts, keys)
        self.posts["credited"][keys] = self._credited(keys)

    def _credited(self, keys: Ints) -> Flags:
        """Which of the posts `keys` count as a reply of their author."""
        posts = self.posts
        author, root = posts["author"], posts["root"]
        hidden = (posts["flags"][keys] & (COMMENT | ANONYMOUS | HUSK)) != 0
        roots = np.minimum(root[keys], len(posts) - 1)
        # Whoever asked anonymously stays unknown here too: their own replies count.
        asked_openly = (posts["flags"][roots] & ANONYMOUS) == 0
        own = (author[roots] == author[keys]) & asked_openly
        who = author[keys]
        credited: Flags = (
            (root[keys] != keys) & ~hidden & (who != 0) & ~self.roster.bots[who] & ~own
        )
        return credited

    def _events(self, chosen: Ints) -> Events:
        """One event a post of `chosen`, in the space of its thread."""
        posts = self.posts
        roots = np.minimum(posts["root"][chosen], len(posts) - 1)
        return Events(
            posts["created"][chosen],
            posts["author"][chosen],
            posts["space"][roots],
            posts["access"][chosen],
        )
