"""What a post was before an edit, and when what it hangs on was written."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A post hangs on what its `thread` names, else on its parent.
ATTACHED = """
UPDATE posts SET attached = (
    SELECT held.created FROM posts AS held
    WHERE held.id = CASE
        WHEN posts.thread <> posts.id AND EXISTS (
            SELECT 1 FROM posts AS thread WHERE thread.id = posts.thread
        )
        THEN posts.thread ELSE posts.parent END
    AND held.id <> posts.id AND held.created > posts.created
)
WHERE posts.parent IS NOT NULL OR posts.thread IS NOT NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("versions") as versions:
        versions.add_column(sa.Column("kind", sa.String()))
        versions.add_column(sa.Column("author", KEY))
        versions.add_column(sa.Column("space", KEY))
        versions.add_column(sa.Column("valid_until", sa.BigInteger()))
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("attached", sa.BigInteger()))
    op.execute(ATTACHED)
    # They were roots once: they are read again, as such.
    op.execute(
        "UPDATE versions SET scheme = NULL WHERE post IN"
        " (SELECT pk FROM posts WHERE attached IS NOT NULL)"
    )


def downgrade() -> None:
    with op.batch_alter_table("posts") as posts:
        posts.drop_column("attached")
    with op.batch_alter_table("versions") as versions:
        for name in ("valid_until", "space", "author", "kind"):
            versions.drop_column(name)
