"""The page of figures about peers."""

from collections.abc import Mapping, Sequence
from typing import Any

INTRODUCTION = """# Are a person's peers the people they come to meet?

Made by `python -m evaluation.peers {names}` on the
{window} window; `peers.json` has the conditions.

At moments thirty days apart, everybody who had taken part is asked about, if within the next 60
days they first meet somebody known: both post in one thread, and never did before. All whom they
have not met are ranked as of the moment by `peers` and by simple ways; whom they come to meet is
the truth. Nothing undated counts, so profiles, roles and sites have no part in it; no community
here names sites. "Alike" is the chance that somebody who came to be met is placed above somebody
about equally active (within .25 of log activity) who did not: there, activity helps nobody.

What it says: whom people meet first is mostly who is active. Activity alone is the strongest simple
way; what people have in common shows among the equally active. A list of peers is for meeting who
would not be met otherwise, which no history can show: so its signals of shared concerns weigh more
than a listwise fit to first meetings gives them (concerns eight times, topics twice), which costs a
little rank. That fit was made on six communities' validation windows, each left out in turn.
"""

MEASURES = ("mrr", "hit@10", "alike")


def page(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """All communities' figures in Markdown."""
    windows = {told["conditions"]["window"] for told in figures.values()}
    lines = [INTRODUCTION.format(names=" ".join(figures), window=" and ".join(sorted(windows)))]
    for name, told in figures.items():
        lines.append(f"## {name}\n")
        lines.append(
            f"{told['questions']} questions, {told['newcomers']} of them of newcomers (fewer than "
            f"five threads); {told['candidates']:.0f} candidates and {told['to meet']:.1f} people "
            "to meet in the mean.\n"
        )
        lines.append("| ranked by | MRR | hit@10 | alike | newcomers' MRR | peers' MRR less its |")
        lines.append("|---|---|---|---|---|---|")
        for system, values in told["systems"].items():
            cells = [_cell(values[measure]) for measure in MEASURES]
            new = values["newcomers' mrr"]
            against = told["against"].get(system)
            cells += ["–" if new is None else f"{new:.3f}", _cell(against) if against else ""]
            lines.append(f"| {system} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(interval: Sequence[float]) -> str:
    mean, low, high = interval
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"
