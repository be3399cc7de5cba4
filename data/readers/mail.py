"""One mail's bytes to what a post needs: ids, author, time, subject and decoded text."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast

from .zulip_topics import named_like_a_bot

_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
# Pipermail hides addresses: "name at host (Full Name)".
_HIDDEN_ADDRESS = re.compile(r"\s*(\S+) at (\S+?)\s*(?:\((.*)\))?\s*", re.DOTALL)
_NAME_FIRST = re.compile(r"\s*\"?([^<\"]*)\"?\s*<(\S+) at ([^<>\s]+)>\s*")
_ADDRESS_LIKE = re.compile(r"\S@\S+\.\S|^\S+ at \S+\.\S+$")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_REPLY = re.compile(r"(?:re|aw|sv|antw|vs|odp|回复|答复)\s*(?:\[\d+\])?\s*[::]\s*", re.I)
_TAG = re.compile(r"\[([^\[\]]{1,60})\]\s*")
_LIST_ID = re.compile(r"<([^<>.\s]{1,100})[^<>]*>")
_AUTOMATIC = re.compile(r"(?:mailer-daemon|no-?reply|do-?not-?reply|postmaster|bounces?)\b", re.I)
_AUTOMATIC_PRECEDENCE = frozenset({"junk", "auto_reply"})
_SENT = re.compile(r"\b\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d.*")
_RAW_SUBJECT = re.compile(rb"^Subject:([^\r\n]*)", re.I | re.M)

_FORMATS = {"text/plain": "text", "text/html": "html"}
_LONGEST_HEADER = 10_000
"""Characters of a header that are read: the references of more than a hundred mails."""
_LONGEST_AUTHOR = 1_000


class _ShortHeaders(Compat32):
    """Cuts headers off: of long ones the standard library's parsers take quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


_POLICY = _ShortHeaders()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, decoded.

    `parents` are ids of the mails it may answer to, the nearest first. `subject` is without
    reply marks and the list's own tag. `automatic`: sent by a machine.
    """

    id: str
    name: str | None
    address: str | None
    date: datetime
    subject: str | None
    parents: tuple[str, ...]
    list_name: str | None
    body: str
    body_format: str
    automatic: bool


def parse_mail(raw: bytes, tag: str | None) -> Mail | str:
    """Decode a mail, or give the reason why it cannot go in.

    Parameters
    ----------
    raw : with mbox's separator as its first line: without a Date, it tells when the mail came.
    tag : the word in brackets, in lower case, that its list puts before subjects, if any.
    """
    try:
        return _parsed(raw, tag)
    except RecursionError:
        return "its parts, or the comments in a header, are nested too deep"


def _parsed(raw: bytes, tag: str | None) -> Mail | str:
    message = message_from_bytes(raw, policy=_POLICY)
    date = _date(message)
    if date is None:
        return "Date: is missing or no time"
    name, address = _author(_header(message, "From"))
    if name is None and address is None:
        return "From: names nobody"
    ids = _ID.findall(_header(message, "Message-ID"))
    in_reply_to = _ID.findall(_header(message, "In-Reply-To"))
    references = _ID.findall(_header(message, "References"))
    id_ = ids[0] if ids else _derived_id(message, raw)
    nearest = dict.fromkeys([*in_reply_to[:1], *reversed(references)])
    nearest.pop(id_, None)
    list_id = _LIST_ID.search(_header(message, "List-Id"))
    body, body_format = next(_texts(message), ("", "text"))
    return Mail(
        id=id_,
        name=name,
        address=address,
        date=date,
        subject=_subject(_header(message, "Subject"), tag),
        parents=tuple(nearest),
        list_name=list_id[1].lower() if list_id else None,
        body=body,
        body_format=body_format,
        automatic=_is_automatic(message, name, address),
    )


def subject_tag(raw: bytes) -> str | None:
    """Give the [tag] at the front of a mail's subject in lower case, seen past reply marks."""
    found = _RAW_SUBJECT.search(raw[:20_000])
    if found is None:
        return None
    tag = _TAG.match(_without_replies(found[1].decode("utf-8", "replace").strip()))
    return tag[1].lower() if tag else None


def _without_replies(subject: str) -> str:
    while mark := _REPLY.match(subject):
        subject = subject[mark.end() :]
    return subject


def _subject(subject: str, tag: str | None) -> str | None:
    before = None
    while subject != before:
        before = subject
        subject = _without_replies(subject)
        found = _TAG.match(subject)
        if tag and found and found[1].lower() == tag:
            subject = subject[found.end() :]
    return subject or None


def _header(message: Message, name: str) -> str:
    """Give a header decoded, unfolded, and "" where it is missing."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        text = str(value)
    return " ".join(text.split())


def _date(message: Message) -> datetime | None:
    separator = _SENT.search(message.get_unixfrom() or "")
    for told in (_header(message, "Date"), separator[0] if separator else ""):
        try:
            date = parsedate_to_datetime(told)
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _is_automatic(message: Message, name: str | None, address: str | None) -> bool:
    if (address and _AUTOMATIC.match(address)) or (name and named_like_a_bot(name)):
        return True
    submitted = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if submitted not in ("", "no"):
        return True
    precedence = _header(message, "Precedence").lower()
    # Old list software calls whatever it sends on "bulk".
    sent_on = any("list" in header.lower() for header in message)
    return precedence in _AUTOMATIC_PRECEDENCE or (precedence == "bulk" and not sent_on)


def _author(value: str) -> tuple[str | None, str | None]:
    """Split a From header into name and address, each None where it is not there."""
    value = value[:_LONGEST_AUTHOR]
    first = _NAME_FIRST.fullmatch(value)
    hidden = None if first else _HIDDEN_ADDRESS.fullmatch(value)
    if first:
        name, address = first[1], f"{first[2]}@{first[3]}"
    elif hidden and "@" not in value.split("(")[0]:
        name, address = hidden[3] or "", f"{hidden[1]}@{hidden[2]}"
    else:
        name, address = parseaddr(value)
        if "@" not in address:
            name, address = value, ""
    address = address.strip().lower()
    # Some write the address where the name belongs; a person's name is shown, an address never.
    name = _ADDRESS.sub("", name.replace(" at ", "@")) if _ADDRESS_LIKE.search(name) else name
    name = " ".join(name.strip(" \"'()<>").split())
    return name or None, address or None


def _derived_id(message: Message, raw: bytes) -> str:
    """Make an id for a mail without one, the same at each reading."""
    stable = "\n".join(_header(message, name) for name in ("From", "Date", "Subject")).encode()
    # Without the separator: an archive made anew may date it anew.
    content = raw.partition(b"\n")[2]
    return "mail-" + hashlib.sha256(stable + b"\n" + content[-2000:]).hexdigest()[:32]


def _texts(part: Message) -> Iterator[tuple[str, str]]:
    """Yield the texts of a mail that are not blank, and their formats, in their order.

    Of alternatives the plain text comes first. What stands in a mail that is attached or sent on
    is another's and left out.
    """
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message":
        return
    if part.is_multipart():
        found = [
            text for inner in cast(list[Message], part.get_payload()) for text in _texts(inner)
        ]
        if part.get_content_subtype() == "alternative":
            found.sort(key=lambda text: text[1] != "text")
        yield from found
    elif (form := _FORMATS.get(part.get_content_type())) is not None:
        text = _decoded(part)
        if text.strip():
            yield text, form


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    # Pipermail names no charset; Latin-1 takes any byte.
    return content.decode("cp1252", "replace")
