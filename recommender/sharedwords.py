"""Which words two texts share, as they stand there.

In: a text that is asked about; by thread, the index's terms that both hold, and the thread's text.
Out: words for people to read: as written, no function word of any language, and of scripts without
spaces no piece that may be half a word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from embeddings.query import Keyword
from embeddings.tokens import RUNS, expanded, words

from .stopwords import EVERY

LEAST_RUN = 3
"""Characters of Chinese or Japanese from which what two texts share is told though it may begin or
end within a word; two, the index's unit, are often the end of one word and the next's start."""

MOST_PLACES = 5
"""Places of a pair of characters that are looked at: in more the text repeats itself."""

_SPACED_PART = re.compile(r"[^\W_]+")
# Chinese and Japanese.
_TOLD_BY_CHARACTER = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
# What stands between words: Hiragana, and what in Chinese is mostly a function word.
_BETWEEN = r"\u3040-\u309f的了是在和有吗呢吧我你他她它们也就很这那把被与或而但"
EDGE, _CORE = re.compile(f"[{_BETWEEN}]"), re.compile(f"[^{_BETWEEN}]+")


class Asked:
    """The words of one text, to be compared with many."""

    def __init__(self, text: str) -> None:
        self._written: dict[str, str] = {}
        self._runs: list[str] = []
        self._known: set[str] = set()
        self._at: dict[str, list[tuple[int, int]]] = {}
        for word in words(unicodedata.normalize("NFC", text)):
            for place, part in enumerate(RUNS.split(word)):
                if part and place % 2:
                    self._hold_run(part)
                elif part:
                    self._hold(part)

    def _hold(self, word: str) -> None:
        """A word between spaces, and the parts of one that is put together."""
        if word in self._known:
            return
        self._known.add(word)
        for piece in (word, *_SPACED_PART.findall(word)):
            # "t" of "don't", "l" of "l'eau"; "R" is a language.
            if len(piece) == 1 and piece.islower():
                continue
            for term in expanded(piece)[:1]:
                self._written.setdefault(term, piece)
        if word.isascii():
            for term in expanded(word)[1:]:
                self._written.setdefault(term, term)

    def _hold_run(self, run: str) -> None:
        pairs = expanded(run)
        # Characters of half width become fewer or more when folded: then places do not fit.
        if len(pairs) != max(len(run) - 1, 1) or run in self._known:
            return
        self._known.add(run)
        self._runs.append(run)
        for place, pair in enumerate(pairs):
            places = self._at.setdefault(pair, [])
            if len(places) < MOST_PLACES:
                places.append((len(self._runs) - 1, place))

    def told(self, shared: Sequence[Keyword], found: str, most: int) -> list[str]:
        """The at most `most` words that tell most of those `shared` with the text `found`."""
        weights = {keyword.term: keyword.weight for keyword in shared}
        best: dict[str, float] = {}
        for term, weight in weights.items():
            word = self._written.get(term)
            if word is not None and not {word.casefold(), term} & _stopped():
                best[word] = weight
        found = unicodedata.normalize("NFC", found)
        pieces = dict(self._pieces(set(weights), found))
        for piece in sorted(pieces, key=len, reverse=True):
            # A part of what is told already would be told twice.
            if not any(piece in longer for longer in best):
                best[piece] = max((weights[pair] for pair in pieces[piece]), default=0.0)
        return sorted(best, key=lambda word: (-best[word], word))[:most]

    def _pieces(self, terms: set[str], found: str) -> Iterator[tuple[str, set[str]]]:
        """What both texts hold of the runs of characters without spaces, and its `terms`."""
        places = sorted({at for term in terms for at in self._at.get(term, ())})
        for (number, _), group in groupby(
            enumerate(places), key=lambda at: (at[1][0], at[1][1] - at[0])
        ):
            run, stretch = self._runs[number], [place for _, (_, place) in group]
            start, end = stretch[0], min(stretch[-1] + 2, len(run))
            while start < end:
                stop = start
                while stop < end and run[start : stop + 1] in found:
                    stop += 1
                for piece in _told_of(run, start, stop):
                    yield piece, terms & set(expanded(piece))
                start = max(stop, start + 1)


def _told_of(run: str, start: int, stop: int) -> Iterator[str]:
    """What can be told of `run[start:stop]`: no function words, no halves of others."""
    if not _TOLD_BY_CHARACTER.fullmatch(run):
        # A word of Korean or Thai is told whole or not at all.
        if stop - start == len(run) and run not in EVERY:
            yield run
        return
    for found in _CORE.finditer(run, start, stop):
        low, high = found.span()
        bounded = (high - low > 1 or len(run) == 1) and all(
            at in (-1, len(run)) or EDGE.match(run[at]) for at in (low - 1, high)
        )
        if (high - low >= LEAST_RUN or bounded) and found[0] not in EVERY:
            yield found[0]


@cache
def _stopped() -> frozenset[str]:
    """Function words, as written and as the index knows them."""
    return EVERY | {term for word in EVERY if not RUNS.search(word) for term in expanded(word)}
