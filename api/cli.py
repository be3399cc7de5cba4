"""The command line: what each command takes. What it does stands in `api.commands`.

Heavy imports happen inside the commands, so that `whoknows --help` answers at once.
"""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.arguments import (
    AsJson,
    AsOf,
    Command,
    Days,
    Host,
    K,
    PersonId,
    Port,
    Private,
    Question,
    Viewer,
    mendable,
    time_of,
    words,
)
from api.stopping import STOPPING

app = typer.Typer(
    name="whoknows",
    help="Finds colleagues who can answer, ideas that concern you, and what was said before.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(cls=Command)
@mendable
def demo(
    port: Port = None,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for its data.")] = Path(
        "whoknows-demo"
    ),
) -> None:
    """Serve the built-in sample community, in a folder of its own."""
    from api.commands.serving import run_demo

    run_demo(folder, port)


@app.command("import", cls=Command)
@mendable
def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="An export: a folder or a file.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="community, stackexchange, slack, discourse, mattermost, zulip, zulip-archive, "
            "yammer (Viva Engage), csv or mbox; auto recognises it.",
        ),
    ] = "auto",
    source: Annotated[
        str | None, typer.Option(parser=words, help="Turn every id into NAME:id.", metavar="NAME")
    ] = None,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Delete what the export no longer contains.")
    ] = False,
    people: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV: person id in the source, person id here."),
    ] = None,
    match_email: Annotated[
        bool, typer.Option("--match-email", help="Treat equal e-mail addresses as one person.")
    ] = False,
    include_private: Private = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="TOML that says what each CSV column means."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a community's export. Repeat it safely: it resumes, or changes nothing."""
    from api.commands.importing import run_import

    run_import(
        path,
        format_=format_,
        source=source,
        snapshot=snapshot,
        people_map=people,
        match_email=match_email,
        include_private=tuple(include_private or ()),
        mapping=mapping,
        as_json=as_json,
    )


@app.command(cls=Command)
@mendable
def ask(
    text: Question,
    asker: Annotated[
        str | None, typer.Option(metavar="ID", parser=words, help="The person who asks.")
    ] = None,
    k: K = 5,
    viewer: Viewer = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Find people who can answer a question, with the evidence."""
    from api.commands.asking import run_ask

    run_ask(text, asker=asker, viewer=viewer, k=k, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def similar(
    text: Question, k: K = 5, viewer: Viewer = None, as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """Find earlier threads on the same matter, in any language."""
    from api.commands.asking import run_similar

    run_similar(text, viewer=viewer, k=k, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def feed(person: PersonId, k: K = 10, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List what a person should read, and why."""
    from api.commands.asking import run_feed

    run_feed(person, k=k, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def peers(
    person: PersonId, k: K = 5, viewer: Viewer = None, as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """List colleagues with similar concerns, first those not met yet."""
    from api.commands.surveying import run_peers

    run_peers(person, k=k, viewer=viewer, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def topics(
    topic: Annotated[
        str | None, typer.Argument(metavar="TOPIC", parser=words, help="An id: list its threads.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="TEXT", parser=words, help="Search TOPIC's threads."),
    ] = None,
    k: K = 10,
    viewer: Viewer = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List topics, who could answer, and what waits for an answer."""
    from api.commands.surveying import run_topic, run_topics

    if topic is None and search is not None:
        raise typer.BadParameter(
            "looks through the threads of one TOPIC, which is missing here;"
            " whoknows similar TEXT looks through all threads.",
            param_hint="--search",
        )
    if topic is None:
        run_topics(viewer=viewer, as_of=as_of, as_json=as_json)
    else:
        run_topic(topic, search, k=k, viewer=viewer, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def figures(
    days: Days = 90, viewer: Viewer = None, as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """Count questions, answers, and what travels between sites."""
    from api.commands.surveying import run_figures

    run_figures(days, viewer=viewer, as_of=as_of, as_json=as_json)


@app.command(cls=Command)
@mendable
def learn(
    until: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", parser=time_of, help="Use only what is older than this."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit ranking, chances and topics to this community's own history."""
    from api.commands.learning import run_learn

    run_learn(until, as_json=as_json)


@app.command(cls=Command)
@mendable
def replay(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", help="An export; without it, the database is replayed."),
    ] = None,
    task: Annotated[
        str, typer.Option(metavar="NAME", help="experts, feed, similar or all.")
    ] = "all",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder for all figures; an interrupted replay resumes there."
        ),
    ] = None,
    questions: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Most questions per task (2,000 if not given)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how good the answers are on a community's own history.

    For each past question it hides everything later, answers, and compares the answer with who
    really replied.

    Hashes and vectors of the questions' texts stay in ~/.cache/whoknows (WHOKNOWS_CACHE_DIR) until
    you delete them. If it is stopped early, what it imported of an export stays in --out.
    """
    if task not in ("experts", "feed", "similar", "all"):
        raise typer.BadParameter("is none of experts, feed, similar, all.", param_hint="--task")
    from api.commands.learning import run_replay

    run_replay(path, task=task, out=out, questions=questions, as_json=as_json)


@app.command(cls=Command)
@mendable
def serve(host: Host = None, port: Port = None) -> None:
    """Serve the page and the HTTP API."""
    from api.commands.serving import run_serve

    run_serve(host, port)


@app.command(cls=Command)
@mendable
def work(
    once: Annotated[bool, typer.Option("--once", help="End when no text is waiting.")] = False,
) -> None:
    """Embed new texts for servers that leave this to workers.

    Such servers run with WHOKNOWS_EMBEDDING=workers. Any number of workers may run, anywhere.
    """
    from api.commands.working import run_work

    run_work(once=once)


@app.command(cls=Command)
@mendable
def doctor(as_json: AsJson = False) -> None:
    """Check settings, models and database; say how to fix problems."""
    from api.commands.examining import run_doctor

    run_doctor(as_json=as_json)


IN_BULK = ("import", "work", "learn")
"""Commands that give way to whoever answers questions on the same machine."""

NICENESS = 19
"""The most there is: a sixtieth of a processor is left to such a command while others want it;
alone, all. At 10, a tenth, the two threads of an answer waited for it more often: at a million
posts, by `evaluation.benchmarks.scale_writing` in turns, a question beside an import took 36 and
41 ms for 32 and 32, a new post 89 and 94 for 79 and 84."""


def main() -> None:
    """The console command: a process of its own, whose priority it may lower."""
    command = "".join(sys.argv[1:2])
    # Not every way here leads through `api.__main__`.
    STOPPING.heed(command)
    if command in IN_BULK and hasattr(os, "nice"):
        os.nice(NICENESS)
    app()
