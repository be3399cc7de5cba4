"""What records of other sources added to a person: their own source's record leaves it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("added", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_column("added")
