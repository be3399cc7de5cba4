"""Which thread a post belongs to: a function of the posts that are there and of the tombstones.

A post hangs on what its `thread` names, else on its parent, else, where one of them was deleted,
on the root of the thread that it was in; where none is there it is a root. Of posts that hang on
each other in a circle the earliest is the root. So the order in which posts arrive, and what was
there once and was not deleted for good, leave no trace. A post that could hang better waits in
`orphans` for each id that would move it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection, delete, select, update

from .rows import Row
from .tables import orphans, posts, tombstones, versions

CHUNK = 500
"""How many values one IN list takes; SQLite's limit on variables is far above."""

T = TypeVar("T")


def chunks(values: list[T]) -> Iterator[list[T]]:
    """`values` in pieces that fit one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


@dataclass(frozen=True, slots=True)
class Node:
    """A post as far as its place matters. `refs`: the ids it hangs on, the better one first.

    `attached`: when what it hangs on was written, None where that was not after the post.
    """

    pk: int
    created: int
    refs: tuple[str, ...]
    root: int = 0
    attached: int | None = None


def refs_of(id_: str, thread: str | None, parent: str | None) -> tuple[str, ...]:
    """The ids that a post hangs on."""
    return tuple(ref for ref in dict.fromkeys((thread, parent)) if ref and ref != id_)


def threads_of(connection: Connection, roots: Iterable[int]) -> dict[str, Node]:
    """All posts of the threads `roots`, by id."""
    found: dict[str, Node] = {}
    c = posts.c
    columns = (c.id, c.pk, c.created, c.thread, c.parent, c.root, c.attached)
    for chunk in chunks(sorted(set(roots))):
        for row in connection.execute(select(*columns).where(c.root.in_(chunk))):
            refs = refs_of(row.id, row.thread, row.parent)
            found[row.id] = Node(row.pk, row.created, refs, row.root, row.attached)
    return past_graves(connection, found)


def past_graves(connection: Connection, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """`nodes`, which last of all hang on the threads that deleted ids among theirs were in."""
    graves: dict[str, str] = {}
    wanted = {ref for node in nodes.values() for ref in node.refs} - nodes.keys()
    asked: set[str] = set()
    while wanted:
        asked |= wanted
        found: dict[str, str] = {}
        for chunk in chunks(sorted(wanted)):
            c = tombstones.c
            here = c.kind == "post", c.id.in_(chunk), c.thread.is_not(None)
            found.update(
                tuple(row) for row in connection.execute(select(c.id, c.thread).where(*here))
            )
        graves |= found
        # That root may be a deleted reply by now, too.
        wanted = set(found.values()) - nodes.keys() - asked
    return {id_: _past(id_, node, graves) for id_, node in nodes.items()} if graves else dict(nodes)


def _past(id_: str, node: Node, graves: Mapping[str, str]) -> Node:
    refs = list(node.refs)
    for ref in refs:
        thread = graves.get(ref, ref)
        if thread != id_ and thread not in refs:
            refs.append(thread)
    return node if len(refs) == len(node.refs) else replace(node, refs=tuple(refs))


def roots_before(connection: Connection, roots: Iterable[int], moment: int) -> dict[int, int]:
    """Where the posts of the threads `roots` hung before `moment`: root by post, both keys.

    Posts that came later are not in it. `roots` holds every thread of which a post hangs on one
    that came later.
    """
    nodes = {i: n for i, n in threads_of(connection, roots).items() if n.created < moment}
    there = {i: n.root for i, n in _outside(connection, nodes).items() if n.created < moment}
    found = _resolved(nodes, there)
    return {nodes[id_].pk: found[id_] for id_ in nodes}


def waiting_for(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Posts that wait for one of `ids`, with their roots."""
    found: dict[str, int] = {}
    for chunk in chunks(list(ids)):
        rows = connection.execute(
            select(posts.c.id, posts.c.root)
            .join(orphans, orphans.c.post == posts.c.pk)
            .where(orphans.c.awaits.in_(chunk))
        )
        found.update((id_, root) for id_, root in rows)
    return found


def settle(
    connection: Connection, seq: int, nodes: Mapping[str, Node], moved: Collection[str]
) -> tuple[dict[str, Row], list[Row]]:
    """Find the root of every post of `nodes`, and write down the moves of those in the table.

    Parameters
    ----------
    nodes : posts to place, with all posts of every thread that one of them may take along;
        those of `root` 0 are not in the table yet, and are left to the caller.
    moved : ids of those that are new or hang on other ids than before.

    Returns
    -------
    (`root` and `attached` by id, what `moved` wait for, to be inserted when all of them are in
    the table).
    """
    there = _outside(connection, nodes)
    roots = _resolved(nodes, {id_: node.root for id_, node in there.items()})
    known = {**there, **nodes}
    places: dict[str, Row] = {}
    for id_, node in nodes.items():
        place = places[id_] = {"root": roots[id_], "attached": _attached(node, known)}
        if node.root and place != {"root": node.root, "attached": node.attached}:
            connection.execute(update(posts).where(posts.c.pk == node.pk).values(**place, seq=seq))
        if node.root and _read_as_root(node.pk, **place) != _read_as_root(
            node.pk, node.root, node.attached
        ):
            # Roots and replies are read by different encoders.
            again = update(versions).where(versions.c.post == node.pk)
            connection.execute(again.values(scheme=None, seq=seq))
    for keys in chunks([nodes[id_].pk for id_ in moved]):
        connection.execute(delete(orphans).where(orphans.c.post.in_(keys)))
    waits = [
        {"post": nodes[id_].pk, "awaits": ref}
        for id_ in moved
        for ref in _missed(nodes[id_], known)
    ]
    return places, waits


def _outside(connection: Connection, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The posts that `nodes` name and that are not among them."""
    found: dict[str, Node] = {}
    outside = {ref for node in nodes.values() for ref in node.refs if ref not in nodes}
    c = posts.c
    for chunk in chunks(sorted(outside)):
        for row in connection.execute(select(c.id, c.pk, c.created, c.root).where(c.id.in_(chunk))):
            found[row.id] = Node(row.pk, row.created, (), row.root)
    return found


def _read_as_root(pk: int, root: int, attached: int | None) -> bool:
    """Whether a post is a thread's root, or was one before what it hangs on came."""
    return root == pk or attached is not None


def _attached(node: Node, known: Mapping[str, Node]) -> int | None:
    """When what a post hangs on was written, where that was later than the post."""
    step = next((ref for ref in node.refs if ref in known), None)
    if step is None or known[step].created <= node.created:
        return None
    return known[step].created


def _missed(node: Node, known: Collection[str]) -> list[str]:
    """The ids that would be better than what the post hangs on."""
    missed = []
    for ref in node.refs:
        if ref in known:
            break
        missed.append(ref)
    return missed


def _resolved(nodes: Mapping[str, Node], there: Mapping[str, int]) -> dict[str, int]:
    roots: dict[str, int] = {}
    for start in nodes:
        path: dict[str, None] = {}
        at = start
        while at not in roots:
            if at in path:
                circle = list(path)[list(path).index(at) :]
                first = min(circle, key=lambda id_: (nodes[id_].created, id_))
                roots.update(dict.fromkeys(circle, nodes[first].pk))
                break
            path[at] = None
            step = next((ref for ref in nodes[at].refs if ref in nodes or ref in there), None)
            if step is None:
                roots[at] = nodes[at].pk
            elif step in there:
                roots[at] = there[step]
            else:
                at = step
        for id_ in path:
            roots.setdefault(id_, roots[at])
    return roots
