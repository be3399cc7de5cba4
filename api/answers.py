"""Results as JSON: what leaves the house, and nothing else.

`person` is a choice of fields, so that a field added to the record never slips out: no e-mail, no
consent, no absence, no manager, no capacity. A post loses its author when it is anonymous, and
its `extra` and that of its attachments, which may hold anything.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from data.models import Person, Post
from data.records import to_json
from data.times import zone_of
from recommender.results import (
    Candidate,
    Chosen,
    Contribution,
    ExpertsAnswer,
    FeedPage,
    SimilarIdea,
    ThreadPage,
    Topic,
)

Json = dict[str, Any]
FindPerson = Callable[[str], Person | None]
DELETED = "deleted"
_SHOWN = ("name", "title", "about", "department", "site", "location", "timezone")


def format_time(moment: datetime) -> str:
    """ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def local_time(person: Person, moment: datetime) -> str | None:
    """The person's wall clock at `moment`, with its offset; None where the zone is unknown."""
    zone = zone_of(person.timezone) if person.timezone else None
    if zone is None:
        return None
    try:
        return moment.astimezone(zone).isoformat(timespec="minutes")
    except OverflowError:
        return None


def person_json(person: Person, moment: datetime) -> Json:
    """What one member may see of another beside an answer."""
    content: Json = {"id": person.id}
    content.update({name: getattr(person, name) for name in _SHOWN if getattr(person, name)})
    if person.languages:
        content["languages"] = list(person.languages)
    clock = local_time(person, moment)
    if clock is not None:
        content["local_time"] = clock
    return content


def _author_of(post: Post, find_person: FindPerson, viewer_id: str | None) -> Person | None:
    """Who wrote a post, where that is to be seen and they are still there."""
    if post.husk or post.author is None or _hides_author(post, viewer_id):
        return None
    return find_person(post.author)


def _hides_author(post: Post, viewer_id: str | None) -> bool:
    return post.anonymous and (post.husk or post.author != viewer_id)


def post_json(post: Post, find_person: FindPerson, viewer_id: str | None = None) -> Json:
    """A post as others see it; an anonymous one shows its author to that author alone."""
    author = None
    if post.author is not None and not _hides_author(post, viewer_id):
        person = _author_of(post, find_person, viewer_id)
        author = person.id if person is not None else DELETED
    attachments = tuple(replace(attachment, extra={}) for attachment in post.attachments)
    content = to_json(replace(post, extra={}, attachments=attachments, author=author))
    content["author"] = author
    return content


def shown_post(
    post: Post, find_person: FindPerson, viewer_id: str | None, moment: datetime
) -> Json:
    """A post, and the person who wrote it where that is to be seen."""
    author = _author_of(post, find_person, viewer_id)
    return {
        "post": post_json(post, find_person, viewer_id),
        "author": person_json(author, moment) if author is not None else None,
    }


def contribution_json(contribution: Contribution) -> Json:
    """A part of a score; keys that say nothing are left out."""
    content: Json = {"kind": contribution.kind, "points": contribution.points}
    for name in ("post_id", "title", "excerpt", "language"):
        value = getattr(contribution, name)
        if value is not None:
            content[name] = value
    if contribution.at is not None:
        content["at"] = format_time(contribution.at)
    content["reason"] = contribution.reason
    return content


def candidate_json(candidate: Candidate, moment: datetime) -> Json:
    """A person suggested, with what speaks for them."""
    return {
        "person": person_json(candidate.person, moment),
        "score": candidate.score,
        "probability": candidate.probability,
        "contributions": [contribution_json(part) for part in candidate.contributions],
    }


def experts_json(answer: ExpertsAnswer, moment: datetime, took_ms: float) -> Json:
    """The answer to a question."""
    return {
        "candidates": [candidate_json(candidate, moment) for candidate in answer.candidates],
        "answerable": answer.answerable,
        "reason": answer.reason,
        "took_ms": took_ms,
    }


def similar_json(
    ideas: tuple[SimilarIdea, ...],
    find_person: FindPerson,
    viewer_id: str | None,
    moment: datetime,
    took_ms: float,
) -> Json:
    """Threads near a text."""
    posts = [
        {
            **shown_post(idea.post, find_person, viewer_id, moment),
            "score": idea.score,
            "probability_same": idea.probability_same,
            "same": idea.same,
            "answered": idea.answered,
            "reason": idea.reason,
        }
        for idea in ideas
    ]
    return {"posts": posts, "took_ms": took_ms}


def feed_json(page: FeedPage, find_person: FindPerson, viewer_id: str, moment: datetime) -> Json:
    """A page of a feed."""
    items = [
        {
            **shown_post(item.post, find_person, viewer_id, moment),
            "score": item.score,
            "reasons": list(item.reasons),
            **({} if item.propensity is None else {"propensity": item.propensity}),
        }
        for item in page.items
    ]
    return {"items": items, "next": page.next_cursor}


def thread_json(
    page: ThreadPage, find_person: FindPerson, viewer_id: str | None, moment: datetime
) -> Json:
    """A page of a thread."""
    return {
        "posts": [shown_post(post, find_person, viewer_id, moment) for post in page.posts],
        "earlier": page.earlier,
        "later": page.later,
        "previous": page.previous,
        "next": page.next,
    }


def chosen_json(chosen: Chosen) -> Json:
    """What a person chose as concerning them, and what is left of its weight."""
    return {
        "topics": list(chosen.topics),
        "ids": dict(chosen.ids),
        "share": round(chosen.share, 4),
    }


def topic_json(topic: Topic) -> Json:
    """Something a person has shown knowledge of; `id` is that of the community's topic."""
    return {
        **({"id": topic.id} if topic.id is not None else {}),
        "label": topic.label,
        "weight": topic.weight,
        "replies": topic.replies,
        "latest": format_time(topic.latest) if topic.latest is not None else None,
        "evidence": [contribution_json(part) for part in topic.evidence],
    }
