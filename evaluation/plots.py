"""Plots as inline SVG that takes the page's colours and letters.

In: plain numbers and labels. Out: markup without any link to the outside, the same bytes for the
same numbers. Drawn by matplotlib; what it writes is then cleaned: its sizes, colours and fonts
give way to the style sheet's, and its ids to none, since several plots share one page.
"""

import copy
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.style
from lxml import etree
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Each stands for a variable of the style sheet, so that a plot is light or dark with the page.
INK, SOFT, LINE, OURS, RULE, CARD = (f"#0{n}0{n}0{n}" for n in range(1, 7))
_VARIABLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    OURS: "var(--accent)",
    RULE: "var(--rule)",
    CARD: "var(--card)",
}
_STYLE = {
    # One point is one pixel of the page.
    "figure.dpi": 72,
    "svg.fonttype": "none",
    "svg.hashsalt": "whoknows",
    # A label is never a formula, whatever it holds.
    "text.parse_math": False,
    "font.size": 13,
}
_NOTHING = {"Creator": None, "Date": None, "Format": None, "Type": None}
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"

WIDE, NARROW = 720, 340
"""Widths in pixels of the two drawings of a plot; the style sheet shows the one that fits."""
_NAMES, _FIGURES = 250, 120
"""Pixels that labels and figures take at the sides of the wide drawing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A mean with its interval; `ours` is drawn in the accent colour, `hollow` as uncertain."""

    label: str
    figure: str
    mean: float
    low: float
    high: float
    ours: bool = False
    hollow: bool = False


def intervals(rows: Sequence[Row], told: str) -> Markup:
    """Each row's mean as a dot on its interval, from 0 to 1, in the order given."""
    return _both(rows, told, (0.0, 1.0), percent=True)


def differences(rows: Sequence[Row], told: str) -> Markup:
    """As `intervals`, on both sides of a line at no difference."""
    reach = max([0.05, *(abs(end) for row in rows for end in (row.low, row.high))]) * 1.05
    low = min([0.0, *(row.low for row in rows)])
    return _both(rows, told, (max(-reach, low - 0.15 * reach), reach), percent=False)


@dataclass(frozen=True, slots=True)
class Dot:
    """A percentage that was said, how often it came, and the interval of that."""

    said: float
    came: float
    low: float
    high: float


def promises(dots: Sequence[Dot], told: str) -> Markup:
    """What came against what was said, beside the line where both are equal."""
    end = min(1.0, math.ceil(10 * max(max(dot.said, dot.high) for dot in dots)) / 10)
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(NARROW / 72, NARROW / 72))
        axes = figure.add_axes((58 / NARROW, 50 / NARROW, 270 / NARROW, 280 / NARROW))
        axes.plot([0, end], [0, end], color=SOFT, linewidth=1.2, dashes=(4, 4))
        for dot in dots:
            axes.plot([dot.said] * 2, [dot.low, dot.high], color=OURS, linewidth=3, alpha=0.3)
        axes.scatter(
            [dot.said for dot in dots], [dot.came for dot in dots],
            s=56, color=OURS, edgecolor=CARD, zorder=3, clip_on=False,
        )  # fmt: skip
        axes.set_xlim(0, end)
        axes.set_ylim(0, end)
        axes.set_xlabel("it said", color=SOFT, labelpad=6)
        axes.set_ylabel("it happened", color=SOFT, labelpad=6)
        ticks = _ticks(0, end, most=5)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(ticks, [f"{tick:.0%}" for tick in ticks])
        _quiet(axes)
        axes.grid(color=LINE, linewidth=1)
        return Markup('<div class="plot">') + _svg(figure, told) + Markup("</div>")


def _both(rows: Sequence[Row], told: str, reach: tuple[float, float], *, percent: bool) -> Markup:
    with matplotlib.style.context(["default", _STYLE]):
        wide = _svg(_rows(rows, reach, percent, WIDE), told)
        narrow = _svg(_rows(rows, reach, percent, NARROW), told)
    return Markup('<div class="plot wide">{}</div><div class="plot narrow">{}</div>').format(
        wide, narrow
    )


def _rows(rows: Sequence[Row], reach: tuple[float, float], percent: bool, width: int) -> Figure:
    beside = width == WIDE
    each, foot = (30 if beside else 50), 30
    height = each * len(rows) + foot
    left, right = (_NAMES, _FIGURES) if beside else (8, 14)
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes(
        (left / width, foot / height, (width - left - right) / width, 1 - foot / height)
    )
    axes.set_xlim(*reach)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    if reach[0] < 0:
        axes.axvline(0, color=SOFT, linewidth=1.2)
    for at, row in enumerate(rows):
        # On a narrow page the name stands above its line.
        y = at if beside else at + 0.22
        colour = OURS if row.ours else RULE
        axes.plot([row.low, row.high], [y, y], color=colour, linewidth=3, alpha=0.45, zorder=2)
        axes.scatter(
            [row.mean], [y], s=72, color=CARD if row.hollow else colour, edgecolor=colour,
            linewidth=2, zorder=3, clip_on=False,
        )  # fmt: skip
        _name(axes, row, at, beside)
    ticks = _ticks(*reach, most=6 if beside else 4)
    form = "{:.0%}" if percent else "{:+.2g}"
    axes.xaxis.set_ticks(ticks, [form.format(tick) if tick else "0" for tick in ticks])
    axes.yaxis.set_ticks([])
    _quiet(axes)
    axes.grid(axis="x", color=LINE, linewidth=1, zorder=0)
    axes.set_axisbelow(True)
    return figure


def _name(axes: Axes, row: Row, at: int, beside: bool) -> None:
    weight = "bold" if row.ours else "normal"
    across = axes.get_yaxis_transform()
    colour = OURS if row.ours else INK
    where: dict[str, Any] = {
        "transform": across, "va": "center", "color": colour, "weight": weight,
    }  # fmt: skip
    if beside:
        axes.text(-0.04, at, row.label, ha="right", **where)
        axes.text(1.04, at, row.figure, ha="left", **where)
    else:
        axes.text(0, at - 0.22, row.label, ha="left", **where)
        axes.text(1, at - 0.22, row.figure, ha="right", **where)


def _ticks(low: float, high: float, *, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most so many and one more."""
    power = 10.0 ** math.floor(math.log10(high - low))
    step = next(s * power for s in (0.1, 0.2, 0.5, 1, 2, 5) if (high - low) / (s * power) <= most)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def _quiet(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=SOFT, labelsize=12, pad=6)


def _svg(figure: Figure, told: str) -> Markup:
    """`figure` as one SVG element; `told` stands for it where it cannot be seen."""
    figure.patch.set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata=_NOTHING)
    root = etree.fromstring(buffer.getvalue(), etree.XMLParser(remove_blank_text=True))
    _inline_marks(root)
    for element in root.iter(f"{_SVG}*"):
        for name in ("id", "clip-path"):
            element.attrib.pop(name, None)
        if "style" in element.attrib:
            element.set("style", _restyled(element.get("style", "")))
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", told)
    etree.cleanup_namespaces(root)
    return Markup(etree.tostring(root, encoding="unicode"))


def _inline_marks(root: etree._Element) -> None:
    """Put each mark where it is used, and drop the definitions: ids would clash on the page."""
    marks = {f"#{path.get('id')}": path for path in root.iter(f"{_SVG}path") if path.get("id")}
    for use in list(root.iter(f"{_SVG}use")):
        mark = copy.deepcopy(marks[use.get(_XLINK, "")])
        mark.set("transform", f"translate({use.get('x')} {use.get('y')})")
        mark.set("style", f"{mark.get('style')}; {use.get('style')}")
        use.getparent().replace(use, mark)
    for definitions in list(root.iter(f"{_SVG}defs")):
        definitions.getparent().remove(definitions)


def _restyled(style: str) -> str:
    kept = [part for part in style.split("; ") if not part.startswith("font-family")]
    style = "; ".join(kept)
    for colour, variable in _VARIABLES.items():
        style = style.replace(colour, variable)
    return style
