"""What the benchmarks say in three sentences, with the figures of the run filled in."""

from collections.abc import Iterable
from typing import Any

Figures = dict[str, Any]

GRAPHS = ("faiss, graph", "usearch, graph")
SERVED = "pgvector, graph"


def short(found: Figures) -> str:
    """A sentence each about vectors, words, and the rest that was measured."""
    said = []
    if "vectors" in found:
        said.append(_vectors(found["vectors"]["sizes"]))
    if "words" in found:
        said.append(_words(found["words"]["sizes"][-1]))
    rest = []
    if "encoding" in found:
        rest.append(_encoding(found["encoding"]))
    if found.get("items"):
        rest.append(_items(found["items"]["ways"]))
    if rest:
        sentence = "; ".join(rest)
        said.append(f"For the rest: {sentence}.")
    return " ".join(said)


def _span(values: Iterable[float], form: str = "") -> str:
    known = sorted(values)
    low, high = (f"{value:{form}}" if form else number(value, 2) for value in (known[0], known[-1]))
    return low if low == high else f"{low} to {high}"


def number(value: float, digits: int = 3) -> str:
    """So many digits that count, without an exponent."""
    cut = float(f"{value:.{digits}g}")
    if cut >= 1_000:
        return f"{cut:,.0f}"
    return f"{cut:g}" if cut >= 0.001 or cut == 0 else f"{cut:.4f}"


def _median(figures: Figures) -> float:
    return float(figures["times_ours"]["median"])


def _vectors(sizes: list[Figures]) -> str:
    last = sizes[-1]
    everything, narrow = last["search"][0], last["search"][-1]
    scan = everything["ways"]["here"]["times_scan"]["median"]
    said = (
        f"Of {last['size']:,} real vectors ours finds {everything['ways']['here']['recall']:.3f}"
        f" of the ten nearest in {number(scan, 2)} times the time of numpy's exact scan, and"
        f" {narrow['ways']['here']['recall']:.3f} where a mask leaves {100 * narrow['share']:g} %"
    )
    built = [at for at in sizes if any(name in at["build"] for name in GRAPHS)]
    if built:
        said += _graphs(built[-1], "" if built[-1] is last else f" (of {built[-1]['size']:,})")
    served = [at for at in sizes if SERVED in at["build"]]
    if served:
        plain = served[-1]["search"][-1]["ways"][SERVED]["recall"]
        where = "" if served[-1] is last else f" (of {served[-1]['size']:,})"
        said += f"; pgvector's graph{where} with that mask as a plain condition finds {plain:.3f}"
    return said + "."


def _graphs(at: Figures, where: str) -> str:
    everything, narrow = at["search"][0]["ways"], at["search"][-1]["ways"]
    names = [name for name in GRAPHS if name in everything]
    return (
        f"; graphs in memory{where} take {_span(_median(everything[n]) for n in names)} of our"
        f" time without a mask at recall {_span((everything[n]['recall'] for n in names), '.3f')},"
        f" and under that mask {_span(_median(narrow[n]) for n in names)} times ours at"
        f" {_span((narrow[n]['recall'] for n in names), '.3f')}"
    )


def _words(last: Figures) -> str:
    typed = last["search"][0]["ways"]
    others = [name for name in typed if name != "here"]
    times = ", ".join(f"{name} {number(_median(typed[name]), 2)}" for name in others)
    masked = [entry for entry in last["search"] if entry["share"] < 1]
    unmoved = [entry["ways"][name]["uninfluenced"] for entry in masked for name in others]
    ours = [entry["ways"]["here"]["uninfluenced"] for entry in masked]
    said = f"Of {last['size']:,} texts, as multiples of our time for a question: {times or 'none'}"
    if unmoved:
        said += (
            f"; under a mask {_span(unmoved, '.0%')} of their answers are what they would be"
            f" without the texts that are masked out, of ours {_span(ours, '.0%')}"
        )
    return said + "."


def _encoding(found: list[Figures]) -> str:
    parts = []
    for model in dict.fromkeys(entry["model"] for entry in found):
        # The first of a model are its longer texts.
        entry = next(entry for entry in found if entry["model"] == model)
        name, figures = next((n, f) for n, f in entry["ways"].items() if n != "here")
        parts.append(
            f"{name} takes {number(_median(figures), 2)} times our time for vectors of which"
            f" {figures['equal']:.1%} are equal to .001"
        )
    return " and ".join(parts)


def _items(ways: Figures) -> str:
    rivals = {name: way for name, way in ways.items() if name.startswith("implicit")}
    ours = ways["here, the whole feed"]["hr@10"]["mean"]
    if not rivals:
        return f"the feed finds {ours:.3f} of the articles that people opened last"
    best = max(rivals, key=lambda name: float(rivals[name]["hr@10"]["mean"]))
    return (
        f"the feed finds {ours:.3f} of the articles that people opened last, {best} the most of"
        f" its kind, {rivals[best]['hr@10']['mean']:.3f}"
    )
