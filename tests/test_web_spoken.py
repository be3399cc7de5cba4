"""The page in another language, in a browser."""

import pytest

from tests.browser import Tab
from tests.shop import me


def test_the_page_speaks_arabic_from_the_right(tab: Tab) -> None:
    tab.open("ask", me=me("ann"), language="ar")
    tab.says("من يستطيع المساعدة؟", "#ask h1")
    assert tab.js("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert tab.js("document.getElementById('question').placeholder") == "ماذا تحتاج أن تعرف؟"
    tab.write("#question", "rugs and printer paper")
    tab.click("#ask-form button")
    tab.says("افتح النقاش", "#people")
    # Everything that is not a colleague's own is said in the reader's language.
    assert tab.text("#people .chance").endswith(("يرد", "احتمال ضعيف"))
    for english in ("replied", "Written", "Open the thread", "Chance"):
        assert english not in tab.text("#people")
    left = tab.js(
        "document.getElementById('me').getBoundingClientRect().left"
        " < document.querySelector('.mark').getBoundingClientRect().left"
    )
    assert left and tab.overflow() == 0


def test_a_language_is_chosen_and_kept(tab: Tab) -> None:
    for language, heading in (("el", "Για εσάς σήμερα"), ("sv", "För dig i dag")):
        tab.open("feed", me=me("rita"), language=None)
        tab.js(
            "(() => { const field = document.getElementById('language');"
            f" field.value = '{language}'; field.dispatchEvent(new Event('change')); }})()"
        )
        tab.says(heading, "#feed h1")
    tab.open("topics", me=me("rita"), language=None)
    tab.says("Vad det talas om", "#topics h1")
    assert tab.js("document.getElementById('language').value") == "sv"


def test_a_browser_that_keeps_nothing_is_shown_the_page(tab: Tab) -> None:
    """Without storage the page stayed empty of all that its scripts show."""
    tab.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="if (location.protocol === 'http:') {"
        "const none = () => { throw new DOMException('none', 'SecurityError'); };"
        "Storage.prototype.getItem = none; window.keepsNothing = () => {"
        "Storage.prototype.setItem = none; }; }",
    )
    tab.open("ask")
    tab.js("window.keepsNothing()")
    tab.says("Who can help?", "#ask h1")
    tab.js(
        "(() => { const field = document.getElementById('language'); field.value = 'sv';"
        " field.dispatchEvent(new Event('change')); })()"
    )
    assert tab.js("document.getElementById('language').value") == "en"
    tab.click("#me")
    tab.click("#who-list button")
    tab.until("!document.getElementById('who').open")
    assert tab.text("#me") != "Who are you?"


@pytest.mark.parametrize("language", ["sv", "el", "zh", "ar"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_part_is_wider_than_the_screen(tab: Tab, language: str, width: int) -> None:
    tab.open("ask", me=me("ann"), language=language, width=width)
    tab.write("#question", "rugs and printer paper")
    tab.click("#ask-form button")
    tab.until("document.querySelector('#people .onward')")
    wide = {"ask": tab.overflow()}
    for part, there in (
        ("share", "#alike p"),
        ("feed", "#items .heading"),
        ("topics", "#topic-list p"),
    ):
        tab.click(f"#tab-{part}")
        tab.until(f"document.querySelector('{there}')")
        wide[part] = tab.overflow()
    assert wide == dict.fromkeys(wide, 0)
    me_at, mark, tabs = tab.js(
        "['#me', '.mark', '#tab-ask'].map((one) => {"
        "const {top, bottom} = document.querySelector(one).getBoundingClientRect();"
        "return [top, bottom]; })"
    )
    # Name and choices share the mark's row.
    assert me_at[0] < mark[1] and (width > 600 or me_at[1] <= tabs[0] + 1)
