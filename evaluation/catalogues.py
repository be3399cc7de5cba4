"""Sentences that say the same in many languages: the translations that packages bring along.

In: wheels, as `pip download --no-deps` leaves them: gettext catalogues (Django's, Wagtail's) and
the JSON files of home-assistant-frontend. And WordNet, as Debian's wordnet-base has it. Out:
texts, without placeholders and markup.
"""

import gettext
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

LEAST_WORDS = 3
MOST_LETTERS = 400
LEAST_LETTERS = 20
"""Of an explanation; shorter ones are names of things."""

_GETTEXT = re.compile(r"/locale/(\w+)/LC_MESSAGES/[\w.-]+\.mo$")
_JSON = re.compile(r"/translations/(?:.*/)?([a-zA-Z]{2,3})(?:-\w+)?-[0-9a-f]{32}\.json$")
_ENGLISH = "en"
_NOT_TEXT = re.compile(r"%\(?\w*\)?[sd]?|\\n|<[^>]+>|\{[^{}]*\}|[{}]|&\w+;")
_QUOTED = re.compile(r'"([^"]{12,})"')


@dataclass(frozen=True, slots=True)
class Translation:
    """`text` in `language` (ISO 639-1) says what `english` says."""

    language: str
    english: str
    text: str


def translations(wheel: Path) -> Iterator[Translation]:
    """What `wheel` translates; messages of a few words are left out, and untranslated ones."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for name in names:
            if found := _GETTEXT.search(name):
                yield from _told(found[1], _messages(archive.read(name)))
        by_language: dict[str, dict[str, str]] = {}
        for name in names:
            if found := _JSON.search(name):
                strings = dict(_flat(name.rpartition("/")[0], orjson.loads(archive.read(name))))
                by_language.setdefault(found[1], {}).update(strings)
        english = by_language.pop(_ENGLISH, {})
        for language, strings in by_language.items():
            pairs = {english[key]: text for key, text in strings.items() if key in english}
            yield from _told(language, pairs)


def _told(locale: str, messages: Mapping[str, str]) -> Iterator[Translation]:
    language = locale.partition("_")[0]
    for message, translated in messages.items():
        english, text = _words(message), _words(translated)
        long = len(english.split()) >= LEAST_WORDS and len(english) <= MOST_LETTERS
        if language != _ENGLISH and long and text and text != english:
            yield Translation(language, english, text)


def _messages(catalogue: bytes) -> dict[str, str]:
    # The standard library reads the format, and keeps what it read under this name.
    read: Mapping[Any, Any] = vars(gettext.GNUTranslations(io.BytesIO(catalogue)))["_catalog"]
    return {key: text for key, text in read.items() if isinstance(key, str) and key and text}


def _flat(path: str, tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _flat(f"{path}.{key}", value)
    elif isinstance(tree, str):
        yield path, tree


def _words(text: str) -> str:
    # What stands before a 4 tells messages apart, and is not shown.
    return " ".join(_NOT_TEXT.sub(" ", text.rpartition("\x04")[2]).split())


def glosses(folder: Path) -> list[str]:
    """How WordNet in `folder` explains its words, and the phrases by which it shows their use."""
    found: dict[str, None] = {}
    for file in sorted(folder.glob("data.*")):
        for line in file.read_text(encoding="latin-1").splitlines():
            gloss = line.partition("|")[2]
            found.update(dict.fromkeys(_QUOTED.findall(gloss)))
            explained = _QUOTED.sub("", gloss).strip("; ")
            if len(explained) >= LEAST_LETTERS:
                found[explained] = None
    return list(found)


def aligned(wheels: Sequence[Path], languages: Sequence[str]) -> dict[str, list[str]]:
    """What `wheels` say in English and in all of `languages`, by language, in one order."""
    told: dict[str, dict[str, str]] = {}
    for wheel in wheels:
        for pair in translations(wheel):
            told.setdefault(pair.english, {}).setdefault(pair.language, pair.text)
    whole = sorted(text for text, by in told.items() if by.keys() >= set(languages))
    return {"en": whole} | {name: [told[text][name] for text in whole] for name in languages}
