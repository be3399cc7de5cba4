"""Sentences about a candidate: each true of whomever it is said of, whatever its points are.

In: what was counted. Out: words. The sign and size of points are the weights' to say; a sentence
says only what was seen.
"""

from datetime import datetime

from data.models import Person

OFTEN, SEVERAL = 5.0, 1.0
"""Faded replies (half-life 60 days) from which somebody replies often, and has several times."""

STARTED = {"question": ("asked", "question"), "idea": ("had", "idea")}
"""What starting a thread shows, by its kind: who asked need not know."""

STARTED_ELSE, REPLIED = ("started", "thread"), ("replied in", "thread")


def evidence(kind: str | None, title: str, *, quoted: bool, known: bool = True) -> str:
    """Of one post. `kind`: the thread's, where the post began it; None of a reply.

    Whoever agreed to be suggested, not to be `quoted`, is not to be found by the title either. Not
    `known`: it is said beside that nobody has shown knowledge of this.
    """
    did, what = REPLIED if kind is None else STARTED.get(kind, STARTED_ELSE)
    if not quoted and kind is None:
        did, what = "replied to", "something"
    like = f"{did} {_alike(what, known)}"
    if not quoted:
        return f"has {like}"
    return f"{like}: {title}" if title else like


def _alike(what: str, known: bool) -> str:
    if what == "something":
        return "something similar" if known else "something a little like this"
    if known:
        return f"a similar {what}"
    return f"{'an' if what == 'idea' else 'a'} {what} a little like this"


def further(replies: int, started: int, *, beside: bool) -> str:
    """Of posts that are not told one by one: replies, and threads that the person started.

    `beside`: others are told above, and these are less like the question than those.
    """
    count = replies + started
    word = "reply" if not started else "post"
    several = "replies" if not started else "posts"
    amount = f"{'one ' if count == 1 else f'{count} '}{'other ' if beside else ''}"
    what = f"{amount}{word if count == 1 else several}"
    where = "a thread" if count == 1 else "threads"
    like = "less like this" if beside else "little like this"
    return f"{'and ' if beside else ''}{what}, in {where} {like}"


def often(decayed: float) -> str:
    """How much somebody replies, by their faded replies."""
    if decayed >= OFTEN:
        return "replies often these weeks"
    if decayed >= SEVERAL:
        return "has replied several times these weeks"
    return "has replied now and then"


def lately(joined: int, last: datetime | None, wrote: datetime | None) -> str:
    """When somebody last replied, and when they last wrote anything under their name.

    Starting threads speaks for being here as replying does, and is said by its own name.
    """
    if last is None:
        return f"wrote here last on {wrote:%Y-%m-%d}" if wrote else "has not written here yet"
    threads = "one thread" if joined == 1 else f"{joined} threads"
    replied = f"has replied in {threads}, last on {last:%Y-%m-%d}"
    if wrote is None or wrote.date() <= last.date():
        return replied
    return f"{replied}, and wrote here on {wrote:%Y-%m-%d}"


def quickness(quick: float) -> str:
    """How soon somebody replies beside what is usual here (`signals.QUICK_PRIOR`); coarsely."""
    return "usually replies soon" if quick > 0.0 else "usually takes a while"


def place(where: str, joined: int) -> str:
    """Of the question's space and the threads that somebody joined there."""
    return f"replies in {where}" if joined else f"replies elsewhere, not yet in {where}"


def profile(person: Person) -> str:
    """Of a profile near the question, by `explain.LEAST_PROFILE`."""
    title = f" ({person.title})" if person.title else ""
    return f"their profile is close to this{title}"
