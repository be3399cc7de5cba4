"""The report as one page that opens from disk: no request leaves it, and it may be printed.

In: the dict that a replay returns, and worked examples. Out: an HTML file; its bytes depend on
nothing else.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluation.examples import Example
from evaluation.page_tables import conditions
from evaluation.page_task import told
from evaluation.page_words import WINDOWS, percent

_TEMPLATE = "report.html"


def write_page(report: Mapping[str, Any], path: Path, examples: Sequence[Example] = ()) -> None:
    """Write the page of `report` to `path`, whose folder is made where it is missing.

    Parameters
    ----------
    report : of one task, or of several by name; a task without data holds `nothing`, the reason.
    examples : shown as confidential. They are no part of `report`, and so of no other file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(report, examples), encoding="utf-8", newline="\n")


def page(report: Mapping[str, Any], examples: Sequence[Example] = ()) -> str:
    """The page as text; whatever comes from the community is escaped."""
    parts = tasks(report)
    environment = Environment(
        loader=PackageLoader("evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    views = [told(name, part) for name, part in parts.items()]
    first = next((part for part in parts.values() if part.get("conditions")), {})
    stated = first.get("conditions") or {}
    return environment.get_template(_TEMPLATE).render(
        tasks=views,
        measured=[view for view in views if view.nothing is None],
        examples=examples,
        conditions=conditions(first),
        command=f"whoknows replay --task {'all' if len(parts) > 1 else next(iter(parts), 'all')}",
        stretch=WINDOWS[stated.get("window", "test")],
        people=parts.get("experts", {}).get("people"),
    )


def tasks(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tasks of a report by name, also where it is of one alone."""
    if "systems" in report or "nothing" in report:
        return {str(report.get("task", "experts")): report}
    return {name: part for name, part in report.items() if isinstance(part, Mapping)}
