"""Answers as a person reads them in a terminal. In: the JSON that HTTP would give."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.terminal import open_console
from data.text import excerpt, plain_text
from embeddings.language import language_name, language_of

Json = dict[str, Any]
_BAR_WIDTH = 12
# Less would print as +0.00; the JSON has every part.
_SHOWN_FROM = 0.005
_MAX_QUOTED = 3
_CALLED_BY = 80


def chance_in_words(probability: float) -> str:
    """A probability in the page's words (`api/web/words.js`), with the figure."""
    words = (
        (0.6, "likely to reply"),
        (0.3, "may well reply"),
        (0.1, "might reply"),
        (0.0, "a long shot"),
    )
    word = next(word for least, word in words if probability >= least)
    return f"{word}, {probability:.0%}"


def name_of(person: Json) -> str:
    """What a person is called."""
    return str(person.get("name") or person["id"])


def _person_line(person: Json) -> str:
    parts = [person.get("title"), person.get("department"), person.get("site")]
    languages = person.get("languages")
    if languages:
        parts.append(", ".join(languages))
    if "local_time" in person:
        parts.append(f"{datetime.fromisoformat(person['local_time']):%a %H:%M} there")
    return " · ".join(str(part) for part in parts if part)


def _bar(points: float, widest: float) -> Text:
    cells = round(abs(points) / widest * _BAR_WIDTH) if widest else 0
    style = "green" if points >= 0 else "red"
    return Text("█" * cells + " " * (_BAR_WIDTH - cells), style=style)


def day_of(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d %b %Y}".lstrip("0")


def _evidence(parts: list[Json]) -> Table:
    """Every part of a score in a line; the words of the best posts below theirs."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=_BAR_WIDTH)
    table.add_column(justify="right")
    table.add_column(ratio=1)
    widest = max((abs(part["points"]) for part in parts), default=0.0)
    quoted = 0
    for part in parts:
        if abs(part["points"]) < _SHOWN_FROM:
            continue
        points = Text(f"{part['points']:+.2f}", style="bold")
        table.add_row(_bar(part["points"], widest), points, Text(str(part["reason"])))
        if part.get("excerpt") and quoted < _MAX_QUOTED:
            quoted += 1
            when = f"  {day_of(part['at'])}" if "at" in part else ""
            # All else is said in English, so what is not says which language it is in.
            spoken = part.get("language") or "en"
            foreign = f"  in {language_name(spoken)}" if language_of(spoken) != "en" else ""
            quote = f"“{' '.join(part['excerpt'].split())}”{when}{foreign}"
            words = Text(quote, style="dim italic")
            table.add_row("", "", words)
    return table


def show_experts(answer: Json) -> None:
    """People, best first, each with what its score is made of."""
    console = open_console()
    if answer["reason"]:
        console.print(Text(f"{answer['reason'][:1].upper()}{answer['reason'][1:]}.", "yellow"))
        if answer["candidates"]:
            console.print(Text("The closest matches all the same:", style="dim"))
        console.print()
    if not answer["candidates"]:
        console.print("There is nobody to suggest. Is a community imported (whoknows import PATH)?")
        console.print()
    for rank, candidate in enumerate(answer["candidates"], start=1):
        head = Text(f"{rank}. ", style="dim")
        head.append(name_of(candidate["person"]), style="bold cyan")
        head.append(f"   {chance_in_words(candidate['probability'])}")
        head.append(f"   score {candidate['score']:.2f}", style="dim")
        console.print(head)
        line = _person_line(candidate["person"])
        if line:
            console.print(Text(f"   {line}", style="dim"))
        console.print(Padding(_evidence(candidate["contributions"]), (0, 0, 1, 3)))
    took = f"Took {answer['took_ms']:.0f} ms."
    if not answer["reason"]:
        # Beside "nobody has shown knowledge of this" the chance of some reply would mislead.
        took = f"Chance that anyone replies within 30 days: {answer['answerable']:.0%}. {took}"
    console.print(Text(took, style="dim"))


def show_peers(answer: Json) -> None:
    """Colleagues, nearest first, each with what its score is made of."""
    console = open_console()
    if answer["reason"]:
        console.print(Text(f"{answer['reason'][:1].upper()}{answer['reason'][1:]}.", "yellow"))
        console.print()
    if not answer["peers"]:
        console.print("There is nobody to suggest yet.")
    for rank, peer in enumerate(answer["peers"], start=1):
        head = Text(f"{rank}. ", style="dim")
        head.append(name_of(peer["person"]), style="bold cyan")
        head.append(f"   score {peer['score']:.2f}", style="dim")
        console.print(head)
        line = _person_line(peer["person"])
        if line:
            console.print(Text(f"   {line}", style="dim"))
        console.print(Padding(_evidence(peer["contributions"]), (0, 0, 1, 3)))


def _beginning(post: Json) -> str:
    """What a post without a title is called by: its first words."""
    return excerpt(plain_text(post["body"], post.get("body_format", "text")), (), _CALLED_BY)


def show_post(console: Console, rank: int, shown: Json, remark: str) -> None:
    """A thread in three lines: title, origin, and a remark."""
    post, author = shown["post"], shown["author"]
    head = Text(f"{rank}. ", style="dim")
    head.append(post.get("title") or _beginning(post), style="bold cyan")
    console.print(head)
    who = name_of(author) if author else post["author"] or "anonymous"
    about = [who, day_of(post["created"]), post.get("space"), post.get("language"), post["id"]]
    console.print(Text("   " + " · ".join(str(part) for part in about if part), style="dim"))
    console.print(Text(f"   {remark}"))
    console.print()


def replied_in_words(shown: Json) -> str:
    """Whether somebody has replied in a thread, in the page's words (`api/web/words.js`)."""
    if not shown["answered"]:
        return "no reply yet"
    return "somebody has replied" if shown["post"].get("kind") == "idea" else "already answered"


def show_similar(answer: Json) -> None:
    """Threads near a text."""
    console = open_console()
    if not answer["posts"]:
        console.print("There is nothing like this yet.")
    for rank, idea in enumerate(answer["posts"], start=1):
        called = "looks like the same · " if idea["same"] else ""
        same = f"{called}{idea['probability_same']:.0%} the same · {idea['reason']}"
        show_post(console, rank, idea, f"{same} · {replied_in_words(idea)}")


def show_feed(answer: Json, *, may_choose: bool = False) -> None:
    """Threads to read. `may_choose`: whether to tell that topics can be chosen."""
    console = open_console()
    if not answer["items"]:
        console.print("There is nothing new to read.")
    for rank, item in enumerate(answer["items"], start=1):
        show_post(console, rank, item, "; ".join(item["reasons"]))
    if may_choose:
        told = "Topics that concern them can be chosen on the page (whoknows serve), under Feed."
        console.print(Text(told, style="dim"))
