"""A community's figures as a person reads them in a terminal. In: the JSON that HTTP would give."""

import math
from typing import Any

from rich.table import Table
from rich.text import Text

from api.commands.showing import day_of
from api.terminal import open_console

Json = dict[str, Any]

LEAST = 5
"""Counts of which a percentage is said; of fewer, one more or less would move it by a quarter."""

CHANGED = 2.0
"""Standard errors that a share must have moved by, as of a topic's threads."""

_QUESTIONS = (
    ("questions asked", "asked"),
    ("  by so many people", "askers"),
    ("  answered", "answered"),
    ("  answered within a day", "within_day"),
    ("  usual wait for an answer", "median_hours"),
    ("  answered from another site", "elsewhere"),
    ("  an answer was found helpful", "helped"),
    ("questions by newcomers", "by_newcomers"),
    ("  answered", "newcomers_answered"),
)
_IDEAS = (
    ("ideas shared", "shared"),
    ("  by so many people", "sharers"),
    ("  worked for somebody else", "worked"),
    ("  reached another site in a day", "travelled"),
    ("  reached two or more", "travelled_far"),
)


def wait_in_words(hours: float) -> str:
    """A time in the page's words (`api/web/figures.js`)."""
    number, word = hours, "hour"
    if hours < 1:
        number, word = hours * 60, "minute"
    elif hours >= 48:
        number, word = hours / 24, "day"
    return f"{number:.0f} {word}{'' if f'{number:.0f}' == '1' else 's'}"


def _cell(value: Any, name: str) -> str:
    if value is None:
        return ""
    if name == "median_hours":
        return wait_in_words(value)
    if not isinstance(value, dict):
        return str(value)
    counts = f"{value['count']} of {value['of']}"
    return f"{counts}, {value['count'] / value['of']:.0%}" if value["of"] >= LEAST else counts


def _change(now: Any, before: Any) -> str:
    """How a figure moved: a number by how many, a share by how many of a hundred.

    A share has moved by two standard errors of the difference or more; less may be chance.
    """
    if isinstance(now, int) and isinstance(before, int):
        return f"{now - before:+}" if now != before else "same"
    shares = [share for share in (now, before) if isinstance(share, dict) and share["of"] >= LEAST]
    if len(shares) < 2:
        return ""
    difference = now["count"] / now["of"] - before["count"] / before["of"]
    both = (now["count"] + before["count"]) / (now["of"] + before["of"])
    error = math.sqrt(both * (1 - both) * (1 / now["of"] + 1 / before["of"]))
    points = round(100 * difference)
    if abs(difference) < CHANGED * error or not points:
        return "about the same"
    return f"{points:+} point{'' if abs(points) == 1 else 's'}"


def _told(value: Any, name: str) -> bool:
    """Whether there is anything to say: not of sites where nobody states one, nor of what nobody
    there notes."""
    if isinstance(value, dict):
        return bool(value["count"] if name in ("helped", "worked") else value["of"])
    return value is not None and (value > 0 or name in ("people", "asked", "shared"))


def show_figures(answer: Json) -> None:
    """A line a figure: lately, before, and the change; then the sites."""
    console = open_console()
    now, before = answer["now"], answer["before"]
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for period in (now, before):
        table.add_column(f"{day_of(period['since'])} –\n{day_of(period['until'])}", justify="right")
    table.add_column("change", justify="right")
    rows = [("people who took part", now["people"], before["people"], "people")]
    for part, names in (("questions", _QUESTIONS), ("ideas", _IDEAS)):
        rows += [(title, now[part][name], before[part][name], name) for title, name in names]
    for title, value, earlier, name in rows:
        if _told(value, name) or _told(earlier, name):
            style = "bold" if title[0] != " " else ""
            cells = _cell(value, name), _cell(earlier, name), _change(value, earlier)
            table.add_row(Text(title, style=style), *cells)
    console.print(table)
    if now["sites"]:
        console.print()
        console.print(_sites(now["sites"]))
    console.print()
    told = (
        "Shares are of what was a day old, as it stood at the end of each period. Newcomers first"
        " wrote less than 90 days before they asked."
    )
    if now["sites"] is None:
        told += " Which site somebody was at bears no date, so of the past nothing is told by site."
    console.print(Text(told, style="dim"))


def _sites(sites: list[Json]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("site")
    for title in ("took part", "asked", "answered", "from another site"):
        table.add_column(title, justify="right")
    for site in sites:
        name = Text(site["site"]) if site["site"] else Text("other sites", style="dim")
        shares = (_cell(site[part], part) for part in ("answered", "elsewhere"))
        table.add_row(name, str(site["people"]), str(site["asked"]), *shares)
    return table
