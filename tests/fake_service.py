"""An in-memory store and engine with the faces the doors are built against."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from data.errors import InvalidCursor, UnknownPerson
from data.models import Interaction, Link, Person, Post
from data.store import Deletion
from recommender.results import (
    Candidate,
    Contribution,
    ExpertsAnswer,
    FeedItem,
    FeedPage,
    SimilarIdea,
    Topic,
)


class FakeStore:
    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.posts: dict[str, Post] = {}
        self.interactions: list[Interaction] = []

    def put_person(self, person: Person) -> bool:
        new = person.id not in self.people
        self.people[person.id] = person
        return new

    def get_person(self, person_id: str) -> Person | None:
        return self.people.get(person_id)

    def delete_person(self, person_id: str) -> bool:
        return self.people.pop(person_id, None) is not None

    def put_post(self, post: Post) -> bool:
        new = post.id not in self.posts
        if post.author is not None and post.author not in self.people:
            self.people[post.author] = Person(id=post.author)
        self.posts[post.id] = post
        return new

    def get_post(self, post_id: str) -> Post | None:
        return self.posts.get(post_id)

    def delete_post(self, post_id: str) -> bool:
        return self.posts.pop(post_id, None) is not None

    def apply(self, records: Sequence[Any], *, revive: bool = False) -> list[str | None]:
        return [self._apply(record) for record in records]

    def _apply(self, record: Any) -> str | None:
        if isinstance(record, Person):
            self.put_person(record)
        elif isinstance(record, Post):
            self.put_post(record)
        elif isinstance(record, Deletion):
            (self.people if record.kind == "person" else self.posts).pop(record.id, None)
        elif isinstance(record, Interaction):
            if record.post not in self.posts:
                return f"post: there is no post {record.post!r}"
            self.interactions.append(record)
        elif isinstance(record, Link) and not {record.source, record.target} <= set(self.posts):
            return "from: there is no such post"
        return None

    def counts(self) -> dict[str, int]:
        return {"people": len(self.people), "posts": len(self.posts)}

    def close(self) -> None:
        pass


class FakeEngine:
    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.pending = 0

    def _roots(self) -> list[Post]:
        return [post for post in self.store.posts.values() if post.parent is None]

    def search_experts(self, request: Any, now: datetime) -> ExpertsAnswer:
        roots = self._roots()
        people = [
            person
            for person in sorted(self.store.people.values(), key=lambda one: one.id)
            if person.id != request.asker_id and not person.bot and person.id not in request.exclude
        ]
        found = []
        for rank, person in enumerate(people[: request.k]):
            probability = 0.62 / (rank + 1)
            if probability < request.min_probability:
                continue
            parts = [Contribution("baseline", 0.4, "everyone starts here")]
            if roots:
                root = roots[rank % len(roots)]
                parts.append(
                    Contribution(
                        "post",
                        1.9 / (rank + 1),
                        f"answered “{root.title}”, which asks nearly the same",
                        post_id=root.id,
                        excerpt=root.body[:180],
                        at=root.created,
                        language=root.language,
                    )
                )
            parts.append(Contribution("activity", 0.7 / (rank + 1), "replied 4 times in 14 days"))
            parts.append(Contribution("profile", 0.3, f"is {person.title}"))
            parts.append(Contribution("load", -0.25, "has answered 5 questions this week"))
            score = sum(part.points for part in parts)
            found.append(Candidate(person, score, probability, tuple(parts)))
        known = "qwerty" not in request.query
        reason = None if known else "nobody here has shown knowledge of this"
        return ExpertsAnswer(tuple(found), 0.83 if known else 0.04, reason)

    def similar(self, request: Any, now: datetime) -> tuple[SimilarIdea, ...]:
        return tuple(
            SimilarIdea(post, 0.9 - rank / 10, 0.8 - rank / 8, "the same words and meaning")
            for rank, post in enumerate(self._roots()[: min(request.k, 6)])
        )

    def feed(
        self, person_id: str, *, k: int, as_of: Any, cursor: str | None, now: datetime
    ) -> FeedPage:
        if person_id not in self.store.people:
            raise UnknownPerson(person_id)
        if cursor is not None and not cursor.isdigit():
            raise InvalidCursor()
        start = int(cursor or 0)
        hidden = {
            event.post
            for event in self.store.interactions
            if event.person == person_id and event.kind in ("view", "dismiss")
        }
        roots = [
            root for root in self._roots() if root.author != person_id and root.id not in hidden
        ]
        items = tuple(
            FeedItem(root, 1.0, ("new in a space you write in", "tried at 3 stores, worked at 2"))
            for root in roots[start : start + k]
        )
        return FeedPage(items, str(start + k) if len(roots) > start + k else None)

    def expertise(
        self, person_id: str, *, viewer_id: str | None, as_of: Any, now: datetime
    ) -> tuple[Topic, ...]:
        if person_id not in self.store.people:
            raise UnknownPerson(person_id)
        return (Topic("lighting", 2.5, 4, datetime(2026, 5, 1, tzinfo=UTC)),)

    def people(self, query: str, viewer: str | None, now: datetime) -> tuple[Person, ...]:
        wanted = query.casefold()
        return tuple(
            person
            for person in self.store.people.values()
            if wanted in (person.name or person.id).casefold()
        )

    def thread(self, post_id: str, viewer_id: str | None, now: datetime) -> tuple[Post, ...]:
        post = self.store.posts.get(post_id)
        if post is None:
            return ()
        root = post.thread or post.id
        return tuple(one for one in self.store.posts.values() if (one.thread or one.id) == root)

    def may_read(self, viewer_id: str, post_id: str, now: datetime) -> bool:
        return post_id in self.store.posts

    def learn(self, until: Any, now: datetime) -> dict[str, Any]:
        return {"questions": 3}

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass

    def status(self) -> dict[str, Any]:
        posts = len(self.store.posts)
        return {
            "posts": posts,
            "indexed": posts - self.pending,
            "pending": self.pending,
            "seq": 1,
            "encoders": {"minilm": {"runtime": "openvino", "fingerprint": "f"}},
        }


class StoreEngine(FakeEngine):
    """The fake engine over the real store."""

    @classmethod
    def open(cls, store: Any, settings: Any = None, progress: Any = None) -> "StoreEngine":
        fake = FakeStore()
        for id_ in ("anna", "bo", "cy"):
            person = store.get_person(id_)
            if person is not None:
                fake.people[id_] = person
        for id_ in ("p", "r"):
            post = store.get_post(id_)
            if post is not None:
                fake.posts[id_] = post
        return cls(fake)
