"""What arranging a feed costs: variety, and places drawn by lot, against the plain order of scores.

    python -m evaluation.arrangement FOLDER_OR_DB... [--questions 300] [--keep DIR] [--out DIR]

In: community folders (or any export), or databases that hold one. Out: `arrangement.json` and
`arrangement.md`, numbers alone; what was measured of other communities before stays in them. At
the events of the validation window (PROTOCOL.md, "Feed") the feed is asked for as it is, without
lots, with twice as many, and in the order of its scores; each is ranked as the replay ranks it.
Nothing is spread here: of the past nobody's site is known.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from evaluation import metrics
from evaluation.conditions import conditions
from evaluation.events import LEAST_POOLS, Event, Turns
from evaluation.feed import readers
from evaluation.opening import Opened, opened
from evaluation.protocol import evenly
from evaluation.significance import bootstrap_interval
from evaluation.summary import database_of, say
from evaluation.tables import interval
from recommender.arranging import STRETCH
from recommender.settings import EXPLORATION, EngineSettings, FeedSettings
from recommender.weights import NEW_UNTIL

WINDOW = "validation"
QUESTIONS = 300
DEPTH = 100
PLAIN = "in the order of scores"
ARRANGEMENTS = {
    PLAIN: FeedSettings(exploration=0.0, most_alike=STRETCH),
    "varied": FeedSettings(exploration=0.0),
    "as it is": FeedSettings(),
    "twice the lots": FeedSettings(exploration=2 * EXPLORATION),
}

Report = dict[str, Any]


def priced(history: Opened, questions: int, tell: Any) -> Report:
    """MRR and HR@10 of each arrangement at the window's events, and paired differences."""
    turns, readable = Turns(history.archive, history.parts.roots), readers(history)
    ends = history.parts.ends(history.window)
    for least in LEAST_POOLS:
        events = evenly(turns.events(history.starts, ends, readable, least), questions)
        if events:
            break
    else:
        return {"nothing": "nobody turned to a young thread in this window"}
    history.learn(tell)
    number = {root.id: n for n, root in enumerate(turns.roots)}
    found: dict[str, dict[str, list[float]]] = {
        name: {"mrr": [], "hr@10": [], "newcomers": []} for name in ARRANGEMENTS
    }
    for done, event in enumerate(events, start=1):
        tell("arranging", done, len(events))
        pool = {turns.roots[n].id for n in turns.pool(event, readable)}
        for name, chosen in ARRANGEMENTS.items():
            shown = _feed(history, event, chosen)
            ranked = [id_ for id_ in shown if id_ in pool]
            found[name]["mrr"].append(metrics.reciprocal_rank(ranked, {event.root_id}))
            found[name]["hr@10"].append(metrics.hit(ranked, {event.root_id}, 10))
            found[name]["newcomers"].append(_by_newcomers(turns, number, shown[:10], event))
    return {
        "events": len(events),
        "least_pool": least,
        "arrangements": {
            name: {measure: asdict(bootstrap_interval(v)) for measure, v in values.items()}
            for name, values in found.items()
        },
        "against scores": {
            name: {
                measure: asdict(bootstrap_interval(np.subtract(v, found[PLAIN][measure])))
                for measure, v in values.items()
            }
            for name, values in found.items()
            if name != PLAIN
        },
        "conditions": conditions(history.archive.fingerprint(), WINDOW, questions, DEPTH),
    }


def _feed(history: Opened, event: Event, chosen: FeedSettings) -> list[str]:
    """Ids of the first threads of a person's feed as of an event."""
    engine = history.engine
    engine.settings = replace(engine.settings, feed=chosen)
    page = engine.feed(event.person, k=DEPTH, as_of=event.at, now=event.at)
    return [item.post.id for item in page.items]


def _by_newcomers(
    turns: Turns, number: Mapping[str, int], shown: Sequence[str], event: Event
) -> float:
    """Share of threads by authors who had started fewer than five before."""
    authors = turns.authors[[number[id_] for id_ in shown if id_ in number]]
    if not len(authors):
        return 0.0
    before = np.bincount(turns.authors[turns.times < event.at_us])
    started = before[np.minimum(authors, len(before) - 1)] * (authors < len(before))
    return float(np.mean(started < NEW_UNTIL))


def page(reports: dict[str, Report]) -> str:
    """The reports as a page."""
    lines = [
        "# What arranging a feed costs",
        "",
        "Made by `python -m evaluation.arrangement`. Validation windows (60-80 %), PROTOCOL.md's",
        "events, the first hundred threads; 95 % bootstrap intervals over events, differences",
        "paired. *Varied*: no more than two of an author, or near-duplicates, in ten. *As it is*:",
        "and one place in ten drawn by lot among threads by newcomers. Of the past nobody's site",
        "is known, so nothing comes from other sites here. Newcomers: share of the first ten",
        "places with threads by authors who had started fewer than five before.",
    ]
    for name, report in reports.items():
        lines += ["", f"## {name}", ""]
        if "nothing" in report:
            lines.append(report["nothing"] + ".")
            continue
        stated = report["conditions"]
        lines += [
            f"Data {stated['data']}, commit {stated['commit'] or 'unknown'}, sources "
            f"{stated['sources']}; {report['events']} events, pools of {report['least_pool']} and "
            "more.",
            "",
            "| arrangement | MRR | against scores | HR@10 | against scores | newcomers |",
            "|---|---|---|---|---|---|",
        ]
        for arrangement, values in report["arrangements"].items():
            gaps = report["against scores"].get(arrangement)
            cells = [arrangement]
            for measure in ("mrr", "hr@10"):
                cells.append(interval(values[measure]))
                cells.append(interval(gaps[measure], signed=True) if gaps else "")
            cells.append(f"{values['newcomers']['mean']:.3f}")
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m evaluation.arrangement")
    parser.add_argument("sources", nargs="+", type=Path, help="folders, or files that end in .db")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--keep", type=Path, default=Path(), help="where folders are imported")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    kept = asked.out / "arrangement.json"
    reports: dict[str, Report] = orjson.loads(kept.read_bytes()) if kept.exists() else {}
    for source in asked.sources:

        def tell(stage: str, done: int, total: int, name: str = source.stem) -> None:
            say(f"{name}: {stage} {done} of {total}")

        url = database_of(source, asked.keep)
        with opened(None, url, WINDOW, None, EngineSettings(), tell) as history:
            reports[source.stem] = (
                {"nothing": "there is no thread in this window"}
                if history is None
                else priced(history, asked.questions, tell)
            )
        kept.write_bytes(orjson.dumps(reports, option=orjson.OPT_INDENT_2))
        (asked.out / "arrangement.md").write_text(page(reports), encoding="utf-8")
    print(page(reports))


if __name__ == "__main__":
    main()
