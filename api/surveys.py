"""Topics, figures and peers as JSON."""

from datetime import datetime

from api.answers import FindPerson, Json, contribution_json, format_time, person_json, shown_post
from recommender.results import (
    FiguresAnswer,
    Peer,
    PeersAnswer,
    PeriodFigures,
    Share,
    SiteFigures,
    TopicReport,
    TopicsAnswer,
    TopicThread,
)


def report_json(topic: TopicReport, moment: datetime) -> Json:
    """A topic in figures."""
    return {
        "id": topic.id,
        "label": topic.label,
        "words": [{"word": word, "language": language} for word, language in topic.words],
        "threads": topic.threads,
        "threads_90_days": topic.threads_90_days,
        "trend": topic.trend,
        "people": topic.people,
        "unanswered": [
            {
                "days": days,
                "questions": counts.questions,
                "unanswered": counts.unanswered,
                "share": round(counts.unanswered / max(counts.questions, 1), 4),
            }
            for days, counts in sorted(topic.unanswered.items())
        ],
        "rests_on_one": topic.rests_on_one,
        "person": person_json(topic.person, moment) if topic.person is not None else None,
    }


def topics_json(answer: TopicsAnswer, moment: datetime, took_ms: float) -> Json:
    """What the community is about."""
    return {
        "topics": [report_json(topic, moment) for topic in answer.topics],
        "threads": answer.threads,
        "apart": answer.apart,
        "learned": answer.learned,
        "took_ms": took_ms,
    }


def threads_json(
    threads: tuple[TopicThread, ...],
    find_person: FindPerson,
    viewer_id: str | None,
    moment: datetime,
    took_ms: float,
) -> Json:
    """Threads of a topic."""
    posts = [
        {**shown_post(thread.post, find_person, viewer_id, moment), "answered": thread.answered}
        for thread in threads
    ]
    return {"posts": posts, "took_ms": took_ms}


def _share_json(share: Share | None) -> Json | None:
    return None if share is None else {"count": share.count, "of": share.of}


def _site_json(site: SiteFigures) -> Json:
    return {
        "site": site.site,
        "people": site.people,
        "asked": site.asked,
        "answered": _share_json(site.answered),
        "elsewhere": _share_json(site.elsewhere),
    }


def _period_json(period: PeriodFigures) -> Json:
    """How a community fared in some days."""
    return {
        "since": format_time(period.since),
        "until": format_time(period.until),
        "people": period.people,
        "questions": {
            "asked": period.asked,
            "askers": period.askers,
            "answered": _share_json(period.answered),
            "within_day": _share_json(period.within_day),
            "median_hours": period.median_hours,
            "elsewhere": _share_json(period.elsewhere),
            "helped": _share_json(period.helped),
            "by_newcomers": period.asked_by_newcomers,
            "newcomers_answered": _share_json(period.newcomers_answered),
        },
        "ideas": {
            "shared": period.ideas,
            "sharers": period.sharers,
            "worked": _share_json(period.worked),
            "travelled": _share_json(period.travelled),
            "travelled_far": _share_json(period.travelled_far),
        },
        "sites": None if period.sites is None else [_site_json(site) for site in period.sites],
    }


def figures_json(answer: FiguresAnswer, took_ms: float) -> Json:
    """How the community fared, lately and before."""
    return {
        "days": answer.days,
        "now": _period_json(answer.now),
        "before": _period_json(answer.before),
        "took_ms": took_ms,
    }


def peer_json(peer: Peer, moment: datetime) -> Json:
    """A colleague, with what speaks for them."""
    return {
        "person": person_json(peer.person, moment),
        "score": peer.score,
        "contributions": [contribution_json(part) for part in peer.contributions],
    }


def peers_json(answer: PeersAnswer, moment: datetime, took_ms: float) -> Json:
    """A person's peers."""
    return {
        "peers": [peer_json(peer, moment) for peer in answer.peers],
        "reason": answer.reason,
        "took_ms": took_ms,
    }
