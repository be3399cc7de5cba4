"""The tables. Times are microseconds since 1970 in UTC; lists and `extra` are JSON.

Every row that a reader of the store follows bears `seq`, the number of the transaction that
last touched it; what was removed stands in `removals` with its own. A process that knows
everything up to `seq` n asks for what is newer, and is current. The numbers come from one
row of `counters`, which each writer locks: they are handed out in the order of commits.

`pk`s are handed out once and never again, so that indexes may use them as row numbers.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives a BIGINT primary key no rowid alias; an INTEGER one holds 64 bits anyway.
Key = BigInteger().with_variant(Integer, "sqlite")


def _pk() -> Column[int]:
    return Column("pk", Key, primary_key=True, autoincrement=False)


def _seq() -> Column[int]:
    return Column("seq", BigInteger, nullable=False, index=True)


def _origin() -> list[Column[str] | Column[int]]:
    """`origin`: "api", or "import:" and the source's name; `run`: the import that saw it last."""
    return [
        Column("origin", String, nullable=False),
        Column("run", Integer, nullable=False, server_default="0"),
    ]


counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

people = Table(
    "people",
    metadata,
    _pk(),
    Column("id", String, nullable=False, unique=True),
    Column("name", String),
    Column("email", String, index=True),
    Column("title", Text),
    Column("about", Text),
    Column("department", String),
    Column("site", String),
    Column("location", String),
    Column("timezone", String),
    Column("languages", JSON, nullable=False),
    Column("manager", String),
    Column("bot", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("joined", BigInteger),
    Column("left", BigInteger),
    Column("consent", String, nullable=False),
    Column("weekly_capacity", BigInteger),
    Column("away_until", BigInteger),
    Column("implicit", Boolean, nullable=False),
    Column("extra", JSON, nullable=False),
    # What records of other sources say beyond the person's own, by column.
    Column("added", JSON, nullable=False, server_default="{}"),
    *_origin(),
    _seq(),
)

# What people chose as concerning them: their words and the time of each, in their order. Apart from
# `people`, so that neither replaces the other.
choices = Table(
    "choices",
    metadata,
    Column("pk", Key, ForeignKey("people.pk"), primary_key=True, autoincrement=False),
    Column("topics", JSON, nullable=False),
    _seq(),
)

spaces = Table(
    "spaces",
    metadata,
    _pk(),
    Column("id", String, nullable=False, unique=True),
    Column("name", String),
    Column("description", Text),
    Column("visibility", String, nullable=False),
    Column("site", String),
    Column("language", String),
    Column("members", JSON, nullable=False),
    Column("extra", JSON, nullable=False),
    *_origin(),
    _seq(),
)

posts = Table(
    "posts",
    metadata,
    _pk(),
    Column("id", String, nullable=False, unique=True),
    Column("author", Key, ForeignKey("people.pk"), index=True),
    Column("created", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", Text),
    Column("body", Text, nullable=False),
    Column("body_format", String, nullable=False),
    Column("parent", String),
    Column("thread", String),
    Column("root", Key, nullable=False, index=True),
    # When what it hangs on was written, where that is later than the post itself: until then,
    # it hung elsewhere.
    Column("attached", BigInteger),
    Column("space", Key, ForeignKey("spaces.pk"), index=True),
    Column("tags", JSON, nullable=False),
    Column("language", String),
    Column("updated", BigInteger),
    Column("valid_until", BigInteger),
    Column("anonymous", Boolean, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("visibility", String, nullable=False),
    Column("score", BigInteger),
    Column("accepted", Boolean),
    # The author's deletion took the text; the place in the thread stays for the others' replies.
    Column("husk", Boolean, nullable=False),
    Column("extra", JSON, nullable=False),
    *_origin(),
    _seq(),
)

# A reply that came before its parent or root waits here for each id that it names.
orphans = Table(
    "orphans",
    metadata,
    Column("post", Key, ForeignKey("posts.pk", ondelete="CASCADE"), primary_key=True),
    Column("awaits", String, primary_key=True, index=True),
)

# One row a text that a post has or had: the rows that the indexes number. Replaced texts keep
# their words here for questions about the past; the current text's words stand in `posts`. So
# do the kind, author, space and validity: another of these begins another row. Keys are never
# handed out twice, so that a space may go which no post is in any more.
versions = Table(
    "versions",
    metadata,
    _pk(),
    Column("post", Key, ForeignKey("posts.pk", ondelete="CASCADE"), nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("title", Text),
    Column("body", Text),
    Column("body_format", String),
    Column("tags", JSON),
    Column("attachments", JSON),
    Column("language", String),
    Column("kind", String),
    Column("author", Key),
    Column("space", Key),
    Column("valid_until", BigInteger),
    # None until its vectors are kept; then the digest of the text, the lanes that it is in
    # with commas between, and the scheme by which they were chosen.
    Column("digest", LargeBinary(32), index=True),
    Column("lanes", String),
    Column("scheme", String, index=True),
    _seq(),
)

interactions = Table(
    "interactions",
    metadata,
    _pk(),
    Column("key", LargeBinary(32), nullable=False, unique=True),
    Column("person", Key, ForeignKey("people.pk"), index=True),
    Column("post", Key, ForeignKey("posts.pk", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("at", BigInteger),
    Column("value", String),
    Column("site", String),
    Column("day_only", Boolean, nullable=False),
    Column("extra", JSON, nullable=False),
    *_origin(),
    _seq(),
)

links = Table(
    "links",
    metadata,
    _pk(),
    Column("source", Key, ForeignKey("posts.pk", ondelete="CASCADE"), nullable=False),
    Column("target", Key, ForeignKey("posts.pk", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("at", BigInteger),
    Column("extra", JSON, nullable=False),
    *_origin(),
    _seq(),
    # Said again at another time, it is another row: what was known before then stays known.
    UniqueConstraint("source", "target", "kind", "at"),
)

# Which threads a feed has put before whom, and when first: for days only (`data.impressions`). Not
# part of the change sequence, which would make every view anew; `number` is a sequence of its own.
impressions = Table(
    "impressions",
    metadata,
    Column("post", Key, ForeignKey("posts.pk", ondelete="CASCADE"), primary_key=True),
    Column("person", Key, ForeignKey("people.pk"), primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("number", BigInteger, nullable=False, index=True),
)

removals = Table(
    "removals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("pk", Key, primary_key=True, autoincrement=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    # The root of the thread that a reply was in: what hangs on the reply stays there.
    Column("thread", String),
)

# What people took back: the digest of person, post and kind; what is dated until then, or not at
# all, stays away.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("encoder", String, primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# What `learn` fitted, by name.
learned = Table(
    "learned",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    _seq(),
)

runs = Table(
    "runs",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("fingerprint", String, nullable=False, index=True),
    Column("position", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("counts", JSON, nullable=False),
)

rejections = Table(
    "rejections",
    metadata,
    Column("run", Integer, ForeignKey("runs.pk"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("file", String, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("id", String),
    Column("reason", Text, nullable=False),
)

Index("ix_posts_created", posts.c.created)
