"""Threads of any length, page by page."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.models import Person, Post, Space
from recommender.engine import Engine
from recommender.results import ThreadPage
from recommender.threadpage import MOST_REPLIES
from tests.browser import Tab
from tests.communities import NOW, START, engine_of
from tests.shop import me


def _thread(replies: int, **given: Any) -> list[Post]:
    """A thread whose replies come three at a time, the ids of each three in falling order."""
    return [
        Post("t", "a", START, "the window", title="Window"),
        *(
            Post(
                f"r{n:04}", "b", START + timedelta(hours=(n + 1) // 3), "light", thread="t", **given
            )
            for n in reversed(range(1, replies + 1))
        ),
    ]


def _page(engine: Engine, post_id: str, k: int = MOST_REPLIES) -> ThreadPage:
    page = engine.thread(post_id, None, NOW, k)
    assert page is not None
    return page


def _replies(page: ThreadPage) -> list[str]:
    assert page.posts[0].id == "t"
    return [post.id for post in page.posts[1:]]


@pytest.mark.parametrize("replies", [0, 1, 4, 5, 10, 11])
def test_pages_hold_every_reply_once_in_order_of_time(replies: int) -> None:
    engine = engine_of(_thread(replies))
    page = _page(engine, "t", 5)
    assert (page.earlier, page.previous) == (0, None)
    told, pages = _replies(page), [page]
    while page.next is not None:
        page = _page(engine, page.next, 5)
        assert (page.earlier, page.previous) == (len(told), told[-1])
        told += _replies(page)
        pages.append(page)
    assert told == [f"r{n:04}" for n in range(1, replies + 1)]
    assert page.later == 0 and len(pages) == max(-(-replies // 5), 1)
    for page in pages:
        assert page.later == replies - page.earlier - len(_replies(page))
        # Whichever of its replies is asked for, the page is the same.
        assert all(_page(engine, id_, 5) == page for id_ in _replies(page))


def test_of_a_long_thread_no_more_is_read_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of 20,000 replies was one answer of 7 MB that took seconds."""
    engine = engine_of(_thread(MOST_REPLIES * 3))
    read: list[int] = []
    posts = engine.store.posts

    def counting(keys: Iterable[int]) -> Any:
        found = posts(keys)
        read.append(len(found))
        return found

    monkeypatch.setattr(engine.store, "posts", counting)
    assert len(_page(engine, "r0150").posts) == MOST_REPLIES + 1
    assert sum(read) == MOST_REPLIES + 1


def test_what_the_viewer_may_not_read_is_not_counted() -> None:
    space = Space("s", visibility="members", members=("m",))
    closed = [Post(f"c{n}", "b", START, "secret", thread="t", space="s") for n in range(8)]
    engine = engine_of([space, Person("m"), *_thread(7), *closed])
    assert _page(engine, "t", 5).later == 2
    theirs = engine.thread("t", "m", NOW, 5)
    assert theirs is not None and theirs.later == 10


def test_a_page_is_asked_for_over_http(client: TestClient) -> None:
    for n, post in enumerate(("t", "a", "b", "c")):
        record = {"author": "x", "created": f"2026-05-0{n + 1}", "body": "lamp"}
        client.put(f"/v1/posts/{post}", json=record | ({"thread": "t"} if n else {}))
    whole = client.get("/v1/posts/t/thread").json()
    assert [shown["post"]["id"] for shown in whole["posts"]] == ["t", "a", "b", "c"]
    page = client.get("/v1/posts/t/thread?k=2").json()
    assert [shown["post"]["id"] for shown in page["posts"]] == ["t", "a", "b"]
    assert (page["earlier"], page["later"], page["previous"], page["next"]) == (0, 1, None, "c")
    page = client.get(f"/v1/posts/{page['next']}/thread?k=2").json()
    assert [shown["post"]["id"] for shown in page["posts"]] == ["t", "c"]
    assert (page["earlier"], page["later"], page["previous"], page["next"]) == (2, 0, "b", None)
    assert client.get("/v1/posts/t/thread?k=101").status_code == 422


def _told(*ids: str, **beside: Any) -> dict[str, Any]:
    posts = [
        {
            "post": {"id": id_, "author": "x", "created": "2026-05-01", "body": f"text of {id_}"}
            | ({"title": "Freezer is icy"} if id_ == "t" else {"parent": "t"}),
            "author": None,
        }
        for id_ in ids
    ]
    nothing = {"earlier": 0, "later": 0, "previous": None, "next": None}
    return {"posts": posts, **nothing, **beside}


def test_the_page_shows_what_comes_before_and_after_when_asked(tab: Tab) -> None:
    # Twenty thousand replies at once were more than a browser shows.
    canned = {
        "/c/thread": _told("t", "c", "d", earlier=2, later=1, previous="b", next="e"),
        "/b/thread": _told("t", "b", earlier=1, later=3, previous="a", next="c"),
        "/a/thread": _told("t", "a", later=4, next="b"),
        "/e/thread": _told("t", "e", earlier=4, previous="d"),
    }
    tab.open("ask", me=me("rita"), canned=canned)
    tab.js("import('/web/thread.js').then((part) => part.openThread('c', { id: 'rita' }))")
    tab.says("text of d", "#thread")
    assert "text of b" not in tab.text("#thread")
    tab.click("#thread button", "2 earlier replies")
    tab.click("#thread button", "1 earlier reply")
    tab.click("#thread button", "1 later reply")
    tab.says("text of e", "#thread")
    shown = "[...document.querySelectorAll('#thread .message .text')].map((one) => one.innerText)"
    assert tab.js(shown) == [f"text of {id_}" for id_ in "tabcde"]
    assert tab.count("#thread .actions button.quiet") == 5
    assert not tab.js("document.querySelector('#thread').innerText.match(/earlier|later/)")
