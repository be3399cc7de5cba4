"""The table and the page of several communities, from reports made up here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation import summary
from evaluation.report import OURS, columns, compared, means, slices
from evaluation.tables import against_each, page, rows

RNG = np.random.default_rng(5)


def lines_of(queries: int) -> list[dict[str, Any]]:
    return [
        {
            "query": str(n),
            "systems": {
                OURS: {"mrr": float(RNG.random()) * 0.5 + 0.5},
                "replies": {"mrr": float(RNG.random()) * 0.2},
                "zsum": {"mrr": float(RNG.random()) * 0.5},
            },
            "slices": ["early" if n % 2 else "late"],
        }
        for n in range(queries)
    ]


def report_of(lines: list[dict[str, Any]]) -> dict[str, Any]:
    values = columns(lines)
    return {
        "task": "experts",
        "primary": "mrr",
        "to_beat": "zsum",
        "questions": {"measured": len(lines), "dropped_share": 0.25},
        "people": 7,
        "systems": means(values),
        "difference": compared(values, "mrr"),
        "slices": slices(lines, "mrr", ("early", "late", "never")),
        "median_ms": 12.0,
        "conditions": {
            "data": "abc",
            "most_queries": 2000,
            "depth": 100,
            "python": "3",
            "machine": "m",
            "packages": {"numpy": "2"},
            "seed": 1,
            "resamples": 10,
            "commit": None,
            "sources": "def",
        },
    }


@pytest.fixture
def measured() -> tuple[dict[str, Any], dict[str, Any]]:
    lines = {"one": lines_of(60), "two": lines_of(20)}
    reports = {name: report_of(of) for name, of in lines.items()}
    values = {
        name: {system: column["mrr"] for system, column in columns(of).items()}
        for name, of in lines.items()
    }
    return reports, values


def test_the_last_row_is_the_mean_of_communities_with_its_gain(measured: Any) -> None:
    reports, values = measured
    table = rows(reports, values, ("replies", "zsum")).splitlines()
    assert [line.split(" | ")[0] for line in table] == [
        "| community",
        "|---|---|---|---|---|---|",
        "| one",
        "| two",
        "| macro average",
    ]
    ours = np.mean([reports[name]["systems"][OURS]["mrr"]["mean"] for name in reports])
    rival = np.mean([reports[name]["systems"]["zsum"]["mrr"]["mean"] for name in reports])
    cells = table[-1].strip("| ").split(" | ")
    assert cells[2].startswith(f"{ours:.3f} [")
    assert cells[-2].startswith(f"{rival:.3f} [")
    assert cells[-1].startswith(f"{ours / rival - 1:+.1%} [+")


def test_a_page_tells_conditions_and_slices(measured: Any) -> None:
    reports, values = measured
    text = page("experts", reports, values, ("zsum",), "do it")
    assert "seed 1, 10 resamples, commit unknown" in text
    assert "| early | 30 | " in text and "never" not in text
    assert "Made by `do it`." in text
    assert text.count("## ") == 2


def test_the_macro_average_is_compared_with_every_baseline(measured: Any) -> None:
    reports, values = measured
    told = [line.strip("| ").split(" | ") for line in against_each(reports, values)[2:]]
    assert [cells[0] for cells in told] == [OURS, "zsum (a sum)", "replies"]
    means = [
        np.mean([reports[n]["systems"][s]["mrr"]["mean"] for n in reports]) for s in (OURS, "zsum")
    ]
    assert told[1][1] == f"{means[1]:.3f}"
    assert told[1][2].startswith(f"{means[0] / means[1] - 1:+.1%} [+")
    assert all(float(cells[3]) < 0.001 for cells in told[1:])


def test_the_command_writes_a_page_for_each_task_that_has_data(
    measured: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    reports, values = measured

    def known(
        source: Path, keep: Path, task: str, untrained: bool, questions: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"experts": reports[source.name]}, {"experts": values[source.name]}

    monkeypatch.setattr(summary, "measured", known)
    monkeypatch.setitem(summary.BASELINES, "experts", ("replies", "zsum"))
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        Path(name).mkdir()
    out = tmp_path / "out"
    summary.main(["one", "two", "--out", str(out)])
    assert sorted(file.name for file in out.iterdir()) == ["experts.json", "experts.md"]
    assert set(json.loads((out / "experts.json").read_text())) == {"one", "two"}
    assert "macro average" in capsys.readouterr().out
