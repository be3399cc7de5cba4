"""Text to terms for lexical search, in any language.

Words are taken apart where writers put them together (`foo_bar`, `camelCase`, `std::vector`,
`numpy.array`), the whole kept beside its parts; numbers are kept; case, Latin and Greek accents
and the Arabic spellings that vary are folded; Chinese, Japanese, Korean and the scripts of
South-East Asia, which do not part words by spaces, become pairs of characters; English plurals
lose their ending (Harman 1991, "How effective is suffixing?", the s-stemmer).
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

# English words too frequent to tell posts apart; idf takes care of the other languages.
_STOPPED = (
    "a about after all also am an and any are as at be because been but by can could did do does"
    " for from get got had has have he her here him his how i if in into is it its just like me"
    " my no not of on one or our out she so some than that the their them then there these they"
    " this those to too up us very was we were what when where which who why will with would you"
    " your"
)
STOP_WORDS = frozenset(_STOPPED.split())
# Raised with every change to the terms of a text: indexes saved with others are rebuilt.
TOKENS_VERSION = 1
LONGEST = 64  # characters of a term; longer ones are keys, hashes and encoded data
# Words, no longer than LONGEST, and terms that are remembered: an answer comes by the same words
# several times, and many of the next one's are among them.
_REMEMBERED = 1 << 15

_LATIN_MARKS = "".join(map(chr, range(0x0300, 0x0370)))
_ARABIC_MARKS = "".join(map(chr, [*range(0x064B, 0x0660), 0x0670, 0x0640]))
_FOLDED = str.maketrans(
    {**dict.fromkeys(_LATIN_MARKS + _ARABIC_MARKS), "ٱ": "ا", "ى": "ي", "ة": "ه"}
)
# NFKD parts an alef from its hamza or madda; those marks go with the others.
_FOLDED.update({0x0653: None, 0x0654: None, 0x0655: None})

# Marks that \w leaves out and that stay within a word: accents set apart, Arabic vowels, the vowel
# signs of the scripts of India and of South-East Asia.
_LETTER = (
    r"[\w\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e01-\u0e4e\u0eb0-\u0ece"
    r"\u1000-\u109f\u1780-\u17d3]"
)
_WORD = re.compile(rf"{_LETTER}+(?:(?:::|\.){_LETTER}+)*(?:\+\+|#)?")
_WORD_ASCII = re.compile(r"\w+(?:(?:::|\.)\w+)*(?:\+\+|#)?", re.ASCII)
_UNSPACED = (
    r"[\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u109f\u1780-\u17d3\u1100-\u11ff\u3005-\u3007\u3040-\u30ff"
    r"\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)
RUNS = re.compile(rf"({_UNSPACED})")
_PARTS_ASCII = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PARTS = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Cut `text` into words as written, in order; `expanded` makes terms of them."""
    return (_WORD_ASCII if text.isascii() else _WORD).findall(text)


def expanded(word: str) -> tuple[str, ...]:
    """Give the terms that one word of `words` stands for, the whole first; none for a stop word."""
    if word.isascii():
        return _spaced(word)
    folded = unicodedata.normalize("NFKD", word).translate(_FOLDED)
    folded = unicodedata.normalize("NFC", folded)
    terms: list[str] = []
    for place, run in enumerate(RUNS.split(folded)):
        if place % 2 == 0:
            terms += _spaced(run) if run else ()
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += [run[start : start + 2] for start in range(len(run) - 1)]
    return tuple(terms)


def terms(text: str) -> list[str]:
    """Cut `text` into terms, in order, with repeats; empty for an empty text."""
    return [term for word in words(text) for term in expanded(word)]


@lru_cache(_REMEMBERED)
def term_number(term: str) -> int:
    """Give the 64-bit signed number that stands for `term` in every index, on every machine.

    Two of a million terms share one with a chance of 1 in 37 million.
    """
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little", signed=True)


def _spaced(word: str) -> tuple[str, ...]:
    return _remembered(word) if len(word) <= LONGEST else _taken_apart(word)


def _taken_apart(word: str) -> tuple[str, ...]:
    whole = word.casefold()[:LONGEST]
    if whole in STOP_WORDS:
        return ()
    if whole.isalpha() and (word[1:].islower() or word.isupper() or len(word) == 1):
        return (stem(whole),)
    pattern = _PARTS_ASCII if word.isascii() else _PARTS
    parts = [part.casefold()[:LONGEST] for part in pattern.findall(word)]
    kept = dict.fromkeys(
        stem(part) for part in parts if part not in STOP_WORDS and (len(part) > 1 or part.isdigit())
    )
    first = stem(whole)
    kept.pop(first, None)
    return (first, *kept)


_remembered = lru_cache(_REMEMBERED)(_taken_apart)


def stem(word: str) -> str:
    """Take the plural's ending off a case-folded English word; others are left as they are."""
    if len(word) <= 3 or not word.endswith("s") or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and word[-4] not in "ea":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]
