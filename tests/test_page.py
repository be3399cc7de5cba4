"""The report's page: whole, closed in itself, true to the numbers, and safe from texts."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from evaluation.page import page, write_page
from tests.reports import example, experts, feed, interval, read, similar


@pytest.mark.parametrize(
    "report",
    [
        experts(),
        feed(),
        similar(),
        {"experts": experts(), "feed": feed(), "similar": similar()},
        {"experts": experts(), "similar": {"task": "similar", "nothing": "no links"}},
        {"task": "experts", "nothing": "no question"},
    ],
    ids=["experts", "feed", "similar", "all", "some", "nothing"],
)
def test_every_report_makes_a_whole_page_closed_in_itself(report: dict[str, Any]) -> None:
    html = page(report, [example()])
    reader = read(html)
    assert reader.addresses == []
    assert not {"script", "link", "iframe", "img", "object"} & set(reader.tags)
    assert not re.search(r"@import|url\(", html)
    assert len(reader.ids) == len(set(reader.ids))
    # The drawings' namespace is a name, and no request.
    assert set(re.findall(r"https?://[^\"' <]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_the_front_sentence() -> None:
    report = experts()
    report["questions"]["measured"] = 300
    report["systems"]["whoknows"]["hit@5"] = interval(0.7)
    text = read(page(report)).text
    assert (
        "In 210 of 300 questions, somebody who really helped was among the first five people "
        "suggested. The best of the simple ways, “All of these signs added up”, reaches 141 of 300."
    ) in text
    assert "whoknows is ahead of “All of these signs added up”, 0.58 against 0.53, and by" in text
    assert "Measured on 300 of 500 questions. In the other 36 %, nobody who was known" in text


@pytest.mark.parametrize(
    ("share", "cases", "told"),
    [
        (1.0, 68, "In 68 of 68 questions,"),
        (0.61, 1000, "In 610 of 1,000 questions,"),
        (0.875, 16, "In 14 of 16 questions,"),
        # No count of so many: a share of several right ones.
        (0.45, 16, "In 45 % of questions,"),
    ],
)
def test_shares_are_told_as_they_were_counted(share: float, cases: int, told: str) -> None:
    """68 of 68 cases were told as "10 of 10", 8 of 10 as if there had been hundreds."""
    report = experts()
    report["questions"]["measured"] = cases
    report["systems"]["whoknows"]["hit@5"] = interval(share)
    assert told in read(page(report)).text
    del report["questions"]
    assert f"In {100 * share:.0f} % of questions" in read(page(report)).text


def test_a_difference_whose_interval_holds_0_is_called_chance() -> None:
    report = experts()
    report["difference"]["zsum"] |= {"low": -0.01, "p": 0.2, "p_holm": 0.4}
    text = read(page(report)).text
    assert (
        "(MRR: 1 where it is the first every time), whoknows stands higher than “All of these "
        "signs added up”, 0.58 against 0.53, but that could be chance."
    ) in text
    assert "better than 1 of the 2 simple ways by more than chance explains; with 1 of" in text


def test_who_stands_higher_by_the_announced_measure_is_said() -> None:
    """Where the first five hid it, whoknows was behind by MRR (.49 against .62), and the page said
    that the two were close."""
    report = experts()
    systems = report["systems"]
    systems["lately"] = {"mrr": interval(0.62), "hit@5": interval(0.4)}
    systems["whoknows"]["mrr"] = interval(0.49)
    report["difference"]["lately"] = {"mean": -0.13, "low": -0.3, "high": 0.04, "p": 0.2}
    text = read(page(report)).text
    assert "“lately” stands higher than whoknows, 0.62 against 0.49, but that could be" in text
    assert "could be chance (it stands lower than 1 of these)" in text
    assert (
        "The best of the simple ways, “lately”, reaches 40 %, “All of these signs added up” 47 %."
    ) in text
    systems["lately"]["mrr"] = interval(0.49)
    assert "whoknows and “lately” stand equally high" not in read(page(report)).text
    del systems["zsum"], report["to_beat"]
    assert "whoknows and “lately” stand equally high, at 0.49." in read(page(report)).text


@pytest.mark.parametrize(("cases", "few"), [(1, True), (9, True), (10, False)])
def test_of_few_cases_nothing_is_told(cases: int, few: bool) -> None:
    """Three questions made a page of intervals from 0 to 1."""
    told = "1 question" if cases == 1 else f"{cases} questions"
    report = experts()
    report["questions"]["measured"] = cases
    text = read(page(report)).text
    assert (f"Too few to say: only {told} could be measured" in text) == few
    assert ("Against simple ways" in text) == ("0.581" in text) == (not few)
    assert "What it cannot tell" in text


def test_one_comparison_of_many_is_not_called_sure() -> None:
    report = experts()
    report["difference"]["zsum"] |= {"low": 0.001, "p": 0.03, "p_holm": 0.3}
    assert "but that could be chance" in read(page(report)).text


def test_a_bad_result_is_said_like_any_other() -> None:
    report = experts()
    report["systems"]["whoknows"]["hit@5"] = interval(0.21)
    report["difference"]["zsum"] |= {"mean": -0.2, "low": -0.3, "high": -0.1}
    text = read(page(report)).text
    assert "In 21 % of questions" in text
    assert "“All of these signs added up” is ahead of whoknows, 0.53 against 0.58, and by" in text
    assert "1 did better than whoknows" in text


def test_numbers_are_those_of_the_dict() -> None:
    report = experts()
    text = read(page(report)).text
    for system in report["systems"].values():
        for value in system.values():
            if isinstance(value, dict):
                told = "{mean:.3f} [{low:.3f}, {high:.3f}]".format(**value)
                assert told in text
            else:
                assert f"{value:.3f}" in text
    for told in (
        "0.051 [0.021, 0.081]",
        "0.0004",
        "0.0012",
        "When it said 50 % that a suggested person would reply, it happened in 40 % of 321 cases",
        "off by 3.2 percentage points",
        "asker: first question 12 (few)",
        "70 % got a reply within 30 days",
        "50 % got one within a day",
        "5 hours to the first reply",
        "61 % [57–65]",
        "f1ngerpr1nt",
        "packages numpy 2.4.6",
    ):
        assert told in text, told


def test_what_the_same_means_is_told() -> None:
    report = similar()
    flat = report["same"]
    assert "it finds 43 % of the pairs that members had linked." in read(page(report)).text
    ranged = {name: interval(value) for name, value in flat.items()}
    systems = {"whoknows": ranged, "bm25": ranged}
    report |= {"to_beat": "bm25", "same": {"pairs": 900, "linked": 90, "systems": systems}}
    text = read(page(report)).text
    assert "it finds 43 % [39–47] of the pairs that members had linked; “The same words” fi" in text
    assert "The same or only near (900 pairs, 90 linked)" in text


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> </style></article>',
    "{{ 7 * 7 }} {% raw %} $x^2$ &amp; ]]>",
    "مرحبا بالعالم \u202e txt",
    "怎么布置橱窗？",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_the_community_are_shown_and_never_obeyed(text: str) -> None:
    report = experts()
    report["slices"][text] = copy.deepcopy(report["slices"]["asker: first question"])
    reader = read(page(report, [example(text)]))
    assert not {"script", "img"} & set(reader.tags)
    assert re.sub(r"\s+", " ", text) in reader.text


def test_a_system_may_have_any_name() -> None:
    report = experts()
    report["systems"]["<b>$x$"] = copy.deepcopy(report["systems"]["random"])
    reader = read(page(report))
    assert "b" in reader.tags and reader.text.count("<b>$x$") > 2


def test_examples_are_marked_confidential_and_absent_without_them() -> None:
    text = read(page(experts(), [example("Jane Doe")])).text
    assert "Confidential." in text and "Jane Doe" in text and "really replied" in text
    assert "Confidential." not in read(page(experts())).text


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "new" / "a.html", tmp_path / "b.html"
    for path in (first, second):
        write_page(experts(), path, [example()])
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "missing", ["questions", "people", "difference", "to_beat", "calibration", "slices",
                "leaders", "conditions"],
)  # fmt: skip
def test_a_missing_part_leaves_its_section_out(missing: str) -> None:
    report = experts()
    del report[missing]
    assert "In 61 % of questions" in read(page(report)).text


def test_calibration_without_bins_is_told_in_words() -> None:
    report = experts()
    del report["calibration"]["probability"]["bins"]
    text = read(page(report)).text
    assert (
        "It said 27 % on average that a suggested person would reply; it happened in 22 %" in text
    )


@pytest.mark.parametrize(
    ("pool", "said"), [(7, "among the first three"), (40, "among the first ten")]
)
def test_the_front_sentence_of_a_feed_fits_what_there_was_to_choose(pool: int, said: str) -> None:
    report = feed()
    for system in report["systems"].values():
        system["hr@3"] = interval(0.5)
    report["questions"]["median_pool"] = pool
    text = read(page(report)).text
    assert said in text
    assert f"The choice was usually among {pool} threads" in text
