"""The first tables, and the guards that no table can state the same way on both engines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from booking_core.storage.tables import Id, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# No extension is needed: an id alone is the range [id, id].
EXCLUSIONS = """
ALTER TABLE appointment ADD CONSTRAINT appointment_desk_overlap EXCLUDE USING gist
    (int8range(desk_id, desk_id, '[]') WITH &&, int8range(start, clear) WITH &&) WHERE (status = 'booked');
ALTER TABLE appointment ADD CONSTRAINT appointment_person_overlap EXCLUDE USING gist
    (int8range(person_id, person_id, '[]') WITH &&, int8range(start, "end") WITH &&) WHERE (status = 'booked');
ALTER TABLE hold ADD CONSTRAINT hold_desk_overlap EXCLUDE USING gist
    (int8range(desk_id, desk_id, '[]') WITH &&, int8range(start, clear) WITH &&);
CREATE FUNCTION journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < (SELECT max(before) FROM retention) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'journal_only_grows' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_only_grows BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_only_grows();
"""

# SQLite has one writer at a time: what a trigger reads before a write is what is there when it is written.
OVERLAP = """
CREATE TRIGGER {table}_{who}_overlap_{when} BEFORE {event} ON {table} WHEN {booked} AND EXISTS (
    SELECT 1 FROM {table} AS other WHERE other.{who}_id = NEW.{who}_id AND {others} AND other.id IS NOT NEW.id
    AND other.start < NEW."{upto}" AND other."{upto}" > NEW.start AND other.start > NEW.start - 86400
) BEGIN SELECT RAISE(ABORT, '{table}_{who}_overlap'); END
"""
JOURNAL = """
CREATE TRIGGER journal_{event} BEFORE {event} ON journal WHEN {never}
BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
"""


def upgrade() -> None:
    """Create everything."""
    tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text(EXCLUSIONS.replace(":", "\\:")))
        return
    for table, who, upto in (
        ("appointment", "desk", "clear"),
        ("appointment", "person", "end"),
        ("hold", "desk", "clear"),
    ):
        booked, others = ("1", "1") if table == "hold" else ("NEW.status = 'booked'", "other.status = 'booked'")
        for when, event in (("insert", "INSERT"), ("update", "UPDATE")):
            op.execute(
                OVERLAP.format(table=table, who=who, upto=upto, booked=booked, others=others, when=when, event=event)
            )
    op.execute(JOURNAL.format(event="UPDATE", never="1"))
    op.execute(JOURNAL.format(event="DELETE", never="OLD.at >= COALESCE((SELECT max(before) FROM retention), 0)"))


def tables() -> None:
    """The tables and their indexes, as Alembic saw them."""
    op.create_table(
        "agency",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("caisse", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("feed", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("agency_pkey")),
        sa.UniqueConstraint("code", name=op.f("agency_code_key")),
    )
    op.create_index(op.f("agency_caisse"), "agency", ["caisse"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("count", sa.SmallInteger(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("attempt_pkey")),
    )
    op.create_index(op.f("attempt_until"), "attempt", ["until"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("appointment_id", Id, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("journal_pkey")),
    )
    op.create_index(op.f("journal_at"), "journal", ["at"], unique=False)
    op.create_index(op.f("journal_person_id"), "journal", ["person_id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name=op.f("reply_pkey")),
    )
    op.create_index(op.f("reply_at"), "reply", ["at"], unique=False)
    op.create_table(
        "retention",
        sa.Column("id", Id, nullable=False),
        sa.Column("before", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("retention_pkey")),
    )
    op.create_table(
        "vault",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "kind", "number", name=op.f("vault_pkey")),
    )
    op.create_index(op.f("vault_expires"), "vault", ["expires"], unique=False)
    op.create_table(
        "desk",
        sa.Column("id", Id, nullable=False),
        sa.Column("agency_id", Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("desk_agency_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("desk_pkey")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("desk_agency_id_code_key")),
    )
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("nir", sa.String(), nullable=True),
        sa.Column("credential", sa.String(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("landline", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("person_agency_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
        sa.UniqueConstraint("key", name=op.f("person_key_key")),
        sa.UniqueConstraint("nir", name=op.f("person_nir_key")),
    )
    op.create_table(
        "service",
        sa.Column("id", Id, nullable=False),
        sa.Column("agency_id", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("service_agency_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("service_pkey")),
        sa.UniqueConstraint("agency_id", "channel", "reasons", name=op.f("service_agency_id_channel_reasons_key")),
    )
    op.create_table(
        "absence",
        sa.Column("id", Id, nullable=False),
        sa.Column("agency_id", Id, nullable=False),
        sa.Column("desk_id", Id, nullable=True),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.CheckConstraint('"end" > start', name=op.f("absence_order")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("absence_agency_id_fkey")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("absence_desk_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("absence_pkey")),
    )
    op.create_index(op.f("absence_agency_id"), "absence", ["agency_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("agency_id", Id, nullable=False),
        sa.Column("desk_id", Id, nullable=False),
        sa.Column("slot_id", Id, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.Column("clear", Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.CheckConstraint("(status = 'cancelled') = (cancelled_by IS NOT NULL)", name=op.f("appointment_cancelled")),
        sa.CheckConstraint("channel IN ('phone', 'in_person')", name=op.f("appointment_channel")),
        sa.CheckConstraint(
            "status <> 'booked' OR channel <> 'phone' OR phone IS NOT NULL", name=op.f("appointment_number")
        ),
        sa.CheckConstraint("status IN ('booked', 'cancelled', 'fulfilled', 'noshow')", name=op.f("appointment_status")),
        sa.CheckConstraint(
            'start < "end" AND "end" <= clear AND clear <= start + 86400', name=op.f("appointment_order")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("appointment_agency_id_fkey")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("appointment_desk_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("appointment_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("appointment_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index("appointment_agency", "appointment", ["agency_id", "start"], unique=False)
    op.create_index("appointment_desk", "appointment", ["desk_id", "start"], unique=False)
    op.create_index(
        "appointment_end",
        "appointment",
        ["end"],
        unique=False,
        sqlite_where=sa.text("status = 'booked'"),
        postgresql_where=sa.text("status = 'booked'"),
    )
    op.create_index("appointment_person", "appointment", ["person_id", "start"], unique=False)
    op.create_index(
        "appointment_reason",
        "appointment",
        ["person_id", "reason"],
        unique=True,
        sqlite_where=sa.text("status = 'booked'"),
        postgresql_where=sa.text("status = 'booked'"),
    )
    op.create_table(
        "code",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("left", sa.SmallInteger(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("code_person_id_fkey")),
        sa.PrimaryKeyConstraint("subject", name=op.f("code_pkey")),
    )
    op.create_index(op.f("code_expires"), "code", ["expires"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("opened", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("conversation_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("conversation_pkey")),
    )
    op.create_index(op.f("conversation_expires"), "conversation", ["expires"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("handover_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("handover_pkey")),
    )
    op.create_index(op.f("handover_at"), "handover", ["at"], unique=False)
    op.create_index(op.f("handover_person_id"), "handover", ["person_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", Id, nullable=False),
        sa.Column("slot_id", Id, nullable=False),
        sa.Column("desk_id", Id, nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("clear", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("hold_desk_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_pkey")),
    )
    op.create_index("hold_desk", "hold", ["desk_id", "start"], unique=False)
    op.create_index(op.f("hold_expires"), "hold", ["expires"], unique=False)
    op.create_index("hold_holder", "hold", ["holder"], unique=True)
    op.create_table(
        "letter",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("letter_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("letter_pkey")),
        sa.UniqueConstraint("message_id", name=op.f("letter_message_id_key")),
    )
    op.create_index(op.f("letter_person_id"), "letter", ["person_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("appointment_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("port", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'stale', 'dead')", name=op.f("notice_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("notice_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notice_pkey")),
        sa.UniqueConstraint(
            "appointment_id", "version", "kind", "port", name=op.f("notice_appointment_id_version_kind_port_key")
        ),
    )
    op.create_index(
        "notice_due",
        "notice",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(op.f("notice_person_id"), "notice", ["person_id"], unique=False)
    op.create_table(
        "request",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("request_person_id_fkey")),
        sa.PrimaryKeyConstraint("key", name=op.f("request_pkey")),
    )
    op.create_table(
        "schedule",
        sa.Column("id", Id, nullable=False),
        sa.Column("desk_id", Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("since", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("buffer", sa.SmallInteger(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("schedule_desk_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_pkey")),
        sa.UniqueConstraint("desk_id", "code", name=op.f("schedule_desk_id_code_key")),
    )
    op.create_index(op.f("schedule_desk_id"), "schedule", ["desk_id"], unique=False)
    op.create_table(
        "service_reason",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("agency_id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("service_reason_agency_id_fkey")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("service_reason_service_id_fkey")),
        sa.PrimaryKeyConstraint("reason", "channel", "agency_id", "service_id", name=op.f("service_reason_pkey")),
    )
    op.create_table(
        "slot",
        sa.Column("id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("desk_id", Id, nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.Column("clear", Instant(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("busy", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint('start < "end" AND "end" <= clear AND clear <= start + 86400', name=op.f("slot_order")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("slot_desk_id_fkey")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("slot_service_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("slot_pkey")),
        sa.UniqueConstraint("desk_id", "start", "service_id", name=op.f("slot_desk_id_start_service_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "slot_free",
        "slot",
        ["service_id", "start", "day", "minute"],
        unique=False,
        sqlite_where=sa.text("busy = 0"),
        postgresql_where=sa.text("busy = 0"),
    )
    op.create_table(
        "waiting",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("agencies", sa.JSON(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slot_id", Id, nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("offered", Instant(), nullable=True),
        sa.Column("created", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'done', 'left')", name=op.f("waiting_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("waiting_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("waiting_pkey")),
    )
    op.create_index(
        "waiting_once",
        "waiting",
        ["person_id", "reason"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_index(
        "waiting_queue",
        "waiting",
        ["reason", "channel", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
