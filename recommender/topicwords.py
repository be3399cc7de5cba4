"""What a topic is called: the words that its threads say and others do not.

Every language is compared with itself: a Greek word is telling where it is rare in Greek. A word
counts once a thread, and only where several people wrote it, so that no name rests on one text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from embeddings.tokens import RUNS, stem

from .columns import Ints
from .sharedwords import EDGE
from .stopwords import STOP_WORDS

LEAST_AUTHORS = 3
"""People in whose open threads a word must stand for a topic to be called by it."""

KEPT = 12
"""Words kept of a topic: more than are shown, for some will be forgotten."""

WITNESSES = 60
"""Threads kept of a word, of all that say it, spread over time."""

BODY = 300
"""Characters of a body that are read beside the title."""

IN_BODY = 0.5
"""What a thread counts that says a word in its body alone."""

PRIOR, PRIOR_SHARE = 20.0, 0.05
"""Threads of the usual frequency that each topic is taken to have beside its own (Monroe, Colaresi
and Quinn 2008, "Fightin' Words"): so many, and no more than this share of all."""

LEAST_TELLING = 2.0
"""Standard errors by which a word is more frequent here than elsewhere."""

PHRASE = 0.5
"""A phrase stands for its words where it makes up this much of what one of them is said."""

TORN = 0.8
"""Share of its places in which a piece of a script without spaces goes on with one and the same
character, from which it is taken for the part of a longer word (after accessor variety: Feng, Chen,
Deng and Zheng 2004)."""

_PARTS = re.compile(r"[^\w\s'’+#-]+")
_WORD = re.compile(r"[^\W_][\w'’+#-]*")
_JOINED = re.compile(r"[a-z][A-Z]|[^\W\d][0-9]")
_SHORTEST, _LONGEST = 2, 24


@dataclass(frozen=True, slots=True)
class Saying:
    """A thread's first post as it is read here: `row` its version's key, `author` a person's."""

    row: int
    author: int
    title: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class TopicWord:
    """A word or phrase of a topic as it is mostly written, and rows of texts that say it."""

    written: str
    language: str
    witnesses: tuple[int, ...]


def words_of_topics(sayings: Sequence[Saying], places: Ints, topics: int) -> list[list[TopicWord]]:
    """Words for each of `topics`, best first; `places` (n,): each saying's topic, -1 for none."""
    found: list[list[TopicWord]] = [[] for _ in range(topics)]
    languages = Counter(saying.language for saying in sayings)
    spoken = [Counter[str]() for _ in range(topics)]
    for saying, place in zip(sayings, places.tolist(), strict=True):
        if place >= 0:
            spoken[place][saying.language] += 1
    for language in sorted(languages):
        chosen = [i for i, saying in enumerate(sayings) if saying.language == language]
        mine = [sayings[i] for i in chosen]
        for place, words in enumerate(_words_of(mine, places[chosen], topics, language)):
            found[place] += words
    return [
        sorted(words, key=lambda word: -spoken[place][word.language])
        for place, words in enumerate(found)
    ]


def _words_of(
    sayings: Sequence[Saying], places: Ints, topics: int, language: str
) -> list[list[TopicWord]]:
    said = [_said(saying, language) for saying in sayings]
    everywhere: defaultdict[str, float] = defaultdict(float)
    for terms in said:
        for term, (weight, _) in terms.items():
            everywhere[term] += weight
    found = []
    for place in range(topics):
        members = np.flatnonzero(places == place).tolist()
        scored = _scored([said[i] for i in members], everywhere, len(said))
        authors: dict[str, set[int]] = {}
        written: dict[str, Counter[str]] = {}
        rows: dict[str, list[int]] = {}
        for i in members:
            for term, (_, spelled) in said[i].items():
                if term in scored:
                    authors.setdefault(term, set()).add(sayings[i].author)
                    written.setdefault(term, Counter())[spelled] += 1
                    rows.setdefault(term, []).append(sayings[i].row)
        known = {t: s for t, s in scored.items() if len(authors[t] - {0}) >= LEAST_AUTHORS}
        torn = _torn([sayings[i] for i in members], {t for t in known if RUNS.fullmatch(t)})
        known = {t: s for t, s in known.items() if torn.get(t, 0) < 2}
        found.append(
            [
                TopicWord(_usual(written[term]), language, _spread(rows[term]))
                for term in _distinct(known, torn)
            ]
        )
    return found


def _scored(
    said: Sequence[dict[str, tuple[float, str]]], everywhere: Mapping[str, float], count: int
) -> dict[str, float]:
    """Terms by how much more frequent they are in `said` than elsewhere, the telling ones."""
    beside = min(PRIOR, PRIOR_SHARE * count)
    here: dict[str, float] = {}
    for terms in said:
        for term, (weight, _) in terms.items():
            here[term] = here.get(term, 0.0) + weight
    size = len(said)
    scored = {}
    for term, own in here.items():
        if own < LEAST_AUTHORS * IN_BODY:
            continue
        rest = everywhere[term] - own
        prior = beside * everywhere[term] / count + 0.01
        odds = np.log((own + prior) / (size - own + beside))
        odds -= np.log((rest + prior) / (count - size - rest + beside))
        error = np.sqrt(1 / (own + prior) + 1 / (rest + prior))
        if odds >= LEAST_TELLING * error:
            # Rare words tell more than what half of the community talks about.
            scored[term] = float(odds / error * np.log(count / everywhere[term] + 1.0))
    for term in [term for term in scored if " " in term]:
        for word in term.split(" "):
            if word in scored and here[term] >= PHRASE * here[word]:
                scored[term] = max(scored[term], scored[word] * (1 + 1e-9))
    return scored


def _torn(sayings: Sequence[Saying], pieces: set[str]) -> dict[str, int]:
    """On how many sides, 1 or 2, pieces are cut out of a longer word."""
    beside = {piece: (Counter[str](), Counter[str]()) for piece in pieces}
    texts = (text for one in sayings if pieces for text in (one.title, one.body[:BODY]))
    for run in (run for text in texts for run in RUNS.findall(text)):
        for start, piece in _cut(run):
            if piece in pieces:
                end = start + len(piece)
                for side, next_ in zip(
                    beside[piece], (run[max(start - 1, 0) : start], run[end : end + 1]), strict=True
                ):
                    # A particle is no part of the word.
                    side["" if EDGE.match(next_) else next_] += 1
    found: dict[str, int] = {}
    for piece, sides in beside.items():
        for side, outer in zip(sides, (piece[0], piece[-1]), strict=True):
            next_, often = max(side.items(), key=lambda one: one[1])
            if EDGE.match(outer) or (next_ and often >= TORN * side.total()):
                found[piece] = found.get(piece, 0) + 1
    return found


def _distinct(scored: dict[str, float], torn: Mapping[str, int]) -> list[str]:
    """The best terms of which none is another's form, part or beginning, or is cut out beside one;
    whole words first."""
    chosen: list[str] = []
    taken: list[str] = []
    for term in sorted(scored, key=lambda term: (torn.get(term, 0), -scored[term], term)):
        stems = [stem(part) for part in term.replace("-", "").split(" ")]
        if len(stems) > 1:
            stems.append("".join(stems))
        if any(_alike(a, b) for a in stems for b in taken):
            continue
        if term in torn and any(a + b in one for a, b in pairwise(term) for one in taken):
            continue
        chosen.append(term)
        taken += stems
        if len(chosen) == KEPT:
            break
    return chosen


def _alike(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 4 and shorter.isascii():
        return a == b
    return shorter in longer or (len(shorter) > 5 and shorter[:-2] == longer[: len(shorter) - 2])


def _said(saying: Saying, language: str) -> dict[str, tuple[float, str]]:
    """Terms of a saying, each with what it counts and how it is written first."""
    terms: dict[str, tuple[float, str]] = {}
    for text, weight in ((saying.title, 1.0), (saying.body[:BODY], IN_BODY)):
        for term, written in _terms(text, language):
            # In a body, what is joined like a name of code is from code that was shown.
            if weight == 1.0 or not _JOINED.search(written):
                terms.setdefault(term, (weight, written))
    return terms


def _terms(text: str, language: str) -> Iterable[tuple[str, str]]:
    stopped = STOP_WORDS.get(language, frozenset()) | STOP_WORDS["en"]
    for part in _PARTS.split(text):
        told: list[tuple[str, str] | None] = []
        for word in _WORD.findall(part):
            runs = RUNS.split(word)
            for run in runs[1::2]:
                yield from _pieces(run, stopped)
            told.append(_telling(word, stopped) if len(runs) == 1 else None)
        yield from (one for one in told if one)
        for a, b in pairwise(told):
            if a and b and a[0] != b[0]:
                yield f"{a[0]} {b[0]}", f"{a[1]} {b[1]}"


def _telling(word: str, stopped: frozenset[str]) -> tuple[str, str] | None:
    plain = word.strip("'’-").replace("’", "'").removesuffix("'s")
    term = plain.casefold()
    letters = sum(character.isalpha() for character in term)
    if not _SHORTEST <= len(term) <= _LONGEST or term in stopped or "_" in term:
        return None
    return (term, plain) if letters > len(term) / 2 or term in ("2d", "3d") else None


def _pieces(run: str, stopped: frozenset[str]) -> Iterable[tuple[str, str]]:
    for _, piece in _cut(run):
        if piece not in stopped:
            yield piece, piece


def _cut(run: str) -> Iterable[tuple[int, str]]:
    """Two to four characters of a script that does not part its words, and where they begin."""
    for size in (2, 3, 4):
        for start in range(len(run) - size + 1):
            yield start, run[start : start + size]


def _usual(written: Counter[str]) -> str:
    return min(written, key=lambda spelled: (-written[spelled], spelled))


def _spread(rows: list[int]) -> tuple[int, ...]:
    if len(rows) <= WITNESSES:
        return tuple(rows)
    places = np.linspace(0, len(rows) - 1, WITNESSES).astype(np.int64)
    return tuple(rows[place] for place in places.tolist())
