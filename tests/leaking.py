"""Leaks to put into the engine on purpose, each in one place of the floors under the rankers.

A leak takes a `MonkeyPatch` and breaks one guard; where several guards overlap, all of them. The
rankers' own modules are left alone: what they sum up, they sum up of what these give them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zlib import crc32

import numpy as np
import pytest

import data.reading
import data.writing
import recommender.collaborative
import recommender.feedhistory
import recommender.feedthreads
import recommender.following
import recommender.ideas
import recommender.outcomes
import recommender.spreading
import recommender.view
from data.models import INTERACTION_KINDS, Person
from recommender.columns import Columns
from recommender.community import Community
from recommender.engine import Engine
from recommender.ledger import Ledger
from recommender.past import Past
from recommender.roster import Roster
from recommender.view import View, view_of

Leak = Callable[[pytest.MonkeyPatch], None]
MONTH_US = 30 * 86_400_000_000


def _view(patch: pytest.MonkeyPatch, change: Callable[[View, View, Community], View]) -> None:
    """Let the engine see `change(view, the view of today, community)`."""

    def leaking(
        community: Community, viewer_id: str | None, as_of: datetime | None, now: datetime
    ) -> View:
        view = view_of(community, viewer_id, as_of, now)
        return change(view, view_of(community, viewer_id, None, now), community)

    patch.setattr(recommender.following, "view_of", leaking)
    # A view that grew would be honest about what was added.
    patch.setattr(recommender.following, "grown", lambda *_: None)


def no_bound(patch: pytest.MonkeyPatch) -> None:
    """All that is there today is there in the past."""
    _view(
        patch,
        lambda view, today, _: replace(
            view, posts=today.posts, texts=today.texts, counted=today.counted
        ),
    )


def one_moment_late(patch: pytest.MonkeyPatch) -> None:
    """What is dated at T itself is taken for the past."""
    exact = recommender.view.to_us
    patch.setattr(recommender.view, "to_us", lambda time: exact(time) + 1)


def a_month_late(patch: pytest.MonkeyPatch) -> None:
    """Everybody who makes a view, the fitting of what is learned too, looks a month ahead."""
    exact = recommender.view.to_us
    patch.setattr(recommender.view, "to_us", lambda time: exact(time) + MONTH_US)


def undated_profiles(patch: pytest.MonkeyPatch) -> None:
    """What people say of themselves today is believed of the past."""
    _view(patch, lambda view, today, _: replace(view, past=False))


def newest_texts(patch: pytest.MonkeyPatch) -> None:
    """Posts of the past are read as they are today."""

    def changed(view: View, today: View, community: Community) -> View:
        of = np.minimum(community.versions["post"], len(community.posts) - 1)
        return replace(view, texts=today.texts & view.posts[of], counted=today.counted)

    _view(patch, changed)


def posts_of_today(patch: pytest.MonkeyPatch) -> None:
    """Posts of the past are of the kind, space and author of today, and hang where they do now."""
    patch.setattr(Past, "of", lambda self, community, store, as_of: community)


def everybody_who_will_write(patch: pytest.MonkeyPatch) -> None:
    """The candidates are those of the whole history."""
    _view(patch, lambda view, today, _: replace(view, posts=today.posts))


def statistics_of_everything(patch: pytest.MonkeyPatch) -> None:
    """Frequencies of words are counted over the whole history."""
    _view(patch, lambda view, today, _: replace(view, counted=today.counted))


def forgets_what_was_learned(patch: pytest.MonkeyPatch) -> None:
    """Nothing is frozen: words are counted anew for each question, over the whole history."""
    patch.setattr(Engine, "learn", lambda self, until, now: self.store.keep_learned({}))
    statistics_of_everything(patch)


def activity_to_come(patch: pytest.MonkeyPatch) -> None:
    """Who replies in the month after T is busy at T."""
    exact = Ledger.at

    def leaking(self: Ledger, moment: int, *rest: Any, **named: Any) -> Any:
        return exact(self, moment + MONTH_US, *rest, **named)

    patch.setattr(Ledger, "at", leaking)


def inactive_today(patch: pytest.MonkeyPatch) -> None:
    """Who left at T, or is inactive today, is not suggested of the past."""
    exact = Roster.may_be_suggested
    patch.setattr(
        Roster, "may_be_suggested", lambda self, moment, past: exact(self, moment, past=False)
    )


def names_of_today(patch: pytest.MonkeyPatch) -> None:
    """People are known in the past by the names that they have today."""
    exact = Roster.named_in
    patch.setattr(Roster, "named_in", lambda self, text, past: exact(self, text, past=False))


def profile_signal(field: str) -> Leak:
    """A field of the profile that bears no date decides who is suggested."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        exact = Roster._note

        def leaking(self: Roster, pk: int, person: Person) -> None:
            exact(self, pk, person)
            told = f"{pk} {getattr(person, field)!r}"
            self.suggestible[pk] &= crc32(told.encode()) % 3 > 0

        patch.setattr(Roster, "_note", leaking)

    return leak


def _acts(patch: pytest.MonkeyPatch, which: Callable[[Columns, View], Any]) -> None:
    def leaking(community: Community, view: View) -> Any:
        return community.interactions.live & which(community.interactions, view)

    for module in (
        recommender.ideas,
        recommender.collaborative,
        recommender.feedhistory,
        recommender.feedthreads,
        recommender.collaborative,
        recommender.spreading,
        recommender.outcomes,
    ):
        patch.setattr(module, "dated", leaking)
    # Kinds that speak for nothing so far are given something to say.
    for module in (recommender.feedhistory, recommender.feedthreads):
        patch.setattr(module, "WARM", INTERACTION_KINDS)


def acts_to_come(patch: pytest.MonkeyPatch) -> None:
    """Interactions of every kind count, whenever they were."""
    _acts(patch, lambda acts, view: acts["at"] >= 0)


def acts_without_time(patch: pytest.MonkeyPatch) -> None:
    """Interactions without a time are taken for old ones."""
    _acts(patch, lambda acts, view: acts["at"] < view.moment)


def votes_on_their_day(patch: pytest.MonkeyPatch) -> None:
    """Votes of which only the day is known count from its first moment."""
    _acts(patch, lambda acts, view: (acts["at"] >= 0) & (acts["at"] < view.moment))
    patch.setattr(data.reading, "DAY_US", 1)


def standing_signal(field: str) -> Leak:
    """How a post stands today decides whether it is read."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        exact = Engine._view

        def leaking(self: Engine, *asked: Any) -> View:
            view = exact(self, *asked)
            posts = self.store.posts(np.flatnonzero(self.community.posts.live).tolist())
            poor = [key for key, post in posts.items() if (getattr(post, field) or 0) % 2]
            of = self.community.versions["post"]
            rich = ~np.isin(of, poor)
            return replace(view, texts=view.texts & rich, counted=view.counted & rich)

        patch.setattr(Engine, "_view", leaking)

    return leak


def threads_of_links(patch: pytest.MonkeyPatch) -> None:
    """Who replied in a thread has replied in those that it is linked to, whenever that was."""
    exact = Community.absorb

    def leaking(self: Community, changes: Any, anew: bool = False) -> Any:
        for source, target in changes.links[:, 1:3].tolist():
            rows = changes.posts
            rows[rows[:, 3] == source, 3] = target
        return exact(self, changes, anew)

    patch.setattr(Community, "absorb", leaking)


def last_word_of_links(patch: pytest.MonkeyPatch) -> None:
    """A link that is said again is one that nobody knew before."""
    patch.setattr(data.writing, "SAYING", ("source", "target", "kind"))
