"""What records of other sources added to a person: their own source's record leaves it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("people", sa.Column("added", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    # Not in a batch, which would make the table anew, and others refer to it.
    op.drop_column("people", "added")
