"""Sentences about a candidate: each true of whomever it is said of, whatever its points are.

In: what was counted. Out: words. The sign and size of points are the weights' to say; a sentence
says only what was seen.
"""

from datetime import datetime

from data.models import Person

from .saying import Sentence, say

OFTEN, SEVERAL = 5.0, 1.0
"""Faded replies (half-life 60 days) from which somebody replies often, and has several times."""

EVIDENCE = {
    ("reply", True): (
        say("replied in a similar thread"),
        say("has replied to something similar"),
    ),
    ("question", True): (
        say("asked a similar question"),
        say("has asked a similar question"),
    ),
    ("idea", True): (
        say("had a similar idea"),
        say("has had a similar idea"),
    ),
    ("thread", True): (
        say("started a similar thread"),
        say("has started a similar thread"),
    ),
    ("reply", False): (
        say("replied in a thread a little like this"),
        say("has replied to something a little like this"),
    ),
    ("question", False): (
        say("asked a question a little like this"),
        say("has asked a question a little like this"),
    ),
    ("idea", False): (
        say("had an idea a little like this"),
        say("has had an idea a little like this"),
    ),
    ("thread", False): (
        say("started a thread a little like this"),
        say("has started a thread a little like this"),
    ),
}
"""What a post shows, by what it began and whether somebody is known to know: who asked need not
know. The second is said of whom nobody may quote."""


def evidence(kind: str | None, title: str, *, quoted: bool, known: bool = True) -> Sentence:
    """Of one post. `kind`: the thread's, where the post began it; None of a reply.

    Whoever agreed to be suggested, not to be `quoted`, is not to be found by the title either. Not
    `known`: it is said beside that nobody has shown knowledge of this.
    """
    did = "reply" if kind is None else kind if (kind, known) in EVIDENCE else "thread"
    plainly, unquoted = EVIDENCE[did, known]
    if not quoted:
        return unquoted
    return say("{what}: {title}", what=plainly, title=title) if title else plainly


def further(replies: int, started: int, *, beside: bool) -> Sentence:
    """Of posts that are not told one by one: replies, and threads that the person started.

    `beside`: others are told above, and these are less like the question than those.
    """
    count = replies + started
    if beside and started:
        return say(
            "and {n} other posts, in threads less like this",
            "and one other post, in a thread less like this",
            n=count,
        )
    if beside:
        return say(
            "and {n} other replies, in threads less like this",
            "and one other reply, in a thread less like this",
            n=count,
        )
    if started:
        return say(
            "{n} posts, in threads little like this",
            "one post, in a thread little like this",
            n=count,
        )
    return say(
        "{n} replies, in threads little like this",
        "one reply, in a thread little like this",
        n=count,
    )


def often(decayed: float) -> Sentence:
    """How much somebody replies, by their faded replies."""
    if decayed >= OFTEN:
        return say("replies often these weeks")
    if decayed >= SEVERAL:
        return say("has replied several times these weeks")
    return say("has replied now and then")


def lately(joined: int, last: datetime | None, wrote: datetime | None) -> Sentence:
    """When somebody last replied, and when they last wrote anything under their name.

    Starting threads speaks for being here as replying does, and is said by its own name.
    """
    if last is None:
        if wrote is None:
            return say("has not written here yet")
        return say("wrote here last on {day}", day=f"{wrote:%Y-%m-%d}")
    replied = say(
        "has replied in {n} threads, last on {day}",
        "has replied in one thread, last on {day}",
        n=joined,
        day=f"{last:%Y-%m-%d}",
    )
    if wrote is None or wrote.date() <= last.date():
        return replied
    return say("{replied}, and wrote here on {day}", replied=replied, day=f"{wrote:%Y-%m-%d}")


def quickness(quick: float) -> Sentence:
    """How soon somebody replies beside what is usual here (`signals.QUICK_PRIOR`); coarsely."""
    return say("usually replies soon") if quick > 0.0 else say("usually takes a while")


def place(where: str, joined: int) -> Sentence:
    """Of the question's space and the threads that somebody joined there."""
    if joined:
        return say("replies in {space}", space=where)
    return say("replies elsewhere, not yet in {space}", space=where)


def profile(person: Person) -> Sentence:
    """Of a profile near the question, by `explain.LEAST_PROFILE`."""
    if person.title:
        return say("their profile is close to this ({title})", title=person.title)
    return say("their profile is close to this")
