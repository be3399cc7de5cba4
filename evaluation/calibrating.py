"""How far chances and silence can be believed: left out, and moved by own history.

    python -m evaluation.calibrating FOLDER... [--keep DIR] [--out evaluation/results]

In: community folders, or files of examples that `evaluation.training` left in its DIR. Out:
calibration.md, measured on the validation windows; no test window is looked at. Chances "left
out" are fitted on the training windows of the other communities, "own" ones moved by the
community's own training window, as `learn` does.
"""

import argparse
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation import report
from evaluation.collecting import Collected, collected
from evaluation.conditions import commit, sources
from evaluation.notes import CALIBRATION, CALIBRATION_TRIED
from evaluation.report import CALIBRATED
from evaluation.summary import say
from recommender.calibration import answerable_chance, candidate_chance, crowd_of
from recommender.fitting import (
    APRIORI,
    POOLED_STRENGTH,
    Example,
    as_vector,
    fit_chances,
    fit_weights,
    pooled_silence,
)
from recommender.learning import own_ranker
from recommender.ranker import Ranker

Floats = npt.NDArray[np.float64]

RATES = (0.02, 0.05, 0.1)
"""Rates of false alarms that are looked at."""

LARGE = 400
"""Questions from which chance alone leaves `answerable` an ECE under about .05."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Examples of a community, in order of time: to fit on and to measure on."""

    train: Sequence[Example]
    measured: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Trust:
    """What was promised over `questions`, and what came.

    `chances`: as `report.calibration` gives it. `alarms`, `rightly`: by rate of RATES, the share
    of questions that a candidate answered, and of those nobody did, of which it was said that
    nobody has shown knowledge of them.
    """

    questions: int
    chances: dict[str, dict[str, Any]]
    alarms: tuple[float, ...]
    rightly: tuple[float, ...]


def promised(ranker: Ranker, example: Example) -> dict[str, Any]:
    """One line for `report.calibration`: the first candidates' chances, best first, and came."""
    scores = example.scores(as_vector(ranker.weights, ranker.pairs))
    crowd = crowd_of(scores)
    top = np.argsort(-scores, kind="stable")[:CALIBRATED]
    chances = [
        candidate_chance(ranker.probability, float(scores[i]), crowd, example.pace) for i in top
    ]
    return {
        "probability": chances,
        "came": example.replied[top].tolist(),
        "answerable": answerable_chance(ranker.answerable, chances, example.pace),
        "answered": example.answered,
    }


def trust_of(ranker: Ranker, examples: Sequence[Example]) -> Trust:
    """What a ranker promises of questions, against what came."""
    helped = np.array([x.known for x in examples if x.replied.any()])
    unanswered = np.array([x.known for x in examples if not x.answered])
    return Trust(
        questions=len(examples),
        chances=report.calibration(promised(ranker, example) for example in examples),
        alarms=tuple(_below(helped, ranker.known(rate)) for rate in RATES),
        rightly=tuple(_below(unanswered, ranker.known(rate)) for rate in RATES),
    )


def _below(known: Floats, threshold: float) -> float:
    return float(np.mean(known < threshold)) if len(known) else float("nan")


def left_out_ranker(windows: Mapping[str, Windows], name: str, apriori: Floats) -> Ranker:
    """What the training windows of all communities but `name` give, from `apriori` weights."""
    others = [windows[other].train for other in windows if other != name]
    weights = fit_weights(others, apriori, POOLED_STRENGTH)
    candidate, anyone = fit_chances([x for train in others for x in train], weights, None)
    return Ranker(weights, candidate, anyone, pooled_silence(others))


def trusts(windows: Mapping[str, Windows], apriori: Floats) -> dict[str, tuple[Trust, Trust]]:
    """By community: with what the others give, and with that moved by its own training window.

    A short history may have no question whose label is whole: that community only teaches.
    """
    found = {}
    for name, window in windows.items():
        if not window.measured:
            continue
        prior = left_out_ranker(windows, name, apriori)
        own = own_ranker(list(window.train), prior)
        found[name] = (trust_of(prior, window.measured), trust_of(own, window.measured))
    return found


def calibration_table(windows: Mapping[str, Windows], apriori: Floats) -> str:
    """Two tables in Markdown: of the chances, and of silence."""
    found = trusts(windows, apriori)
    lines = [
        "| community | questions | chances | `probability` ECE | skill | mean - rate "
        "| `answerable` ECE | skill | mean - rate |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, pair in found.items():
        for kind, trust in zip(("left out", "own"), pair, strict=True):
            lines.append(f"| {name} | {trust.questions} | {kind} | {_told(_figures(trust))} |")
    for kind, of in (("left out", 0), ("own", 1)):
        every = np.array([_figures(pair[of]) for pair in found.values()])
        lines.append(f"| mean of {len(every)} | | {kind} | {_told(every.mean(axis=0))} |")
        large = [_figures(pair[of]) for pair in found.values() if pair[of].questions >= LARGE]
        if large:
            mean = np.array(large).mean(axis=0)
            lines.append(f"| mean of {len(large)} large | | {kind} | {_told(mean)} |")
    heads = " | ".join(f"set {rate:.2f}: false | right" for rate in RATES)
    lines += ["", f"| community | threshold | {heads} |", "|---|---|" + "---|---|" * len(RATES)]
    for name, pair in found.items():
        for kind, trust in zip(("left out", "own"), pair, strict=True):
            lines.append(f"| {name} | {kind} | {_told(_silence(trust))} |")
    for kind, of in (("left out", 0), ("own", 1)):
        every = np.array([_silence(pair[of]) for pair in found.values()])
        lines.append(f"| mean | {kind} | {_told(np.nanmean(every, axis=0))} |")
    return "\n".join(lines)


def _figures(trust: Trust) -> list[float]:
    """ECE, skill and bias of both chances; nan where there is no skill to measure."""
    return [
        value
        for what in ("probability", "answerable")
        for of in (trust.chances[what],)
        for value in (of["ece"], of.get("brier_skill", float("nan")), of["mean"] - of["rate"])
    ]


def _silence(trust: Trust) -> list[float]:
    return [value for pair in zip(trust.alarms, trust.rightly, strict=True) for value in pair]


def _told(values: Sequence[float] | Floats) -> str:
    return " | ".join(f"{value:.3f}" for value in values)


def calibration_page(groups: Sequence[Collected]) -> str:
    """calibration.md: conditions, tables, and what was tried."""
    windows = {group.name: Windows(group.train, group.validation) for group in groups}
    data = ", ".join(f"{group.name} {group.fingerprint}" for group in groups)
    stated = (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, commit "
        f"{commit() or 'unknown'}, sources {sources()}.\nData: {data}."
    )
    table = calibration_table(windows, as_vector(APRIORI))
    return "\n".join([CALIBRATION, stated, "", table, "", CALIBRATION_TRIED])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        prog="python -m evaluation.calibrating",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, help="what is kept for the next run")
    parser.add_argument("--out", type=Path, default=Path("evaluation/results"))
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="whoknows-calibrating-") as scratch:
        keep = asked.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        groups = [
            collected(source, keep, lambda stage, done, total: say(f"{stage} {done} of {total}"))
            for source in asked.sources
        ]
        if len(groups) < 2:
            parser.error("name two communities at least: one is left out")
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "calibration.md").write_text(calibration_page(groups), encoding="utf-8")


if __name__ == "__main__":
    main()
