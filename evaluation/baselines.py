"""The rankings that ours must beat, each a function from a question to ranked person ids.

In: a `Split` and an encoder. Out: `System`s by name. All are prequential: they read the history
before the question's own time; statistics of the corpus are fitted before the test window and
then frozen. Everyone with a reply before is ranked, ties by id.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from data.models import Post
from data.text import post_text
from evaluation.history import DAY, Floats, History, Ints, decay, root_text
from evaluation.protocol import Question
from evaluation.relevance import Similarity
from evaluation.textmodel import TextModel

System = Callable[[Question], Sequence[str]]
Scorer = Callable[[Question], Floats]
"""A question to one number a person of the history, higher is better."""

VOTERS = 100
SHORT, MIDDLE, LONG = 14 * DAY, 60 * DAY, 90 * DAY


def ranking(history: History, score: Scorer) -> System:
    """The system that orders a question's candidates by `score`, ties by id."""

    def ranked(question: Question) -> list[str]:
        candidates = history.candidates(question)
        # People are numbered in the order of their ids, so a stable sort breaks ties by id.
        order = np.argsort(-score(question)[candidates], kind="stable")
        return [history.people[n] for n in candidates[order]]

    return ranked


class Remembered:
    """A similarity that several systems ask the same in turn: it answers once.

    `text` turns a question's root into what is compared.
    """

    def __init__(self, similarity: Similarity, text: Callable[[Post], str]) -> None:
        self._similarity = similarity
        self._text = text
        self._last: tuple[tuple[str, int], tuple[Ints, Floats]] | None = None

    def nearest(self, question: Question, n: int) -> tuple[Ints, Floats]:
        """The `VOTERS` of the first `n` texts that are most like the question, best first."""
        asked = question.id, n
        if self._last is None or self._last[0] != asked:
            found = self._similarity.nearest(self._text(question.root), n, VOTERS)
            self._last = asked, found
        return self._last[1]


def baselines(
    history: History,
    *,
    words: Similarity,
    meaning: Similarity,
    posts: Similarity,
    profile: TextModel,
) -> dict[str, System]:
    """Every baseline of PROTOCOL "Who knows".

    `words` and `meaning` compare a question with the roots (TF-IDF, MiniLM), `posts` and
    `profile` with the replies (BM25, language models).
    """
    by_words, by_posts = Remembered(words, root_text), Remembered(posts, root_text)
    by_meaning = Remembered(meaning, post_text)
    scorers: dict[str, Scorer] = {
        "random": lambda question: _by_lot(history, question),
        "replies": lambda question: history.activity(_at(question)),
        "replies-14d": lambda question: history.activity(_at(question), SHORT),
        "replies-60d": lambda question: history.activity(_at(question), MIDDLE),
        "replies-space-60d": lambda question: history.activity(
            _at(question), MIDDLE, history.space(question.root.space)
        ),
        "bm25": lambda question: comb_sum(history, by_posts, question),
        "bm25-90d": lambda question: comb_sum(history, by_posts, question, LONG),
        "minilm": lambda question: root_votes(history, by_meaning, question),
        "minilm-90d": lambda question: root_votes(history, by_meaning, question, LONG),
        "profile": lambda question: profile.scores(
            root_text(question.root), history.replies_before(_at(question))
        ),
        "zsum": lambda question: zsum(history, by_words, by_meaning, question),
    }
    return {name: ranking(history, score) for name, score in scorers.items()}


def root_votes(
    history: History, similarity: Remembered, question: Question, half_life: float | None = None
) -> Floats:
    """Votes of the past roots most similar to the question."""
    at = _at(question)
    roots, values = similarity.nearest(question, history.roots_before(at))
    return history.votes(at, roots, values, half_life)


def comb_sum(
    history: History, similarity: Remembered, question: Question, half_life: float | None = None
) -> Floats:
    """Scores of the nearest replies, summed over their authors (CombSUM, Fox and Shaw 1994;
    as in SE-PEF, Kasela et al. 2023)."""
    at = _at(question)
    replies, values = similarity.nearest(question, history.replies_before(at))
    if half_life is not None:
        values = values * decay(at - history.reply_times[replies], half_life)
    return history.sums(history.reply_people[replies], values)


def zsum(history: History, words: Remembered, meaning: Remembered, question: Question) -> Floats:
    """The baseline to beat: a sum of z-scores over the candidates.

    The square roots of the votes by TF-IDF and by MiniLM, plain and halved every 90 days, count
    a half each; log(1 + replies) with half-lives of 14 and 60 days one each.
    """
    at = _at(question)
    candidates = history.candidates(question)
    total = np.zeros(len(history.people))
    for similarity in (words, meaning):
        for half_life in (None, LONG):
            votes = root_votes(history, similarity, question, half_life)
            total += 0.5 * _z_scores(np.sqrt(votes), candidates)
    for half_life in (SHORT, MIDDLE):
        total += _z_scores(np.log1p(history.activity(at, half_life)), candidates)
    return total


def _z_scores(values: Floats, candidates: Ints) -> Floats:
    """`values` less the candidates' mean, over their deviation; zeros where they are all equal."""
    of_candidates = values[candidates]
    deviation = of_candidates.std() if len(of_candidates) else 0.0
    if deviation == 0:
        return np.zeros_like(values)
    centred: Floats = (values - of_candidates.mean()) / deviation
    return centred


def _by_lot(history: History, question: Question) -> Floats:
    """Numbers drawn for the candidates alone: who replies later must not shift whose is whose."""
    numbers = np.zeros(len(history.people))
    candidates = history.candidates(question)
    numbers[candidates] = chance(question.id, len(candidates))
    return numbers


def chance(id_: str, n: int) -> Floats:
    """`n` numbers drawn by lot, the same for the same id."""
    seed = int.from_bytes(hashlib.sha256(id_.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).random(n)


def _at(question: Question) -> float:
    return question.at.timestamp()
