"""Translations out of wheels, and WordNet's glosses."""

import struct
import zipfile
from pathlib import Path

import numpy as np
import orjson

from evaluation.bridge_fit import crossed, fit
from evaluation.catalogues import Translation, aligned, glosses, translations


def catalogue(messages: dict[str, str]) -> bytes:
    """A gettext file as msgfmt writes it (the format's section in gettext's manual)."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    count = len(pairs)
    start, tables, body = 28 + 16 * count, [b"", b""], b""
    for part in (0, 1):
        for pair in pairs:
            tables[part] += struct.pack("<2I", len(pair[part]), start + len(body))
            body += pair[part] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    return header + tables[0] + tables[1] + body


def wheel(folder: Path) -> Path:
    path = folder / "django-1-py3-none-any.whl"
    swedish = {
        "": "Content-Type: text/plain; charset=UTF-8\n",
        "The lamp %(name)s is broken": "Lampan %(name)s är trasig",
        "menu\x04Open the old window": "Öppna det gamla fönstret",
        "two words": "två ord",
        "Same in both languages": "Same in both languages",
    }
    greek = swedish | {"The lamp %(name)s is broken": "Η λάμπα %(name)s χάλασε"}
    english = {"ui": {"a": "Add a new device", "b": "Close {count} windows now"}}
    german = {"ui": {"a": "Neues Gerät hinzufügen", "c": "Nur deutsch, sonst nichts"}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("django/locale/sv/LC_MESSAGES/django.mo", catalogue(swedish))
        archive.writestr("django/locale/el_GR/LC_MESSAGES/django.mo", catalogue(greek))
        number = "0" * 32
        archive.writestr(f"x/static/translations/en-{number}.json", orjson.dumps(english))
        archive.writestr(f"x/static/translations/de-{number}.json", orjson.dumps(german))
    return path


def test_translations_come_without_placeholders(tmp_path: Path) -> None:
    found = list(translations(wheel(tmp_path)))
    assert Translation("sv", "The lamp is broken", "Lampan är trasig") in found
    assert Translation("sv", "Open the old window", "Öppna det gamla fönstret") in found
    assert Translation("de", "Add a new device", "Neues Gerät hinzufügen") in found
    assert {pair.english for pair in found if pair.language == "de"} == {"Add a new device"}
    assert not [pair for pair in found if pair.english in ("two words", "Same in both languages")]


def test_what_is_there_in_all_languages_stands_in_one_order(tmp_path: Path) -> None:
    told = aligned([wheel(tmp_path)], ["sv", "el"])
    assert told["en"] == ["Open the old window", "The lamp is broken"]
    assert told["sv"][1] == "Lampan är trasig" and told["el"][1] == "Η λάμπα χάλασε"


def test_glosses_are_explanations_and_phrases(tmp_path: Path) -> None:
    lines = [
        "  1 a licence line | not a gloss of 20 letters",
        '00001740 05 n 01 lamp 0 001 @ | a piece of furniture that gives light; "the lamp is on"  ',
        "00001741 05 n 01 x 0 | short",
    ]
    (tmp_path / "data.noun").write_text("\n".join(lines), encoding="latin-1")
    told = glosses(tmp_path)
    assert "a piece of furniture that gives light" in told and "the lamp is on" in told
    assert "short" not in told


def test_a_bridge_leads_where_it_was_fitted_to() -> None:
    random = np.random.default_rng(1)
    ours = random.standard_normal((4096, 12)).astype(np.float32)
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    turned = np.linalg.qr(random.standard_normal((12, 12)))[0].astype(np.float32)
    theirs = ours @ turned
    told: list[tuple[int, int]] = []
    bridge = fit(theirs, ours, lambda at, of: told.append((at, of)))
    led = crossed(bridge, theirs)
    assert told[-1][0] == told[-1][1]
    np.testing.assert_allclose(np.linalg.norm(led, axis=1), 1.0, atol=1e-5)
    before = (theirs * ours).sum(axis=1).mean()
    assert (led * ours).sum(axis=1).mean() > max(0.9, before)
    again = fit(theirs, ours, lambda at, of: None)
    assert all(np.array_equal(bridge[name], again[name]) for name in bridge)
