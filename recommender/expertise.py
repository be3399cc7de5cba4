"""What a person has shown knowledge of: their replies, gathered under words and tags.

Topics are the tags of the threads that they replied in and the most telling words of those
threads' titles; each with the replies that show it.
"""

import numpy as np

from data.models import Post
from data.rows import from_us
from data.store import Store
from data.text import body_text, excerpt
from embeddings.statistics import Statistics

from .columns import decayed
from .community import Community
from .results import Contribution, Topic
from .texts import TextIndex
from .view import View

RECENT = 300
"""Replies of a person that are looked at, the newest."""

TOPICS = 8
EVIDENCE = 3
WORDS_A_TITLE = 3
HALF_LIFE_DAYS = 180.0


def topics(
    community: Community,
    texts: TextIndex,
    store: Store,
    statistics: Statistics | None,
    view: View,
    person_id: str,
    viewer_id: str | None,
) -> tuple[Topic, ...]:
    """A person's topics, heaviest first; none of those who wish not to be found.

    A topic's weight is the number of replies that show it, faded by age (half-life 180 days).
    """
    pk = community.person_keys[person_id]
    person = community.people[pk]
    if person.consent == "hidden" and viewer_id != person_id:
        return ()
    posts = community.posts
    mine = np.flatnonzero(view.posts & (posts["author"] == pk) & (posts["credited"] != 0))
    mine = mine[np.argsort(-posts["created"][mine], kind="stable")][:RECENT]
    roots = posts["root"][mine]
    stood = _stood(community, store, view, np.unique(roots))
    gathered: dict[str, list[int]] = {}
    for key, root in zip(mine.tolist(), roots.tolist(), strict=True):
        for label in _labels(texts, statistics, view, stood.get(root)):
            gathered.setdefault(label, []).append(key)
    weight = {
        label: float(
            decayed(np.maximum(view.moment - posts["created"][keys], 0), HALF_LIFE_DAYS).sum()
        )
        for label, keys in gathered.items()
    }
    best = sorted(weight, key=lambda label: (-weight[label], label))[:TOPICS]
    quoted = person.consent != "named"
    wanted = sorted({key for label in best for key in gathered[label][:EVIDENCE]})
    replies = _stood(community, store, view, np.array(wanted, dtype=np.int64)) if quoted else {}
    ids = store.post_ids(wanted) if quoted else {}
    return tuple(
        Topic(
            label=label,
            weight=round(weight[label], 6),
            replies=len(gathered[label]),
            latest=from_us(int(posts["created"][gathered[label]].max())),
            evidence=tuple(
                Contribution(
                    kind="post",
                    points=0.0,
                    reason=f"replied on {from_us(int(posts['created'][key])):%Y-%m-%d}",
                    post_id=ids.get(key),
                    excerpt=excerpt(body_text(replies[key]), (label,)),
                    at=from_us(int(posts["created"][key])),
                    language=replies[key].language,
                )
                for key in gathered[label][:EVIDENCE]
                if key in replies
            ),
        )
        for label in best
    )


def _stood(community: Community, store: Store, view: View, posts: np.ndarray) -> dict[int, Post]:
    versions = community.versions
    rows = np.flatnonzero(view.texts & np.isin(versions["post"], posts))
    return {int(versions["post"][row]): text for row, text in store.texts(rows.tolist()).items()}


def _labels(
    texts: TextIndex, statistics: Statistics | None, view: View, root: Post | None
) -> set[str]:
    if root is None:
        return set()
    title = root.title or excerpt(body_text(root), (), 80)
    words = texts.words.keywords(title, WORDS_A_TITLE, statistics=statistics, counted=view.counted)
    return {tag.casefold() for tag in root.tags} | {
        keyword.word.casefold() for keyword in words if keyword.frequency > 1
    }
