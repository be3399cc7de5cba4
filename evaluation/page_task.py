"""One task of a replay's report, told: the sentences, rows and plots that the page shows.

In: the task's dict of numbers. Out: a `Told`, ready for the template. A key that is missing
leaves its part of the page out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from evaluation import plots
from evaluation.page_parts import (
    Numbers,
    Pairs,
    Table,
    Trust,
    community,
    exposure,
    same,
    slices,
    trust,
)
from evaluation.page_tables import tables
from evaluation.page_words import (
    OURS,
    TASKS,
    Said,
    TaskWords,
    Verdict,
    counted,
    of_ten,
    percent,
    said,
    verdict,
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to answer: its share of the leading measure, and how ours differs from it."""

    said: Said
    share: str
    verdict: Verdict | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A task as the page tells it; `nothing` is the reason where there was no data.

    `sure` judges the lead over the best simple way, `sure_words` says so, and `count_words` how
    the others fared.
    """

    key: str
    words: TaskWords
    nothing: str | None = None
    headline: str = ""
    beside: str = ""
    sure: Verdict | None = None
    sure_words: str = ""
    count_words: str = ""
    plot_title: str = ""
    shares: Markup | None = None
    gaps: Markup | None = None
    ways: Sequence[Way] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    trust: Sequence[Trust] = ()
    slices: Table | None = None
    exposure: Table | None = None
    same: str = ""
    community: Pairs = ()
    tables: Sequence[Table] = ()
    milliseconds: float | None = None


def told(key: str, report: Numbers) -> Told:
    """Everything the page says of one task."""
    words = TASKS.get(key) or TaskWords(key, "the right answer", "cases", {}, "the right answer")
    systems = report.get("systems") or {}
    if "nothing" in report or OURS not in systems:
        return Told(key, words, nothing=str(report.get("nothing", "no figure was measured")))
    primary, counts = report.get("primary", "mrr"), report.get("questions") or {}
    lead, happened, label = _lead(words, systems[OURS], primary, counts.get("median_pool"))
    ranked = _ranked(systems, lead, primary)
    best = next((name for name in ranked if name != OURS), None)
    gaps = report.get("difference") or {}
    sure = verdict(gaps[best]) if best in gaps else None
    shares = [systems[name][lead]["mean"] for name in (OURS, best) if name]
    headline, beside = _headline(key, words, lead, happened, best, shares, counts.get("measured"))
    return Told(
        key,
        words,
        headline=headline,
        beside=beside,
        sure=sure,
        sure_words=_sure_words(words, said(key, best).name if best else "", sure),
        count_words=_count_words([verdict(gap) for gap in gaps.values()]),
        plot_title=label,
        shares=_shares(key, systems, lead, label, ranked),
        gaps=_gaps(key, gaps, words),
        ways=[_way(key, name, systems[name][lead]["mean"], gaps) for name in ranked],
        counts=counts,
        trust=trust(report.get("calibration") or {}),
        slices=slices(key, report, best),
        exposure=exposure(key, systems, [best, report.get("to_beat"), "replies", "newest"]),
        same=same(key, report.get("same") or {}, report.get("to_beat")),
        community=community(report.get("leaders") or {}),
        tables=tables(key, report),
        milliseconds=report.get("median_ms"),
    )


def _lead(
    words: TaskWords, ours: Numbers, primary: str, pool: float | None
) -> tuple[str, str, str]:
    """The measure that leads the page, what it counts, and what its plot is called.

    `pool`: among how many things the choice usually was; a list as long as half of it proves
    nothing, so a shorter one leads then.
    """
    known = [(measure, *told) for measure, told in words.heads.items() if measure in ours]
    if not known:
        return primary, "", primary.upper()
    telling = [head for head in known if pool is None or 2 * int(head[0].split("@")[1]) <= pool]
    return telling[0] if telling else known[-1]


def _ranked(systems: Numbers, lead: str, primary: str) -> list[str]:
    """Systems that were measured so, best first; equal ones by the measure that is compared."""

    def place(name: str) -> tuple[float, float, str]:
        values = systems[name]
        return -values[lead]["mean"], -values.get(primary, values[lead])["mean"], name

    return sorted((name for name in systems if lead in systems[name]), key=place)


def _headline(
    key: str,
    words: TaskWords,
    lead: str,
    happened: str,
    best: str | None,
    shares: Sequence[float],
    cases: int | None,
) -> tuple[str, str]:
    """What came out, and beside it what the best simple way reaches, where there is one."""
    if not happened:
        return f"whoknows reaches {shares[0]:.2f} of 1 in {lead.upper()}.", ""
    mine, its = of_ten(shares[0], shares[1] if best else None, cases)
    headline = f"In {mine} {words.cases}, {happened}."
    if best is None:
        return headline, ""
    reached = "the same" if mine == its else its
    return headline, f"The best of the simple ways, “{said(key, best).name}”, reaches {reached}."


def _sure_words(words: TaskWords, best: str, sure: Verdict | None) -> str:
    if sure is None:
        return ""
    start = f"Judged by {words.place},"
    return {
        "better": f"{start} whoknows is ahead of “{best}”, and by more than chance explains.",
        "worse": f"{start} “{best}” is ahead of whoknows, and by more than chance explains.",
        "chance": f"{start} whoknows and “{best}” are so close that the difference could be "
        "chance.",
    }[sure.key]


def _count_words(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return ""
    keys = [v.key for v in verdicts]
    parts = [
        f"better than {keys.count('better')} of the {counted(len(keys), 'simple way')}"
        " by more than chance explains"
    ]
    if "chance" in keys:
        parts.append(f"with {keys.count('chance')} of them the difference could be chance")
    if "worse" in keys:
        parts.append(f"{keys.count('worse')} did better than whoknows")
    return f"In all, whoknows is {'; '.join(parts)}."


def _shares(key: str, systems: Numbers, lead: str, label: str, ranked: Sequence[str]) -> Markup:
    rows = []
    for name in ranked:
        value = systems[name][lead]
        rows.append(
            plots.Row(
                said(key, name).name,
                f"{percent(value['mean'])}  [{100 * value['low']:.0f}–{100 * value['high']:.0f}]",
                value["mean"],
                value["low"],
                value["high"],
                ours=name == OURS,
            )
        )
    listed = "; ".join(f"{row.label} {row.figure}" for row in rows)
    return plots.intervals(rows, f"Share of cases with {label}, with 95 % intervals: {listed}")


def _gaps(key: str, gaps: Numbers, words: TaskWords) -> Markup | None:
    if not gaps:
        return None
    rows = []
    for name in sorted(gaps, key=lambda name: (gaps[name]["mean"], name)):
        gap, judged = gaps[name], verdict(gaps[name])
        rows.append(
            plots.Row(
                said(key, name).name,
                {"better": "better", "worse": "worse", "chance": "could be chance"}[judged.key],
                gap["mean"],
                gap["low"],
                gap["high"],
                ours=judged.key == "better",
                hollow=judged.key == "chance",
            )
        )
    listed = "; ".join(f"{row.label}: {row.figure}" for row in rows)
    return plots.differences(rows, f"Lead of whoknows by {words.place}: {listed}")


def _way(key: str, name: str, share: float, gaps: Numbers) -> Way:
    judged = verdict(gaps[name]) if name in gaps else None
    return Way(said(key, name), percent(share), judged, name == OURS)
