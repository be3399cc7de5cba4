"""Posts into rows: which thread they belong to, which texts they have had.

A reply hangs on the root that its `thread` names, else on its parent's root. Where neither is
there yet it is a root of its own, and waits in `orphans` until one arrives.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import delete, insert, select, update

from .models import Post
from .rows import TEXT_COLUMNS, Row, post_row
from .tables import orphans, people, posts, spaces, versions

if TYPE_CHECKING:
    from .writing import Writer

CHUNK = 500
"""How many values one IN list takes; SQLite's limit on variables is far above."""

T = TypeVar("T")


def chunks(values: list[T]) -> Iterator[list[T]]:
    """`values` in pieces that fit one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def write_posts(writer: "Writer", batch: Sequence[Post], stamp: Row) -> None:
    """Insert or replace `batch`; of two with one id the last counts."""
    latest = {post.id: post for post in batch}
    known = writer.rows(posts, latest)
    authors = writer.keys(people, (p.author for p in batch if p.author))
    rooms = writer.keys(spaces, (p.space for p in batch if p.space))
    rows = {}
    for post in latest.values():
        row = post_row(post)
        row["author"] = authors[post.author] if post.author else None
        row["space"] = rooms[post.space] if post.space else None
        row["husk"] = False
        rows[post.id] = row
    fresh = [post for post in latest.values() if post.id not in known]
    for post, pk in zip(fresh, writer.transaction.keys("posts", len(fresh)), strict=True):
        rows[post.id]["pk"] = pk
    for id_, old in known.items():
        rows[id_]["pk"] = old["pk"]
    waiting = _resolve_roots(writer, latest, rows)
    if fresh:
        new = [{**rows[post.id], **stamp} for post in fresh]
        writer.connection.execute(insert(posts), new)
        _first_versions(writer, new)
    unchanged = []
    for id_, old in known.items():
        row = rows[id_]
        if _is_older(row, old) or all(old[name] == value for name, value in row.items()):
            unchanged.append(old["pk"])
            continue
        writer.connection.execute(update(posts).where(posts.c.pk == old["pk"]).values(row | stamp))
        if row["root"] != old["root"]:
            _move_thread(writer, old["pk"], row["root"])
        if old["husk"] or any(old[name] != row[name] for name in TEXT_COLUMNS):
            _next_version(writer, old, row)
    writer.touch(posts, unchanged)
    _await(writer, rows, waiting)
    _adopt(writer, rows)


def _is_older(row: Row, old: Row) -> bool:
    """Whether an export from before an edit that we know of has come late."""
    if old["husk"] or old["updated"] is None:
        return False
    return bool((row["updated"] or row["created"]) < old["updated"])


def _resolve_roots(
    writer: "Writer", batch: dict[str, Post], rows: dict[str, Row]
) -> list[tuple[int, str]]:
    """Set `root` in every row; answer who waits for which id."""
    outside = {ref for post in batch.values() for ref in _refs(post) if ref not in batch}
    stored = writer.rows(posts, outside)
    waiting: list[tuple[int, str]] = []
    for id_ in batch:
        seen = [id_]
        while True:
            refs = _refs(batch[seen[-1]])
            root = next((stored[ref]["root"] for ref in refs if ref in stored), None)
            step = next((ref for ref in refs if ref in batch and ref not in seen), None)
            if root is not None or step is None:
                break
            seen.append(step)
        end = rows[seen[-1]]["pk"]
        rows[id_]["root"] = end if root is None else root
        if root is None and len(seen) == 1:
            waiting += [(end, ref) for ref in refs if ref not in batch]
    return waiting


def _refs(post: Post) -> list[str]:
    """The ids that a post hangs on: its thread's root first, then its parent."""
    return [ref for ref in (post.thread, post.parent) if ref and ref != post.id]


def _await(writer: "Writer", rows: dict[str, Row], waiting: list[tuple[int, str]]) -> None:
    for chunk in chunks([row["pk"] for row in rows.values()]):
        writer.connection.execute(delete(orphans).where(orphans.c.post.in_(chunk)))
    if waiting:
        new = [{"post": post, "awaits": ref} for post, ref in dict.fromkeys(waiting)]
        writer.connection.execute(insert(orphans), new)


def _adopt(writer: "Writer", rows: dict[str, Row]) -> None:
    """Hang what waited for one of these posts on its thread."""
    for chunk in chunks(list(rows)):
        found = writer.connection.execute(
            select(orphans.c.post, orphans.c.awaits, posts.c.root)
            .join(posts, posts.c.pk == orphans.c.post)
            .where(orphans.c.awaits.in_(chunk))
        ).all()
        for orphan, awaited, old_root in found:
            root = writer.connection.scalar(select(posts.c.root).where(posts.c.id == awaited))
            # Its own descendant may arrive as its parent: then it stays where it is.
            if root is not None and root != old_root:
                _move_thread(writer, orphan, root)
            writer.connection.execute(delete(orphans).where(orphans.c.post == orphan))


def _move_thread(writer: "Writer", root: int, new_root: int) -> None:
    """Hang a root, and all that hung on it, on another root."""
    writer.connection.execute(
        update(posts).where(posts.c.root == root).values(root=new_root, seq=writer.transaction.seq)
    )


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
    """Close the current text at the time of the edit and begin the next one.

    An edit without a date happened, for all we know, when we received it.
    """
    moment = new["updated"]
    if moment is None or (old["updated"] is not None and moment <= old["updated"]):
        moment = writer.provenance.received
    current = (versions.c.post == old["pk"], versions.c.until.is_(None))
    if old["husk"]:
        writer.connection.execute(delete(versions).where(*current))
    else:
        kept = {name: old[name] for name in TEXT_COLUMNS}
        writer.connection.execute(
            update(versions)
            .where(*current)
            .values(until=moment, language=old["language"], seq=writer.transaction.seq, **kept)
        )
    pk = writer.transaction.keys("versions", 1)[0]
    writer.connection.execute(
        insert(versions).values(pk=pk, post=old["pk"], since=moment, seq=writer.transaction.seq)
    )
