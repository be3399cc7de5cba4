"""Stack Exchange dumps: row by row, whatever a single row holds, and never an XML entity."""

import lzma
from pathlib import Path

from data.models import Interaction, Link, Person, Post
from data.readers.face import Item, ReadOptions, Rejection
from data.readers.stackexchange import StackExchangeReader

DAY = 'CreationDate="2026-03-01T10:00:00.123"'
QUESTION = f'<row Id="1" PostTypeId="1" {DAY} OwnerUserId="8" Title="Lamps" Body="Which?"'


def dump(folder: Path, **files: str) -> Path:
    for name, content in ({"Posts": f"{QUESTION}/>"} | files).items():
        text = f'<?xml version="1.0"?>\n<{name.lower()}>\n{content}\n</{name.lower()}>'
        (folder / f"{name}.xml").write_text(text)
    return folder


def read(path: Path) -> list[Item]:
    return list(StackExchangeReader().read(path, ReadOptions()))


def of(kind: type, path: Path) -> list:
    return [item.record for item in read(path) if isinstance(item.record, kind)]


def test_questions_answers_and_comments(tmp_path):
    path = dump(
        tmp_path,
        Posts=f'{QUESTION} Tags="&lt;light&gt;&lt;shop-window&gt;" AcceptedAnswerId="2" Score="-3"'
        f' LastEditDate="2026-03-02T10:00:00"/>\n<row Id="2" PostTypeId="2" ParentId="1" {DAY}'
        ' OwnerDisplayName="gone" Body="&lt;p&gt;Warm &amp;amp; soft&lt;/p&gt;" Tags="|a|b|" />',
        Comments=f'<row Id="5" PostId="2" UserId="9" Text="See [it](https://x.org)" {DAY}/>',
    )
    question, answer, comment = of(Post, path)
    assert (question.kind, question.title, question.score) == ("question", "Lamps", -3)
    assert question.tags == ("light", "shop-window")
    assert question.updated is not None and question.created.microsecond == 123000
    assert (answer.kind, answer.parent, answer.thread, answer.accepted) == (
        "answer",
        "1",
        "1",
        True,
    )
    assert (answer.author, answer.extra) == (None, {"author_name": "gone"})
    assert (answer.body, answer.tags) == ("<p>Warm &amp; soft</p>", ("a", "b"))
    assert (comment.id, comment.kind, comment.parent) == ("c5", "comment", "2")


def test_users(tmp_path):
    path = dump(
        tmp_path,
        Users='<row Id="-1" DisplayName="Community"/>\n<row Id="8" DisplayName="Ann" '
        f'AboutMe="&lt;p&gt;Lamps&lt;/p&gt;" Location="Malmö" Reputation="5" {DAY}/>',
    )
    community, ann = of(Person, path)
    assert (community.bot, ann.bot) == (True, False)
    assert (ann.id, ann.about, ann.location) == ("8", "Lamps", "Malmö")
    assert ann.joined is not None
    # Reputation is as it stood on the day of the dump: a leak into any earlier time.
    assert ann.extra == {}


def test_votes_are_dated_by_their_day_and_the_asker_accepts(tmp_path):
    votes = "\n".join(
        f'<row Id="{number}" PostId="2" VoteTypeId="{kind}" {more} CreationDate="2026-03-04"/>'
        for number, (kind, more) in enumerate(
            [(1, ""), (2, ""), (3, ""), (5, 'UserId="9"'), (10, ""), (2, "")]
        )
    )
    posts = f'{QUESTION} AcceptedAnswerId="2"/><row Id="2" PostTypeId="2" ParentId="1" Body="x" '
    path = dump(tmp_path, Posts=f"{posts} {DAY}/>", Votes=votes)
    found = of(Interaction, path)
    assert [(vote.person, vote.kind) for vote in found] == [
        ("8", "accept"), (None, "helpful"), (None, "not_helpful"), ("9", "bookmark"),
        (None, "helpful"),
    ]  # fmt: skip
    assert all(vote.day_only and vote.at for vote in found)
    # Two anonymous votes of one day are two.
    assert len({vote.extra["id"] for vote in found}) == len(found)


def test_links(tmp_path):
    rows = "\n".join(
        f'<row Id="{n}" PostId="3" RelatedPostId="1" LinkTypeId="{kind}" {DAY}/>'
        for n, kind in enumerate((1, 3, 9))
    )
    path = dump(tmp_path, PostLinks=rows)
    assert [(link.source, link.target, link.kind) for link in of(Link, path)] == [
        ("3", "1", "related"), ("3", "1", "duplicate"),
    ]  # fmt: skip
    assert [r.reason for r in of(Rejection, path)] == ["is a link of type 9"]


def test_wikis_deleted_and_broken_rows_are_rejected_at_their_lines(tmp_path):
    rows = [
        f'<row Id="4" PostTypeId="5" {DAY} Body="wiki"/>',
        f'<row Id="5" PostTypeId="1" {DAY} Title="x" Body="y" DeletionDate="2026-03-02"/>',
        '<row Id="6" PostTypeId="1" Title="no date" Body="y"/>',
        '<row Id="7" PostTypeId="1" Title="unclosed Body="y"/>',
        f'<row Id="8" PostTypeId="1" {DAY} Title="bad &#x1; sign" Body="y"/>',
        f'<row Id="9" PostTypeId="2" {DAY} Body="an answer to nothing"/>',
        f'<row PostTypeId="1" {DAY} Title="x" Body="y"/>',
        f"{QUESTION}/>",
        f"{QUESTION}/>",
    ]
    items = read(dump(tmp_path, Posts="\n".join(rows)))
    assert [item.record.id for item in items if isinstance(item.record, Post)] == ["1"]
    rejections = [item.record for item in items if isinstance(item.record, Rejection)]
    assert [rejection.line for rejection in rejections] == [3, 4, 5, 6, 7, 8, 9, 11]
    assert "tag wiki" in rejections[0].reason
    assert rejections[1].reason == "was deleted"
    assert rejections[2].reason == "created: is required"
    assert "well-formed" in rejections[3].reason and "well-formed" in rejections[4].reason


def test_entities_are_never_expanded(tmp_path):
    (tmp_path / "Posts.xml").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE posts [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<posts>\n'
        f'<row Id="2" PostTypeId="1" {DAY} Title="&b;" Body="&x;"/>\n{QUESTION}/>\n</posts>'
    )
    items = read(tmp_path)
    assert [item.record.id for item in items if isinstance(item.record, Post)] == ["1"]
    assert "well-formed" in next(i.record.reason for i in items if isinstance(i.record, Rejection))


def test_rows_may_share_a_line_or_span_many_and_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("data.readers.stackexchange._CHUNK", 7)
    row = '<row\n Id=\'{0}\'\n PostTypeId="1" {1}\n Title="a > b" Body="x"\n></row>'
    rows = "".join(row.format(number, DAY) for number in range(1, 30))
    items = read(dump(tmp_path, Posts=rows))
    assert [item.record.id for item in items] == [str(number) for number in range(1, 30)]
    assert [item.line for item in items][:3] == [3, 7, 11]


def test_a_cut_file_gives_its_rows_and_a_rejection(tmp_path):
    rows = "\n".join(
        f'<row Id="{n}" PostTypeId="1" {DAY} Title="{hash(str(n))}" Body="y"/>' for n in range(9000)
    )
    path = tmp_path / "Posts.xml.xz"
    path.write_bytes(lzma.compress(f"<posts>\n{rows}\n</posts>".encode())[:60_000])
    items = read(tmp_path)
    assert sum(isinstance(item.record, Post) for item in items) > 1000
    assert "cut short" in items[-1].record.reason
