"""The words that two texts are said to share: as written, telling, and whole."""

from datetime import timedelta

import pytest

from data.models import Post
from embeddings.language import LANGUAGES, language_name
from embeddings.lexical import LexicalIndex
from recommender.queries import SimilarQuery
from recommender.sharedwords import Asked
from tests.communities import NOW, START, engine_of


def told(asked: str, found: str, most: int = 9) -> list[str]:
    """What is told of two texts, in the order of the alphabet."""
    import numpy as np

    index = LexicalIndex()
    index.put(np.arange(1, 4), [asked, found, "something else altogether"])
    shared = index.shared(asked, np.array([2]), 64)[0]
    return sorted(Asked(asked).told(shared, found, most))


@pytest.mark.parametrize(
    ("asked", "found", "shared"),
    [
        # Function words stood there where a community has few texts of the language.
        ("Skylt av papp och lim", "En båt av papp och en till", ["papp"]),
        ("La luz de las vitrinas", "Mesas de las tiendas y la luz", ["luz"]),
        ("Φως για το βιτρίνα", "Κάτι για το βιτρίνα", ["βιτρίνα"]),
        ("الضوء من السقف", "شيء من السقف", ["السقف"]),
        ("Ståle har ikke en lampe", "Vi har ikke en lampe", ["lampe"]),
        # Folded forms stood there: "laneparaplyer", "espanol", "τησ", "علي".
        ("Våra låneparaplyer försvann", "Nya låneparaplyer", ["låneparaplyer"]),
        ("Etiquetas en español", "Letreros en español", ["español"]),
        ("Τιμή της εισόδου", "Χρώμα της εισόδου", ["εισόδου"]),
        ("مصباح على الأرضية", "سجاد على الأرضية", ["الأرضية"]),
        # English plurals are the same word; it is shown as it was asked.
        ("Broken Lamps", "a lamp", ["Lamps"]),
        ("don't use R here", "don't trust R", ["R"]),
        ("the useState hook", "a state machine", ["state"]),
    ],
)
def test_words_stand_as_they_were_written(asked: str, found: str, shared: list[str]) -> None:
    assert told(asked, found) == shared


@pytest.mark.parametrize(
    ("asked", "found", "shared"),
    [
        # "箱做" is the end of a box and the beginning of making.
        ("用纸箱做城市", "纸箱和木箱做的桌子", []),
        ("圣诞橱窗怎么布置", "我们的圣诞橱窗很亮", ["圣诞橱窗"]),
        ("我们的橱窗", "旧的橱窗很暗", ["橱窗"]),
        # Pairs that do not follow each other there are no longer run.
        ("夜市灯光", "夜市，市灯，灯光", []),
        ("什么", "为什么这样", []),
        ("我是人吗", "他是人吗", []),
        ("橱窗照明怎么做？橱窗照明", "橱窗照明怎么做", ["橱窗照明怎么做"]),
        ("ショーウィンドウの照明", "照明とショーウィンドウ", ["ショーウィンドウ", "照明"]),
        ("しています", "暗くしています", []),
        ("조명 설치", "조명 교체", ["조명"]),
        ("조명이 어두워", "조명을 교체", []),
    ],
)
def test_no_half_words_of_scripts_without_spaces(asked: str, found: str, shared: list[str]) -> None:
    assert told(asked, found) == shared


def test_similar_says_words_and_the_language_by_its_name() -> None:
    """It said "written in another language (sv)" and shares "laneparaplyer", "och"."""
    text = "Våra låneparaplyer försvann och kunderna klagar, vad gör ni åt det i regnet"
    posts = [
        Post("a", "ada", START, text, title="Låneparaplyer", language="sv"),
        Post("b", "ada", START + timedelta(days=1), "pallets and trucks", title="Dock"),
    ]
    found = engine_of(posts).similar(SimilarQuery(title="Where do låneparaplyer go", k=1), NOW)
    assert found[0].post.id == "a"
    assert "shares “låneparaplyer”" in found[0].reason
    asked = SimilarQuery(body="Our customers ask where all of the umbrellas have gone today", k=2)
    reasons = {idea.post.id: idea.reason for idea in engine_of(posts).similar(asked, NOW)}
    assert "written in Swedish" in reasons["a"]
    assert "written in" not in reasons["b"]


def test_every_language_has_its_name() -> None:
    assert language_name("sv-SE") == "Swedish" and language_name("nb") == "Norwegian"
    assert language_name("xx") == "xx"
    assert all(language_name(code).isalpha() and len(code) == 2 for code in LANGUAGES)
