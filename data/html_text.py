"""HTML to text with libxml2's event parser: no tree, so no depth can break it."""

import re
from html import unescape

from lxml import etree

from data.mail_text import drop_attribution

_SKIPPED = frozenset(
    {"script", "style", "blockquote", "template", "head", "noscript", "svg", "iframe", "object"}
)
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "body", "br", "center", "dd", "details", "div", "dl", "dt",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
        "thead", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "source", "col"})
# Discourse quotes and previews are asides; Zulip, Gmail, Outlook and Yahoo mark quotes by class.
_QUOTE_CLASSES = frozenset(
    {
        "quote", "onebox", "onebox-result", "gmail_quote", "gmail_attr", "gmail_signature",
        "yahoo_quoted", "moz-cite-prefix", "moz-signature", "message_embed", "twitter-tweet",
        "lightbox-meta", "meta",
    }
)  # fmt: skip
# Zulip announces a quote by "Name said:" in a paragraph of its own.
_ZULIP_SAID = re.compile(
    r"<p>\s*<span class=\"user-mention(?: silent)?\"[^>]{0,200}>[^<]{0,200}</span>\s*"
    r"(?:<a [^>]{0,1000}>[^<]{0,50}</a>|said|wrote)\s*+:?\s*+</p>\s*+(?=<blockquote)"
)
_MARK = "\ue000"
"""Stands where a quote was dropped, until the line that announces it is gone, too."""
_QUOTED = f"\n{_MARK}\n"
_BREAKS = re.compile(r"\n{3,}")
# Emoji images carry their name between colons: a feeling, not knowledge.
_EMOJI_ALT = re.compile(r":[\w+\-]{1,60}:")


class _TextTarget:
    """Collects text between parser events; counts open elements while inside a quote."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._skipped = 0
        self._verbatim = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            if tag not in _EMPTY:
                self._skipped += 1
            return
        if tag in _SKIPPED:
            self._skipped = 1
            if tag == "blockquote":
                self._parts.append(_QUOTED)
            return
        classes = attributes.get("class")
        if (
            classes
            and tag not in _EMPTY
            and tag in ("aside", "div", "span", "section")
            and not _QUOTE_CLASSES.isdisjoint(classes.split())
        ):
            self._skipped = 1
            self._parts.append(_QUOTED)
            return
        if tag == "img":
            alt = attributes.get("alt")
            if alt and not _EMOJI_ALT.fullmatch(alt):
                self._parts.append(f" {alt} ")
        elif tag in _BLOCKS:
            self._break(tag)
            self._verbatim += tag == "pre"
        elif tag in _CELLS:
            self._parts.append(" ")

    def end(self, tag: str) -> None:
        if self._skipped:
            if tag not in _EMPTY:
                self._skipped -= 1
            return
        if tag in _BLOCKS and tag not in _EMPTY:
            self._break(tag)
            if tag == "pre":
                self._verbatim = max(0, self._verbatim - 1)

    def _break(self, tag: str) -> None:
        """End the line; one end is enough between neighbouring blocks, two around a paragraph."""
        if tag == "p":
            self._parts.append("\n\n")
        elif tag == "br" or not self._parts or not self._parts[-1].endswith("\n"):
            self._parts.append("\n")

    def data(self, text: str) -> None:
        if self._skipped:
            return
        # A line break in running HTML is a space; in preformatted code it is kept.
        self._parts.append(text if self._verbatim else text.replace("\n", " "))

    def comment(self, text: str) -> None:
        """Drop comments."""

    def close(self) -> str:
        text = _BREAKS.sub("\n\n", "".join(self._parts))
        return _without_announcements(text) if _QUOTED in text else text


def _without_announcements(text: str) -> str:
    """Take off the "On ... wrote:" above each place where a quote was dropped."""
    kept: list[str] = []
    for line in text.split("\n"):
        if line == _MARK:
            drop_attribution(kept)
        else:
            kept.append(line)
    return "\n".join(kept)


def html_to_text(html: str) -> str:
    """Turn HTML into text; code, links' words and images' alt text are kept.

    Scripts, styles, block quotes, quoting and previewing asides and the lines that announce
    them are dropped. Malformed markup is read as browsers read it.
    """
    if "<" not in html:
        return unescape(html)
    if "<blockquote" in html and "user-mention" in html:
        html = _ZULIP_SAID.sub("", html)
    parser = etree.HTMLParser(target=_TextTarget(), no_network=True, encoding="utf-8")
    try:
        parser.feed(html.encode("utf-8", "replace"))
        return str(parser.close())
    except etree.ParserError:
        # An empty document, such as a lone comment.
        return ""
