"""Under what conditions something was measured: data, code, packages, machine, seeds."""

import hashlib
import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evaluation.significance import RESAMPLES, SEED

PACKAGES = ("numpy", "openvino", "scikit-learn", "scipy")
FLOORS = ("data", "embeddings", "evaluation", "recommender")
NOTES = (
    "all-MiniLM-L6-v2 saw Stack Exchange's titles, bodies, answers and duplicate links up to 2021 "
    "in its training: figures from such a site flatter it, and every system that uses it.",
)
HOME = Path(__file__).parent.parent


def conditions(fingerprint: str, window: str, most: int, depth: int) -> dict[str, Any]:
    """All that a reader needs to measure the same again.

    `most`: queries a task at most. `depth`: ranks that were looked at.
    """
    return {
        "data": fingerprint,
        "window": window,
        "most_queries": most,
        "depth": depth,
        "commit": commit(),
        "sources": sources(),
        "seed": SEED,
        "resamples": RESAMPLES,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "notes": list(NOTES),
        "packages": {name: version(name) for name in PACKAGES},
    }


def told() -> str:
    """In a line: what a page was made by that has no data, window or seed of its own to tell."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    made_by = f"commit {commit() or 'unknown'}, sources {sources()}"
    return f"Python {platform.python_version()}, {packages}, {made_by}."


@cache
def sources() -> str:
    """A hash of the code that figures depend on: it differs where a commit would not."""
    told = hashlib.sha256()
    for floor in FLOORS:
        for file in sorted((HOME / floor).rglob("*.py")):
            told.update(file.relative_to(HOME).as_posix().encode() + b"\0" + file.read_bytes())
    return told.hexdigest()[:16]


@cache
def commit() -> str | None:
    """The commit of the checkout that runs, None where it is none or git is not there."""
    asked = ["git", "-C", str(HOME), "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None
