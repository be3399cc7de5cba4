"""A post to the text that is embedded, searched and quoted.

In: bodies in HTML, Markdown or plain text, as exports and callers send them. Out: what the
author wrote, and nobody else: quotes, mail signatures and list footers are taken out, so that
knowledge is credited to the one who showed it. Nothing here raises, whatever the input.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from data.fields import clean_text
from data.html_text import html_to_text
from data.mail_text import drop_quoted_lines
from data.markdown_text import markdown_to_text
from data.models import Person, Post

MAX_CHARS = 100_000
"""Characters of a body that are read at all: no encoder or reader looks further."""

_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_IN_A_WORD = re.compile(r"[0-9A-Za-zÀ-ɏ]")


def plain_text(body: str, body_format: str = "text") -> str:
    """Turn a body into the plain text its author wrote.

    Parameters
    ----------
    body : at most the first `MAX_CHARS` characters are read.
    body_format : text, html or markdown; an unknown one is read as text.

    Returns
    -------
    str, paragraphs separated by one blank line; empty where all was quoted.
    """
    body = clean_text(body[:MAX_CHARS])
    if body_format == "html":
        text = html_to_text(body)
    elif body_format == "markdown":
        text = markdown_to_text(body)
    else:
        text = drop_quoted_lines(body)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def body_text(post: Post) -> str:
    """Give a post's body as plain text, without what it quotes."""
    return plain_text(post.body, post.body_format)


def post_text(post: Post) -> str:
    """Give the text that is embedded for a post.

    Title, blank line, plain body, then the attachments' alt texts and the tags; parts that are
    empty leave nothing behind.
    """
    alts = "\n".join(item.alt for item in post.attachments if item.alt)
    parts = (post.title or "", body_text(post), alts, " ".join(post.tags))
    return clean_text("\n\n".join(part for part in parts if part))


def profile_text(person: Person) -> str:
    """Give the text that is embedded for what a person says of their work; "" for nothing."""
    parts = (person.title, person.department, person.about)
    return clean_text(". ".join(part.strip() for part in parts if part and part.strip()))


def excerpt(text: str, query_terms: Sequence[str] = (), length: int = 200) -> str:
    """Cut the passage out of a text that shares most distinct query terms.

    Parameters
    ----------
    text : plain text.
    query_terms : words; a term also matches the beginning of a longer word.
    length : most characters of the answer, the ellipses not counted.

    Returns
    -------
    str, one line, cut at words where the script has spaces, with an ellipsis where text was
    left out. Without a match, or without terms, the beginning.
    """
    line = " ".join(clean_text(text[:MAX_CHARS]).split())
    if len(line) <= length:
        return line
    first, last = _best_matches(line, query_terms, length)
    # A little of what leads up to the first match makes the passage readable.
    lead = min(length // 5, length - (last - first))
    start = max(0, min(first - lead, len(line) - length))
    if start and line[start - 1] != " ":
        # Step to the start of a word; a script without spaces is cut where it is.
        start = line.find(" ", start, first) + 1 or start
    end = min(start + length, len(line))
    if end < len(line) and line[end] != " ":
        space = line.rfind(" ", max(last, start + length // 2), end)
        end = space if space >= 0 else end
    cut = line[start:end].strip()
    return f"{'…' if start else ''}{cut}{'…' if end < len(line) else ''}"


def _best_matches(line: str, query_terms: Sequence[str], length: int) -> tuple[int, int]:
    """Find the earliest `length` characters that hold most distinct terms.

    Returns
    -------
    (start of the first match, end of the last match) in them; (0, 0) without a match.
    """
    terms = {term.lower() for term in query_terms if term.strip()}
    found = _matches(line, {term for term in terms if len(term) <= length})
    best, best_score, right = (0, 0), 0, 0
    inside: Counter[str] = Counter()
    for start, _, term in found:
        while right < len(found) and found[right][1] <= start + length:
            inside[found[right][2]] += 1
            right += 1
        if len(inside) > best_score:
            best, best_score = (start, found[right - 1][1]), len(inside)
        inside[term] -= 1
        if not inside[term]:
            del inside[term]
    return best


def _matches(line: str, terms: set[str]) -> list[tuple[int, int, str]]:
    """Where `terms` begin words of `line`, with their ends; of those that overlap the first, and
    of those that begin together the longest.

    Sought one by one: each question has terms of its own, and to compile a pattern of them takes
    ten times as long.
    """
    lower = line.lower()
    if len(lower) != len(line):
        # A letter that is longer in lower case would move all places after it.
        lower = "".join(c if len(c.lower()) > 1 else c.lower() for c in line)
    places = []
    for term in terms:
        at = lower.find(term)
        while at >= 0:
            # This keeps "art" out of "start"; scripts without spaces have no such border.
            if not at or not _IN_A_WORD.match(line, at - 1):
                places.append((at, -len(term), term))
            at = lower.find(term, at + 1)
    found: list[tuple[int, int, str]] = []
    for at, _, term in sorted(places):
        if not found or at >= found[-1][1]:
            found.append((at, at + len(term), term))
    return found


def digest(text: str) -> bytes:
    """Give the sha256 of a text, the same for equal texts in other spacing or composition.

    Returns
    -------
    bytes, 32 of them, of the NFC-normalised text with white space collapsed.
    """
    collapsed = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(collapsed.encode("utf-8", "surrogatepass")).digest()
