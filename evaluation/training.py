"""The default ranker, fitted on several communities, and what it is worth in each.

    python -m evaluation.training FOLDER... [--keep DIR] [--out evaluation/results] [--exposure]

In: community folders (or any export), or files of examples that an earlier run left in its DIR
(NAME.npz), where a community is too large to be embedded again or is not at hand. Out:
training.md, `recommender/defaults.json` fitted on all that is named, and with --exposure
exposure.md. Databases and examples are kept in DIR, so that a second run makes neither again;
without-NAME.json beside them is the default ranker of all communities but one, for a replay of
that one that its own history had no part in.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.collecting import SUFFIX, WINDOW, Collected, collected
from evaluation.conditions import HOME
from evaluation.exposure import Exposure, exposure_of
from evaluation.fits import Study, pooled_ranker, study
from evaluation.journal import Progress
from evaluation.opening import opened
from evaluation.summary import database_of, say
from evaluation.training_page import exposure_page, training_page
from recommender.ranker import SIGNALS, default_ranker
from recommender.settings import EngineSettings

DEFAULTS = HOME / "recommender" / "defaults.json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        prog="python -m evaluation.training",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, help="what is kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    parser.add_argument("--defaults", type=Path, default=DEFAULTS, help="the ranker that is made")
    parser.add_argument("--exposure", action="store_true", help="also the price of newcomers")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="whoknows-training-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        groups = [collected(source, keep, telling(source.stem)) for source in asked.sources]
        if len({group.name for group in groups}) < len(groups):
            parser.error("a community is named twice")
        found = study(groups, telling("all communities"))
        fitted = pooled_ranker(groups)
        asked.out.mkdir(parents=True, exist_ok=True)
        asked.defaults.write_bytes(fitted.to_bytes() + b"\n")
        page = training_page(groups, found, fitted)
        (asked.out / "training.md").write_text(page, encoding="utf-8")
        if asked.keep is not None and len(groups) > 1:
            for group in groups:
                others = [other for other in groups if other is not group]
                file = keep / f"without-{group.name}.json"
                file.write_bytes(pooled_ranker(others).to_bytes() + b"\n")
        if asked.exposure:
            exposed = exposures(asked.sources, groups, found, keep)
            page = exposure_page(exposed, groups)
            (asked.out / "exposure.md").write_text(page, encoding="utf-8")


def telling(name: str) -> Progress:
    """Progress on standard error, where somebody watches."""

    def tell(stage: str, done: int, total: int) -> None:
        say(f"{name}: {stage} {done} of {total}")

    return tell


def exposures(
    sources: Sequence[Path], groups: Sequence[Collected], learned: Study, keep: Path
) -> dict[str, list[Exposure]]:
    """The price of newcomers by community; of those whose examples alone are there, nothing.

    Asked is the ranker that a community would have had when its validation window opened.
    """
    found = {}
    for source, group in zip(sources, groups, strict=True):
        if source.suffix == SUFFIX:
            continue
        tell = telling(group.name)
        weights = dict(zip(SIGNALS, learned.moved[group.name].tolist(), strict=True))
        ranker = replace(default_ranker(), weights=weights)
        with opened(
            None, database_of(source, keep), WINDOW, None, EngineSettings(), tell
        ) as history:
            levels = [] if history is None else exposure_of(history, ranker, tell)
        if levels:
            found[group.name] = levels
    return found


if __name__ == "__main__":
    main()
