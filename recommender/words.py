"""Reasons in words: for similar ideas and for a feed, true and derived from what was computed."""

from collections.abc import Sequence

from data.models import Post

from .feed import Scored
from .ideas import Trials
from .similar import SimilarHit, closeness

MOST_REASONS = 3

SET_ASIDE = "set aside"
"""The signal of `dismissals`."""


def similar_reason(
    hit: SimilarHit,
    words: Sequence[str],
    written: str | None,
    trials: Trials | None,
    language: str | None,
) -> str:
    """Why a thread is shown beside a text.

    `words`: what both share. `written`: the language of the thread's text as it stood;
    `language`: that of the text asked about. Another one is marked.
    """
    parts = [closeness(hit.likeness)]
    if words:
        parts.append("shares " + ", ".join(f"“{word}”" for word in words))
    parts += [told for name, (least, told) in BESIDE.items() if hit.points[name] >= least]
    if written and language and written != language:
        parts.append(f"written in another language ({written})")
    if trials is not None:
        parts.append(trials.sentence())
    return "; ".join(parts)


BESIDE = {
    "declared": (0.1, "was called the same before"),
    "own": (0.1, "started by you"),
    "replies": (1.5, "a reply in it speaks of this"),
    "linked": (0.5, "others were pointed to it"),
    "kin": (0.5, "linked with what is like this"),
    "tags": (0.7, "has the same tags"),
}
"""What is said of signals beside meaning and shared words, and from how many points: a quarter of
the text in one reply, one link, half the likeness, half the tags."""


def feed_reasons(
    scored: Scored,
    place: int,
    post: Post,
    trials: Trials | None,
    space: str | None,
    first: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """The strongest reasons for an item, best first; at least one. `first` come before them."""
    personal = {
        "season": f"in season again: first shared on {post.created:%Y-%m-%d}",
        "space": f"in {space}, where you take part" if space else "",
        "author": "by somebody whose threads you have joined",
        "content": "close to what you have taken part in",
        "company": "people you have met in other threads are in it",
        "together": "people who turn to the same threads as you turned to it",
    }
    points = {name: float(values[place]) for name, values in scored.points.items()}
    order = sorted(personal, key=lambda name: (-points[name], name))
    worth = {name: points[name] >= least for name, least in WORTH.items()}
    worth["content"] = bool(scored.close[place])
    worth["together"] &= bool(scored.shared[place])
    reasons = [personal[name] for name in order if worth[name] and personal[name]]
    if trials is not None:
        reasons.insert(0, trials.sentence())
    if scored.talked[place]:
        reasons.append("people are replying to it these days")
    if points["fresh"] > 0.0 and not scored.season[place]:
        reasons.append(f"new on {post.created:%Y-%m-%d}")
    if not reasons:
        reasons.append(f"posted on {post.created:%Y-%m-%d}, not seen by you yet")
    if points[SET_ASIDE] < 0.0:
        # What holds a thread back is told too, at the cost of a reason for it.
        told = (*first, *reasons)[: MOST_REASONS - 1]
        return (*told, "less prominent: like what you set aside")
    return (*first, *reasons)[:MOST_REASONS]


def explored_reasons(new: bool, away: bool) -> tuple[str, ...]:
    """Why a thread was drawn by lot."""
    if new and away:
        return ("from a colleague at another site who is new here",)
    return ("from a colleague who is new here" if new else "from another site",)


def spread_reasons() -> tuple[str, ...]:
    """Why an idea is offered at another site than its own."""
    return ("new at another site, close to what you work on",)


WORTH = {"season": 0.1, "space": 0.15, "author": 0.1, "company": 0.06, "together": 1.0}
"""Points from which a signal is a reason: a sixteenth of one's threads, one thread, one person; of
what like-minded people read, well above what each of their threads gets."""
