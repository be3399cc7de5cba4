"""The default ranker, fitted on several communities, and what it is worth in each.

    python -m evaluation.training FOLDER... [--keep DIR] [--out evaluation/results] [--exposure]

In: community folders (or any export), or files of examples that an earlier run left in its DIR
(NAME.npz), where a community is too large to be embedded again or is not at hand. Out:
training.md, `recommender/defaults.json` fitted on all that is named, and with --exposure
exposure.md. Databases and examples are kept in DIR, so that a second run makes neither again;
without-NAME.json beside them is the default ranker of all communities but one, for a replay of
that one that its own history had no part in.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.collecting import SUFFIX, WINDOW, Collected, collected
from evaluation.conditions import HOME
from evaluation.exposure import Exposure, exposure_of
from evaluation.fits import Study, pooled_ranker, study
from evaluation.opening import opened
from evaluation.pooling import collected_groups, command, keeping, telling, write_left_out
from evaluation.summary import database_of
from evaluation.training_page import exposure_page, training_page
from recommender.ranker import PAIRS, SIGNALS, default_ranker
from recommender.settings import EngineSettings

DEFAULTS = HOME / "recommender" / "defaults.json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = command("evaluation.training", __doc__, DEFAULTS)
    parser.add_argument("--exposure", action="store_true", help="also the price of newcomers")
    asked = parser.parse_args(arguments)
    with keeping(asked.keep) as keep:
        groups = collected_groups(asked.sources, keep, collected)
        if groups is None:
            parser.error("a community is named twice")
        found = study(groups, telling("all communities"))
        fitted = pooled_ranker(groups)
        asked.out.mkdir(parents=True, exist_ok=True)
        asked.defaults.write_bytes(fitted.to_bytes() + b"\n")
        page = training_page(groups, found, fitted)
        (asked.out / "training.md").write_text(page, encoding="utf-8")
        if asked.keep is not None:
            write_left_out(groups, keep, ".json", lambda others: pooled_ranker(others).to_bytes())
        if asked.exposure:
            exposed = exposures(asked.sources, groups, found, keep)
            page = exposure_page(exposed, groups)
            (asked.out / "exposure.md").write_text(page, encoding="utf-8")


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
        told = dict(zip((*SIGNALS, *PAIRS), learned.moved[group.name].tolist(), strict=True))
        ranker = replace(
            default_ranker(),
            weights={name: told[name] for name in SIGNALS},
            pairs={pair: told[pair] for pair in PAIRS},
        )
        with opened(
            None, database_of(source, keep), WINDOW, None, EngineSettings(), tell
        ) as history:
            levels = [] if history is None else exposure_of(history, ranker, tell)
        if levels:
            found[group.name] = levels
    return found


if __name__ == "__main__":
    main()
