"""What a person has shown knowledge of: their replies, gathered under the community's topics.

Where no topics were learned, or none of them is the person's, replies are gathered under the tags
of their threads and the most telling words of those threads' titles. Each comes with the replies
that show it.
"""

from dataclasses import dataclass

import numpy as np

from data.models import Post
from data.rows import from_us
from data.store import Store
from data.text import body_text, excerpt
from embeddings.statistics import Statistics

from .columns import Ints, decayed, in_time
from .community import Community
from .parts import Parts
from .results import Contribution, Topic
from .saying import say
from .sharedwords import Asked
from .similar import TERMS
from .texts import TextIndex
from .topicindex import TopicIndex, topic_id
from .topiclabels import labels_of
from .view import View

RECENT = 300
"""Replies of a person that are looked at, the newest."""

TOPICS = 8
EVIDENCE = 3
WORDS_A_TITLE = 3
CALLED_BY = 80
"""Characters by which a thread without a title is called."""
HALF_LIFE_DAYS = 180.0


@dataclass(frozen=True, slots=True)
class _Heading:
    """What replies are gathered under: its words stand in them, if anything does."""

    label: str
    words: tuple[str, ...]
    topic: str | None = None


def topics(
    parts: Parts,
    index: TopicIndex,
    statistics: Statistics | None,
    view: View,
    person_id: str,
    viewer_id: str | None,
) -> tuple[Topic, ...]:
    """A person's topics, heaviest first; none of those who wish not to be found.

    A topic's weight is the number of replies that show it, faded by age (half-life 180 days).
    """
    community, store = view.community, parts.store
    pk = community.person_keys[person_id]
    person = community.people[pk]
    if person.consent == "hidden" and viewer_id != person_id:
        return ()
    posts = community.posts
    mine = np.flatnonzero(view.posts & (posts["author"] == pk) & (posts["credited"] != 0))
    mine = in_time(mine, posts["created"], posts["rank"])[::-1][:RECENT]
    gathered = _by_topic(index, parts.texts, view, mine)
    if not gathered:
        gathered = _by_word(parts, statistics, view, mine)
    weight = {
        heading: float(
            decayed(np.maximum(view.moment - posts["created"][keys], 0), HALF_LIFE_DAYS).sum()
        )
        for heading, keys in gathered.items()
    }
    best = sorted(weight, key=lambda heading: (-weight[heading], heading.label))[:TOPICS]
    quoted = person.consent != "named"
    wanted = sorted({key for heading in best for key in gathered[heading][:EVIDENCE]})
    root_of = dict(zip(wanted, posts["root"][wanted].tolist(), strict=True))
    shown = np.array([*wanted, *root_of.values()], dtype=np.int64)
    texts = _stood(community, store, view, shown) if quoted else {}
    ids = store.post_ids(wanted) if quoted else {}
    return tuple(
        Topic(
            label=heading.label,
            weight=round(weight[heading], 6),
            replies=len(gathered[heading]),
            latest=from_us(int(posts["created"][gathered[heading]].max())),
            evidence=tuple(
                Contribution(
                    kind="post",
                    points=0.0,
                    reason=say(
                        "replied on {day}", day=f"{from_us(int(posts['created'][key])):%Y-%m-%d}"
                    ),
                    post_id=ids.get(key),
                    excerpt=excerpt(body_text(texts[key]), heading.words),
                    at=from_us(int(posts["created"][key])),
                    language=texts[key].language,
                    title=_called(texts.get(root_of[key])) or None,
                )
                for key in gathered[heading][:EVIDENCE]
                if key in texts
            ),
            id=heading.topic,
        )
        for heading in best
    )


def _by_topic(
    index: TopicIndex, texts: TextIndex, view: View, replies: Ints
) -> dict[_Heading, list[int]]:
    """Replies by the topic of their thread, as far as that has a name."""
    if index.model is None or not len(replies):
        return {}
    places = index.of_threads(texts, view)
    of = places[np.minimum(view.community.posts["root"][replies], len(places) - 1)]
    shown = sorted(set(of[of >= 0].tolist()))
    gathered = {}
    for place, label in labels_of(view, index.model.words, places, shown).items():
        written = tuple(word.written for word in label.words)
        number = index.model.clusters.numbers[place]
        heading = _Heading(label.text, written, topic_id(number))
        gathered[heading] = replies[of == place].tolist()
    return gathered


def _by_word(
    parts: Parts, statistics: Statistics | None, view: View, replies: Ints
) -> dict[_Heading, list[int]]:
    """Replies by the tags and telling words of their thread's root."""
    roots = view.community.posts["root"][replies]
    stood = _stood(view.community, parts.store, view, np.unique(roots))
    gathered: dict[_Heading, list[int]] = {}
    for key, root in zip(replies.tolist(), roots.tolist(), strict=True):
        for label in _labels(parts.texts, statistics, view, stood.get(root)):
            gathered.setdefault(_Heading(label, (label,)), []).append(key)
    return gathered


def _stood(community: Community, store: Store, view: View, posts: np.ndarray) -> dict[int, Post]:
    versions = community.versions
    rows = np.flatnonzero(view.texts & np.isin(versions["post"], posts))
    return {int(versions["post"][row]): text for row, text in store.texts(rows.tolist()).items()}


def _called(root: Post | None) -> str:
    """A thread's title, or the beginning of what has none; "" of what did not stand then."""
    if root is None:
        return ""
    return root.title or excerpt(body_text(root), (), CALLED_BY)


def _labels(
    texts: TextIndex, statistics: Statistics | None, view: View, root: Post | None
) -> set[str]:
    if root is None:
        return set()
    title = _called(root)
    terms = texts.words.keywords(title, TERMS, statistics=statistics, counted=view.counted)
    # A term is not what people write: it has lost its accents, or is a pair of characters.
    words = Asked(title).told([term for term in terms if term.frequency > 1], title, WORDS_A_TITLE)
    return {word.casefold() for word in (*root.tags, *words)}
