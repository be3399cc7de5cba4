"""One page of a feed: the pool scored and arranged, cut, read from the store, with reasons."""

import numpy as np

from data.store import Store

from .arranging import SEEN_AT, Line, Placed, arranged
from .collaborative import together
from .columns import Ints
from .community import Community
from .cursors import Shown, encode_cursor
from .dismissals import dismissal_points
from .drawing import Lottery
from .feed import Knowing, Scored, score, with_points
from .feedpool import pool_of
from .ideas import trials
from .lineup import before_of, from_elsewhere, line_of, needs_lots, settled
from .results import FeedItem, FeedPage
from .settings import FeedSettings
from .showing import shown_posts
from .sites import by_newcomers, homes_of
from .texts import TextIndex
from .view import View
from .words import SET_ASIDE, explored_reasons, feed_reasons, spread_reasons


def feed_page(
    community: Community,
    texts: TextIndex,
    store: Store,
    view: View,
    person_id: str,
    k: int,
    shown: Shown,
    settings: FeedSettings,
    knowing: Knowing,
) -> FeedPage:
    """The next `k` threads for a person who was `shown` some."""
    person = community.person_keys[person_id]
    homes = homes_of(community, view)
    lottery = Lottery.at(settings.exploration, person_id, view.moment, store.post_ids)
    seen = shown.keys(view, store.post_ids)
    scored, line = lined_up(community, texts, view, person, seen, homes, settings, lottery, knowing)
    before = before_of(community, texts, view, seen)
    placed = arranged(line, before, k, lottery, settings.most_alike)
    keys = line.posts[[place.row for place in placed]]
    posts = shown_posts(community, store, view, keys.tolist())
    tried = trials(community, view, keys)
    new = by_newcomers(community, view, keys)
    away = from_elsewhere(community, homes, person, keys)
    items = []
    for n, (place, key) in enumerate(zip(placed, keys.tolist(), strict=True)):
        # It may have been deleted since.
        if key not in posts:
            continue
        reasons = feed_reasons(
            scored,
            place.row,
            posts[key],
            tried.get(key),
            view.space_name(int(community.posts["space"][key])),
            told_first(line, place, bool(new[n]), bool(away[n])),
        )
        score_ = float(line.scores[place.row])
        items.append(FeedItem(posts[key], score_, reasons, place.propensity))
    more = len(line.posts) > len(placed) > 0
    cursor = encode_cursor(view, shown.and_(posts, keys)) if more else None
    return FeedPage(tuple(items), cursor)


def lined_up(
    community: Community,
    texts: TextIndex,
    view: View,
    person: int,
    shown: Ints,
    homes: Ints,
    settings: FeedSettings,
    lottery: Lottery,
    knowing: Knowing,
) -> tuple[Scored, Line]:
    """What is left of a person's pool when `shown` were shown, best first, ties by id; scored, and
    ready to be arranged, rows alike."""
    shared = together(community, view, person)
    pool, season = pool_of(community, view, person, shared)
    scored = score(community, texts, view, person, pool, season, knowing, shared)
    points = dismissal_points(community, texts, view, person, scored.posts)
    scored = with_points(scored, SET_ASIDE, points)
    scored = scored.part(settled(scored, lottery.ids))
    lots = needs_lots(community, view, scored.posts)
    scored = scored.part(np.flatnonzero(~np.isin(scored.posts, shown)))
    return scored, line_of(community, texts, view, person, scored, homes, settings, lots)


def told_first(line: Line, place: Placed, new: bool, away: bool) -> tuple[str, ...]:
    """Reasons that have to be told whatever else speaks for a thread."""
    if place.propensity is not None:
        return explored_reasons(new, away)
    if line.invited[place.row] > 0.0:
        return spread_reasons(line.kept == SEEN_AT)
    return ()
