"""The technical appendix: every figure of a task, as tables.

In: a task's dict of numbers. Out: `Table`s of cells, with three decimals.
"""

from collections.abc import Mapping
from typing import Any

from evaluation.page_parts import Numbers, Table, same_systems
from evaluation.page_words import MEASURES, OURS, said, spoken

_COUNTS = ("pairs", "linked")


def tables(key: str, report: Numbers) -> list[Table]:
    """All that was measured, in the order of the dict."""
    found = [_systems(report["systems"])]
    if report.get("difference"):
        found.append(_differences(report))
    found += [_bins(name, part) for name, part in (report.get("calibration") or {}).items()]
    if report.get("slices"):
        found.append(_slices(report))
    if report.get("same"):
        found.append(_same(report["same"]))
    found.append(_names(key, report["systems"]))
    return found


def conditions(report: Numbers) -> list[tuple[str, str]]:
    """Under what conditions it was measured, one line each."""
    return list(_flat(report.get("conditions") or {}))


def _systems(systems: Numbers) -> Table:
    names = list(dict.fromkeys(name for values in systems.values() for name in values))
    rows = [
        [system, *(_cell(values.get(name)) for name in names)] for system, values in systems.items()
    ]
    columns = ["system", *(MEASURES.get(name, name) for name in names)]
    return Table("Every way and every measure", columns, rows)


def _differences(report: Numbers) -> Table:
    measure = report.get("primary", "mrr")
    rows = [
        [name, _cell(gap), _p(gap.get("p")), _p(gap.get("p_holm"))]
        for name, gap in report["difference"].items()
    ]
    columns = [f"{OURS} less …", f"difference in {MEASURES.get(measure, measure)}", "p", "p (Holm)"]
    return Table("Differences, paired by question", columns, rows)


def _bins(name: str, part: Numbers) -> Table:
    rows = [
        [str(n), f"{bin_['promised']:.3f}", f"{bin_['came']:.3f}", f"{bin_['n']:,}"]
        for n, bin_ in enumerate(part.get("bins") or [], start=1)
    ]
    figures = ", ".join(f"{spoken(k)} {v:.3f}" for k, v in part.items() if isinstance(v, float))
    return Table(f"Calibration of {name}: {figures}", ["bin", "promised", "came", "n"], rows)


def _slices(report: Numbers) -> Table:
    parts, measure = report["slices"], report.get("primary", "mrr")
    columns = ["system", *(f"{spoken(name)} (n = {p['queries']:,})" for name, p in parts.items())]
    rows = [
        [name, *(_cell(part["systems"].get(name, {}).get(measure)) for part in parts.values())]
        for name in report["systems"]
    ]
    return Table(f"Slices, {MEASURES.get(measure, measure)}", columns, rows)


def _same(figures: Numbers) -> Table:
    systems = same_systems(figures)
    measures = list(dict.fromkeys(name for values in systems.values() for name in values))
    counts = ", ".join(f"{value:,} {name}" for name, value in figures.items() if name in _COUNTS)
    rows = [
        [system, *(_cell(values.get(name)) for name in measures)]
        for system, values in systems.items()
    ]
    title = f"The same or only near ({counts})" if counts else "The same or only near"
    return Table(title, ["system", *map(spoken, measures)], rows)


def _names(key: str, systems: Numbers) -> Table:
    rows = [[name, said(key, name).name, said(key, name).does] for name in systems]
    return Table("What the short names stand for", ["system", "name above", "what it does"], rows)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        if "low" not in value:
            return f"{value['mean']:.3f}"
        # The bounds stay on one line, also where the mean stands above them.
        return f"{value['mean']:.3f} [{value['low']:.3f},\N{NO-BREAK SPACE}{value['high']:.3f}]"
    return f"{value:.3f}" if isinstance(value, float) else "–" if value is None else str(value)


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _flat(content: Numbers, above: str = "") -> Any:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} ")
        elif isinstance(value, list | tuple):
            yield f"{above}{name}", ", ".join(map(str, value))
        else:
            yield f"{above}{name}", str(value)
