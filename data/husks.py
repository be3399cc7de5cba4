"""What deleting within a thread looks at: what it leaves bare, and what may go elsewhere."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from .roots import Node, chunks
from .tables import posts


def bare(connection: Connection, nodes: Mapping[str, Node]) -> list[int]:
    """What was left for replies of its thread to hang on, where none does, nor on what hangs on it.

    Two who only answered each other left the whole of their talk, when both were deleted.
    """
    husks: set[int] = set()
    for chunk in chunks(sorted({node.root for node in nodes.values()})):
        found = select(posts.c.pk).where(posts.c.husk, posts.c.root.in_(chunk))
        husks.update(connection.scalars(found))
    if not husks:
        return []
    ids = {node.pk: id_ for id_, node in nodes.items()}
    held: set[str] = set()
    rising = [id_ for id_, node in nodes.items() if node.pk not in husks]
    while rising:
        node = nodes[rising.pop()]
        above = [
            on
            for on in {*node.refs, ids.get(node.root, "")}
            if on in nodes and nodes[on].root == node.root and on not in held
        ]
        held.update(above)
        rising += above
    return sorted(pk for pk in husks & ids.keys() if ids[pk] not in held)


def forks(connection: Connection, root: int) -> set[str]:
    """Ids by which posts of a thread hang that name two of them, the thread's own root not counted.

    Where one of these goes, something may belong to another thread. All else that hangs on a post
    stays in the thread of which that post's tombstone tells.
    """
    found: set[str] = set()
    own = connection.scalar(select(posts.c.id).where(posts.c.pk == root))
    named = select(posts.c.thread, posts.c.parent).where(
        posts.c.root == root, posts.c.thread != own, posts.c.parent != posts.c.thread
    )
    for row in connection.execute(named):
        found.update(row)
    return found
