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
    MEASURES,
    OURS,
    TASKS,
    Said,
    TaskWords,
    Verdict,
    counted,
    part_of,
    percent,
    said,
    verdict,
)

LEAST = 10
"""Cases under which nothing is told of them: their intervals span most of what there is."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to answer: its share of the leading measure, and how ours differs from it."""

    said: Said
    share: str
    verdict: Verdict | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A task as the page tells it; `nothing` says so where there was no data, or too little.

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
    words = TASKS.get(key) or TaskWords(
        key, "the right answer", "case", "cases", {}, "the right answer"
    )
    systems, counts = report.get("systems") or {}, report.get("questions") or {}
    if "nothing" in report or OURS not in systems:
        reason = report.get("nothing", "no figure was measured")
        return Told(key, words, nothing=f"Nothing to measure: {reason}.")
    cases = counts.get("measured")
    if cases is not None and cases < LEAST:
        return Told(key, words, nothing=_too_few(words, cases))
    primary = report.get("primary", "mrr")
    lead, happened, label = _lead(words, systems[OURS], primary, counts.get("median_pool"))
    ranked = _ranked(systems, lead, primary)
    others = [name for name in ranked if name != OURS]
    # The measure that was announced decides which is best, and not the one that is easily told.
    best = max(others, key=lambda name: _mean(systems[name], primary, lead), default=None)
    gaps = report.get("difference") or {}
    sure = verdict(gaps[best]) if best in gaps else None
    shares = [systems[name][lead]["mean"] for name in (OURS, best) if name]
    headline, beside = _headline(key, words, lead, happened, best, shares, cases)
    # By what is counted here another way may come out above the best one.
    if beside and (most := systems[others[0]][lead]["mean"]) > shares[1]:
        beside = f"{beside[:-1]}, “{said(key, others[0]).name}” {_reached(most, cases)}."
    stands = [_mean(systems[name], primary, lead) for name in (OURS, best) if name]
    return Told(
        key,
        words,
        headline=headline,
        beside=beside,
        sure=sure,
        sure_words=_sure_words(words, primary, said(key, best).name if best else "", sure, stands),
        count_words=_count_words(gaps),
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


def _mean(values: Numbers, primary: str, lead: str) -> float:
    """How high a system stands by the announced measure, or by the one that leads the page."""
    return float(values.get(primary, values[lead])["mean"])


def _too_few(words: TaskWords, cases: int) -> str:
    what = words.case if cases == 1 else words.cases
    return (
        f"Too few to say: only {cases} {what} could be measured, and the range of what may"
        f" be true would be as wide as the page. {LEAST} are the least that is told of; what was"
        " measured is in report.json."
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
    headline = f"In {part_of(shares[0], cases)} {words.cases}, {happened}."
    if best is None:
        return headline, ""
    its = "the same" if shares[0] == shares[1] else _reached(shares[1], cases)
    return headline, f"The best of the simple ways, “{said(key, best).name}”, reaches {its}."


def _reached(share: float, cases: int | None) -> str:
    return part_of(share, cases).removesuffix(" of")


def _sure_words(
    words: TaskWords, primary: str, best: str, sure: Verdict | None, stands: Sequence[float]
) -> str:
    """Who stands higher by the announced measure, and whether that may be chance."""
    if sure is None:
        return ""
    measure = MEASURES.get(primary, primary)
    start = f"Judged by {words.place} ({measure}: 1 where it is the first every time),"
    ours, its = (f"{stand:.2f}" for stand in stands)
    if sure.key == "better":
        return (
            f"{start} whoknows is ahead of “{best}”, {ours} against {its}, and by more than chance"
            " explains."
        )
    if sure.key == "worse":
        return (
            f"{start} “{best}” is ahead of whoknows, {its} against {ours}, and by more than chance"
            " explains."
        )
    if ours == its:
        return f"{start} whoknows and “{best}” stand equally high, at {ours}."
    if stands[0] > stands[1]:
        order = f"whoknows stands higher than “{best}”, {ours} against {its}"
    else:
        order = f"“{best}” stands higher than whoknows, {its} against {ours}"
    return f"{start} {order}, but that could be chance."


def _count_words(gaps: Numbers) -> str:
    if not gaps:
        return ""
    keys = [verdict(gap).key for gap in gaps.values()]
    parts = [
        f"better than {keys.count('better')} of the {counted(len(keys), 'simple way')}"
        " by more than chance explains"
    ]
    if "chance" in keys:
        unsure = [gap for gap in gaps.values() if verdict(gap).key == "chance"]
        lower = sum(gap["mean"] < 0 for gap in unsure)
        behind = f" (it stands lower than {lower} of these)" if lower else ""
        parts.append(f"with {len(unsure)} of them the difference could be chance{behind}")
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
