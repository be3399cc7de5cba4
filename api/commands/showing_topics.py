"""Topics as a person reads them in a terminal. In: the JSON that HTTP would give."""

from typing import Any

from rich.table import Table
from rich.text import Text

from api.commands.showing import name_of, replied_in_words, show_post
from api.terminal import open_console

Json = dict[str, Any]
_ARROWS = {"rising": "↗", "steady": "→", "falling": "↘"}
# The unanswered are shown of a quarter: of a month there are few.
_DAYS = 90
_NOBODY = "–"


def show_topics(answer: Json) -> None:
    """A line a topic: how much, who could answer, what waits."""
    console = open_console()
    if not answer["topics"]:
        console.print(
            "No topics to show yet."
            if answer["learned"]
            else "No topics yet; whoknows learn finds them once there are about thirty threads."
        )
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("topic", ratio=1)
    table.add_column("id", style="dim")
    for title in ("threads", "90 days", "could answer", "no reply yet"):
        table.add_column(title, justify="right")
    for topic in answer["topics"]:
        label = Text(topic["label"], style="bold cyan")
        if topic["rests_on_one"]:
            who = name_of(topic["person"]) if topic["person"] else "one person"
            label.append(f"\nrests on {who}", style="yellow")
        waiting = next(part for part in topic["unanswered"] if part["days"] == _DAYS)
        table.add_row(
            label,
            topic["id"],
            str(topic["threads"]),
            f"{topic['threads_90_days']} {_ARROWS[topic['trend']]}",
            str(topic["people"] or _NOBODY),
            f"{waiting['unanswered']} of {waiting['questions']}" if waiting["questions"] else "",
        )
    console.print(table)
    if not all(topic["people"] for topic in answer["topics"]):
        # Who replied once is not counted, nor who may not be suggested.
        told = (
            f"{_NOBODY} means that nobody you could ask has answered there more than once lately."
        )
        console.print(Text(told, style="dim"))
    apart = answer["apart"]
    console.print(Text(f"{apart} of {answer['threads']} threads belong to no topic.", style="dim"))


def show_threads(answer: Json) -> None:
    """Threads of a topic."""
    console = open_console()
    for rank, thread in enumerate(answer["posts"], start=1):
        show_post(console, rank, thread, replied_in_words(thread))
