"""A small community that is hard to show: long words, two directions, marks, a long thread."""

from datetime import UTC, datetime, timedelta
from typing import Any

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {
        "name": "Ann-Charlotte Wijkström-von Essen af Björkholmen",
        "title": "Regional Customer Experience and Visual Merchandising Coordinator",
        "site": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch",
        "timezone": "Europe/London",
        "languages": ["sv", "en"],
        "about": "I hang rugs, and know which rope holds.",
        "email": "ann@shop.example",
    },
    "abdul": {
        "name": "عبد الرحمن بن عبد العزيز آل سعود الكبير",
        "title": "مدير",
        "site": "الرياض",
        "timezone": "Asia/Riyadh",
        "languages": ["ar"],
    },
    "bold": {"name": '<b>Bold</b> & "Co"', "title": "<script>alert(1)</script>"},
    "kiri": {"name": "Kiritimati Person", "timezone": "Pacific/Kiritimati"},
    "rita": {"name": "Rita Reader", "languages": ["en"]},
}
MARKED = (
    "**Strong** and _weak_ with `some_code`:\n\n- first of a list\n- second\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n[the manual](https://shop.example/m) keeps snake_case_names"
)


def me(name: str) -> dict[str, Any]:
    """Somebody of the community, as the page remembers them."""
    return {"id": name, **PEOPLE[name]}


def _post(number: int, id_: str, author: str, body: str, **more: Any) -> dict[str, Any]:
    # Of the last days, so that the feed has them.
    created = datetime.now(UTC) - timedelta(days=3) + timedelta(minutes=number)
    post = {"type": "post", "id": id_, "author": author, "body": body, "kind": "question"}
    return {**post, "created": created.isoformat(), **more}


def records() -> list[dict[str, Any]]:
    """All of it, as the lines of an import."""
    reply = {"kind": "answer"}
    told = [
        ("jam", "ann", "The printer jams in the morning.", {"title": "Printer jams when humid"}),
        ("jam-1", "abdul", "الطابعة تحتاج إلى ورق جاف. Keep printer paper dry.", {"parent": "jam"}),
        ("long", "bold", "W" * 400 + " about rugs", {"title": LONG_WORD * 2}),
        ("long-1", "bold", "<p>html <b>bold</b></p><ul><li>one</li></ul>", {"parent": "long"}),
        ("thaw", "kiri", "When do we thaw the freezer?", {"title": "Freezer is icy"}),
        ("empty", "abdul", "", {"title": "Empty body question"}),
        ("marks", "kiri", MARKED, {"title": "Notes", "body_format": "markdown", "kind": "post"}),
        ("idea", "kiri", "We lent umbrellas on wet days.", {"title": "Umbrellas", "kind": "idea"}),
    ]
    told[3][3]["body_format"] = "html"
    told += [
        (f"thaw-{i}", "ann" if i % 2 else "abdul", f"Thaw the freezer on day {i}.",
         {"parent": "thaw", "accepted": i == 30 or None})
        for i in range(40)
    ]  # fmt: skip
    posts = [
        _post(i, id_, author, body, **({**reply, **more} if "parent" in more else more))
        for i, (id_, author, body, more) in enumerate(told)
    ]
    people = [{"type": "person", "id": id_, **person} for id_, person in PEOPLE.items()]
    return people + posts
