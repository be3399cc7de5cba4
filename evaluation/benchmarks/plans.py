"""What the store asks of PostgreSQL, and how the server means to answer: caught, then explained.

In: a store on a server, calls on it. Out: for each statement that a call sent, the tables and
parts that its plan reads, and by what kind of scan.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from data.models import Interaction, Post
from data.partitions import COLUMNS
from data.store import Store
from data.vectors import Embedded

from .failover_load import START

LARGE = tuple(table.name for table in COLUMNS)
FINGERPRINT = "plans"
AT_ONCE = 20
"""Rows that one request shows, or one batch looks up."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One node of a plan that reads a table: its `kind`, the large table, which part of it."""

    kind: str
    table: str
    part: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A statement, and the scans of large tables that it really makes."""

    statement: str
    scans: tuple[Scan, ...]

    def parts(self, table: str) -> int:
        """Of how many parts of `table` it reads."""
        return len({scan.part for scan in self.scans if scan.table == table})


Sent = list[tuple[str, Any]]


@contextmanager
def listening() -> Iterator[Sent]:
    """What is sent to the server meanwhile, with its parameters (of many, the first)."""
    sent: Sent = []

    def hear(
        connection: object,
        cursor: object,
        statement: str,
        parameters: Any,
        context: object,
        many: bool,
    ) -> None:
        sent.append((statement, parameters[0] if many else parameters))

    # A store has more than one way to its server.
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def explained(connection: Connection, statement: str, parameters: Any) -> Explained:
    """How `statement` is answered; one that only reads is carried out for it."""
    reads = statement.lstrip().upper().startswith(("SELECT", "WITH"))
    options = "ANALYZE, FORMAT JSON" if reads else "FORMAT JSON"
    plan = connection.exec_driver_sql(f"EXPLAIN ({options}) {statement}", parameters).scalar_one()
    return Explained(statement, tuple(_scans(plan[0]["Plan"])))


def _scans(node: Mapping[str, Any]) -> Iterator[Scan]:
    # What pruning took away while it ran was never executed.
    if node.get("Actual Loops") == 0:
        return
    name = str(node.get("Relation Name", ""))
    table = name.split("_")[0]
    if table in LARGE and "Scan" in node["Node Type"]:
        yield Scan(node["Node Type"], table, name)
    for below in node.get("Plans", ()):
        yield from _scans(below)


def explain_all(store: Store, sent: Sent) -> list[Explained]:
    """Explain what was caught, as far as it touches a large table."""
    found = []
    with store.database.unhurried() as connection:
        for statement, parameters in sent:
            kind = statement.lstrip().split(None, 1)[0].upper()
            if kind in ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"):
                one = explained(connection, statement, parameters)
                if one.scans:
                    found.append(one)
        connection.rollback()
    return found


def fill(store: Store, count: int) -> None:
    """Put `count` invented posts into an empty store, every fifth a root, with their vectors.

    What they say is of no matter; how many rows there are and how keys lie is what plans go by.
    """
    base = "generate_series(1, :count) AS i"
    # A post a minute; ten thousand rows a transaction, as an import leaves them.
    seq, at = "i / 10000 + 1", "1700000000000000 + i * CAST(60000000 AS bigint)"
    root = "i - (i - 1) % 5"
    digest = "sha256(CAST(CAST(i AS text) AS bytea))"
    statements = (
        "INSERT INTO people (pk, id, languages, bot, active, consent, implicit, extra, origin, seq)"
        " SELECT i, 'a' || i, '[]', false, true, 'open', false, '{}', 'api', 1"
        " FROM generate_series(1, 1000) AS i",
        "INSERT INTO posts (pk, id, author, created, kind, body, body_format, parent, thread, root,"
        " tags, anonymous, attachments, visibility, husk, extra, origin, seq)"
        f" SELECT i, 'p' || i, i % 1000 + 1, {at}, CASE WHEN i % 5 = 1 THEN 'post' ELSE 'reply'"
        " END, repeat(md5(CAST(i AS text)), 12), 'text', CASE WHEN i % 5 <> 1 THEN 'p' ||"
        f" ({root}) END, NULL, {root}, '[]', false, '[]', 'space', false, '{{}}', 'api', {seq}"
        f" FROM {base}",
        "INSERT INTO versions (pk, post, since, digest, lanes, scheme, seq)"
        f" SELECT i, i, {at}, {digest}, 'minilm', '{FINGERPRINT}', {seq} FROM {base}",
        "INSERT INTO vectors (encoder, digest, vector) SELECT"
        f" '{FINGERPRINT}', {digest}, decode(repeat(md5(CAST(i AS text)), 48), 'hex') FROM {base}",
        "INSERT INTO counters (name, value) VALUES ('posts', :count), ('versions', :count),"
        " ('people', 1000), ('seq', :count / 10000 + 1)",
        "ANALYZE",
    )
    with store.database.unhurried() as connection, connection.begin():
        for statement in statements:
            wanted = {"count": count} if ":count" in statement else {}
            connection.execute(text(statement), wanted)


def hot_calls(store: Store, count: int, number: int) -> dict[str, Callable[[], object]]:
    """What requests make the store do, on a store of `fill`; by `number` other rows each time.

    Those that write come last, each on what the one before left.
    """
    step = max(count // AT_ONCE, 1)
    some = [1 + (number * 7919 + i * step) % count for i in range(AT_ONCE)]
    one, new = some[0], f"new{number}"
    digests = [sha256(str(pk).encode()).digest() for pk in some]
    edited = Post(f"p{one}", "a1", START, f"edited {number}")

    def keep() -> None:
        version = store.pending(FINGERPRINT, 1)[0].version
        mark = Embedded(version, number.to_bytes(32, "big"), "minilm")
        encoded = {FINGERPRINT: {mark.digest: bytes(768)}}
        store.keep_vectors(FINGERPRINT, {"minilm": FINGERPRINT}, encoded, [mark])

    return {
        "a post by its id": lambda: store.get_post(f"p{one}"),
        "its key by its id": lambda: store.post_key(f"p{one}"),
        f"{AT_ONCE} posts to show": lambda: store.posts(some),
        f"ids of {AT_ONCE} that were found": lambda: store.post_ids(some),
        f"{AT_ONCE} texts": lambda: store.indexed_texts(some),
        f"{AT_ONCE} vectors": lambda: store.kept_vectors(FINGERPRINT, digests),
        "where a thread hung before": lambda: store.roots_before([one - (one - 1) % 5], 1 << 60),
        "what is not read yet": lambda: store.pending(FINGERPRINT, 100),
        "how much is not read yet": lambda: store.count_pending(FINGERPRINT),
        "write a root": lambda: store.put_post(Post(new, "a1", START, "words", title="words")),
        "write a reply": lambda: store.put_post(
            Post(f"{new}r", "a2", START, "words", parent=new, kind="reply")
        ),
        "edit a post": lambda: store.put_post(edited),
        "view a post": lambda: store.apply([Interaction("a3", new, "view", START)]),
        "keep a vector": keep,
        "follow what is new": lambda: store.changes(store.seq() - 3),
        "delete a thread": lambda: store.delete_post(new),
    }
