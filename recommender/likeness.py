"""In what way threads are like a text: one column of signals each, as of a moment.

In: a text, its vectors, and the roots that were found. Out: `Likeness`, numbers of which a score
is a weighted sum. Only what the viewer may read, and what was there, has any influence.
"""

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from embeddings.lexical import MOST_TERMS, LexicalIndex
from embeddings.registry import MINILM
from embeddings.statistics import Statistics

from .columns import Flags, Ints
from .community import NAMELESS
from .ideas import DAY_US
from .linking import Linking
from .queries import SimilarQuery
from .questions import Question, Reader, begun_by
from .standing import standing_rows
from .texts import TextIndex
from .view import View
from .whitening import Whitening

Floats = npt.NDArray[np.float64]


class Known(TypedDict):
    """What a lexical index is told of the corpus."""

    statistics: Statistics | None
    counted: Flags


WORDLESS = 0.35
"""How much less than its cosine a like text of the same language covers of a text's words: the
usual gap between the two among linked threads."""

FARTHER = 1.4
"""How much farther from 1 the whitened cosine of a like text is than its cosine: the usual ratio
among linked threads; for texts that no whitening was fitted for, as across languages."""

FRESH_US = 30 * DAY_US
"""Age at which freshness has lost about its first tenth of what it loses in five years."""

TWIN = 0.95
"""Likeness from which a text is taken to be a thread that was posted already, so that what was
said of that thread is said of the text."""

MOST_PIECES = 120
"""What encoders read of a text that is compared: some 128 tokens of the 256 that they take. They
are most of the cost of an answer, which grows with their number; what more or fewer are worth is in
evaluation/results/similar.md."""

NEAR_COPY = 0.7
"""Likeness, of a beginning to a whole, from which it is looked whether the text is the same."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Roots (n,) by version, and what is known of each of them.

    `signals`: (n,) each, by name of `alike.SIGNALS`. `meaning`: the cosine itself. `declared`,
    `parted`: whether the text is a thread that somebody called a duplicate of this one, or not
    the same as this one.
    """

    rows: Ints
    roots: Ints
    meaning: Floats
    declared: Flags
    parted: Flags
    signals: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is compared: what was asked, its vectors, for whose eyes and when."""

    query: SimilarQuery
    question: Question
    view: View

    @property
    def heading(self) -> str:
        """The title, or the text where there is none."""
        return self.query.title or self.question.text


def question_of(reader: Reader, text: str) -> Question:
    """A text as what is asked: all of its words, and vectors of its beginning."""
    whole = " ".join(text.split())
    return replace(reader.read(beginning(whole)), text=whole)


def beginning(text: str) -> str:
    """What encoders read of `text`: all of it, or its first `MOST_PIECES`."""
    return begun_by(text, MOST_PIECES)


def likeness_of(
    texts: TextIndex,
    statistics: Statistics | None,
    whitening: Whitening | None,
    asked: Asked,
    rows: Ints,
) -> Likeness:
    """Every signal of the roots whose current texts are `rows` (n,), versions."""
    view, question = asked.view, asked.question
    posts, versions = view.community.posts, view.community.versions
    roots = versions["post"][rows]
    known: Known = {"statistics": statistics, "counted": view.counted}
    meaning = texts.likeness(question, rows)
    copies = _copies(texts, question, rows, meaning, known)
    meaning[copies] = 1.0
    # What is in another language shares few words however like it is: it is taken to share as
    # many as its meaning makes likely.
    foreign = texts.is_foreign(question, rows)
    likely = np.where(foreign, meaning - WORDLESS, 0.0)
    peculiar = _peculiar(texts, whitening, question, rows, meaning, foreign)
    peculiar[copies] = 1.0
    found = Linking.of(view, roots, meaning, TWIN)
    here = view.community.space_keys.get(asked.query.space or "", 0)
    viewer = view.community.person_keys.get(asked.query.viewer_id or "", 0)
    named = (posts["flags"][roots] & NAMELESS) == 0
    age = np.maximum(view.moment - posts["created"][roots], 0) / FRESH_US
    signals = {
        "meaning": meaning,
        "peculiar": peculiar,
        "words": np.maximum(covered(texts.words, question.text, rows, known), likely),
        "titles": np.maximum(covered(texts.titles, asked.heading, rows, known), likely),
        "replies": _replies(texts, asked, roots, known),
        "fresh": -np.log1p(age),
        "linked": np.log1p(found.linked),
        "kin": found.kin,
        "own": ((posts["author"][roots] == viewer) & named & (viewer > 0)).astype(np.float64),
        "tags": _tags(asked, rows),
        "space": ((posts["space"][roots] == here) & (here > 0)).astype(np.float64),
    }
    return Likeness(rows, roots, meaning, found.declared, found.parted, signals)


def _copies(
    texts: TextIndex, question: Question, rows: Ints, meaning: Floats, known: Known
) -> Ints:
    """Places of those that hold every word of a text of which encoders read the beginning alone:
    of a text that is whole in one place and cut in the other the vectors are not the same."""
    near = np.flatnonzero(meaning >= NEAR_COPY)
    if not len(near) or beginning(question.text) == question.text:
        return near[:0]
    every = len(texts.words.keywords(question.text, len(question.text), **known))
    shared = texts.words.shared(question.text, rows[near], every, **known)
    return near[[len(words) == every for words in shared]]


def covered(index: LexicalIndex, text: str, rows: Ints, known: Known) -> Floats:
    """How much of a text's information each row holds, about 0 to 1: BM25 over the sum of idf.

    Unlike a share of the best hit, it does not make a match of one common word look like much.
    """
    whole = sum(keyword.weight for keyword in index.keywords(text, MOST_TERMS, **known))
    scores = index.scores(text, rows, **known)
    return np.minimum(scores / whole, 1.0) if whole > 0.0 else scores


def _peculiar(
    texts: TextIndex,
    whitening: Whitening | None,
    question: Question,
    rows: Ints,
    meaning: Floats,
    foreign: Flags,
) -> Floats:
    """The whitened cosine of what MiniLM read; what is likely of all else."""
    found = 1.0 - FARTHER * (1.0 - meaning)
    if whitening is None or MINILM not in question.vectors:
        return found
    own = np.flatnonzero(~foreign)
    held = texts.dense[MINILM].vectors(rows[own])
    found[own] = whitening.cosines(question.vectors[MINILM], held)
    return found


def _replies(texts: TextIndex, asked: Asked, roots: Ints, known: Known) -> Floats:
    """The most that one reply of each thread covers of the text, (n,): links go to answers."""
    view = asked.view
    threads = [view.community.threads.get(root, []) for root in roots.tolist()]
    lengths = [len(thread) for thread in threads]
    places = np.repeat(np.arange(len(roots)), lengths)
    keys = np.fromiter(chain.from_iterable(threads), np.int64, sum(lengths))
    rows = standing_rows(view.community, view, keys)
    places, rows = places[rows > 0], rows[rows > 0]
    most = np.zeros(len(roots))
    np.maximum.at(most, places, covered(texts.words, asked.question.text, rows, known))
    return most


def _tags(asked: Asked, rows: Ints) -> Floats:
    """Tags in common, over the geometric mean of how many each has, (n,)."""
    wanted = {tag.casefold() for tag in asked.query.tags}
    shared = np.zeros(len(rows))
    if not wanted:
        return shared
    for place, row in enumerate(rows.tolist()):
        theirs = {tag.casefold() for tag in asked.view.community.tags.get(row, ())}
        if theirs:
            shared[place] = len(wanted & theirs) / np.sqrt(len(wanted) * len(theirs))
    return shared
