"""Which threads a feed has put before whom, for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "impressions",
        sa.Column("post", KEY, autoincrement=False, nullable=False),
        sa.Column("person", KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post"], ["posts.pk"], name=op.f("fk_impressions_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person"], ["people.pk"], name=op.f("fk_impressions_person")),
        sa.PrimaryKeyConstraint("post", "person", name=op.f("pk_impressions")),
    )
    op.create_index(op.f("ix_impressions_at"), "impressions", ["at"])
    op.create_index(op.f("ix_impressions_number"), "impressions", ["number"])


def downgrade() -> None:
    op.drop_table("impressions")
