"""What people chose as concerning them, with the time of each."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("pk", KEY, autoincrement=False, nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pk"], ["people.pk"], name=op.f("fk_choices_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_choices")),
    )
    op.create_index(op.f("ix_choices_seq"), "choices", ["seq"])


def downgrade() -> None:
    op.drop_table("choices")
