"""`import`: an export goes in; what does not is printed with its place and the reason."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from api.alongside import Alongside
from api.commands.opening import opened_engine, opened_store, read_settings
from api.settings import Settings
from api.stopping import STOPPING
from api.terminal import print_json, progress

if TYPE_CHECKING:
    from data.importing import ImportReport
    from data.store import Store
    from recommender.engine import Engine


SHOWN_ZONES = 3


def _report_json(report: "ImportReport", community: dict[str, int]) -> dict[str, Any]:
    return {
        "format": report.format,
        "accepted": sum(report.accepted.values()),
        "counts": report.accepted,
        "rejected": len(report.rejections),
        "errors": [
            {"file": one.file, "line": one.line, "id": one.id, "reason": one.reason}
            for one in report.rejections
        ],
        "deleted": report.deleted,
        "kept_back": report.kept_back,
        "resumed_from": report.resumed_from,
        "unknown_timezones": report.unknown_zones,
        "community": community,
    }


def _show(report: "ImportReport") -> None:
    # Every rejected record is printed: nothing is lost in silence.
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for one in report.rejections:
        place = f"{one.file}:{one.line}" if one.line else one.file
        about = f" ({one.id})" if one.id else ""
        console.print(f"{place}{about}: {one.reason}")
    if report.resumed_from:
        console.print(f"Resumed after the {report.resumed_from:,} records of the interrupted run.")
    kinds = (_counted(count, kind) for kind, count in report.accepted.items() if count)
    console.print(f"Read as {report.format}: {', '.join(kinds) or 'nothing'} accepted.")
    if report.rejections:
        refused = _counted(len(report.rejections), "records")
        console.print(f"{refused} rejected; each is listed above.")
    if report.unknown_zones:
        console.print(_unknown_zones(report.unknown_zones))
    if report.kept_back:
        console.print(f"Snapshot: {report.kept_back}.")
    gone = ", ".join(_counted(count, kind) for kind, count in report.deleted.items() if count)
    if gone:
        console.print(f"{gone} deleted, because the export no longer contains them.")


def _counted(count: int, kind: str) -> str:
    """So many of a kind, in the plural as it is given or in the singular."""
    if count == 1:
        kind = "person" if kind == "people" else kind.removesuffix("s")
    return f"{count:,} {kind}"


def _unknown_zones(zones: Mapping[str, int]) -> str:
    """Of people whose clock cannot be told, and the first few of what stands for it."""
    people = sum(zones.values())
    first = ", ".join(repr(zone) for zone in list(zones)[:SHOWN_ZONES])
    more = f" and {len(zones) - SHOWN_ZONES:,} more" if len(zones) > SHOWN_ZONES else ""
    who = "1 person has" if people == 1 else f"{people:,} people have"
    return f"{who} no recognised time zone ({first}{more}), so their local time is not shown."


def _read(engine: "Engine") -> None:
    engine.sync()
    engine.settle()


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple["Store", "Callable[[], None] | None"]]:
    """The store, and what has the texts of a batch read: None where workers do it.

    They are read while the next batch is written, which uses one processor of several.
    """
    if settings.embedding == "workers":
        with opened_store(settings) as store:
            yield store, None
        return
    from recommender.working import in_bulk

    with opened_engine(settings, reads=False) as (store, engine), in_bulk(store, STOPPING.check):
        with Alongside(partial(_read, engine)) as reading:
            yield store, reading.again
        # A snapshot deletes behind the last batch.
        engine.sync()
        engine.close()


def _check(format_: str, source: str | None) -> None:
    """Raise `BadParameter` where an option's value is none, whatever there is to import."""
    from data.importing import SOURCE_NAME
    from data.readers.detect import READERS

    known = ("auto", *(reader.name for reader in READERS))
    if format_ not in known:
        raise typer.BadParameter(f"is none of {', '.join(known)}.", param_hint="--format")
    if source is not None and not SOURCE_NAME.fullmatch(source):
        said = "takes letters, digits, '.', '-' and '_', at most 64."
        raise typer.BadParameter(said, param_hint="--source")


def run_import(
    path: Path,
    *,
    format_: str,
    source: str | None,
    snapshot: bool,
    people_map: Path | None,
    match_email: bool,
    include_private: tuple[str, ...],
    mapping: Path | None,
    as_json: bool,
) -> None:
    """Import the export at `path` into the configured database, embedding as it goes.

    Where texts are left to workers, it ends when all is written, and they have read part of it.
    """
    from data.errors import UnreadableSource
    from data.importing import import_path

    _check(format_, source)
    settings = read_settings()
    with _opened(settings) as (store, embed), progress("Importing") as advance:
        on_progress: Callable[[int, int | None], None] = advance
        report = import_path(
            store,
            path,
            format=format_,
            source=source,
            snapshot=snapshot,
            people_map=people_map,
            match_email=match_email,
            include_private=include_private,
            mapping=mapping,
            on_progress=on_progress,
            embed=embed,
        )
        community = store.counts()
    if as_json:
        print_json(_report_json(report, community))
    else:
        _show(report)
        if settings.embedding == "workers":
            print("New texts become searchable as `whoknows work` embeds them.")
    if not any(report.accepted.values()) and any(one.id is None for one in report.rejections):
        raise UnreadableSource(f"nothing in {path} could be read; the reasons are listed above")
