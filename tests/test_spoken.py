"""Answers and page in other languages: catalogs are whole, and say what the English says."""

import ast
import json
import re
import string
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from fastapi.testclient import TestClient

from api.spoken import LANGUAGES, said
from recommender.saying import language_called, listed, say

ROOT = Path(__file__).parent.parent
WEB = ROOT / "api" / "web"
OTHERS = [language for language in LANGUAGES if language != "en"]
UNSAID = {"whoknows", "who", "knows", "✕"}
"""The name, and a sign that is none of any language."""


def _of_reasons() -> Iterator[str]:
    for path in sorted((ROOT / "recommender").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "say":
                form = node.args[0]
                assert isinstance(form, ast.Constant), f"{path.name}:{node.lineno} cannot be found"
                yield str(form.value)
    yield from ("; ", ", ")


def _of_scripts() -> Iterator[str]:
    for path in sorted(WEB.glob("*.js")):
        text = re.sub(r"^ *//.*$", "", path.read_text(encoding="utf-8"), flags=re.M)
        calls = re.findall(r"(?<!function )\bsay\(", text)
        if path.name != "speech.js":
            found = re.findall(r'\bsay\(\s*"([^"]*)"', text)
            assert len(found) == len(calls), f"{path.name} says what cannot be found"
            yield from found


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.found += [value for name in ("placeholder", "aria-label") if (value := told.get(name))]

    def handle_data(self, data: str) -> None:
        self.found.append(" ".join(data.split()))


def _of_the_page() -> set[str]:
    page = _Read()
    page.feed((WEB / "index.html").read_text(encoding="utf-8"))
    return {words for words in page.found if words} - UNSAID


def _catalog(language: str) -> dict[str, Any]:
    catalog: dict[str, Any] = json.loads((WEB / f"{language}.json").read_text(encoding="utf-8"))
    return catalog


def _gaps(form: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(form) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalog_has_every_sentence_and_no_other(language: str) -> None:
    forms = {*_of_reasons(), *_of_scripts(), *_of_the_page()}
    assert set(_catalog(language)) == forms
    assert len(forms) > 200


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_gaps_of_its_form(language: str) -> None:
    for form, translation in _catalog(language).items():
        for words in translation.values() if isinstance(translation, dict) else [translation]:
            # One and two may be words.
            assert _gaps(form) - {"n"} == _gaps(words) - {"n"}, (form, words)
            assert _gaps(words) <= _gaps(form), (form, words)
            assert words.strip() or not form.strip(), form


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_counted_has_every_plural_of_the_language(language: str) -> None:
    wanted = {*Locale.parse(language).plural_form.tags, "other"}
    for form, translation in _catalog(language).items():
        if isinstance(translation, dict):
            assert "n" in _gaps(form), form
            assert set(translation) == wanted, form


def test_every_language_can_be_chosen_on_the_page() -> None:
    offered = re.search(r"LANGUAGES =\s*\{([^}]*)\}", (WEB / "speech.js").read_text("utf-8"))
    assert offered is not None
    assert sorted(re.findall(r"(\w+):", offered[1])) == sorted(LANGUAGES)


def test_english_is_what_was_said() -> None:
    threads = ("replied in {n} threads", "replied in one thread")
    assert say(*threads, n=1) == "replied in one thread"
    assert say(*threads, n=2) == "replied in 2 threads"
    assert listed([say("a {x}", x="{y}"), "b"]) == "a {y}; b"
    assert language_called("sv") == "Swedish"


@pytest.mark.parametrize(
    ("count", "said_so"),
    [(1, "رد واحد"), (2, "ردان"), (3, "3 ردود"), (11, "11 رداً"), (100, "100 رد")],
)
def test_arabic_counts_by_its_own_rules(count: int, said_so: str) -> None:
    sentence = say("{n} replies, in threads little like this", n=count)
    assert said(sentence, "ar").startswith(said_so + " ")


def test_what_stands_in_a_gap_is_said_too() -> None:
    reason = listed(
        [
            say("is close in meaning"),
            say("shares {words}", words=listed(["“rug”", "“wall”"], ", ")),
            say("written in {language}", language=language_called("el")),
        ]
    )
    assert said(reason, "sv") == (
        "ligger nära i betydelse; har “rug”, “wall” gemensamt; skriven på grekiska"
    )
    # A title keeps its direction among words from the right, and is taken to the letter.
    replied = say("{what}: {title}", what=say("replied in a similar thread"), title="{n} lamps?")
    assert said(replied, "ar") == "رد في نقاش مشابه: \u2068{n} lamps?\u2069"
    assert said("no sentence of ours", "ar") == "no sentence of ours"
    assert said(say("what no catalog has, {n} times", n=2), "ar") == "what no catalog has, 2 times"


@pytest.fixture
def asked(client: TestClient) -> TestClient:
    for number in range(3):
        post = {"author": "anna", "created": f"2026-01-0{number + 1}", "body": "lamps and light"}
        client.put(f"/v1/posts/p{number}", json={**post, "title": f"Lamps {number}"})
    reply = {"author": "bo", "created": "2026-01-07", "body": "use dimmers", "parent": "p0"}
    client.put("/v1/posts/r", json={**reply, "thread": "p0"})
    return client


def _reasons(client: TestClient, accepted: str | None) -> tuple[str, list[str], list[float]]:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    answer = client.post("/v1/experts/search", json={"query": "lamps?"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["vary"] == "Accept-Language"
    parts = answer.json()["candidates"][0]["contributions"]
    language = answer.headers["content-language"]
    return language, [part["reason"] for part in parts], [part["points"] for part in parts]


def test_reasons_are_in_the_language_of_the_request_and_nothing_else_differs(
    asked: TestClient,
) -> None:
    language, reasons, points = _reasons(asked, "sv-FI, en;q=0.5")
    english, plain, same = _reasons(asked, None)
    assert (language, english) == ("sv", "en")
    assert points == same
    assert "svarade i en liknande tråd: Lamps 0" in reasons
    assert "replied in a similar thread: Lamps 0" in plain
    assert not set(reasons) & set(plain)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("da, el;q=0.2, zh-Hans-CN;q=0.3", "zh"),
        ("sv;q=0, en", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("en-GB, sv", "en"),
        ("AR", "ar"),
        (";;,q=,sv;q=many,;q", "en"),
        ("sv;q=nan", "en"),
        ("sv;q=1e999, ar", "sv"),
    ],
)
def test_the_first_language_that_there_is(asked: TestClient, accepted: str, language: str) -> None:
    assert _reasons(asked, accepted)[0] == language


@pytest.mark.parametrize("language", OTHERS)
def test_every_answer_with_reasons_is_said(asked: TestClient, language: str) -> None:
    headers = {"Accept-Language": language}
    asked.put("/v1/people/cy", json={"name": "Cy", "title": "Lamps"})
    near = asked.post("/v1/similar", json={"title": "Lamps and light"}, headers=headers).json()
    assert all("meaning" not in idea["reason"] for idea in near["posts"])
    for path in ("feed", "expertise", "peers"):
        answer = asked.get(f"/v1/people/bo/{path}", headers=headers)
        assert answer.headers["content-language"] == language, path
        found = json.dumps(answer.json(), ensure_ascii=False)
        for english in ("replied", "takes part", "posted on", "weaker signs", "they have met"):
            assert english not in found, (path, english)


@pytest.mark.parametrize("language", OTHERS)
def test_the_page_gets_its_catalog(client: TestClient, language: str) -> None:
    answer = client.get(f"/web/{language}.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == _catalog(language)
