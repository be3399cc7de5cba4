"""A server under load: `python -m evaluation.benchmarks.load DATABASE --rate R --minutes 5`.

A `whoknows serve` of its own, on loopback and on a copy of DATABASE, is asked by locust what a
community asks: 70 % feeds, 20 % similar ideas as somebody types a title, 9 % who knows, 1 % writes.
Requests come when a plan says, however many are unanswered, and count from that moment.

`--rate R --minutes M`: a steady rate; `--find`: the highest rate without an error, from R on;
`--overload`: three times that for M minutes, and what comes after; `--memory N`: N requests as
fast as they are answered; `--slots N,N...`: how many in work at once are best. `--out FOLDER`
keeps load.json, in which each of these replaces what it said before, and load.md, made of it.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from .corpus import conditions
from .load_page import page
from .load_slots import slots
from .load_trials import capacity, memory, overload, steady

PACKAGES = ("locust", "uvicorn", "fastapi", "numpy", "openvino")
FIGURES, PAGE = "load.json", "load.md"


def _say(line: str) -> None:
    print(line, flush=True)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """What the command line asks for, by name of the trial."""
    database, rate, minutes, seed = asked.database, asked.rate, asked.minutes, asked.seed
    if asked.find:
        return {"capacity": capacity(database, rate, seed, _say)}
    if asked.overload:
        return {"overload": overload(database, rate, minutes, seed, _say)}
    if asked.slots:
        return {"slots": slots(database, asked.slots, seed)}
    if asked.memory:
        return {"memory": memory(database, asked.memory, seed, _say)}
    return {"steady": steady(database, rate, minutes, seed)}


def keep(folder: Path, told: dict[str, Any]) -> None:
    """Take `told` into the figures in `folder`, and write the page anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FIGURES
    every = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    every.update(told)
    path.write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(every), encoding="utf-8")


def main() -> None:
    """Print the conditions and what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, help="an SQLite database; it is copied")
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a folder for load.json and load.md")
    trial = parser.add_mutually_exclusive_group()
    trial.add_argument("--find", action="store_true", help="the highest rate without an error")
    trial.add_argument("--overload", action="store_true", help="three times that rate")
    trial.add_argument("--memory", type=int, metavar="N", help="so many requests")
    trial.add_argument("--slots", type=_numbers, help="numbers of slots to compare, as 1,3,40")
    asked = parser.parse_args()
    if not asked.database.is_file():
        parser.error(f"{asked.database}: no such database")
    # Ended from outside, it ends its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    where = conditions(asked.database.with_suffix(""), PACKAGES)
    where += f"; seed {asked.seed}; load average {os.getloadavg()[0]:.1f} before"
    _say(f"{where}\n")
    told = measured(asked)
    for trial_name, figures in told.items():
        told[trial_name] = {"conditions": where, **figures}
    _say(page(told))
    if asked.out is not None:
        keep(asked.out, told)


if __name__ == "__main__":
    main()
