"""Templates and signatures: lines that stand in many threads and say nothing of any of them.

In: the texts of a community's own open roots. Out: `Templates`, which takes those lines out of a
text before it is compared.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

DIGITS = re.compile(r"\d+")

LETTERS = 8
"""Letters and digits below which a line is no template: "try {" stands in many threads."""

FORM = re.compile(r"#{1,6} .*|.*[:：]|0[.)]|\W+")
"""Lines that are a form's however short: headings, what awaits a word, items without one, rules."""

SIGNING = 3
"""The same of a signature: few repeat so short a line in half of what they write."""

SHARE = 0.01
"""Share of the roots from which a line is a template, if several people wrote it."""

ROOTS, AUTHORS = 5, 3
"""How many roots and people at least: what five threads share may be what they are about."""

SIGNED = 0.5
"""Share of one person's roots, at least `ROOTS` of them, from which a line is their signature."""

HASH = 8
"""Bytes kept of a line: no text of anybody lies among what was learned."""


@dataclass(frozen=True, slots=True)
class Templates:
    """The lines that are taken out, by hash."""

    lines: frozenset[bytes] = frozenset()

    def without(self, text: str) -> str:
        """`text` less its template lines; whole where nothing else would be left."""
        if not self.lines:
            return text
        lines = text.splitlines()
        kept = "\n".join(line for line in lines if _hash(_plain(line)) not in self.lines)
        return kept if kept.strip() else text

    def to_bytes(self) -> bytes:
        """The hashes, ascending: equal templates give equal bytes."""
        return b"".join(sorted(self.lines))

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Templates":
        """Inverse of `to_bytes`."""
        starts = range(0, len(kept), HASH)
        return cls(frozenset(kept[start : start + HASH] for start in starts))


def fit_templates(texts: Iterable[tuple[int, str]]) -> Templates:
    """Find the lines that recur in `texts`, (author, text) of each root; author 0 is nobody.

    A line counts once a root. Digits count alike: versions and dates differ where all else is
    the form's.
    """
    roots: Counter[bytes] = Counter()
    by: defaultdict[bytes, Counter[int]] = defaultdict(Counter)
    written: Counter[int] = Counter()
    forms: set[bytes] = set()
    total = 0
    for author, text in texts:
        total += 1
        written[author] += 1
        for plain in {_plain(line) for line in text.splitlines()} - {""}:
            line = _hash(plain)
            roots[line] += 1
            by[line][author] += 1
            if _letters(plain) >= LETTERS or FORM.fullmatch(plain):
                forms.add(line)
    found = set()
    for line, count in roots.items():
        if count < ROOTS:
            continue
        form = line in forms and len(by[line]) >= AUTHORS and count >= SHARE * total
        signed = (n >= max(ROOTS, SIGNED * written[who]) for who, n in by[line].items() if who)
        if form or any(signed):
            found.add(line)
    return Templates(frozenset(found))


def _plain(line: str) -> str:
    """A line by what it says; empty for one that can be neither a form's nor a signature."""
    plain = DIGITS.sub("0", " ".join(line.casefold().split()))
    return plain if _letters(plain) >= SIGNING or FORM.fullmatch(plain) else ""


def _letters(plain: str) -> int:
    return sum(map(str.isalnum, plain))


def _hash(plain: str) -> bytes:
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()[:HASH]
