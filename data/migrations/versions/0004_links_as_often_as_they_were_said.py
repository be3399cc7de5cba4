"""A link said again at another time is another row: what was known before then stays known."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BEFORE, NOW = "uq_links_source_target_kind", "uq_links_source_target_kind_at"

# The first dated one stays.
SAID_AGAIN = """
DELETE FROM links WHERE EXISTS (
    SELECT 1 FROM links AS other
    WHERE other.source = links.source AND other.target = links.target AND other.kind = links.kind
    AND other.at IS NOT NULL AND (links.at IS NULL OR other.at < links.at)
)
"""


def upgrade() -> None:
    _told_apart_by(BEFORE, NOW, ["source", "target", "kind", "at"])


def downgrade() -> None:
    op.execute(sa.text(SAID_AGAIN))
    _told_apart_by(NOW, BEFORE, ["source", "target", "kind"])


def _told_apart_by(before: str, after: str, columns: list[str]) -> None:
    with op.batch_alter_table("links") as links:
        links.drop_constraint(before, type_="unique")
        links.create_unique_constraint(after, columns)
