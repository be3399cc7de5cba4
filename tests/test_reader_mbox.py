"""Mailing lists: threads by their headers, people by their names, bodies decoded."""

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Person, Post, Space
from data.readers.face import Item, ReadOptions, Rejection
from data.readers.mbox import MboxReader
from data.text import body_text

FROM = "From a at example.org  Sun Mar  1 10:00:00 2026\n"
DATE = "Date: Sun, 1 Mar 2026 10:00:00 +0100\n"


def mail(
    id_: str | None = "1",
    sender: str = "Ann Berg <ann@example.org>",
    subject: str = "Lamps",
    more: str = "",
    body: str = "Hello",
    date: str = DATE,
) -> str:
    known = f"Message-ID: <{id_}@example.org>\n" if id_ else ""
    return f"{FROM}From: {sender}\n{date}Subject: {subject}\n{known}{more}\n{body}\n\n"


def read(folder: Path, *mails: str, name: str = "windows.mbox") -> list[Item]:
    (folder / name).write_bytes("".join(mails).encode("latin-1", "replace"))
    return list(MboxReader().read(folder / name, ReadOptions()))


def posts(items: list[Item]) -> list[Post]:
    return [item.record for item in items if isinstance(item.record, Post)]


def people(items: list[Item]) -> list[Person]:
    return [item.record for item in items if isinstance(item.record, Person)]


def test_replies_hang_on_the_nearest_mail_that_is_there(tmp_path):
    items = read(
        tmp_path,
        mail("1"),
        mail("2", subject="Re: Lamps", more="In-Reply-To: <1@example.org>\n"),
        mail(
            "3",
            subject="AW: Re: Lamps",
            more="In-Reply-To: <lost@example.org>\n"
            "References: <1@example.org>\n <2@example.org> <lost@example.org>\n",
        ),
        mail("4", subject="Re: Older", more="In-Reply-To: <gone@example.org>\n"),
    )
    first, second, third, fourth = posts(items)
    assert (first.id, first.title, first.parent, first.kind) == (
        "1@example.org", "Lamps", None, "post",
    )  # fmt: skip
    assert (second.parent, second.thread, second.title) == (first.id, first.id, None)
    assert (third.parent, third.thread) == (second.id, first.id)
    # Its thread is not in the export: the title is all that tells what it is about.
    assert (fourth.parent, fourth.thread, fourth.title) == ("gone@example.org", None, "Older")
    assert first.created.hour == 9


@pytest.mark.parametrize(
    ("sender", "id_", "name", "email"),
    [
        ("Ann Berg <Ann@Example.org>", "ann berg", "Ann Berg", "ann@example.org"),
        ('"Berg, Ann" <ann@example.org>', "berg, ann", "Berg, Ann", "ann@example.org"),
        ("ann at example.org (Ann Berg)", "ann berg", "Ann Berg", "ann@example.org"),
        ("Ann Berg <ann at example.org>", "ann berg", "Ann Berg", "ann@example.org"),
        ("=?utf-8?q?=C3=85sa_Ek?= <a@example.org>", "åsa ek", "Åsa Ek", "a@example.org"),
        ("Ann Berg", "ann berg", "Ann Berg", None),
    ],
)
def test_people_are_keyed_by_name(tmp_path, sender, id_, name, email):
    (person,) = people(read(tmp_path, mail(sender=sender)))
    assert (person.id, person.name, person.email) == (id_, name, email)


@pytest.mark.parametrize(
    "sender", ["ann@example.org", "ann at example.org (ann at example.org)", "<ann@example.org>"]
)
def test_an_address_without_name_never_shows_in_id_or_name(tmp_path, sender):
    items = read(tmp_path, mail(sender=sender))
    (person,) = people(items)
    assert person.name == "ann"
    assert person.id.startswith("ann-") and "example" not in person.id
    assert posts(items)[0].author == person.id
    known = read(tmp_path, mail("1"), mail("2", sender=sender))
    assert [post.author for post in posts(known)] == ["ann berg", "ann berg"]


def test_senders_that_are_machines_are_bots(tmp_path):
    items = read(tmp_path, mail(sender="List <no-reply@example.org>"), mail("2"))
    assert [person.bot for person in people(items)] == [True, False]


def test_bodies_are_decoded_and_text_is_preferred(tmp_path):
    quoted = "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: "
    quoted += "quoted-printable\n"
    parts = (
        'Content-Type: multipart/alternative; boundary="b"\n',
        "--b\nContent-Type: text/html\n\n<p>h</p>\n--b\nContent-Type: text/plain\n\nplain\n--b--",
    )
    html = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n"
    items = read(
        tmp_path,
        mail("1", more=quoted, body="sk=E5pet =\nljus"),
        mail("2", more=parts[0], body=parts[1]),
        mail("3", more=html, body="PHA+bGp1cyDDpTwvcD4="),
        mail("4", body="r\xe5 text"),
        mail("5", more="Content-Type: text/plain; charset=nonsense\n", body="x"),
    )
    texts = [(body_text(post), post.body_format) for post in posts(items)]
    assert texts == [
        ("skåpet ljus", "text"), ("plain", "text"), ("ljus å", "html"), ("rå text", "text"),
        ("x", "text"),
    ]  # fmt: skip


def multipart(kind: str, *parts: str) -> dict[str, str]:
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts)
    return {"more": f'Content-Type: multipart/{kind}; boundary="b"\n', "body": f"{body}--b--"}


OWN = "text/html\n\n<p>See what Bo wrote</p>"
OF_BO = "message/rfc822\n\nFrom: Bo <bo@example.org>\nSubject: x\n\nWords of Bo\n"


def test_words_are_credited_to_who_wrote_them(tmp_path):
    """The first plain part anywhere was taken: a list's footer, or a mail that was sent on."""
    html_then_footer = multipart("mixed", OWN, "text/plain\n\n____\nA list's footer")
    blank_first = multipart("mixed", "text/plain\n\n \n", OWN)
    kind, _, words = OF_BO.partition("\n\n")
    items = read(
        tmp_path,
        mail("1", **html_then_footer),
        mail("2", **multipart("mixed", OWN, OF_BO)),
        mail("3", **multipart("mixed", OF_BO, OWN)),
        mail("4", **blank_first),
        mail("5", more=f"Content-Type: {kind}\n", body=words),
    )
    assert [body_text(post) for post in posts(items)] == ["See what Bo wrote"] * 4 + [""]


@pytest.mark.parametrize("sender", ["(" * 5000, "a:" * 5000, "a@x (" * 5000])
def test_a_mail_nested_too_deep_is_told_and_the_later_ones_go_in(tmp_path, sender):
    """It ended the import by a traceback."""
    items = read(tmp_path, mail("1"), mail("2", sender=sender), mail("3"))
    assert [post.id[0] for post in posts(items)] == ["1", "3"]
    assert {item.line for item in items if isinstance(item.record, Rejection)} == {9}


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        ("a at b" + "(" * 40_000, ""),
        ("@" * 40_000, ""),
        ("a", f'Content-Type: multipart/mixed; boundary="{";" * 80_000}\n'),
    ],
)
def test_a_long_header_is_read_quickly(tmp_path, sender, more):
    """The standard library, too, took seconds to minutes."""
    began = time.process_time()
    read(tmp_path, mail(sender=sender, more=more))
    assert time.process_time() - began < 0.5


def test_a_mail_without_date_takes_the_time_at_which_it_came(tmp_path):
    zoned = mail("2", date="").replace("10:00:00 2026", "10:00:00 +0200 2026")
    first, second = posts(read(tmp_path, mail("1", date=""), zoned))
    assert (first.created.isoformat(), second.created.hour) == ("2026-03-01T10:00:00+00:00", 8)


@pytest.mark.parametrize(
    ("sender", "more", "bot"),
    [
        ("CI Bot <builds@example.org>", "", True),
        ("Ann", "Auto-Submitted: auto-generated\n", True),
        ("Ann", "Auto-Submitted: no\n", False),
        ("Ann", "Precedence: junk\n", True),
        ("Ann", "Precedence: bulk\n", True),
        # Old list software says so of all that it sends on.
        ("Ann", "Precedence: bulk\nMailing-List: contact lamps-help\n", False),
        ("Ann", "Precedence: list\n", False),
    ],
)
def test_machines_are_told_by_name_and_by_what_they_say(tmp_path, sender, more, bot):
    assert [person.bot for person in people(read(tmp_path, mail(sender=sender, more=more)))] == [
        bot
    ]


def test_who_answers_by_machine_while_away_is_no_bot(tmp_path):
    away = mail("1", more="Auto-Submitted: auto-replied\n")
    told = people(read(tmp_path, away, mail("2"), mail("3"), away.replace("<1@", "<4@")))
    assert [(person.id, person.bot) for person in told] == [("ann berg", True), ("ann berg", False)]


def test_the_list_s_tag_is_taken_off_and_others_stay(tmp_path):
    subjects = ["[Win-Dow] Lamps", "Re: [win-dow] Re: [OT] Lunch", "[win-dow] [OT] Tea", "Other"]
    items = read(tmp_path, *(mail(str(n), subject=s) for n, s in enumerate(subjects)))
    assert [post.title for post in posts(items)] == ["Lamps", "[OT] Lunch", "[OT] Tea", "Other"]


def test_rejections_name_the_line_and_the_rest_goes_in(tmp_path):
    items = read(
        tmp_path,
        mail("1"),
        mail("1"),
        mail("2", date="").replace("Sun Mar  1", "Sun Mar 41"),
        mail("3", sender=""),
        mail(None, subject="", body=""),
        mail(None),
    )
    assert len(posts(items)) == 2
    assert posts(items)[1].id.startswith("mail-")
    found = [item.record for item in items if isinstance(item.record, Rejection)]
    assert [(rejection.line, rejection.reason) for rejection in found] == [
        (1 + 8, "Message-ID: stands in the export already"),
        (1 + 16, "Date: is missing or no time"),
        (1 + 23, "From: names nobody"),
        (1 + 31, "body: is empty, and there is neither a title nor a parent"),
    ]


def test_from_at_a_line_s_start_in_a_body_is_no_new_mail(tmp_path):
    body = "From the start\n\n>From here on\n\nFrom me"
    (post,) = posts(read(tmp_path, mail(body=body)))
    assert post.body.strip() == body.replace(">From", "From")


def test_monthly_files_are_read_in_time_and_named_by_their_folder(tmp_path):
    folder = tmp_path / "shop-windows"
    folder.mkdir()
    for month in ("2025-December", "2026-April", "2026-February"):
        (folder / f"{month}.txt").write_text(mail(month))
    (folder / "2026q3.txt.gz").write_bytes(gzip.compress(mail("q3").encode()))
    items = list(MboxReader().read(tmp_path, ReadOptions()))
    assert [post.id.split("@")[0] for post in posts(items)] == [
        "2025-December", "2026-February", "2026-April", "q3",
    ]  # fmt: skip
    assert [i.record.id for i in items if isinstance(i.record, Space)] == ["shop-windows"]


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_strange_bytes_never_break_the_reading(tmp_path, head, body):
    path = tmp_path / "strange.mbox"
    strange = FROM.encode() + b"From: " + head + b"\n" + DATE.encode() + head + b"\n\n" + body
    path.write_bytes(mail("1").encode() + strange + b"\n\n" + mail("2").encode())
    found = {post.id for post in posts(list(MboxReader().read(path, ReadOptions())))}
    assert {"1@example.org", "2@example.org"} <= found
