"""Which language a text is written in, offline.

In: a post or a query. Out: its ISO 639-1 code, or None where the text does not tell. Detector:
py3langid (Lui and Baldwin 2012, "langid.py"; BSD-3, the model is part of the 4.5 MB package);
evaluation/results/encoders.md has the comparison that chose it.
"""

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import (
    MODEL_FILE,
    LanguageIdentifier,
)

# The living languages with an audience in staff communities. Of the detector's other classes the
# small ones (Latin, Esperanto, Luxembourgish ...) mostly catch short or technical English.
# fmt: off
NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovene", "sr": "Serbian", "sv": "Swedish", "ta": "Tamil",
    "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}
# fmt: on
LANGUAGES = list(NAMES)
# So near to each other that a short text may be of one as well as of another: it is of one of them.
# Of a program's short messages (Django's) 23 % in Danish and 30 % in Croatian were not told, with
# this 13 and 11; of 38,000 English posts of communities it takes 2 more for foreign.
_NEAR = [("da", "no", "sv"), ("cs", "sk"), ("hr", "sl", "sr"), ("es", "it", "pt")]
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh", "yue": "zh"}
# Code, links, mentions, markup and whatever holds digits or programmers' signs is no language.
_NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|<[^>\n]*>|[@#]\S+|\S*[\d_\\/{}()=;]\S*", re.DOTALL
)
_WORD = re.compile(r"[^\W\d_]+")
# Bytes of UTF-8: ten Latin letters or four Chinese characters; with less even people guess.
_LEAST_BYTES = 10
# A detector decides as well on this much as on all, and time grows with length.
_MOST_READ = 1_000
_MOST_LETTERS = 300
# With this bound 0-1 of 1,500 English posts of a community are taken for foreign, without it 5-6.
_LEAST_PROBABILITY = 0.5
# At .5 "Upgrade kafka to 3.4.0" was Croatian, and MiniLM did not read it.
_LEAST_TOGETHER = 0.7
# Where hardly anything but English is written, English is ten times as likely beforehand, but where
# a text tells another language surely: it is English from the first of these on. What that does to
# short titles is measured by `evaluation.benchmarks.detectors`.
_LEAST_ENGLISH, _SURE = 1 / 11, 0.7


def language_of(tag: str | None) -> str | None:
    """The code of `LANGUAGES` that a language tag means ("en-US", "sv_SE", "nb"), None for others.

    What somebody states may be anything; what is not understood is found out from the text.
    """
    code = re.split("[-_]", (tag or "").strip().casefold(), maxsplit=1)[0]
    code = _SAME.get(code, code)
    return code if code in LANGUAGES else None


def language_name(tag: str) -> str:
    """What a language tag means in English; the tag itself where that is not known."""
    return NAMES.get(language_of(tag) or "", tag)


def detect_language(text: str, mostly_english: bool = False) -> str | None:
    """The ISO 639-1 code of `text`'s language; None for a text too short or not in words.

    `mostly_english`: it comes from where hardly anything else is written.
    """
    prose = prose_of(text)
    if len(prose.encode("utf-8", "replace")) < _LEAST_BYTES:
        return None
    ranked: dict[str, float] = dict(_identifier().rank(prose))
    language = max(ranked, key=ranked.__getitem__)
    if mostly_english and ranked[language] < _SURE and ranked["en"] >= _LEAST_ENGLISH:
        return "en"
    if ranked[language] >= _LEAST_PROBABILITY:
        return language
    near = next((some for some in _NEAR if language in some), (language,))
    return language if sum(ranked[one] for one in near) >= _LEAST_TOGETHER else None


def detect_languages(texts: Sequence[str]) -> list[str | None]:
    """`detect_language` of each text, in order: some thousands a second."""
    return [detect_language(text) for text in texts]


def prose_of(text: str) -> str:
    """The words of `text` that tell its language, one space apart: at most 300 letters."""
    return " ".join(_WORD.findall(_NOT_PROSE.sub(" ", text[:_MOST_READ])))[:_MOST_LETTERS]


@cache
def _identifier() -> LanguageIdentifier:
    # Half a second to open, so not before the first text.
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
