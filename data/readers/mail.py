"""One mail's bytes to what a post needs: ids, author, time, subject and decoded text."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

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
_RAW_SUBJECT = re.compile(rb"^Subject:([^\r\n]*)", re.I | re.M)


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
    tag : the word in brackets, in lower case, that its list puts before subjects, if any.
    """
    try:
        message = message_from_bytes(raw)
        body, body_format = _body(message)
    except RecursionError:
        return "its parts are nested too deep"
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
        automatic=bool(address and _AUTOMATIC.match(address)),
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
    try:
        date = parsedate_to_datetime(_header(message, "Date"))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _author(value: str) -> tuple[str | None, str | None]:
    """Split a From header into name and address, each None where it is not there."""
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
    return "mail-" + hashlib.sha256(stable + b"\n" + raw[-2000:]).hexdigest()[:32]


def _body(message: Message) -> tuple[str, str]:
    """Give the first plain text part, or else the first HTML part, and its format."""
    html: str | None = None
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            return _decoded(part), "text"
        if part.get_content_type() == "text/html" and html is None:
            html = _decoded(part)
    return ("", "text") if html is None else (html, "html")


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
