"""The report's page: whole, closed in itself, true to the numbers, and safe from texts."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from evaluation.page import page, write_page
from evaluation.page_words import of_ten
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
    text = read(page(experts())).text
    assert (
        "In 6 of 10 questions, somebody who really helped was among the first five people "
        "suggested. The best of the simple ways, “All of these signs added up”, reaches 5 of 10."
    ) in text
    assert "is ahead of “All of these signs added up”, and by more than chance explains" in text
    assert "Measured on 321 of 500 questions. In the other 36 %, nobody who was known" in text


@pytest.mark.parametrize(
    ("ours", "other", "cases", "told"),
    [
        (0.61, 0.48, 300, ("6 of 10", "5 of 10")),
        (0.776, 0.8, 300, ("78 of 100", "80 of 100")),
        (0.86, 0.84, 450, ("86 of 100", "84 of 100")),
        (0.776, 0.8, 85, ("66 of 85", "68 of 85")),
        (0.875, 0.875, 8, ("7 of 8", "7 of 8")),
        (0.5, None, None, ("5 of 10", "5 of 10")),
        (0.7, 0.7, 500, ("7 of 10", "7 of 10")),
        (0.5001, 0.5, 5000, ("50 of 100", "50 of 100")),
    ],
)
def test_shares_are_told_as_coarsely_as_they_differ(
    ours: float, other: float | None, cases: int | None, told: tuple[str, str]
) -> None:
    assert of_ten(ours, other, cases) == told


def test_a_difference_whose_interval_holds_0_is_called_chance() -> None:
    report = experts()
    report["difference"]["zsum"] |= {"low": -0.01, "p": 0.2, "p_holm": 0.4}
    text = read(page(report)).text
    assert "are so close that the difference could be chance" in text
    assert "better than 1 of the 2 simple ways by more than chance explains; with 1 of" in text


def test_one_comparison_of_many_is_not_called_sure() -> None:
    report = experts()
    report["difference"]["zsum"] |= {"low": 0.001, "p": 0.03, "p_holm": 0.3}
    assert "so close that the difference could be chance" in read(page(report)).text


def test_a_bad_result_is_said_like_any_other() -> None:
    report = experts()
    report["systems"]["whoknows"]["hit@5"] = interval(0.21)
    report["difference"]["zsum"] |= {"mean": -0.2, "low": -0.3, "high": -0.1}
    text = read(page(report)).text
    assert "In 2 of 10 questions" in text
    assert "“All of these signs added up” is ahead of whoknows, and by more than chance" in text
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
    assert "In 6 of 10 questions" in read(page(report)).text


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
