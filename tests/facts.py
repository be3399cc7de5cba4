"""Every fact that bears a later date or none: what must move nothing that is told of T."""

from collections.abc import Callable

from data.models import INTERACTION_KINDS, LINK_KINDS
from tests.asking import QUESTIONS, TEXTS
from tests.communities import NOW
from tests.planting import (
    DAY,
    MIDNIGHT,
    SECOND,
    Plant,
    T,
    acts,
    edits,
    late_parents,
    links,
    links_again,
    mentions,
    moved_spaces,
    newcomers,
    posts_at,
    profiles,
    questions_own_threads,
    standing,
)

PROFILE_FIELDS: dict[str, Callable[[int], object]] = {
    "title": lambda i: "window display",
    "about": lambda i: QUESTIONS[i % 4].query,
    "department": lambda i: QUESTIONS[(i + 1) % 4].query,
    "site": lambda i: f"elsewhere {i}",
    "languages": lambda i: ("fr",),
    "active": lambda i: i % 2 == 0,
    "weekly_capacity": lambda i: i % 2,
    "away_until": lambda i: NOW + 99 * DAY,
    "name": lambda i: "how can we" if i % 2 else "Name1 Family1",
    "left": lambda i: T + SECOND * (i % 2),
}

FACTS: dict[str, Plant] = {
    "posts and replies at T": posts_at(T),
    "posts and replies later": posts_at(T + SECOND),
    "being addressed at T": mentions,
    "edits that address people": edits(body="@p00 and @p05, look"),
    "edits of bodies": edits(body=QUESTIONS[0].query),
    "edits of titles": edits(title=TEXTS[0].title),
    "edits of tags": edits(tags=("light", "card")),
    "edits of the language": edits(language="de"),
    "edits of the kind": edits(kind="comment"),
    "edits of the kind to an idea": edits(kind="idea"),
    "edits of the space": moved_spaces,
    "edits of the end of validity": edits(valid_until=T - 9 * DAY),
    "edits of the author": edits(author="p02"),
    **{f"{kind}s at T": acts(T, (kind,)) for kind in INTERACTION_KINDS},
    "interactions later": acts(T + SECOND, INTERACTION_KINDS),
    "votes of T's own day": acts(MIDNIGHT, INTERACTION_KINDS, day_only=True),
    "undated interactions": acts(None, INTERACTION_KINDS),
    **{f"{kind} links at T": links(T, kind) for kind in LINK_KINDS},
    "undated links": links(None, "duplicate"),
    "links said again at T": links_again(T),
    "links said again without a date": links_again(None),
    "score and accepted": standing(score=lambda i: 900 - i, accepted=lambda i: i % 2 == 0),
    **{f"the {name} of profiles": profiles(**{name: of}) for name, of in PROFILE_FIELDS.items()},
    "new people": newcomers,
    "the questions' own threads": questions_own_threads,
    "parents of earlier replies": late_parents,
}
"""What must move nothing that is told of T."""
