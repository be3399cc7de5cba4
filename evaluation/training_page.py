"""What was fitted and measured, as two pages: training.md and exposure.md. Numbers alone."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import numpy as np

from evaluation.collecting import MOST_TRAIN, MOST_VALIDATION, Collected
from evaluation.conditions import commit, sources
from evaluation.exposure import MOST, Exposure, averaged
from evaluation.fits import (
    GROUPS,
    LEAST_MEASURED,
    OWN_TRIED,
    POOLED_TRIED,
    Ranks,
    Study,
    macro,
    measured_of,
)
from evaluation.significance import RESAMPLES, SEED, bootstrap_interval, macro_gain, macro_interval
from recommender.fitting import (
    APRIORI,
    LEAST_PAIRED,
    OWN_STRENGTH,
    PAIRS_STRENGTH,
    POOLED_STRENGTH,
    answered_in,
)
from recommender.ranker import BY_UNIT, SIGNALS, Ranker

INTRODUCTION = f"""# How the default weights of "who knows" were fitted

Made by `python -m evaluation.training`, which also wrote `recommender/defaults.json`. Questions are
threads by somebody known who is no bot, in the order of time: training 30-60 % of each history, at
most {MOST_TRAIN} evenly drawn, labels whole before the validation window opens; validation 60-80 %,
at most {MOST_VALIDATION}, labels whole before the test window opens. **Nothing of the test window
is looked at.** Signals are those that `search_experts` had at the question's own time; statistics
of the corpus are fitted before the validation window and frozen. Right answers are all who replied
within 30 days and had replied somewhere before; the candidates are the 100 foremost by the a-priori
weights and all who replied. Figures are mean reciprocal rank on the validation windows.

- *a priori*: weights that were written by hand before any fit, all positive and about equal
  (`recommender/fitting.py`).
- *left out*: fitted on the training windows of all the **other** communities, drawn to the
  a-priori weights with strength {POOLED_STRENGTH:g}. What a community gets that has learned
  nothing yet.
- *own, alone*: those, moved by the community's own training window with strength
  {OWN_STRENGTH:g} over its number of answered questions.
- *own*: the same, and pairs of signals have points for their product, 0 by default and moved by the
  same window with strength ({PAIRS_STRENGTH:g} over its number of answered questions) squared, from
  {LEAST_PAIRED} of them on, as `whoknows learn` does.

The a-priori weights, the signals and all strengths were chosen with these validation windows in
view, so the figures are a little too good; the test windows' figures are replay's (experts.md).
`zsum` and the other baselines are measured there, on other candidates, and are left out here.
"""

LEFT_OUT = """## What was left out

- Test windows, and every question whose 30 days run into the next window.
- Posts that are not open to all; threads by bots, by nobody known or begun anonymously.
- People outside the 100 foremost who did not reply: they hardly move a listwise fit.
- From the macro average: communities with fewer than {least} measured questions, and Stack Exchange
  sites (marked *), whose titles and answers all-MiniLM-L6-v2 saw in its training. Both are fitted
  with the others.
- Points for profiles, load and newness are set by hand and not fitted here: they bear no date.
"""


def training_page(groups: Sequence[Collected], found: Study, fitted: Ranker) -> str:
    """training.md: conditions, figures, sweeps, ablation, coefficients."""
    parts = [
        INTRODUCTION,
        _conditions(groups),
        "",
        *_figures(groups, found),
        "",
        *_sweeps(found),
        "",
        *_dropped(groups, found),
        "",
        *_coefficients(found, fitted),
        "",
        LEFT_OUT.format(least=LEAST_MEASURED),
    ]
    return "\n".join(parts)


def _conditions(groups: Sequence[Collected]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    data = ", ".join(
        f"{group.name} {group.fingerprint or 'unstated'}"
        + (f" ({group.lacking} texts not embedded)" if group.lacking else "")
        for group in groups
    )
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {packages},"
        f" seed {SEED}, {RESAMPLES} resamples, commit {commit() or 'unknown'}, sources {sources()}."
        f"\nData: {data}."
    )


def _figures(groups: Sequence[Collected], found: Study) -> list[str]:
    lines = [
        "## Leave one community out, and own history",
        "",
        "| community | training | measured | a priori | left out | own, alone | own "
        "| own less alone |",
        "|---|---|---|---|---|---|---|---|",
    ]
    columns = (found.apriori, found.without, found.alone, found.own)
    for group in groups:
        name = group.name
        if not len(found.own[name]):
            lines.append(f"| {_called(group)} | {answered_in(group.train)} | 0 |" + " |" * 5)
            continue
        means = " | ".join(f"{ranks[name].mean():.3f}" for ranks in columns)
        gained = bootstrap_interval(found.own[name] - found.alone[name])
        lines.append(
            f"| {_called(group)} | {answered_in(group.train)} | {len(found.own[name])} | {means} | "
            f"{gained.mean:+.4f} [{gained.low:+.4f}, {gained.high:+.4f}] |"
        )
    counted = measured_of(groups)
    if not counted:
        return [*lines, "", f"No community has {LEAST_MEASURED} measured questions."]
    whole = " | ".join(_whole(ranks, counted) for ranks in columns)
    gained = macro_interval({g.name: found.own[g.name] - found.alone[g.name] for g in counted})
    lines.append(
        f"| macro average of {len(counted)} | | | {whole} | "
        f"{gained.mean:+.4f} [{gained.low:+.4f}, {gained.high:+.4f}] |"
    )
    gains = {
        "left out against a priori": (found.without, found.apriori),
        "own against a priori": (found.own, found.apriori),
        "own against left out": (found.own, found.without),
        "own against own, alone": (found.own, found.alone),
    }
    lines.append("")
    for name, (ours, other) in gains.items():
        gain = macro_gain(_of(ours, counted), _of(other, counted))
        lines.append(f"- {name}: {gain.mean:+.1%} [{gain.low:+.1%}, {gain.high:+.1%}]")
    return lines


def _whole(ranks: Ranks, counted: Sequence[Collected]) -> str:
    found = macro_interval(_of(ranks, counted))
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _of(ranks: Ranks, counted: Sequence[Collected]) -> Ranks:
    return {group.name: ranks[group.name] for group in counted}


def _called(group: Collected) -> str:
    return f"{group.name} *" if group.flattered else group.name


def _sweeps(found: Study) -> list[str]:
    return [
        "## How strongly priors hold",
        "",
        "Macro averages; used are "
        f"{POOLED_STRENGTH:g} and {OWN_STRENGTH:g}. Differences under .005 are noise.",
        "",
        "| strength, communities together, left out | macro |",
        "|---|---|",
        *(f"| {strength:g} | {found.pooled[strength]:.4f} |" for strength in POOLED_TRIED),
        "",
        "| strength of the prior in questions, own | macro |",
        "|---|---|",
        *(f"| {strength:g} | {found.strengths[strength]:.4f} |" for strength in OWN_TRIED),
    ]


def _dropped(groups: Sequence[Collected], found: Study) -> list[str]:
    counted = measured_of(groups)
    without, own = macro(found.without, counted), macro(found.own, counted)
    lines = [
        "## Without a group of signals",
        "",
        "Fitted anew without them; change of the macro average. Overlapping signals stand in for "
        "each other, so that a small change does not say that a group is worth nothing alone.",
        "",
        "| group | signals | left out | own |",
        "|---|---|---|---|",
    ]
    for name, (a, b) in sorted(found.dropped.items(), key=lambda item: item[1][1]):
        signals = ", ".join(f"`{signal}`" for signal in GROUPS[name])
        lines.append(f"| {name} | {signals} | {a - without:+.4f} | {b - own:+.4f} |")
    return lines


def _coefficients(found: Study, fitted: Ranker) -> list[str]:
    lines = [
        "## Weights",
        "",
        "Points for one standard deviation above the average of all who have replied before, of "
        f"{' and '.join(f'`{name}`' for name in BY_UNIT)} for one unit. The defaults are fitted on "
        "both windows of all communities. *Left out*: the least and the greatest weight over the "
        "fits that left one community out, on training windows.",
        "",
        "| signal | a priori | defaults | left out |",
        "|---|---|---|---|",
    ]
    every = np.stack(list(found.weights.values()))
    for at, name in enumerate(SIGNALS):
        low, high = every[:, at].min(), every[:, at].max()
        lines.append(
            f"| `{name}` | {APRIORI[name]:.2f} | {fitted.weights[name]:.3f} | "
            f"{low:.3f} to {high:.3f} |"
        )
    chances = {
        "probability (terms in recommender/calibration.py)": fitted.probability,
        "answerable (terms there too)": fitted.answerable,
        "silence (quantiles .01 to .20 of the likeness of the nearest post)": fitted.silence,
    }
    lines.append("")
    for name, values in chances.items():
        lines.append(f"- {name}: {', '.join(f'{value:.3f}' for value in values)}")
    return lines


def exposure_page(found: Mapping[str, Sequence[Exposure]], groups: Sequence[Collected]) -> str:
    """exposure.md: the price of `newcomers` in each community and on average.

    `groups`: all communities that were named; those that count in a macro average do so here.
    """
    counted = [found[group.name] for group in measured_of(groups) if group.name in found]
    absent = [group.name for group in groups if group.name not in found]
    lines = [
        "# What putting newcomers forward costs",
        "",
        "Made by `python -m evaluation.training --exposure`: the validation windows, at most "
        f"{MOST} questions a community, evenly drawn, with a right answer; each ranked as of its "
        "own time with the weights of the others, moved by the community's own training window "
        "(training.md). `RankingSettings.newcomers` is so many points for somebody who has not "
        "joined a thread yet, fewer for each of the first five joined.",
        "",
        "*Newcomers*: share of the first five places for people with fewer than five joined "
        "threads. *Gini*: of first-five places over all who could be suggested; 0 everybody alike. "
        "*Newcomer helped*: questions where a newcomer who did reply is among the first five.",
        *_stated(),
        "",
    ]
    for name, levels in found.items():
        lines += [f"## {name}", "", *_levels(levels), ""]
    if counted:
        lines += [f"## Average of the {len(counted)} that training.md averages over", ""]
        lines += [*_levels(averaged(counted)), ""]
    if absent:
        lines += [
            "Not measured, for want of a question with a right answer, or as only examples and no "
            f"history were at hand: {', '.join(absent)}.",
            "",
        ]
    return "\n".join(lines)


def _stated() -> list[str]:
    return ["", f"Commit {commit() or 'unknown'}, sources {sources()}."]


def _levels(levels: Sequence[Exposure]) -> list[str]:
    lines = [
        "| points | questions | MRR | price | hit@5 | newcomers | Gini | newcomer helped |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for level in levels:
        price = level.mrr / levels[0].mrr - 1.0
        lines.append(
            f"| {level.points:g} | {level.questions} | {level.mrr:.3f} | {price:+.1%} | "
            f"{level.hit:.3f} | {level.newcomers:.3f} | {level.gini:.3f} | {level.helped:.3f} |"
        )
    return lines
