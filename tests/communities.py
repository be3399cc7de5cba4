"""Small random communities, a cheap encoder for them, and engines over both.

The encoder adds up a fixed pseudo-random vector for each word, so that texts which share words
are alike; no model is loaded. Everything is drawn from a seed.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import numpy as np

from data.models import Interaction, Link, Person, Post, Record, Space
from data.store import Store
from recommender.engine import Engine
from recommender.fitting import APRIORI
from recommender.ranker import PAIRS, Ranker, default_ranker
from recommender.settings import EngineSettings

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2024, 7, 1, tzinfo=UTC)

TOPICS = (
    "window display mannequin lighting spotlight glass entrance season decoration",
    "delivery truck warehouse pallet schedule driver supplier invoice customs",
    "register payment card terminal receipt network printer scanner password",
    "training newcomer course manager shift holiday contract uniform language",
)
COMMON = "please how can we the a our for with new old store team this which when"


class WordEncoder:
    """Unit vectors (n, dim) as sums of one fixed vector a word."""

    def __init__(self, dim: int, name: str, space: str = "") -> None:
        self.dim = dim
        self.fingerprint = f"words-{name}-{dim}"
        self._space = f"words-{space or name}-{dim}"
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            for word in text.casefold().split():
                out[i] += _word_vector(self._space, word, self.dim)
            norm = float(np.linalg.norm(out[i]))
            if norm:
                out[i] /= norm
        return out


@cache
def _word_vector(name: str, word: str, dim: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(f"{name} {word}".encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dim)


def encoders(kind: type[WordEncoder] = WordEncoder) -> dict[str, WordEncoder]:
    """The three encoders of `kind`, of which two read for one lane."""
    return {"minilm": kind(64, "m"), "multilingual": kind(48, "u"), "bridged": kind(48, "b", "u")}


def open_encoder(name: str, _device: str = "cpu") -> WordEncoder:
    """In the place of `embeddings.registry.open_encoder`: encoders that cost nothing."""
    return encoders()[name]


@cache
def _template() -> Path:
    path = Path(mkdtemp(prefix="whoknows-test-")) / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


elsewhere: list[Callable[[], Store]] = []
"""Where stores are made instead, the last of these; see `each_database` in conftest."""


def new_store(folder: Path | None = None, name: str = "community.db") -> Store:
    """An empty store in `folder`, or in a new one; migrating anew each time would be slow."""
    if elsewhere:
        return elsewhere[-1]()
    path = (folder or Path(mkdtemp(prefix="whoknows-test-"))) / name
    shutil.copy(_template(), path)
    return Store.open(f"sqlite:///{path}")


def engine_of(
    records: Iterable[Record], store: Store | None = None, prior: Ranker | None = None
) -> Engine:
    """An engine over a new store that holds `records`; `prior`: the default ranker if None."""
    store = store or new_store()
    refused = [v for v in store.apply(list(records), received=NOW) if v is not None]
    assert not refused, refused
    engine = Engine(store, encoders(), None, EngineSettings(prior=prior or default_ranker()))
    engine.sync()
    return engine


def every_signal() -> Ranker:
    """A ranker with which no signal is without influence, and no two of them together."""
    pairs = {pair: 0.02 * (-1) ** place for place, pair in enumerate(PAIRS)}
    return replace(default_ranker(), weights=APRIORI, pairs=pairs)


@dataclass
class Community:
    """Records by kind, in an order in which they can be written."""

    spaces: list[Space]
    people: list[Person]
    posts: list[Post]
    interactions: list[Interaction]
    links: list[Link]

    def records(self) -> list[Record]:
        return [*self.spaces, *self.people, *self.posts, *self.interactions, *self.links]


def sentence(rng: Random, topic: int, words: int = 10) -> str:
    """Words of a topic among common ones."""
    own, common = TOPICS[topic % len(TOPICS)].split(), COMMON.split()
    return " ".join(rng.choice(own if rng.random() < 0.6 else common) for _ in range(words))


def random_community(seed: int, threads: int = 25, people: int = 12) -> Community:
    """Threads of people with favourite topics; some spaces and posts are for members alone."""
    rng = Random(seed)
    names = [f"p{i:02}" for i in range(people)]
    spaces = [
        Space(
            f"s{i}",
            visibility="members" if i % 3 == 2 else "open",
            members=tuple(rng.sample(names, people // 3)) if i else (),
        )
        for i in range(5)
    ]
    persons = [
        Person(
            name,
            name=f"Name{i} Family{i}",
            about=sentence(rng, i) if rng.random() < 0.5 else None,
            site=rng.choice(["north", "south", None]),
            languages=("en",) if rng.random() < 0.5 else (),
            joined=START + timedelta(days=rng.randrange(100)) if rng.random() < 0.7 else None,
            bot=i == 9,
            consent=rng.choice(["open", "open", "open", "named", "hidden"]),
            weekly_capacity=rng.choice([None, 1]),
        )
        for i, name in enumerate(names)
        # Some are known as authors alone.
        if i % 4 != 3
    ]
    posts: list[Post] = []
    for number in range(threads):
        posts += _thread(rng, number, names, spaces)
    return Community(spaces, persons, posts, _acts(rng, posts, names), _links(rng, posts))


def _thread(rng: Random, number: int, names: list[str], spaces: list[Space]) -> list[Post]:
    topic = rng.randrange(len(TOPICS))
    created = START + timedelta(hours=rng.randrange(24 * 175))
    root = Post(
        f"t{number}",
        rng.choice(names),
        created,
        sentence(rng, topic, 14),
        kind=rng.choice(["question", "idea", "post"]),
        title=sentence(rng, topic, 5),
        space=rng.choice(spaces).id if rng.random() < 0.9 else None,
        tags=tuple(rng.sample(["light", "truck", "card", "course"], rng.randrange(3))),
        language=rng.choice(["en", "en", "sv", None]),
        anonymous=rng.random() < 0.1,
        visibility="members" if rng.random() < 0.08 else "space",
        valid_until=created + timedelta(days=30) if rng.random() < 0.15 else None,
    )
    replies: list[Post] = []
    for i in range(rng.randrange(6)):
        created += timedelta(minutes=rng.randrange(1, 3000))
        near = [n for n in names if int(n[1:]) % len(TOPICS) == topic]
        replies.append(
            Post(
                f"t{number}r{i}",
                rng.choice(near if rng.random() < 0.6 else names),
                created,
                sentence(rng, topic, 9),
                kind=rng.choice(["reply", "answer", "reply", "comment"]),
                thread=root.id,
                parent=rng.choice([root.id, *(r.id for r in replies)]),
                space=root.space,
                anonymous=rng.random() < 0.05,
                visibility="members" if rng.random() < 0.05 else "space",
                language=rng.choice(["en", "sv", None]),
            )
        )
    return [root, *replies]


def _acts(rng: Random, posts: list[Post], names: list[str]) -> list[Interaction]:
    acts = []
    for _ in range(len(posts)):
        post = rng.choice(posts)
        outcome = rng.choice(["worked", "adapted", "did not work"])
        kind = rng.choice(["view", "like", "bookmark", "follow", "dismiss", "join", "tried"])
        acts.append(
            Interaction(
                rng.choice(names) if rng.random() < 0.9 else None,
                post.id,
                kind,
                at=post.created + timedelta(hours=rng.randrange(1, 200)),
                value=outcome if kind == "tried" else None,
                site=rng.choice(["north", "south", None]) if kind == "tried" else None,
                day_only=rng.random() < 0.1,
            )
        )
    return acts


def _links(rng: Random, posts: list[Post]) -> list[Link]:
    roots = [post for post in posts if post.parent is None]
    return [
        Link(a.id, b.id, "related", at=max(a.created, b.created))
        for a, b in (rng.sample(roots, 2) for _ in range(len(roots) // 5))
    ]


def readable_part(community: Community, viewer: str | None) -> Community:
    """What is left when nothing that `viewer` may not read was ever there.

    Worked out from the records alone, by the contract's words, as an oracle.
    """
    closed = {s.id: set(s.members) for s in community.spaces if s.visibility == "members"}
    members = {s.id: set(s.members) for s in community.spaces}
    by_id = {post.id: post for post in community.posts}

    def readable(post: Post) -> bool:
        if post.space in closed and viewer not in closed[post.space]:
            return False
        if post.visibility == "members" and viewer not in members.get(post.space or "", ()):
            return False
        root = by_id.get(post.thread or "")
        return root is None or root is post or readable(root)

    posts = [post for post in community.posts if readable(post)]
    left = {post.id for post in posts}
    return replace(
        community,
        posts=posts,
        interactions=[act for act in community.interactions if act.post in left],
        links=[link for link in community.links if {link.source, link.target} <= left],
    )
