"""Slices by language, and parity: figures whose right answer is known."""

import numpy as np
import pytest

from api.commands.showing import show_experts
from evaluation import languages, report, translated
from evaluation.journal import Line


def line(*slices: str, ranked: bool = True) -> Line:
    return {"systems": {"whoknows": {"mrr": 1.0}} if ranked else {}, "slices": list(slices)}


def test_a_language_is_a_slice_from_twenty_queries_and_beside_another() -> None:
    german = report.language_slice("Wie hell muss das Schaufenster im Winter sein?")
    english = report.language_slice("How bright should the window be in winter?")
    assert (german, english) == ("language: de", "language: en")
    assert report.language_slice("x1") == "language: not told"
    lines = [line(german)] * 20 + [line(english, "other")] * 19
    assert report.languages(lines) == []
    assert report.languages([*lines, line(english, ranked=False)]) == []
    assert report.languages([*lines, line(english)]) == [german, english]


def test_places_become_figures() -> None:
    places = np.array([0, 1, 4, translated.MISSED])
    assert translated.place_of(["a", "b"], "b") == 1
    assert translated.place_of(["a", "b"], "c") == translated.MISSED
    assert translated.hit(places) == 0.25 and translated.hit(places, 5) == 0.75
    assert translated.mean_reciprocal(places) == pytest.approx((1 + 1 / 2 + 1 / 5) / 4)
    assert languages.parity({"en": 0.8, "de": 0.9, "pl": 0.6}) == pytest.approx(0.75)


def test_evidence_that_is_not_in_english_says_its_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    part = {"kind": "post", "points": 1.0, "reason": "replied", "excerpt": "ljuset är för svagt"}
    for language, mark in (("sv", True), ("en", False)):
        candidate = {
            "person": {"id": "p"},
            "score": 1.0,
            "probability": 0.2,
            "contributions": [part | {"language": language}],
        }
        show_experts({"candidates": [candidate], "answerable": 0.5, "reason": None, "took_ms": 1.0})
        told = capsys.readouterr().out
        assert "ljuset är för svagt" in told and ("in Swedish" in told) == mark
