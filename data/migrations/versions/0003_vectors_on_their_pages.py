"""Vectors in a table with row numbers.

In a SQLite table that is its own index a row beyond a quarter of a page spills into a page of its
own, 4 KB for a vector of 1 KB. PostgreSQL has no such tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _rebuild()


def downgrade() -> None:
    _rebuild(sqlite_with_rowid=False)


def _rebuild(**options: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("vectors", "vectors_before")
    op.create_table(
        "vectors",
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("encoder", "digest", name=op.f("pk_vectors")),
        **options,
    )
    op.execute("INSERT INTO vectors SELECT encoder, digest, vector FROM vectors_before")
    op.drop_table("vectors_before")
