"""How things lie on the screen in a browser: long words, two directions, bodies with marks."""

import pytest

from tests.browser import Tab
from tests.shop import PEOPLE, me

WIDTHS = [390, 1280]


def _thread(tab: Tab, title: str) -> None:
    tab.open("feed", me=me("rita"))
    tab.click("#items .heading", title)
    tab.until("document.querySelector('#thread-posts article')")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_part_is_wider_than_the_screen(tab: Tab, width: int) -> None:
    # Long words made it 619 to 769 pixels wide on a phone of 390.
    tab.open("ask", me=me("ann"), width=width)
    tab.write("#question", "rugs and printer paper")
    tab.click("#ask-form button")
    tab.says("Post this question", "#people")
    wide = {"ask": tab.overflow()}
    tab.click("#tab-share")
    tab.write("#idea-title", "The printer jams in the morning")
    tab.until("document.querySelector('#alike .card')")
    wide["share"] = tab.overflow()
    last = "[...document.querySelectorAll('#alike .card')].at(-1)"
    assert tab.js(f"{last}.getBoundingClientRect().right <= innerWidth")
    tab.click("#tab-feed")
    tab.until("document.querySelector('#items .heading')")
    wide["feed"] = tab.overflow()
    tab.click("#tab-topics")
    tab.until("document.querySelector('#topic-list p')")
    wide["topics"] = tab.overflow()
    assert wide == dict.fromkeys(wide, 0)


@pytest.mark.parametrize("title", ["Donau", "Printer", "Freezer"])
def test_a_dialog_lies_on_a_phone_s_screen(tab: Tab, title: str) -> None:
    tab.open("feed", me=me("rita"), width=390)
    tab.click("#items .heading", title)
    tab.until("document.querySelector('#thread-posts article')")
    left, right, wide = tab.js(
        "(() => { const dialog = document.getElementById('thread');"
        "const { left, right } = dialog.getBoundingClientRect();"
        "return [left, right, dialog.scrollWidth - dialog.clientWidth]; })()"
    )
    assert left >= 0 and right <= 390 and wide == 0


def test_name_and_tabs_take_two_rows_on_a_phone_and_not_three(tab: Tab) -> None:
    tab.open("ask", me=me("ann"), width=390)
    tops = tab.js(
        "['.mark', '#me', '#tab-ask'].map((one) => {"
        "const {top, bottom} = document.querySelector(one).getBoundingClientRect();"
        "return [top, bottom]; })"
    )
    mark, name, tabs = tops
    assert name[0] < mark[1] and tabs[0] >= mark[1]


def test_arabic_lines_stand_where_all_others_do(tab: Tab) -> None:
    # They lay at the far side of the card, beside the percentage.
    tab.open("ask", me=me("rita"))
    tab.write("#question", "Keep printer paper dry")
    tab.click("#ask-form button")
    tab.says("Post this question", "#people")
    lefts = tab.js(
        "[...document.querySelectorAll('#people .who')].map((one) => [...one.querySelectorAll("
        "'h3 bdi, .about bdi:first-child')].map((part) => part.getBoundingClientRect().left))"
    )
    assert any(len(card) == 2 for card in lefts)
    assert all(max(card) - min(card) < 1 for card in lefts)
    assert f"{PEOPLE['abdul']['title']} · {PEOPLE['abdul']['site']}" in tab.text("#people")


def test_dots_stand_between_the_parts_whatever_their_direction(tab: Tab) -> None:
    # Two of them stood side by side behind an Arabic name.
    tab.open("feed", me=me("rita"))
    tab.says("Empty body question", "#items")
    parts = tab.js(
        "[...[...document.querySelectorAll('#items .card')].find((one) =>"
        "one.textContent.includes('Empty body')).querySelectorAll('.meta bdi')]"
        ".map((one) => one.getBoundingClientRect().left)"
    )
    assert len(parts) == 3 and parts == sorted(parts)


def test_a_percentage_is_on_one_line(tab: Tab) -> None:
    tab.open("ask", me=me("rita"), width=390)
    tab.write("#question", "printer paper")
    tab.click("#ask-form button")
    tab.until("document.querySelector('.chance b')")
    heights = tab.js(
        "[...document.querySelectorAll('.chance b')].map((one) =>"
        "one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight))"
    )
    assert max(heights) < 1.5


def test_marks_of_a_body_are_not_shown(tab: Tab) -> None:
    # Markdown was shown as it is typed.
    _thread(tab, "Notes")
    told = tab.text("#thread .text")
    assert told.splitlines() == [
        "Strong and weak with some_code:", "", "• first of a list", "• second", "",
        "a | b", "1 | 2", "", "the manual (https://shop.example/m) keeps snake_case_names",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<img src=x onerror=alert(1)> **a**", "<img src=x onerror=alert(1)> a"),
        ("2*3*4 and \\*so\\*", "2*3*4 and *so*"),
        ("```\nx = **y**\n```", "x = **y**"),
        ("> said\n\n## Then ##", "│ said\n\nThen"),
        ("***", ""),
    ],
)
def test_markdown_is_read_as_text_alone(tab: Tab, body: str, shown: str) -> None:
    tab.open("ask", me=me("rita"))
    post = {"body": body, "body_format": "markdown"}
    assert tab.js(f"import('/web/readable.js').then((it) => it.plain({post}))") == shown


@pytest.mark.parametrize("mark", ["[", "*", "**", "_", "> ", "- ", "`", "](", "|", "\\\\", "- |"])
def test_no_body_holds_the_page_up(tab: Tab, mark: str) -> None:
    tab.open("ask", me=me("rita"))
    post = f"{{body: '{mark}'.repeat(50_000), body_format: 'markdown'}}"
    took = tab.js(
        "import('/web/readable.js').then((it) => { const begun = performance.now();"
        f"it.plain({post}); return performance.now() - begun; }})"
    )
    assert took < 1000


def test_parts_of_an_html_body_stand_apart(tab: Tab) -> None:
    _thread(tab, "Donau")
    assert tab.text("#thread .reply .text").split() == ["html", "bold", "•", "one"]
