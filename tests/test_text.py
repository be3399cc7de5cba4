"""A post's text is what its author wrote: marks gone, quotes gone, nothing raised."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import Attachment, Post
from data.text import MAX_CHARS, body_text, digest, excerpt, plain_text, post_text

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two &amp; <b>three</b></p>", "One\n\ntwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>x</li><li>y</li></ul>", "x\ny"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<pre><code>if x:\n    y()</code></pre>", "if x:\ny()"),
        ("see <code>vector&lt;int&gt;</code>", "see vector<int>"),
        ("<script>bad()</script><style>p{}</style>good", "good"),
        ('<img src="w.png" alt="a red window">', "a red window"),
        ('<p>fine <img class="emoji" alt=":smile:"></p>', "fine"),
        ('<a href="https://example.org/x">the guide</a>', "the guide"),
        ("<blockquote><p>old</p></blockquote><p>new</p>", "new"),
        ('<aside class="quote" data-username="bo"><div>bo:</div>old</aside>new', "new"),
        ('<aside class="onebox"><article>a page</article></aside>new', "new"),
        ('new<div class="gmail_quote">On Monday Bo wrote: old</div>', "new"),
        (
            '<p><span class="user-mention silent" data-user-id="7">Bo</span> '
            '<a href="#narrow">said</a>:</p>\n<blockquote>\n<p>old</p>\n</blockquote>\n<p>new</p>',
            "new",
        ),
        ("<div>On Mon, Bo Ek wrote:</div><blockquote>old</blockquote><p>new</p>", "new"),
        (
            "<p>one</p><blockquote>old</blockquote><p>He wrote:</p><p>two</p>",
            "one\n\nHe wrote:\n\ntwo",
        ),
        ("no markup &eacute;", "no markup é"),
        ("<p>a<b>c</p>d</b> <", "ac\n\nd <"),
        ("<!-- only -->", ""),
        ("", ""),
        ("<p>&bogus; \x00\ud800</p>", "&bogus; \ufffd"),
    ],
)
def test_html(html, text):
    assert plain_text(html, "html") == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Lamps\n\nUse **warm** and _soft_ light", "Lamps\n\nUse warm and soft light"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("[the guide](https://example.org) ![a lamp](l.png)", "the guide a lamp"),
        ("- one\n- [x] two\n1. three", "one\ntwo\nthree"),
        ("```python\nx = 1 > 0\n```\nafter", "x = 1 > 0\nafter"),
        ("use `List<int>` here", "use List<int> here"),
        ("vector<int> is <b>fast</b>", "vector<int> is fast"),
        ("> old\n> words\n\nnew", "new"),
        ("> old\nand what goes on\n\nnew", "new"),
        ("> old\n- new\n> # Old\nnew\n> old\n>\nnew\n> old\n***\nnew", "new\nnew\nnew\nnew"),
        ("> old\n```\nnew\n```", "new"),
        ("@_**Bo|7** [said](https://example.org/1):\n```quote\nold\n```\nnew", "new"),
        ('[quote="bo, post:1"]\nold [quote]older[/quote]\n[/quote]\nnew', "new"),
        ("[quote] never closed", "never closed"),
        ("hello @**Bo Ek**", "hello @Bo Ek"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n| 1 | 2 |"),
        ("a\n\n***\n\nb", "a\n\nb"),
        (r"\*not bold\*", "*not bold*"),
    ],
)
def test_markdown(markdown, text):
    assert plain_text(markdown, "markdown") == text


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        ("On Mon, 2 Mar 2026, Bo Ek wrote:\n> old\n> older\n\nnew", "new"),
        ("On Mon, 2 Mar 2026 at 10:00, Bo Ek\n<bo at example.org> wrote:\n\n> old\nnew", "new"),
        ("Am 02.03.2026 um 10:00 schrieb Bo Ek:\n> alt\nneu", "neu"),
        ("Bo Ek wrote:\n> old\nmine\nBo Ek wrote:\n> more\nmine too", "mine\nmine too"),
        ("new\n\nBo a ?crit :\n> vieux", "new"),
        ("On 2 March 2026, Bo wrote:\n| old\n| older\nnew", "new"),
        ("a | b\n| 1 | 2", "a | b\n| 1 | 2"),
        ("Answer.\n-- \nBo Ek\nWindow team", "Answer."),
        ("one\n--\n" + "two\n" * 20, ("one\n--\n" + "two\n" * 20).strip()),
        (
            "Answer.\n\n_______________________________________________\n"
            "Lamps@example.org mailing list\nhttps://example.org/listinfo/lamps",
            "Answer.",
        ),
        ("New.\n\n-----Original Message-----\nFrom: Bo\nold", "New."),
        ("New.\n\nFrom: Bo Ek\nSent: Monday\nTo: Ann\nSubject: Lamps\n\nold", "New."),
        ("From: the start, I liked it", "From: the start, I liked it"),
        ("Text\n\t[[alternative HTML version deleted]]\n", "Text"),
        ("-------------- next part --------------\nAn HTML attachment was scrubbed...\n"
         "URL: <https://example.org/a.html>\n", ""),
        ("He wrote a book.\nI said so: yes", "He wrote a book.\nI said so: yes"),
        ("3 > 2 is true", "3 > 2 is true"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)  # fmt: skip
def test_mail_and_plain_text(mail, text):
    assert plain_text(mail, "text") == text


def test_what_is_embedded_is_title_body_alternatives_and_tags():
    post = Post(
        id="1",
        author="ann",
        created=NOW,
        body="<p>Warm light.</p><blockquote>old</blockquote>",
        body_format="html",
        title="Lamps",
        tags=("light", "window"),
        attachments=(Attachment("a.png", "a lit window"), Attachment("b.png")),
    )
    assert post_text(post) == "Lamps\n\nWarm light.\n\na lit window\n\nlight window"
    assert body_text(post) == "Warm light."
    assert post_text(Post(id="1", author=None, created=NOW, body="")) == ""


@pytest.mark.parametrize("depth", [300, 5000, 16_000])
def test_deep_nesting_neither_raises_nor_loses_what_follows(depth):
    assert plain_text("<b>" * depth + "deep</b><p>after", "html").endswith("after")
    assert plain_text("<blockquote>" * (depth // 3) + "old", "html") == ""
    assert isinstance(plain_text("> " * depth + "x\n[quote]" * depth, "markdown"), str)


HOSTILE = [
    "**a ", "*a ", "_a ", "`a``b```", "[a](", "![a", "<a ", "> ", ">\n\n", "On a wrote: ",
    "[quote]", "|\n\n", "--\n", "____________________\n", "From: a\n", "@**a", "~~~", "<p>", "\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("body_format", ["text", "html", "markdown"])
def test_no_pattern_takes_long_on_hostile_input(piece, body_format):
    body = piece * (MAX_CHARS // len(piece))
    began = time.process_time()
    plain_text(body, body_format)
    # Generous: the quadratic patterns this caught took half a minute.
    assert time.process_time() - began < 5


SAID = '<p><span class="user-mention" data-user-id="7">Bo</span>said'
RUNS = [
    ("", " ", "x", "markdown"),
    ("```", " ", "`", "markdown"),
    ("so ", "`", "", "markdown"),
    (SAID, " ", "<blockquote>", "html"),
    ("An x was scrubbed...", "-", "x", "text"),
    ("", "napisał", "x", "text"),
]


@pytest.mark.parametrize(("before", "piece", "after", "body_format"), RUNS)
def test_a_long_run_of_one_character_is_read_quickly(before, piece, after, body_format):
    """Two repetitions that shared characters: 40,000 blanks stopped a server for a minute."""
    began = time.process_time()
    plain_text(before + piece * (80_000 // len(piece)) + after, body_format)
    assert time.process_time() - began < 0.5


def test_a_run_of_backticks_closes_at_one_as_long():
    assert plain_text("`` a`b `` and `c` and ``d`", "markdown") == "a`b and c and ``d`"


fragments = st.lists(
    st.sampled_from(["<", ">", "</", "<p", "<aside class='quote'>", "</aside>", "&", "&#", "x",
                     "&#xD800;", "\x00", "\ud800", "> ", "```", "[quote]", "wrote:", "\n", "é"])
    | st.text(max_size=5),
    max_size=30,
).map("".join)  # fmt: skip


@given(fragments, st.sampled_from(["text", "html", "markdown", "unknown"]))
def test_nothing_raises_and_all_is_storable(body, body_format):
    plain_text(body, body_format).encode()
    excerpt(body, ["x", "é", "("]).encode()
    assert len(digest(body)) == 32


def test_an_excerpt_shows_the_passage_with_most_terms_at_whole_words():
    text = (
        "The start of it. " * 20 + "Warm lighting makes a dark store feel bigger. " + "End. " * 60
    )
    found = excerpt(text, ["lighting", "dark", "art"], 80)
    assert "lighting makes a dark store" in found
    assert found.startswith("…") and found.endswith("…")
    words = set(text.replace("…", "").split())
    assert all(word in words for word in found.strip("…").split())


@given(st.text(max_size=400), st.lists(st.text(max_size=8), max_size=4), st.integers(20, 120))
def test_an_excerpt_is_one_short_line_of_the_text(text, terms, length):
    found = excerpt(text, terms, length)
    assert len(found) <= length + 2
    assert "\n" not in found
    assert found.strip("… ") in " ".join(text.replace("\x00", "").split())


def test_an_excerpt_of_a_script_without_spaces_holds_the_match():
    assert "照明" in excerpt("橱窗陈列" * 60 + "照明" + "商店" * 60, ["照明"], 40)


def test_an_excerpt_without_match_is_the_beginning():
    assert excerpt("one two three four", ["x"], 8) == "one two…"
    assert excerpt("short", (), 8) == "short"
    assert excerpt("", ["x"]) == ""


def test_equal_texts_in_other_composition_or_spacing_share_a_digest():
    assert digest("caf\u00e9  au\nlait ") == digest("cafe\u0301 au lait")
    assert digest("a") != digest("b")
