"""In which thread a deleted reply was, so that what hangs on it stays there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("tombstones") as tombstones:
        tombstones.add_column(sa.Column("thread", sa.String()))


def downgrade() -> None:
    with op.batch_alter_table("tombstones") as tombstones:
        tombstones.drop_column("thread")
