"""Random communities of nasty shapes, as the JSON of the community format; drawn from a seed.

Ids that paths, case and normal forms stumble over; replies before their roots, to parents that
are missing, across threads and in circles; times of all notations, equal ones and future ones;
bodies that are empty, huge, HTML, right to left; people known as authors alone, bots, the hidden.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

from tests.communities import NOW, START, sentence

Json = dict[str, Any]

IDS = (
    *("a/b", "a?b", "a#b", "a b", "[x]", "ÄÖ", "äö", "ABC", "abc", "😀", "\U0010fffd", "\ud7ff"),
    *("%2F", "a%20b", "a\\b", "a'b\"", "null", "0", "007", "7", "deleted", "é", "e\u0301", "+"),
    *(
        "a/feed",
        "feed",
        "threads",
        "\u202eabc",
        "İ",
        "ß",
        "ss",
        "-1",
        "1e5",
        ";",
        "a&b=c",
        "x" * 300,
    ),
)
BODIES = (
    *("", " ", "<p>the <b>window</b> &amp; <script>alert(1)</script></p>", "<div>" * 300),
    *("# head\n\n* a\n\n```\ncode spotlight\n```", "مرحبا نافذة العرض", "窓の照明は", "\u200b"),
    *("> quoted\n\nwindow spotlight", "x" * 5000, "window " * 900, "@ABC can you help", "-- \nme"),
)
TAGS = ("Light", "LIGHT", "truck", "Ünit", "ünit", "a b", "İstanbul")
LANGUAGES = ("en", "sv", "zh", "ar", "xx", "EN", "en-GB", None, None)
ACTS = ("view", "like", "bookmark", "follow", "helpful", "not_helpful", "dismiss", "join", "tried")


class Nasty:
    """A community: `names` of its people, and its records by kind, posts in no order."""

    def __init__(self, seed: int) -> None:
        self._rng = rng = Random(seed)
        count = rng.choice([1, 3, 5, 8, 8])
        self.names: list[str] = rng.sample(IDS, count)
        self.spaces = [self._space(id_) for id_ in rng.sample(IDS, rng.randrange(4))]
        self.people = [self._person(name) for name in self.names if rng.random() < 0.75]
        self.posts: list[Json] = []
        self._times: set[tuple[str, datetime]] = set()
        for number in range(rng.choice([0, 2, 12, 16])):
            self._thread(number)
        rng.shuffle(self.posts)
        self.acts = [self._act() for _ in range(rng.randrange(2 * len(self.posts) + 1))]
        pairs = [rng.sample(self.posts, 2) for _ in range(len(self.posts) // 6)]
        self.links = [self._link(one["id"], other["id"]) for one, other in pairs]

    def records(self) -> list[Json]:
        """All of it, in an order in which it can be written."""
        return [*self.spaces, *self.people, *self.posts, *self.acts, *self.links]

    def _written(self, moment: datetime) -> str:
        zone = self._rng.choice([UTC, UTC, timezone(timedelta(hours=5, minutes=30)), None])
        if zone is None:
            return moment.replace(tzinfo=None).isoformat()
        return moment.astimezone(zone).isoformat().replace("+00:00", "Z")

    def _moment(self, author: str, after: datetime | None = None) -> datetime:
        rng = self._rng
        while True:
            moment = START + timedelta(days=rng.randrange(180), hours=rng.choice([0, 0, 7]))
            if rng.random() < 0.05:
                moment = NOW + timedelta(days=rng.randrange(1, 30))
            elif after is not None and rng.random() < 0.8:
                moment = after + timedelta(minutes=30 * rng.randrange(200))
            # What one person writes at one time in one thread, only the texts tell apart.
            if (author, moment) not in self._times:
                self._times.add((author, moment))
                return moment

    def _space(self, id_: str) -> Json:
        rng = self._rng
        members = rng.sample(self.names, rng.randrange(len(self.names) + 1))
        visibility = rng.choice(["open", "members"])
        return _stated("space", id=id_, name=id_[:9], visibility=visibility, members=members)

    def _person(self, name: str) -> Json:
        rng = self._rng
        return _stated(
            "person",
            id=name,
            name=rng.choice([None, f"Name {name[:9]}", "Ann Lee", "ann lee"]),
            email=rng.choice([None, "x@example.org"]),
            about=sentence(rng, rng.randrange(4)) if rng.random() < 0.4 else None,
            site=rng.choice(["north", "North", "south", None]),
            languages=rng.sample(["en", "sv", "DE"], rng.randrange(3)),
            timezone=rng.choice([None, "Europe/Stockholm", "Nowhere/Land"]),
            manager=rng.choice([None, rng.choice(self.names), "nobody here"]),
            bot=rng.random() < 0.1,
            active=rng.random() > 0.1,
            joined=rng.choice([None, self._written(START + timedelta(days=rng.randrange(150)))]),
            left=rng.choice([*[None] * 5, self._written(START + timedelta(days=90))]),
            consent=rng.choice(["open", "open", "named", "hidden"]),
            weekly_capacity=rng.choice([None, None, 0, 1]),
            shoe={"size": 44},
        )

    def _id(self) -> str:
        taken = {post["id"] for post in self.posts}
        while True:
            id_ = self._rng.choice(IDS) if self._rng.random() < 0.3 else f"t{len(self.posts)}"
            if id_ not in taken:
                return id_

    def _thread(self, number: int) -> None:
        rng, topic, author = self._rng, self._rng.randrange(4), self._rng.choice(self.names)
        created, id_ = self._moment(author), self._id()
        space = rng.choice(self.spaces)["id"] if self.spaces and rng.random() < 0.7 else None
        expires = self._written(created + timedelta(days=40))
        edited = self._written(created + timedelta(days=rng.randrange(40)))
        self.posts.append(
            _stated(
                "post",
                id=id_,
                author=author,
                created=self._written(created),
                body=self._body(topic),
                title=f"{sentence(rng, topic, 4)} {number}",
                kind=rng.choice([None, "question", "idea"]),
                body_format=rng.choice([None, "html", "markdown"]),
                thread=rng.choice([None, id_]),
                space=space,
                tags=rng.sample(TAGS, rng.randrange(3)),
                language=rng.choice(LANGUAGES),
                anonymous=rng.random() < 0.1,
                visibility="members" if rng.random() < 0.07 else None,
                valid_until=expires if rng.random() < 0.15 else None,
                updated=edited if rng.random() < 0.15 else None,
                score=rng.choice([None, -3]),
            )
        )
        ids = [id_]
        for _ in range(rng.randrange(6)):
            ids.append(self._reply(ids, topic, created, space))

    def _reply(self, ids: Sequence[str], topic: int, after: datetime, space: str | None) -> str:
        rng, author, id_ = self._rng, self._rng.choice(self.names), self._id()
        far, missing = rng.choice(self.posts)["id"], f"missing {rng.randrange(4)}"
        parent, thread = rng.choice(
            [
                *[(rng.choice(ids), ids[0])] * 6,
                *((rng.choice(ids), None), (None, ids[0]), (far, None)),
                *((missing, None), (missing, ids[0]), (ids[0], missing)),
            ]
        )
        self.posts.append(
            _stated(
                "post",
                id=id_,
                author=author,
                created=self._written(self._moment(author, after)),
                body=self._body(topic),
                parent=parent,
                thread=thread,
                kind=rng.choice([None, "answer", "reply", "comment"]),
                space=space,
                anonymous=rng.random() < 0.08,
                language=rng.choice(LANGUAGES),
                accepted=rng.choice([None, True]),
            )
        )
        return id_

    def _body(self, topic: int) -> str:
        rng = self._rng
        return rng.choice(BODIES) if rng.random() < 0.15 else sentence(rng, topic, 12)

    def _act(self) -> Json:
        rng, kind = self._rng, self._rng.choice(ACTS)
        moment = START + timedelta(minutes=rng.randrange(60 * 24 * 180))
        return _stated(
            "interaction",
            post=rng.choice(self.posts)["id"],
            kind=kind,
            at=rng.choice([None, moment.date().isoformat(), self._written(moment)]),
            value="worked" if kind == "tried" else None,
        ) | {"person": rng.choice([*self.names, None])}

    def _link(self, source: str, target: str) -> Json:
        kind = self._rng.choice(["duplicate", "related", "not_same"])
        at = self._written(START + timedelta(minutes=self._rng.randrange(60 * 24 * 180)))
        made = _stated("link", kind=kind, at=self._rng.choice([None, at]))
        return {**made, "from": source, "to": target}


def _stated(kind: str, /, **values: object) -> Json:
    return {"type": kind} | {key: value for key, value in values.items() if value is not None}
