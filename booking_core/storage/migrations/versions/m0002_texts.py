"""Text messages: what came in, what goes out, who said STOP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from booking_core.storage.tables import Id, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "text_line",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("seen", Instant(), nullable=True),
        sa.Column("latest", Instant(), nullable=True),
        sa.Column("stopped", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("text_line_pkey")),
    )
    op.create_table(
        "text_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("text_message_direction")),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'sent', 'delivered', 'undelivered', 'dead')",
            name=op.f("text_message_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("text_message_pkey")),
        sa.UniqueConstraint("direction", "message_id", name=op.f("text_message_direction_message_id_key")),
    )
    op.create_index("text_message_line", "text_message", ["line", "at"])
    op.create_index("text_message_reference", "text_message", ["reference"])
    to_do = sa.text("state IN ('waiting', 'working')")
    op.create_index("text_message_due", "text_message", ["due"], sqlite_where=to_do, postgresql_where=to_do)
