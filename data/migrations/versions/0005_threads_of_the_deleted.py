"""In which thread a deleted reply was, so that what hangs on it stays there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("tombstones", sa.Column("thread", sa.String()))


def downgrade() -> None:
    op.drop_column("tombstones", "thread")
