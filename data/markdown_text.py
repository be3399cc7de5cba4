"""Markdown to text, as chat and forum software writes it: marks go, words and code stay."""

import re
from collections.abc import Iterator
from html import escape, unescape

from data.html_text import html_to_text
from data.mail_text import drop_quoted_lines

# Possessive where two repetitions could share characters: a long blank run cost minutes.
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*+([\w{}.+#\-]*+)[^`]*+$")
_QUOTE_TAG = re.compile(r"\[(/?)quote\b[^\]\n]{0,500}\]", re.IGNORECASE)
_ZULIP_SAID = re.compile(r"\s*@_?\*\*[^*\n]{1,200}\*\* \[?said\]?(?:\([^)\n]{0,1000}\))?:\s*$")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,1000})\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,1000})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_AUTO_LINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_REFERENCE = re.compile(r" {0,3}\[[^\]\n]{1,200}\]:\s*\S+.*$")
_LEADER = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)")
_QUOTE = re.compile(r" {0,3}>[> ]*")
# What stands alone, so that it does not go on in the next line.
_NO_PARAGRAPH = ("#", "```", "~~~", "|")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"\s*+\|?+(?:\s*+:?-{2,}+:?\s*+\|)++(?:\s*+:?-{2,}+:?)?\s*+$")
_STRONG = re.compile(r"(?<!\\)(\*\*|__|~~)(?=\S)(.{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])(.{1,300}?)(?<=[^\s*_])\1(?![\w*])")
# A run of backticks is taken whole: split, a long one was tried in every way there is.
_CODE = re.compile(r"(?<!`)(`++)(.{1,2000}?)(?<!`)\1(?!`)")
_MENTION = re.compile(r"@_?\*\*([^*\n|]{1,200})(?:\|\d+)?\*\*")
_CHANNEL = re.compile(r"#\*\*([^*\n>]{1,200})(?:>([^*\n]{1,200}?)(?:@\d{1,18})?)?\*\*")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")
_TAGS = (
    "a|abbr|aside|b|blockquote|br|center|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|iframe"
    "|img|ins|kbd|li|ol|p|pre|s|script|small|span|strong|style|sub|summary|sup|svg|table|tbody|td"
    "|th|thead|tr|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
# A "<" that opens no known tag is the author's, as in vector<int> or 3 < 4.
_NO_TAG = re.compile(rf"<(?!/?(?:{_TAGS})(?:[\s/>]))", re.IGNORECASE)


def markdown_to_text(markdown: str) -> str:
    """Turn Markdown into text.

    Removed: `> ` quotes with the lines that Markdown counts into them, Zulip's quote fences,
    bulletin-board quotes, mail quotes and signatures, marks of emphasis and links' addresses.
    Kept: code, links' words, images' alt.
    """
    prose: list[str] = []
    done: list[str] = []
    # The fences that are open, outermost first. Inside of a quote others may stand: their ends
    # are not the quote's.
    open_: list[str] = []
    quoting = False
    for line in _drop_quote_tags(markdown).splitlines():
        mark = _FENCE.match(line)
        if open_:
            fence = open_[-1]
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2]:
                open_.pop()
            elif quoting and mark and mark[2]:
                open_.append(mark[1])
            elif not quoting:
                done.append(line)
        elif mark:
            done.append(_prose(prose))
            prose = []
            open_.append(mark[1])
            quoting = mark[2] == "quote"
        else:
            prose.append(line)
    done.append(_prose(prose))
    return "\n".join(done)


def _drop_quote_tags(text: str) -> str:
    """Cut [quote] ... [/quote] out, nested ones as well."""
    if "[" not in text:
        return text
    kept, depth, at = [], 0, 0
    for tag in _QUOTE_TAG.finditer(text):
        if not depth:
            kept.append(text[at : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        at = tag.end()
    # An opening tag without its end quotes nothing: the words are the author's.
    return "".join(kept) + text[at:]


def _without_lazy_quotes(lines: list[str]) -> Iterator[str]:
    """Leave out lines without a mark that go on with a quoted paragraph, as Markdown has it."""
    quoting = False
    for line in lines:
        mark = _QUOTE.match(line)
        if mark:
            quoted = line[mark.end() :]
            quoting = bool(quoted.strip()) and not quoted.startswith(_NO_PARAGRAPH)
        elif quoting:
            own_block = _LEADER.match(line) or _RULE.match(line) or line.lstrip().startswith("<")
            quoting = bool(line.strip()) and not own_block
        if mark or not quoting:
            yield line


def _prose(lines: list[str]) -> str:
    kept = [
        line
        for line in _without_lazy_quotes(lines)
        if not (_ZULIP_SAID.match(line) or _RULE.match(line) or _REFERENCE.match(line))
        and not _TABLE_RULE.match(line)
    ]
    text = drop_quoted_lines("\n".join(kept))
    if "](" in text or "][" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r" \1 ", text))
    text = _AUTO_LINK.sub(r"\1", text)
    text = "\n".join(_inline(_LEADER.sub("", line, count=1)) for line in text.split("\n"))
    if _TAG.search(text):
        return html_to_text(_NO_TAG.sub("&lt;", text).replace("\n", "<br>"))
    return unescape(text)


def _inline(line: str) -> str:
    if "@" in line:
        line = _MENTION.sub(r"@\1", line)
    if "#**" in line:
        line = _CHANNEL.sub(lambda at: f"#{at[1]} > {at[2]}" if at[2] else f"#{at[1]}", line)
    if "*" in line or "_" in line or "~" in line:
        line = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", line))
    if "`" in line:
        # Escaped, because what follows reads tags and entities.
        line = _CODE.sub(lambda code: escape(code[2], quote=False), line)
    return _ESCAPE.sub(r"\1", line) if "\\" in line else line
