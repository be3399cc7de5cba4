"""Reports as a replay returns them, worked examples, and a reader that fails on a broken page."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from evaluation.examples import Example, Helper, Suggestion
from recommender.results import Contribution

VOID = {"meta", "br", "hr", "img", "input", "link"}


def interval(mean: float, half: float = 0.04) -> dict[str, float]:
    return {"mean": mean, "low": mean - half, "high": mean + half}


def one(task: str, means: dict[str, dict[str, float]], **more: Any) -> dict[str, Any]:
    """A task's dict: ours first, then the others, each with its measures."""
    systems = {
        name: {measure: interval(mean) for measure, mean in of.items()}
        for name, of in means.items()
    }
    gap = {"mean": 0.0512, "low": 0.0211, "high": 0.0813, "p": 0.0004, "p_holm": 0.0012}
    return {
        "task": task,
        "questions": {"in_window": 500, "measured": 321, "dropped_share": 0.358, "too_late": 7},
        "people": 1234,
        "systems": systems,
        "difference": {name: dict(gap) for name in systems if name != "whoknows"},
        "conditions": {"seed": 20261101, "data": "f1ngerpr1nt", "packages": {"numpy": "2.4.6"}},
        **more,
    }


def experts() -> dict[str, Any]:
    bins = [{"promised": 0.05 * n, "came": 0.04 * n, "n": 321} for n in range(1, 11)]
    trust = {"ece": 0.0321, "mean": 0.27, "rate": 0.22, "brier_skill": 0.1, "bins": bins}
    report = one(
        "experts",
        {
            "whoknows": {"mrr": 0.5813, "hit@5": 0.61},
            "zsum": {"mrr": 0.5301, "hit@5": 0.47},
            "random": {"mrr": 0.0649, "hit@5": 0.07},
        },
        to_beat="zsum",
        calibration={"probability": trust, "answerable": trust},
        leaders={"asked": 500, "answered": 350, "within_day": 250, "median_hours": 5.2},
    )
    for system in report["systems"].values():
        system |= {"gini_top5": 0.812, "newcomers_top5": 0.134}
    systems = {name: {"mrr": interval(0.44)} for name in ("whoknows", "zsum")}
    report["slices"] = {"asker: first question": {"queries": 12, "systems": systems}}
    return report


def feed() -> dict[str, Any]:
    return one(
        "feed",
        {"whoknows": {"mrr": 0.4, "hr@10": 0.7}, "newest": {"mrr": 0.2, "hr@10": 0.3}},
        primary="mrr",
    )


def similar() -> dict[str, Any]:
    return one(
        "similar",
        {"whoknows": {"mrr@10": 0.4, "hit@10": 0.7}, "bm25": {"mrr@10": 0.2, "hit@10": 0.3}},
        primary="mrr@10",
        same={"average_precision": 0.71, "recall_at_90": 0.43},
    )


def example(text: str = "How do I light a window?") -> Example:
    parts = (
        Contribution("baseline", -1.0, "where one begins"),
        Contribution("post", 2.5, "replied in a similar thread", "p1", text, datetime(2024, 5, 1)),
    )
    return Example(
        outcome="first",
        asked=datetime(2024, 6, 1, tzinfo=UTC),
        space=text,
        title=text,
        text=text,
        suggestions=(Suggestion(text, 0.41, True, parts), Suggestion("B", 0.2, False, ())),
        helpers=(Helper(text, 1), Helper("C", None)),
    )


class Reader(HTMLParser):
    """Fails on a tag that does not close where it should; keeps texts, ids and addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), "a script in an attribute"
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "action", "data", "poster", "srcset"}:
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"
        self.text += " " if tag in {"td", "th", "dt", "li"} else ""

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    reader.text = re.sub(r"\s+", " ", reader.text)
    return reader
