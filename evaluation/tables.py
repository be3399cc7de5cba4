"""Reports as text: the README's table over several communities, and a page a task.

In: reports as `evaluation.replay` gives them, and the values of each query. Out: text, also a few
lines for a terminal; numbers alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evaluation.history import Floats
from evaluation.report import OURS
from evaluation.significance import holm, macro_gain, macro_interval, macro_test

Report = dict[str, Any]
Values = Mapping[str, Mapping[str, Floats]]
"""Community to system to the primary measure of each query, in one order."""

SUMS = ("zsum", "weighted", "convex", "rrf")
"""Baselines that put several simple ones together."""

TITLES = {
    "experts": "Who knows: replay on the test windows",
    "feed": "Feed: replay on the test windows",
    "similar": "Similar: replay on the test windows",
}
CAVEATS = {
    "experts": (
        "Signals, and the form of the chances, were chosen on validation windows; test windows of "
        "an earlier ranker, and once those of the chances, had been looked at before. The default "
        "weights behind experts.md, which each community's own history moves, were fitted on these "
        "communities' histories too, up to the test window; those behind experts-untrained.md "
        "leave each one out, and nothing moves them."
    ),
    "feed": (
        "First turns to young threads: replies, and clicks where their times are known. Replies "
        "are not reads. A community with `least_pool` 5 never has the protocol's 20 to choose from."
    ),
    "similar": (
        "Relevant is what somebody linked: links are incomplete, so these are lower bounds. "
        "all-MiniLM-L6-v2 saw Stack Exchange's titles, bodies and duplicate links up to 2021 in "
        "its training: what is measured on such a site flatters it, and every system with it."
    ),
}


def rows(reports: Mapping[str, Report], values: Values, baselines: Sequence[str]) -> str:
    """One row a community: ours with its interval, the baselines, the paired difference.

    The last row is the macro average, with intervals for ours and for the one to beat, and by
    how much ours exceeds it.
    """
    first = next(iter(reports.values()))
    primary, rival = first["primary"], first["to_beat"]
    head = ["community", "questions", "whoknows", *baselines, f"against {rival}"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, report in reports.items():
        systems, gap = report["systems"], report["difference"][rival]
        cells = [name, str(report["questions"]["measured"]), interval(systems[OURS][primary])]
        cells += [f"{systems[other][primary]['mean']:.3f}" for other in baselines]
        cells.append(f"{interval(gap, signed=True)}, p {gap['p']:.2g}")
        lines.append("| " + " | ".join(cells) + " |")
    by_system = {
        system: {name: values[name][system] for name in reports} for system in (OURS, *baselines)
    }
    macro = {
        system: asdict(macro_interval(groups))
        for system, groups in by_system.items()
        if system in (OURS, rival)
    }
    cells = ["macro average", "", interval(macro[OURS])]
    for other in baselines:
        mean = sum(r["systems"][other][primary]["mean"] for r in reports.values()) / len(reports)
        cells.append(interval(macro[other]) if other in macro else f"{mean:.3f}")
    gain = macro_gain(by_system[OURS], by_system[rival])
    cells.append(f"{gain.mean:+.1%} [{gain.low:+.1%}, {gain.high:+.1%}]")
    return "\n".join([*lines, "| " + " | ".join(cells) + " |"])


def against_each(reports: Mapping[str, Report], values: Values) -> list[str]:
    """A table of the macro average of every system, best first, and by how much ours exceeds it."""
    first = next(iter(reports.values()))
    primary = first["primary"]
    by_system = {
        system: {name: values[name][system] for name in reports}
        for system in first["systems"]
        if all(system in report["systems"] for report in reports.values())
    }
    means = {
        system: sum(r["systems"][system][primary]["mean"] for r in reports.values()) / len(reports)
        for system in by_system
    }
    others = sorted(by_system.keys() - {OURS}, key=lambda system: (-means[system], system))
    corrected = holm({other: macro_test(by_system[OURS], by_system[other]) for other in others})
    lines = [
        "| macro average | " + primary + " | whoknows exceeds it by | p after Holm |",
        "|---|---|---|---|",
        f"| {OURS} | {interval(asdict(macro_interval(by_system[OURS])))} | | |",
    ]
    for other in others:
        gain = macro_gain(by_system[OURS], by_system[other])
        lines.append(
            f"| {other}{' (a sum)' if other in SUMS else ''} | {means[other]:.3f} | "
            f"{gain.mean:+.1%} [{gain.low:+.1%}, {gain.high:+.1%}] | {corrected[other]:.2g} |"
        )
    return lines


def told(report: Report) -> list[str]:
    """A report in a few lines for a terminal: every system by its primary measure, best first."""
    if "nothing" in report:
        return [f"{report['task']}: {report['nothing']}"]
    primary, systems = report["primary"], report["systems"]
    asked = report["questions"]
    lines = [
        f"{report['task']}: {primary} over {asked['measured']:,} of {asked['in_window']:,} queries "
        f"of the {report['conditions']['window']} window, 95 % intervals"
    ]
    width = max(map(len, systems))
    for name in sorted(systems, key=lambda name: -systems[name][primary]["mean"]):
        gap = report["difference"].get(name)
        shown = f"  {name:<{width}}  {interval(systems[name][primary])}"
        if gap is not None:
            shown += f"   whoknows {interval(gap, signed=True)}, p {gap['p_holm']:.2g} after Holm"
        lines.append(shown)
    for what, trust in report.get("calibration", {}).items():
        lines.append(
            f"  {what}: {trust['mean']:.3f} promised, {trust['rate']:.3f} came true, "
            f"ECE {trust['ece']:.3f}"
        )
    return lines


def page(
    task: str,
    reports: Mapping[str, Report],
    values: Values,
    baselines: Sequence[str],
    command: str,
) -> str:
    """Everything that was measured of a task by `command`: conditions, tables, each community."""
    stated = next(iter(reports.values()))["conditions"]
    packages = ", ".join(f"{name} {version}" for name, version in stated["packages"].items())
    parts = [
        f"# {TITLES[task]}",
        "",
        f"Made by `{command}`. Prequential, PROTOCOL.md's splits and labels; "
        "95 % bootstrap intervals over queries; the last fifth of each history, at most "
        f"{stated['most_queries']} queries, the first {stated['depth']} ranks.",
        f"Python {stated['python']}, {stated['machine']}, {packages}, seed {stated['seed']}, "
        f"{stated['resamples']} resamples, commit {stated['commit'] or 'unknown'}, sources "
        f"{stated['sources']}.",
        CAVEATS[task],
        "",
        rows(reports, values, baselines),
        "",
        *against_each(reports, values),
        "",
    ]
    if all("arranged" in report for report in reports.values()):
        parts += [_arranged(next(iter(reports.values()))["arranged"]), ""]
    for name, report in reports.items():
        parts += ["", f"## {name}", "", *_community(report)]
    return "\n".join(parts) + "\n"


def _arranged(settings: Mapping[str, Any]) -> str:
    return (
        "Feeds are measured as they are served, not in the plain order of scores: "
        f"{settings['exploration']:.0%} of the places drawn by lot, at most "
        f"{settings['most_alike']} of one author or near-duplicates in ten places "
        "(arrangement.md tells what that costs)."
    )


def _community(report: Report) -> list[str]:
    counted = ", ".join(
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in report["questions"].items()
    )
    measures = list(report["systems"][OURS])
    lines = [
        f"Data {report['conditions']['data']}. {counted}; {report['people']} people; "
        f"median {report['median_ms']:.0f} ms a query, timing only.",
        "",
        "| system | " + " | ".join(measures) + " | whoknows less it | p after Holm |",
        "|---" * (len(measures) + 3) + "|",
    ]
    for name, system in report["systems"].items():
        cells = [
            interval(system[m]) if m == report["primary"] else f"{_mean(system[m]):.3f}"
            for m in measures
        ]
        gap = report["difference"].get(name)
        cells += [interval(gap, signed=True), f"{gap['p_holm']:.2g}"] if gap else ["", ""]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for what, trust in report.get("calibration", {}).items():
        skill = f", Brier skill {trust['brier_skill']:.3f}" if "brier_skill" in trust else ""
        lines += [
            "",
            f"`{what}`: ECE {trust['ece']:.3f}, mean {trust['mean']:.3f} against a rate of "
            f"{trust['rate']:.3f}{skill}.",
        ]
    if report["slices"]:
        lines += ["", *_slices(report)]
    if "same" in report:
        lines += ["", *_same(report["same"])]
    return lines


def _slices(report: Report) -> list[str]:
    rival, primary = report["to_beat"], report["primary"]
    lines = [f"| slice | queries | whoknows | {rival} |", "|---|---|---|---|"]
    for name, part in report["slices"].items():
        cells = [interval(part["systems"][system][primary]) for system in (OURS, rival)]
        lines.append(f"| {name} | {part['queries']} | " + " | ".join(cells) + " |")
    return lines


def _same(same: Mapping[str, Any]) -> list[str]:
    lines = [
        f"The same? {same['linked']} linked of {same['pairs']} pairs.",
        "",
        "| system | average precision | recall at 90 % precision |",
        "|---|---|---|",
    ]
    for name, figures in same["systems"].items():
        cells = [interval(figures[figure]) for figure in ("average_precision", "recall_at_90")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def interval(value: Mapping[str, float], signed: bool = False) -> str:
    """A mean with its bounds."""
    sign = "+" if signed else ""
    return f"{value['mean']:{sign}.3f} [{value['low']:{sign}.3f}, {value['high']:{sign}.3f}]"


def _mean(value: float | Mapping[str, float]) -> float:
    return value if isinstance(value, float | int) else value["mean"]
