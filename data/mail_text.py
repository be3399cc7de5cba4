"""Plain text as mailed: quotes, signatures and list footers taken out, line by line."""

import re

_QUOTE = re.compile(r"\s{0,3}(?:>|[A-Za-z]{1,3}>)")
# "On Mon, ... X wrote:" in the languages that mail programs speak; the lines before the colon
# are joined first, since the name often wraps.
_ATTRIBUTION = re.compile(
    r"(?:(?:On|Am|Le|Il|El|Den|Op|Em|Dnia|Quoting|At|In|---)(?!\w).{0,300}"
    r"(?:wrote|writes|schrieb\b.{0,80}|a [\wé?]{1,3}crit|ha scritto|escribió|skrev\b.{0,80}"
    r"|schreef\b.{0,80}|escreveu|napisał\(?a?\)?|said)"
    r"|[^\n]{1,150}\b(?:wrote|writes|schrieb|skrev|schreef|a [\wé?]{1,3}crit))\s*:\s*"
    r"|\d{4}[-/年].{0,120}(?:写道|wrote)\s*[:：]\s*",
    re.IGNORECASE,
)
_ATTRIBUTION_END = re.compile(
    r"(?:wrote|writes|schrieb|[\wé?]crit|scritto|escribió|skrev|schreef|escreveu|napisał\S{0,9}|said"
    r"|写道)"
    r"[^\n]{0,80}[:：]\s*$",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(
    r"\s*(?:On|Am|Le|Il|El|Den|Op|Em|Dnia|Quoting|At|In|---|\d{4}[-/年])(?!\w)", re.IGNORECASE
)
_SIGNATURE = re.compile(r"--\s?$")
_FORWARDED = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine"
    r"|Forwarded message|Ursprungligt meddelande|Mensaje original)\s*-{2,}",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*\*?(?:From|Von|De|Från|Sent|Gesendet|Skickat|Date|To|An|Till|Cc|Subject|Betreff|Ämne)"
    r"\s?:\*?\s",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*_{20,}\s*$")
_LIST_WORDS = re.compile(r"mailing list|listinfo|unsubscribe|posting guide|@", re.IGNORECASE)
_REMOVED_PART = re.compile(
    r"\s*\[\[(?:alternative HTML version deleted|elided\b.*)\]\]\s*$", re.IGNORECASE
)
# What Pipermail leaves in the place of a part that it cut out.
_SCRUBBED = re.compile(
    r"(?:(?<!-)-{5,}+ next part -{5,}+\n)?A(?:n|n embedded)? [^\n]{0,80} was scrubbed\.\.\.\n"
    r"(?:(?:From|Subject|Date|Name|Type|Size|Desc|URL): ?[^\n]*(?:\n|$))*",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 12
"""A signature is short; what follows a lone "--" at more length is the author's own text."""
_FOOTER_LINES = 8


def drop_quoted_lines(text: str) -> str:
    """Keep the lines that the author of a mail or plain message wrote.

    Removed: lines quoted with `>`, the "On ... wrote:" that announces them, everything from a
    forwarded or Outlook-quoted message on, the signature and a mailing list's footer.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "was scrubbed..." in text:
        text = _SCRUBBED.sub("", text)
    lines = text.split("\n")
    kept: list[str] = []
    quoting = False
    for line in lines[: _own_end(lines)]:
        # A bar quotes only where somebody was announced: tables have bars as well.
        bar = line.startswith("|") and (quoting or drop_attribution(kept))
        if bar or (">" in line and _QUOTE.match(line)):
            if not quoting:
                drop_attribution(kept)
            quoting = True
        else:
            quoting = False
            if "[[" not in line or not _REMOVED_PART.match(line):
                kept.append(line)
    # A reply below nothing: the quote itself was cut away, its announcement stayed.
    drop_attribution(kept)
    return "\n".join(kept)


def _own_end(lines: list[str]) -> int:
    """Find the line at which the author's own words end."""
    words_after = sum(1 for line in lines if line.strip())
    for at, line in enumerate(lines):
        words_after -= bool(line.strip())
        if line.startswith("--") and _SIGNATURE.match(line):
            if words_after <= _SIGNATURE_LINES:
                return at
        elif "_" in line and _RULE.match(line):
            footer = lines[at + 1 : at + 1 + _FOOTER_LINES]
            if _LIST_WORDS.search(" ".join(footer)) or _is_outlook_header(footer):
                return at
        elif ("--" in line and _FORWARDED.match(line)) or (
            ":" in line and _HEADER.match(line) and _is_outlook_header(lines[at : at + 6])
        ):
            return at
    return len(lines)


def _is_outlook_header(lines: list[str]) -> bool:
    """Whether these lines begin with a quoted message's From, Sent, To and Subject."""
    following = [line for line in lines if line.strip()]
    return len(following) >= 3 and all(_HEADER.match(line) for line in following[:3])


def drop_attribution(kept: list[str]) -> bool:
    """Take an "On ... wrote:" of one to three lines off the end of what was kept, if there."""
    end = len(kept)
    # Not further back: many quotes between many blank lines would make it quadratic.
    while end > max(0, len(kept) - 3) and not kept[end - 1].strip():
        end -= 1
    # Looked at first: to seek the words in a long line takes a while.
    if not end or not kept[end - 1].rstrip().endswith((":", "：")):
        return False
    if not _ATTRIBUTION_END.search(kept[end - 1]):
        return False
    for start in range(end - 1, max(end - 4, -1), -1):
        joined = " ".join(line.strip() for line in kept[start:end])
        begins = _ATTRIBUTION_START.match(kept[start])
        if begins and _ATTRIBUTION.fullmatch(joined):
            del kept[start:]
            return True
    if _ATTRIBUTION.fullmatch(kept[end - 1].strip()):
        del kept[end - 1 :]
        return True
    return False
