"""What people say of their own work, as vectors by person key; and what they chose, apart."""

from collections.abc import Mapping

import numpy as np

from data.reading import Changes
from data.store import Store
from data.text import profile_text
from embeddings.face import Encoder, Rows, Scores
from embeddings.lanes import encoders_of_text, lane_of_index
from embeddings.language import detect_languages

from .choices import Choices
from .embedding import read_once
from .meaning import MeaningIndex, indexes_of
from .questions import Question


class Profiles(MeaningIndex):
    """Profiles of people; an English one is read by both lanes, as a thread's root is.

    `choices`: what concerns them, which shows no knowledge and is compared with nobody's.
    """

    def __init__(self, encoders: Mapping[str, Encoder]) -> None:
        super().__init__(indexes_of(encoders))
        self.encoders = dict(encoders)
        self.choices = Choices(encoders)

    def likeness(self, question: Question, rows: Rows) -> Scores:
        """As of any index; most people say nothing of their work, and are not looked up twice."""
        found = np.zeros(len(rows))
        held = self.multilingual.has(rows)
        if held.any():
            found[held] = super().likeness(question, rows[held])
        return found

    def absorb(self, store: Store, changes: Changes) -> None:
        """Read the profiles of new and changed people and what they chose; forget the gone."""
        people, gone = changes.people, changes.removed.get("person", ())
        self.choices.absorb(store, changes)
        texts = {pk: " ".join(profile_text(person).split()) for pk, person in people}
        for index in self.dense.values():
            index.remove(np.array([*texts, *gone], dtype=np.int64))
        spoken = [(pk, text) for pk, text in texts.items() if text]
        languages = detect_languages([text for _, text in spoken])
        wanted: dict[str, list[tuple[int, str]]] = {name: [] for name in self.encoders}
        for (pk, text), language in zip(spoken, languages, strict=True):
            for name in encoders_of_text(language, True, self.encoders):
                wanted[name].append((pk, text))
        for name, mine in wanted.items():
            encoder = self.encoders[name]
            new, vectors = read_once(store, encoder, [text for _, text in mine])
            if new:
                store.keep_profiles(encoder.fingerprint, new, [pk for pk, _ in mine])
            if mine:
                self.dense[lane_of_index(name)].put(
                    np.array([pk for pk, _ in mine], dtype=np.int64),
                    np.stack([vectors[text] for _, text in mine]),
                )
