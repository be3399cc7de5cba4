"""What people chose as concerning them, read as questions are; for nobody's eyes but theirs.

In: the store's changes. Out: of one person and a moment, the topics chosen before it, and each as a
`Question`. Only that person's own feed asks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from data.models import Choice
from data.reading import Changes
from data.store import Store
from embeddings.face import Encoder, Vectors
from embeddings.lanes import encoders_of_query, lane_of_index
from embeddings.language import detect_languages

from .embedding import read_once
from .questions import Question


class Choices:
    """Topics by person, following the store."""

    def __init__(self, encoders: Mapping[str, Encoder]) -> None:
        self._encoders = dict(encoders)
        self._of: dict[int, tuple[Choice, ...]] = {}
        self._questions: dict[str, Question] = {}

    def before(self, person: int, moment: datetime) -> tuple[Choice, ...]:
        """What a person, by key, had chosen before `moment`, in their order."""
        return tuple(choice for choice in self._of.get(person, ()) if choice.at < moment)

    def question(self, choice: Choice) -> Question:
        """A choice that somebody has made, as a text to search by."""
        return self._questions[choice.topic]

    def absorb(self, store: Store, changes: Changes) -> None:
        """Read what was chosen; forget what was taken back, and what the gone had chosen."""
        told = dict(changes.choices)
        gone = [pk for pk in changes.removed.get("person", ()) if pk in self._of]
        if not told and not gone:
            return
        for pk in gone:
            del self._of[pk]
        self._of.update(told)
        used = {choice.topic for chosen in self._of.values() for choice in chosen}
        self._questions = {topic: self._questions[topic] for topic in used & self._questions.keys()}
        self._read(store, sorted(used - self._questions.keys()), list(told))

    def _read(self, store: Store, topics: Sequence[str], people: Sequence[int]) -> None:
        """Read `topics`, which are what `people` chose."""
        languages = dict(zip(topics, detect_languages(topics), strict=True))
        found: dict[str, dict[str, Vectors]] = {topic: {} for topic in topics}
        for name, encoder in self._encoders.items():
            mine = [
                topic
                for topic, language in languages.items()
                if name in encoders_of_query(language, self._encoders)
            ]
            new, vectors = read_once(store, encoder, mine)
            if new:
                store.keep_topics(encoder.fingerprint, new, people)
            for topic, vector in vectors.items():
                found[topic][lane_of_index(name)] = vector
        for topic, language in languages.items():
            self._questions[topic] = Question(topic, language, found[topic])
