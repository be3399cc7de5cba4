"""What a post costs as a page: conditions, tables, and a plot of cost against size.

In: what `evaluation.benchmarks.scale` measured. Out: scale.json, scale.md, scale.svg.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from evaluation.benchmarks.scale_plot import Line, Panel, draw

Slice = Mapping[str, Any]
"""One entry of `slices`: `made` and `measured`."""

MILLION = 900_000
"""Posts from which a slice is held against what was wanted of a million."""

INTRODUCTION = """\
Each slice is the first posts in time of one community, imported into a database of its own with
vectors that were kept before, its times moved so that its last post is of this week. `whoknows
serve` answers in a process of its own, over HTTP, to callers that keep their connection and run on
the same machine; the files are in the page cache. Questions are threads of the community drawn by
seed, each made a text of its own by a number; feeds are of people drawn by how much they write. A
hundred of a kind are asked before those that count; what the first one takes is told apart.
Milliseconds are of the caller's clock; `CPU` is processor time of the server a request, which other
work on the machine moves least. The yardstick is a fixed piece of work: where it differs, so did
the machine."""

WRITES = """\
A new thread of new words is written by PUT and sought at once by its own text. `stored`: until the
PUT is answered, durable and in the index; `in the answer`: from then until a search holds it, that
search included. `importing`: while `whoknows import` embeds other new texts into the same
database in another process."""


def write_results(told: Mapping[str, Any], folder: Path) -> None:
    """Write the three files to `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scale.json").write_bytes(
        orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    (folder / "scale.md").write_text("\n".join(page(told)) + "\n", encoding="utf-8")
    (folder / "scale.svg").write_text(plot(told), encoding="utf-8")


def page(told: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the page."""
    slices: Sequence[Slice] = told["slices"]
    yield "# What a post costs, by how many there are\n"
    yield f"Conditions: {told['conditions']}; seed {told['seed']}; {told['requests']} requests of"
    yield f"each kind, {told['new_posts']} new posts.\n"
    yield "    python -m evaluation.benchmarks.scale SOURCE --out FOLDER\n"
    yield INTRODUCTION + "\n"
    yield "![Cost against size](scale.svg)\n"
    if slices[-1]["made"]["posts"] >= MILLION:
        yield from _wanted(slices[-1], told["empty"])
    if told.get("imported"):
        yield from _imported(told["imported"])
    yield "## Bytes and time a post\n"
    yield "Resident is the server's memory after all requests, less that of a server of an empty"
    yield f"database ({said(told['empty']['resident'] / 1e6)} MB); mapped files that can be let go"
    yield "of are in it, and are told beside.\n"
    yield from _table(
        ("posts", "threads", "database, B", "indexes, B", "resident, B", "of it mapped, B",
         "import, µs", "with vectors, µs", "posts/s", "importer at most, MB", "server, MB",
         "learn, s"),
        (_cost(one, told["empty"]) for one in slices),
    )  # fmt: skip
    yield "`import` is without vectors; `with vectors` adds keeping them, finding languages and"
    yield "indexing, but no encoding; both of the processor's time. `posts/s` is all of it, of wall"
    yield "time, at a load of the machine of"
    yield f"{', '.join(said(max(one['made']['load'])) for one in slices)}. Encoded after all, as"
    yield "no vector was kept:"
    yield ", ".join(f"{one['made']['encoded']:,}" for one in slices) + ".\n"
    yield "## Restart\n"
    yield from _table(
        ("posts", "start to ready, s", "after kill -9, s", "the same during an import, s",
         "stop, s", "first who knows, ms", "first feed, ms", "load", "yardstick before, after, ms"),
        (_restart(one["made"], one["measured"]) for one in slices),
    )  # fmt: skip
    callers = told["callers"]
    yield f"## Latency over HTTP, one caller and {callers}\n"
    yield from _table(
        ("posts", "question", "p50", "p95", "p99", "CPU", "a second", f"{callers}: p50",
         f"{callers}: p99", f"{callers}: a second"),
        (row for one in slices for row in _latencies(one, callers)),
    )  # fmt: skip
    yield "## A new post\n"
    yield WRITES + "\n"
    yield from _table(
        ("posts", "meanwhile", "stored p50", "in the answer p50", "both p50", "both p95",
         "answers without it", "no answer in 60 s"),
        (row for one in slices for row in _writes(one)),
    )  # fmt: skip
    yield "Reading while the import runs, ms:\n"
    yield from _table(
        ("posts", "question", "p50", "p95"),
        (row for one in slices for row in _beside(one)),
    )
    commits = sorted({str(one["measured"]["commit"]) for one in slices})
    yield f"Measured at {', '.join(commits)}."


def said(value: float) -> str:
    """A figure to three digits."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        cells = (said(cell) if isinstance(cell, float) else str(cell) for cell in row)
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _wanted(one: Slice, empty: Mapping[str, int]) -> Iterator[str]:
    measured = one["measured"]
    alone = measured["1 callers"]
    goals: list[tuple[str, float, float]] = [
        ("resident when serving, GB", 4, measured["memory"]["asked"]["resident"] / 1e9),
        ("who knows, p50 ms", 25, alone["who knows"]["p50"]),
        ("who knows, p99 ms", 60, alone["who knows"]["p99"]),
        ("who knows by title, p50 ms", 25, alone["who knows by title"]["p50"]),
        ("similar by title, p50 ms", 20, alone["similar by title"]["p50"]),
        ("similar by post, p50 ms", 20, alone["similar by post"]["p50"]),
        ("feed, p50 ms", 25, alone["feed"]["p50"]),
        ("new post, write to answer, p50 ms", 100, measured["writing"]["quiet"]["whole"]["p50"]),
        (
            "the same while an import runs",
            100,
            measured["writing"]["importing"]["whole"]["p50"],
        ),
        ("restart to ready, s", 10, max(measured["restarts_s"])),
    ]
    yield f"## A million posts: what was wanted, what it is ({one['made']['posts']:,})\n"
    yield from _table(
        ("figure", "below", "measured", ""),
        iter(
            [(name, most, value, "" if value < most else "missed") for name, most, value in goals]
        ),
    )


def _imported(told: Mapping[str, Any]) -> Iterator[str]:
    minutes, seconds = divmod(round(told["seconds"]), 60)
    yield "## The import of the export\n"
    yield f"`whoknows import` took {minutes} min {seconds} s for {told['posts']:,} posts, all texts"
    yield f"read by the encoders, at a load of {said(max(told['load']))}. Then the database has"
    yield f"{said(told['database_bytes'] / 1e6)} MB, the indexes"
    yield f"{said(told['index_bytes'] / 1e6)} MB.\n"


def _cost(one: Slice, empty: Mapping[str, int]) -> Sequence[object]:
    made, asked = one["made"], one["measured"]["memory"]["asked"]
    posts = made["posts"]
    return (
        f"{posts:,}",
        f"{made['roots']:,}",
        made["database_bytes"] / posts,
        made["index_bytes"] / posts,
        (asked["resident"] - empty["resident"]) / posts,
        (asked["files"] - empty["files"]) / posts,
        1e6 * made["import_s"] / posts,
        1e6 * (made["import_s"] + made["vectors_s"]) / posts,
        posts / made["whole_s"],
        made["peak_bytes"] / 1e6,
        asked["resident"] / 1e6,
        "not run" if one["learn_s"] is None else one["learn_s"],
    )


def _restart(made: Mapping[str, Any], measured: Mapping[str, Any]) -> Sequence[object]:
    alone = measured["1 callers"]
    times = sorted(measured["restarts_s"])
    return (
        f"{made['posts']:,}",
        f"{said(times[len(times) // 2])} ({said(times[0])} to {said(times[-1])})",
        measured["writing"]["after_kill_s"],
        measured["writing"]["after_both_killed_s"],
        measured["stop_s"],
        alone["who knows"]["first"],
        alone["feed"]["first"],
        measured["load"],
        f"{measured['yardstick_ms']:g}, {measured['yardstick_after_ms']:g}",
    )


def _latencies(one: Slice, callers: int) -> Iterator[Sequence[object]]:
    measured = one["measured"]
    for kind, alone in measured["1 callers"].items():
        many = measured[f"{callers} callers"][kind]
        yield (
            f"{one['made']['posts']:,}",
            kind,
            *(alone[name] for name in ("p50", "p95", "p99", "cpu_ms", "per_s")),
            *(many[name] for name in ("p50", "p99", "per_s")),
        )


def _writes(one: Slice) -> Iterator[Sequence[object]]:
    for name in ("quiet", "importing"):
        told = one["measured"]["writing"][name]
        cut = "" if told.get("ran_throughout", True) else " (it ended before)"
        yield (
            f"{one['made']['posts']:,}",
            ("nothing" if name == "quiet" else name) + cut,
            told["acknowledged"]["p50"],
            told["in_the_answer"]["p50"],
            told["whole"]["p50"],
            told["whole"]["p95"],
            told["asked_again"],
            told["unanswered"],
        )


def _beside(one: Slice) -> Iterator[Sequence[object]]:
    for kind, told in one["measured"]["writing"]["importing"]["reading"].items():
        yield f"{one['made']['posts']:,}", kind, told["p50"], told["p95"]


def plot(told: Mapping[str, Any]) -> str:
    """Cost against size, as SVG."""
    slices, empty = told["slices"], told["empty"]
    sizes = [one["made"]["posts"] for one in slices]
    costs = [_cost(one, empty) for one in slices]

    def line(name: str, column: int) -> Line:
        return Line(name, [float(str(row[column])) for row in costs])

    alone = [one["measured"]["1 callers"] for one in slices]
    return draw(
        sizes,
        [
            Panel("bytes a post", [line("database", 2), line("indexes", 3), line("resident", 4)]),
            Panel("µs a post, import", [line("stored", 6), line("with vectors", 7)]),
            Panel(
                "ms, one caller: p50, and p99 dashed",
                [
                    Line(
                        kind,
                        [one[kind]["p50"] for one in alone],
                        [one[kind]["p99"] for one in alone],
                    )
                    for kind in alone[0]
                ],
            ),
            Panel(
                "s from start to ready",
                [Line("restart", [float(max(one["measured"]["restarts_s"])) for one in slices])],
            ),
        ],
    )
