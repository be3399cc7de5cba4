"""What the commands have in common: their arguments, and one sentence where a command fails."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer
from typer.core import TyperCommand

from api.stopping import STOPPING, exit_code, sentence
from api.terminal import complain
from data.errors import InvalidRecord, WhoknowsError
from data.times import parse_time
from embeddings.errors import EmbeddingError

P = ParamSpec("P")


class Command(TyperCommand):
    """A command whose help names its arguments as manuals do: TEXT, and not `{TEXT} <str>`."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def get_help(self, ctx: Any) -> str:
        return re.sub(r"^(  [A-Z]+) <\w+>", r"\1", super().get_help(ctx), flags=re.MULTILINE)


def mendable(command: Callable[P, None]) -> Callable[P, None]:
    """`command`, ending in one sentence on stderr where the user can mend what went wrong."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with STOPPING.working():
                command(*args, **kwargs)
        except (WhoknowsError, EmbeddingError) as error:
            complain(str(error))
            raise typer.Exit(1) from None
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            place = f"{error.filename}: " if error.filename else ""
            complain(f"{place}{error.strerror or error}.")
            raise typer.Exit(1) from None
        except KeyboardInterrupt as stop:
            complain(sentence(command.__name__.strip("_")))
            raise typer.Exit(exit_code(stop)) from None

    return run


def time_of(value: str) -> datetime:
    """The time that an argument names. BadParameter where it names none."""
    try:
        return parse_time(value, "the time")
    except InvalidRecord as error:
        raise typer.BadParameter(error.reason) from None


def words(value: str) -> str:
    """An argument as it stands. BadParameter where it is empty or no UTF-8."""
    # Python hands bytes that are not UTF-8 over as lone surrogates.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise typer.BadParameter("is not valid UTF-8.")
    if not value.strip():
        raise typer.BadParameter("must not be empty.")
    return value


Question = Annotated[
    str,
    typer.Argument(
        metavar="TEXT", parser=words, show_default=False, help="In quotes, in any language."
    ),
]
PersonId = Annotated[str, typer.Argument(metavar="PERSON", parser=words, help="A person's id.")]
K = Annotated[int, typer.Option("-k", metavar="N", min=1, max=100, help="Number of results.")]
Days = Annotated[
    int, typer.Option(metavar="N", min=1, max=3650, help="Days, and as many before them.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        parser=time_of,
        help="Answer as of this past time (ISO 8601; UTC if it has no offset).",
    ),
]
Viewer = Annotated[
    str | None,
    typer.Option(
        "--viewer", metavar="ID", parser=words, help="Use only what this person may read."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Host = Annotated[
    str | None,
    typer.Option(metavar="HOST", help="Address to listen on; this machine alone by default."),
]
Port = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, max=65535, help="Port to listen on; 0 for any free one."),
]
Private = Annotated[
    list[str] | None,
    typer.Option(
        "--private",
        metavar="NAME",
        help="Also import this private channel or group ('groups': all of them; 'direct': "
        "direct messages). May be repeated.",
    ),
]
