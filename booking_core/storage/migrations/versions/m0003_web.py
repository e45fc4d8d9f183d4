"""What the web needs: what was said, accounts with their codes, who is signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from booking_core.storage.tables import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "line",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("line_pkey")),
    )
    op.create_index(op.f("line_at"), "line", ["at"], unique=False)
    op.create_table(
        "account",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("provisional", sa.String(), nullable=True),
        sa.Column("expires", Instant(), nullable=True),
        sa.Column("changed", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("account_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("account_pkey")),
    )
    op.create_table(
        "federation",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("federation_person_id_fkey")),
        sa.PrimaryKeyConstraint("mark", name=op.f("federation_pkey")),
    )
    op.create_index(op.f("federation_person_id"), "federation", ["person_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("opened", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("session_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
    )
    op.create_index(op.f("session_person_id"), "session", ["person_id"], unique=False)
    op.create_index(op.f("session_expires"), "session", ["expires"], unique=False)
