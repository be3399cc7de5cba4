"""Languages told by a detector: what it must get right, and when it must not guess."""

import csv
from pathlib import Path

import pytest

from embeddings.language import detect_language, detect_languages, language_of

LANGUAGES = Path(__file__).parents[2] / "shared" / "data" / "languages"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The lamps in the shop window went out again this morning.", "en"),
        ("Die Lampen im Schaufenster sind heute früh wieder ausgegangen.", "de"),
        ("Lamporna i skyltfönstret slocknade igen i morse.", "sv"),
        ("Οι λάμπες στη βιτρίνα έσβησαν πάλι σήμερα το πρωί.", "el"),
        ("今天早上橱窗里的灯又灭了。", "zh"),
        ("انطفأت المصابيح في واجهة المتجر مرة أخرى هذا الصباح.", "ar"),
        ("Сегодня утром в витрине снова погасли лампы.", "ru"),
    ],
)
def test_plain_sentences_are_told(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "ok",
        "灯",
        "https://example.org/eine/lange/adresse",
        "`import lamp as l`",
        "12:30",
    ],
)
def test_too_little_to_tell_is_none(text: str) -> None:
    assert detect_language(text) is None


def test_code_is_no_language() -> None:
    code = "```\nfor (int i = 0; i < lamps.size(); ++i) { lamps[i]->SetEnabled(false); }\n```"
    text = f"Why do only some of the lamps go out when this runs?\n{code * 5}"
    assert detect_language(text) == "en"


def test_a_broken_surrogate_is_no_error() -> None:
    assert detect_language("\ud83d The lamps in the window went out again this morning.") == "en"


def test_a_batch_is_each_in_order() -> None:
    texts = ["The lamps in the window went out again.", "", "Die Lampen sind wieder ausgegangen."]
    assert detect_languages(texts) == ["en", None, "de"]


@pytest.mark.skipif(not LANGUAGES.is_dir(), reason="the shared data are not beside the checkout")
@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pl"])
def test_short_sentences_are_rarely_mistaken(language: str) -> None:
    with (LANGUAGES / f"stsb-{language}-dev.csv").open(newline="", encoding="utf-8") as file:
        found = detect_languages([row[0] for row in csv.reader(file)][::10])
    assert sum(one == language for one in found) / len(found) >= 0.93
    assert sum(one not in (language, None) for one in found) / len(found) <= 0.02


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("EN_gb", "en"),
        (" sv_SE ", "sv"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("zh-Hant-TW", "zh"),
        ("English", None),
        ("la", None),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_what_somebody_states_is_understood_or_left(tag: str | None, language: str | None) -> None:
    assert language_of(tag) == language


def test_a_text_of_one_of_several_near_languages_is_told() -> None:
    # Of these the detector gives none half of its trust.
    assert detect_language("Indtast et heltal") in ("da", "no", "sv")
    # Of a few English words none is likely, and together they are not likely enough.
    assert detect_language("Upgrade kafka to 3.4.0\nUpgrade kafka to 3.4.0 to resolve it") is None


@pytest.mark.parametrize(
    ("text", "usually"),
    [("Lamp rail spacing", None), ("Carpet stain remover", None), ("Display lights flicker", "en")],
)
def test_where_all_is_english_a_short_title_is_too(text: str, usually: str | None) -> None:
    assert detect_language(text) == usually
    assert detect_language(text, mostly_english=True) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Lampe im Schaufenster flackert", "de"), ("Teppich verblasst sehr schnell", "de"),
        ("Les rideaux ont pris la couleur", "fr"), ("橱窗灯光太强", "zh"),
        ("الإضاءة في الواجهة", "ar"), ("v2.1.0 x1 y2", None), ("12", None),
    ],
)  # fmt: skip
def test_where_all_is_english_other_languages_are_told_as_before(
    text: str, language: str | None
) -> None:
    assert detect_language(text) == language
    assert detect_language(text, mostly_english=True) == language
