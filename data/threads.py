"""Posts into rows: new ones, edits of known ones, and the texts they have had."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from .models import Post
from .roots import Node, past_graves, refs_of, settle, threads_of, waiting_for
from .rows import STATE_COLUMNS, TEXT_COLUMNS, Row, post_row
from .tables import orphans, people, posts, spaces, versions

if TYPE_CHECKING:
    from .writing import Writer


VERSIONED = (*TEXT_COLUMNS, *STATE_COLUMNS)


def write_posts(writer: "Writer", batch: Sequence[Post], stamp: Row) -> None:
    """Insert or replace `batch`, whose ids are distinct.

    What is older than known is dropped, unless it was PUT: that replaces whatever there is.
    """
    known = writer.rows(posts, (post.id for post in batch))
    authors = writer.keys(people, (p.author for p in batch if p.author))
    rooms = writer.keys(spaces, (p.space for p in batch if p.space))
    rows = {}
    for post in batch:
        row = post_row(post)
        row["author"] = authors[post.author] if post.author else None
        row["space"] = rooms[post.space] if post.space else None
        row["husk"] = False
        rows[post.id] = row
    late = []
    if not writer.provenance.revive:
        late = [known[id_]["pk"] for id_, row in rows.items() if _is_older(row, known.get(id_))]
        rows = {id_: row for id_, row in rows.items() if not _is_older(row, known.get(id_))}
    fresh = [row for id_, row in rows.items() if id_ not in known]
    for row, pk in zip(fresh, writer.transaction.keys("posts", len(fresh)), strict=True):
        row["pk"] = pk
    waits = _place(writer, rows, known)
    if fresh:
        new = [row | stamp for row in fresh]
        writer.connection.execute(insert(posts), new)
        _first_versions(writer, new)
    if waits:
        writer.connection.execute(insert(orphans), waits)
    unchanged = late
    for id_, row in rows.items():
        if id_ not in known:
            continue
        old = known[id_]
        if all(old[name] == value for name, value in row.items()):
            unchanged.append(old["pk"])
            continue
        writer.connection.execute(
            update(posts).where(posts.c.pk == old["pk"]).values(row | writer.stamp_over(old))
        )
        if old["husk"] or any(old[name] != row[name] for name in VERSIONED):
            _next_version(writer, old, row)
    writer.touch(posts, unchanged)


def _is_older(row: Row, old: Row | None) -> bool:
    """Whether an export from before an edit that we know of has come late."""
    if old is None or old["husk"] or old["updated"] is None:
        return False
    return bool((row["updated"] or row["created"]) < old["updated"])


def _place(writer: "Writer", rows: dict[str, Row], known: dict[str, Row]) -> list[Row]:
    """Set every row's `pk` and place, move what hangs on them; answer who waits for whom."""
    connection = writer.connection
    nodes: dict[str, Node] = {}
    loose: set[int] = set()
    fresh = [id_ for id_ in rows if id_ not in known]
    for id_, row in rows.items():
        refs = refs_of(id_, row["thread"], row["parent"])
        old = known.get(id_)
        if old is None:
            nodes[id_] = Node(row["pk"], row["created"], refs)
            continue
        row |= {name: old[name] for name in ("pk", "root", "attached")}
        same = refs == refs_of(id_, old["thread"], old["parent"])
        if not same or row["created"] != old["created"]:
            loose.add(old["root"])
            nodes[id_] = Node(old["pk"], row["created"], refs, old["root"], old["attached"])
    if not nodes:
        return []
    adopted = waiting_for(connection, fresh)
    moved = nodes.keys() | adopted.keys()
    nodes = threads_of(connection, loose | set(adopted.values())) | past_graves(connection, nodes)
    places, waits = settle(connection, writer.transaction.seq, nodes, moved)
    for id_ in rows.keys() & places.keys():
        rows[id_] |= places[id_]
    return waits


def _first_versions(writer: "Writer", rows: Sequence[Row]) -> None:
    keys = writer.transaction.keys("versions", len(rows))
    writer.connection.execute(
        insert(versions),
        [
            {
                "pk": pk,
                "post": row["pk"],
                "since": row["updated"] or row["created"],
                "seq": writer.transaction.seq,
            }
            for pk, row in zip(keys, rows, strict=True)
        ],
    )


def _next_version(writer: "Writer", old: Row, new: Row) -> None:
    """Close the current text and state at the time of the edit and begin the next ones.

    An edit without a date, or dated before the one that it follows, happened, for all we know,
    when we received it.
    """
    moment = new["updated"]
    current = (versions.c.post == old["pk"], versions.c.until.is_(None))
    begun = writer.connection.scalar(select(versions.c.since).where(*current))
    before = [time for time in (begun, old["updated"]) if time is not None]
    if moment is None or any(moment <= time for time in before):
        # No sooner than the text before, which may be dated ahead: two would stand at one time.
        moment = max(writer.provenance.received, begun or writer.provenance.received)
    if old["husk"]:
        writer.connection.execute(delete(versions).where(*current))
    else:
        kept = {name: old[name] for name in VERSIONED}
        writer.connection.execute(
            update(versions)
            .where(*current)
            .values(until=moment, seq=writer.transaction.seq, **kept)
        )
    pk = writer.transaction.keys("versions", 1)[0]
    writer.connection.execute(
        insert(versions).values(pk=pk, post=old["pk"], since=moment, seq=writer.transaction.seq)
    )
