"""Answers in the reader's language: which one a request asks for, and reasons said in it.

In: Accept-Language, and sentences of `recommender.saying`. The catalogs are the page's own files,
web/LANGUAGE.json: English forms to their translations, of which one with an `n` in it has one for
each plural category of the language (CLDR, by Babel). What a catalog lacks stays English.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import orjson
from babel import Locale
from starlette.requests import Request

from recommender.saying import LanguageName, Listed, Sentence

ENGLISH = "en"
_WEB = Path(__file__).parent / "web"
LANGUAGES = (ENGLISH, *sorted(path.stem for path in _WEB.glob("*.json")))

# Unicode's isolates.
_FIRST_STRONG, _FROM_LEFT, _END = "\u2068", "\u2066", "\u2069"

Translation = str | dict[str, str]


def spoken_by(request: Request) -> str:
    """The language to answer in: the first of Accept-Language that there is, or English."""
    wanted = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")):
        tag, _, weight = part.partition(";")
        code = tag.strip().partition("-")[0].lower()
        if code in LANGUAGES and (liked := _weight(weight)) > 0.0:
            wanted.append((-liked, place, code))
    return min(wanted)[2] if wanted else ENGLISH


def _weight(told: str) -> float:
    name, _, value = told.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


@cache
def catalog_of(language: str) -> Mapping[str, Translation]:
    """Translations by English form; empty of English."""
    if language == ENGLISH:
        return {}
    catalog: dict[str, Translation] = orjson.loads((_WEB / f"{language}.json").read_bytes())
    return catalog


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def said(words: object, language: str) -> str:
    """A sentence in `language`; any other text as it is."""
    if isinstance(words, Sentence):
        return _sentence(words, language)
    if isinstance(words, Listed):
        between = catalog_of(language).get(words.between, words.between)
        return str(between).join(said(part, language) for part in words.parts)
    if isinstance(words, LanguageName):
        return str(_locale(language).languages.get(words.code, words))
    return str(words)


def _sentence(sentence: Sentence, language: str) -> str:
    found = catalog_of(language).get(sentence.form)
    if found is None:
        return str(sentence)
    if isinstance(found, dict):
        found = found[_locale(language).plural_form(int(str(sentence.values["n"])))]
    values = sentence.values.items()
    return found.format_map({name: _set_apart(value, language) for name, value in values})


def _set_apart(value: object, language: str) -> str:
    """A value for a gap. Among words from right to left a title or a name keeps its own direction,
    and a date goes from the left; a sentence or a number needs no mark."""
    words = said(value, language)
    foreign = isinstance(value, str) and not isinstance(value, Sentence | Listed | LanguageName)
    if not foreign or not _from_the_right(language):
        return words
    lettered = any(sign.isalpha() for sign in words)
    return (_FIRST_STRONG if lettered else _FROM_LEFT) + words + _END


def _from_the_right(language: str) -> bool:
    return str(_locale(language).text_direction) == "rtl"
