"""The default ranker of feeds, fitted on several communities, and what it is worth in each.

    python -m evaluation.feedtraining FOLDER... [--keep DIR] [--out evaluation/results]

In: community folders (or any export), or files of turns that an earlier run left in its DIR
(NAME.feed.npz), where a community is too large to be embedded again or is not at hand. Out:
feed-training.md and `recommender/feed_defaults.json`, fitted on all that is named. In DIR beside
the turns: without-NAME.feed.json, the default ranker of all communities but one, for a replay of
that one that its own history had no part in.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from evaluation.conditions import HOME, commit, sources
from evaluation.feedcollecting import MOST_TRAIN, MOST_VALIDATION, Turned, collected
from evaluation.history import Floats
from evaluation.pooling import collected_groups, command, keeping, write_left_out
from recommender.feedlearning import OWN_STRENGTH, POOLED_STRENGTH, Turn, fit_feed
from recommender.feedranker import SIGNALS, FeedRanker

DEFAULTS = HOME / "recommender" / "feed_defaults.json"

GROUPS: dict[str, tuple[str, ...]] = {
    "when it moved last": ("alive_minutes", "alive_hours", "alive"),
    "of that, the minutes": ("alive_minutes",),
    "when it began": ("fresh_hours", "fresh"),
    "replies": ("unanswered", "replies"),
    "people, fading": ("popular",),
    "passed by before": ("seen",),
    "spaces": ("space", "posts_here"),
    "tags": ("tags",),
    "the author": ("author", "answered"),
    "company": ("company",),
    "content": ("content", "content_english", "own"),
    "of that, MiniLM": ("content_english",),
    "of that, own threads": ("own",),
    "being addressed": ("named", "named_lately"),
}
"""Signals that are left out together."""

OWN_TRIED = (5.0, 20.0, 50.0, 100.0, 300.0)
POOLED_TRIED = (0.001, 0.003, 0.01, 0.03, 0.1)
"""Strengths that were tried."""

INTRODUCTION = f"""# How the default weights of the feed were fitted

Made by `python -m evaluation.feedtraining`, which also wrote `recommender/feed_defaults.json`.
A turn is somebody's first reply in a thread under a week old that another began, where they had
five earlier; ranked are the threads of the 14 days before, of which there are at least five.
Training 30-60 % of each history, at most {MOST_TRAIN} evenly drawn; validation 60-80 %, at most
{MOST_VALIDATION}. **Nothing of the test window is looked at.** Signals are as of the turn's own
moment, for a stranger's eyes. Figures are mean reciprocal rank of the chosen thread on the
validation windows; the page is neither arranged nor explored here.

- *newest*: by the time a thread began.
- *left out*: fitted on the training windows of all the **other** communities, drawn to no weight
  at all with strength {POOLED_STRENGTH:g}. What a community gets that has learned nothing yet.
- *own*: those, moved by the community's own training window with strength {OWN_STRENGTH:g} over
  its number of turns, as `whoknows learn` does.

The signals and both strengths were chosen with these windows in view, so the figures are a little
too good; the test windows' figures are replay's (feed-replay.md).
"""

Weights = Mapping[str, Floats]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = command("evaluation.feedtraining", __doc__, DEFAULTS)
    asked = parser.parse_args(arguments)
    with keeping(asked.keep) as keep:
        groups = collected_groups(asked.sources, keep, collected)
        if groups is None:
            parser.error("a community is named twice")
        fitted = pooled(groups)
        asked.out.mkdir(parents=True, exist_ok=True)
        asked.defaults.write_bytes(fitted.to_bytes() + b"\n")
        (asked.out / "feed-training.md").write_text(page(groups, fitted), encoding="utf-8")
        if asked.keep is not None:
            write_left_out(groups, keep, ".feed.json", lambda others: pooled(others).to_bytes())


def pooled(groups: Sequence[Turned]) -> FeedRanker:
    """The default ranker that `groups` give: of both windows of each, the test window never."""
    turns = [(*group.train, *group.validation) for group in groups]
    return FeedRanker(fit_feed(turns, np.zeros(len(SIGNALS)), POOLED_STRENGTH))


def left_out(groups: Sequence[Turned], strength: float = POOLED_STRENGTH) -> dict[str, Floats]:
    """Weights of each community, fitted on the training windows of the others."""
    nothing = np.zeros(len(SIGNALS))
    return {
        group.name: _vector(
            fit_feed([other.train for other in groups if other is not group], nothing, strength)
        )
        for group in groups
    }


def moved(
    groups: Sequence[Turned], priors: Weights, strength: float = OWN_STRENGTH
) -> dict[str, Floats]:
    """Weights of each community, moved from its prior by its own training window."""
    return {
        group.name: _vector(
            fit_feed([group.train], priors[group.name], strength / max(len(group.train), 1))
        )
        for group in groups
    }


def reached(groups: Sequence[Turned], weights: Weights) -> list[float]:
    """Mean reciprocal rank on the validation window of each community, and their mean."""
    found = [mrr(group.validation, weights[group.name]) for group in groups]
    return [*found, float(np.mean(found))]


def mrr(turns: Sequence[Turn], weights: Floats) -> float:
    """Mean reciprocal rank of what was chosen; nan of no turns."""
    return float(np.mean([1.0 / turn.rank(weights) for turn in turns])) if turns else float("nan")


def without(group: Turned, names: Sequence[str]) -> Turned:
    """The same turns as if some signals were not there."""
    dropped = [SIGNALS.index(name) for name in names]

    def less(turn: Turn) -> Turn:
        signals = turn.signals.copy()
        signals[:, dropped] = 0.0
        return Turn(signals, turn.fixed, turn.chosen)

    train, validation = (tuple(map(less, part)) for part in (group.train, group.validation))
    return Turned(group.name, group.fingerprint, train, validation)


def _vector(weights: Mapping[str, float]) -> Floats:
    return np.array([weights[name] for name in SIGNALS])


# The page ------------------------------------------------------------------------------------


def page(groups: Sequence[Turned], fitted: FeedRanker) -> str:
    """What was measured, as Markdown: numbers alone."""
    newest = np.zeros(len(SIGNALS))
    newest[SIGNALS.index("fresh_hours")] = 1.0
    others = left_out(groups)
    own = moved(groups, others)
    heads = [group.name for group in groups]
    lines = [INTRODUCTION, "## Figures", "", *_head(["weights", *heads, "macro"])]
    lines += [
        _row("newest", reached(groups, dict.fromkeys(heads, newest))),
        _row("left out", reached(groups, others)),
        _row("own", reached(groups, own)),
    ]
    lines += ["", "## Left out, without some signals", "", *_head(["without", *heads, "macro"])]
    for title, names in GROUPS.items():
        less = [without(group, names) for group in groups]
        lines.append(_row(title, reached(less, left_out(less))))
    lines += ["", "## Strengths", "", *_head(["strength", *heads, "macro"])]
    lines += _sweep("left out", POOLED_TRIED, lambda s: reached(groups, left_out(groups, s)))
    lines += _sweep("own", OWN_TRIED, lambda s: reached(groups, moved(groups, others, s)))
    lines += ["", "## Weights", "", *_head(["signal", "default", *heads])]
    for place, name in enumerate(SIGNALS):
        cells = [fitted.weights[name], *(own[head][place] for head in heads)]
        lines.append(_row(name, cells, "+.2f"))
    lines += [
        "",
        "Points of one typical step of a signal (`recommender/feedranker.py`); *default* is fitted",
        "on both windows of all communities, the others are *own*.",
        "",
        "## Conditions",
        "",
    ]
    lines += [
        f"- {group.name}: {len(group.train)} turns to train on, {len(group.validation)} to measure,"
        f" data {group.fingerprint}"
        for group in groups
    ]
    lines += [f"- commit {commit()}, sources {sources()}", ""]
    return "\n".join(lines)


def _sweep(
    title: str, tried: Sequence[float], measure: Callable[[float], list[float]]
) -> list[str]:
    return [_row(f"{title} {strength:g}", measure(strength)) for strength in tried]


def _head(titles: Sequence[str]) -> list[str]:
    return [
        "| " + " | ".join(titles) + " |",
        "|---|" + "---:|" * (len(titles) - 1),
    ]


def _row(title: str, values: Sequence[float], form: str = ".3f") -> str:
    return f"| {title} | " + " | ".join(format(value, form) for value in values) + " |"


if __name__ == "__main__":
    main()
