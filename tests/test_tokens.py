"""What becomes of words: code names taken apart, scripts without spaces paired, spelling folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.tokens import LONGEST, term_number, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The lamps of a window", ["lamp", "window"]),
        ("foo_bar", ["foo_bar", "foo", "bar"]),
        ("openUserFile", ["openuserfile", "open", "user", "file"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("std::vector", ["std::vector", "std", "vector"]),
        ("numpy.array", ["numpy.array", "numpy", "array"]),
        ("C++ and C#", ["c++", "c#"]),
        ("lean4 in 2024", ["lean4", "lean", "4", "2024"]),
        ("batteries, glass, status", ["battery", "glass", "status"]),
        ("Café Größe", ["cafe", "grosse"]),
        ("Καλημέρα ΚΟΣΜΟΣ", ["καλημερα", "κοσμοσ"]),
        ("橱窗灯光", ["橱窗", "窗灯", "灯光"]),
        ("用Blender做橱窗", ["用", "blender", "做橱", "橱窗"]),
        ("灯", ["灯"]),
        ("한국어", ["한국", "국어"]),
        ("أَهْلًا", ["اهلا"]),
        ("مـرحـبا إلى", ["مرحبا", "الي"]),
        ("हिन्दी", ["हिन्दी"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(st.text(max_size=200))
def test_any_text_gives_short_terms(text: str) -> None:
    assert all(0 < len(term) <= LONGEST for term in terms(text))
    assert [t for t in terms(text) if not t.strip()] == []


def test_numbers_are_the_same_on_every_machine() -> None:
    assert term_number("lamp") == 7711560049442028586
