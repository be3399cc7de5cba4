"""Sentences that can be said in another language: English, with what they were made from.

In: a form such as "has replied in {n} threads", and its values. Out: a `str` as any other, which
still knows its form, so that a door can look that up in a catalog.
"""

from collections.abc import Iterable

from embeddings.language import language_name


class Sentence(str):
    """An English sentence. `form`: what catalogs know it by; `values`: what stands in its gaps,
    which may be sentences themselves. Where there is an `n`, it decides between one and more."""

    form: str
    values: dict[str, object]


class Listed(str):
    """Parts in a row. `between`: what parts them, in English; catalogs know it too."""

    between: str
    parts: tuple[str, ...]


class LanguageName(str):
    """A language by its English name. `code`: what it is called in others can be found by."""

    code: str


def say(form: str, one: str | None = None, **values: object) -> Sentence:
    """The sentence of a form; of `one` instead where `n` is 1."""
    chosen = one if one is not None and values["n"] == 1 else form
    sentence = Sentence(chosen.format_map(values))
    sentence.form, sentence.values = form, values
    return sentence


def listed(parts: Iterable[str], between: str = "; ") -> Listed:
    """Parts as one sentence."""
    given = tuple(parts)
    row = Listed(between.join(given))
    row.between, row.parts = between, given
    return row


def language_called(code: str) -> LanguageName:
    """A language, for a gap in a form."""
    name = LanguageName(language_name(code))
    name.code = code
    return name
