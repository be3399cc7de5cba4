"""Reasons in words: for similar ideas and for a feed, true and derived from what was computed."""

from collections.abc import Sequence

from data.models import Post
from embeddings.language import language_of

from .feed import Scored
from .ideas import Trials
from .revival import lapse
from .saying import Listed, language_called, listed, say
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
) -> Listed:
    """Why a thread is shown beside a text.

    `words`: what both share. `written`: the language of the thread's text as it stood;
    `language`: that of the text asked about. Another one is marked.
    """
    parts = [closeness(hit.likeness)]
    if words:
        parts.append(say("shares {words}", words=listed((f"“{word}”" for word in words), ", ")))
    parts += [reason for name, (least, reason) in BESIDE.items() if hit.points[name] >= least]
    if written and language and language_of(written) != language_of(language):
        parts.append(say("written in {language}", language=language_called(written)))
    if trials is not None:
        parts.append(trials.sentence())
    return listed(parts)


BESIDE = {
    "declared": (0.1, say("was called the same before")),
    "own": (0.1, say("started by you")),
    "replies": (1.5, say("a reply in it speaks of this")),
    "linked": (0.5, say("colleagues have linked to it")),
    "kin": (0.5, say("linked with what is like this")),
    "tags": (0.7, say("has the same tags")),
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
    day, topic = f"{post.created:%Y-%m-%d}", scored.near.topic(place)
    personal = {
        "season": say("in season again: first shared on {day}", day=day),
        "named": say("you are addressed in it"),
        "place": say("in {space}, where you take part", space=space) if space else "",
        "chosen": say("in {space}, of which you are a member", space=space) if space else "",
        "author": say("by somebody whose threads you have turned to"),
        "content": say("close to what you have turned to"),
        "profile": say("close to what your profile says"),
        "topic": say("you chose “{topic}”", topic=topic) if topic else "",
        "company": say("people whom you answer are in it"),
        "tags": say("tagged like threads you have turned to"),
        "together": say("people who turn to the same threads as you turned to it"),
        "unanswered": say("nobody has replied yet"),
        "site": say("from your site"),
    }
    points = {name: float(values[place]) for name, values in scored.points.items()}
    whole = {name: sum(points[part] for part in SPEAKING.get(name, (name,))) for name in personal}
    # What speaks for every thread of the pool alike is told after what speaks for this one.
    more = {
        name: whole[name] - sum(scored.usual[part] for part in SPEAKING.get(name, (name,)))
        for name in personal
    }
    true = {name: points[PROVING.get(name, name)] > 0.0 for name in personal}
    true["together"] = bool(scored.shared[place])
    true["content"] = bool(scored.close[place])
    order = sorted(personal, key=lambda name: (-more[name], name))
    reasons: list[str] = [
        personal[name]
        for name in order
        if true[name] and whole[name] >= LEAST.get(name, WORTH) and personal[name]
    ]
    if trials is not None:
        reasons.insert(0, trials.sentence())
    if scored.quiet[place]:
        reasons.insert(
            0, say("talked about again after {time}", time=lapse(int(scored.quiet[place])))
        )
    elif scored.talked[place]:
        reasons.append(say("people are replying to it these days"))
    if not reasons or (len(reasons) < MOST_REASONS and not scored.season[place]):
        reasons.append(say("posted on {day}, not seen by you yet", day=day))
    if points[SET_ASIDE] < 0.0:
        # What holds a thread back is told too, at the cost of a reason for it.
        told = (*first, *reasons)[: MOST_REASONS - 1]
        return (*told, say("less prominent: like what you set aside"))
    return (*first, *reasons)[:MOST_REASONS]


def explored_reasons(new: bool, away: bool) -> tuple[str, ...]:
    """Why a thread was drawn by lot."""
    if new and away:
        return (say("from a colleague at another site who is new here"),)
    return (say("from a colleague who is new here") if new else say("from another site"),)


def spread_reasons(told: bool) -> tuple[str, ...]:
    """Why an idea is offered at another site than its own. `told`: it is known whom feeds have
    shown it."""
    if told:
        return (say("new at another site, seen by few yet"),)
    return (say("new at another site, close to what you work on"),)


SPEAKING = {
    "named": ("named", "named_lately"),
    "place": ("space", "posts_here"),
    "content": ("content", "content_english", "own"),
    "company": ("answered", "company"),
}
"""Signals that say one thing together, where they are not called like their reason."""

PROVING = {"place": "posts_here"}
"""The signal without which a reason would not be true, where it is not called like that."""

WORTH = 0.05
"""Points from which a signal is a reason."""

LEAST = {"together": 1.0}
"""The same where it is more: well above what each thread of the like-minded gets."""
