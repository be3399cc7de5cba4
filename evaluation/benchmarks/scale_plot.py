"""Small lines over a logarithmic axis of sizes, as an SVG file that stands by itself."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_STYLE = {"figure.dpi": 72, "svg.fonttype": "none", "svg.hashsalt": "whoknows", "font.size": 11}
_NOTHING = {"Creator": None, "Date": None, "Format": None, "Type": None}
_SIZE = (10.0, 7.0)
"""Inches, of 72 pixels each."""


@dataclass(frozen=True, slots=True)
class Line:
    """A value for each size, and maybe another that is drawn dashed in the same colour."""

    name: str
    values: Sequence[float]
    dashed: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: what is up its side, and its lines."""

    title: str
    lines: Sequence[Line]


def draw(sizes: Sequence[int], panels: Sequence[Panel]) -> str:
    """Four panels over `sizes`; the same bytes for the same numbers."""
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=_SIZE, layout="constrained")
        for axes, panel in zip(figure.subplots(2, 2).flat, panels, strict=True):
            _fill(axes, sizes, panel)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=_NOTHING)
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def _fill(axes: Axes, sizes: Sequence[int], panel: Panel) -> None:
    for line in panel.lines:
        (drawn,) = axes.plot(sizes, line.values, marker="o", markersize=4, label=line.name)
        if line.dashed is not None:
            axes.plot(sizes, line.dashed, linestyle="--", linewidth=1, color=drawn.get_color())
    axes.set_xscale("log")
    axes.set_xticks(sizes, [_short(size) for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_title(panel.title, loc="left", fontsize=11)
    axes.grid(color="0.9", linewidth=1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)


def _short(size: int) -> str:
    return f"{size / 1_000:.0f}k" if size >= 1_000 else str(size)
