"""The tables. Instants are kept as seconds since 1970 (UTC): the same on both engines, ranges included.

What the tables below cannot say on both engines – no overlap for a desk, for a person, for a hold, a journal
that only grows – is in the migrations: exclusion constraints on PostgreSQL, triggers on SQLite.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
metadata = MetaData(naming_convention=NAMES)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole seconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To seconds; a fraction is dropped."""
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """To an aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


# SQLite gives a rowid only to INTEGER PRIMARY KEY.
Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _ref(name: str, *, null: bool = False, **options: Any) -> Column[int]:
    return Column(f"{name}_id", Id, ForeignKey(f"{name}.id"), nullable=null, **options)


agency = Table(
    "agency",
    metadata,
    _id(),
    Column("code", String, nullable=False, unique=True),
    Column("caisse", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("town", String, nullable=False),
    Column("address", String, nullable=False),
    Column("postcode", String, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("timezone", String, nullable=False),
    Column("region", String, nullable=False),
    Column("hours", Text, nullable=False),
    Column("access", Text, nullable=False),
    Column("feed", String),
)

desk = Table(
    "desk",
    metadata,
    _id(),
    _ref("agency"),
    Column("code", String, nullable=False),
    UniqueConstraint("agency_id", "code"),
)

# What an agency offers (FHIR: HealthcareService): a channel and the reasons that last equally long.
service = Table(
    "service",
    metadata,
    _id(),
    _ref("agency"),
    Column("channel", String, nullable=False),
    Column("reasons", String, nullable=False),
    UniqueConstraint("agency_id", "channel", "reasons"),
)

service_reason = Table(
    "service_reason",
    metadata,
    Column("reason", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("agency_id", Id, ForeignKey("agency.id"), primary_key=True),
    Column("service_id", Id, ForeignKey("service.id"), primary_key=True),
)

# Opening patterns; `since` and `until` in local minutes of the day, days as proleptic ordinals.
schedule = Table(
    "schedule",
    metadata,
    _id(),
    _ref("desk", index=True),
    Column("code", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("rule", String, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer),
    Column("since", SmallInteger, nullable=False),
    Column("until", SmallInteger, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("buffer", SmallInteger, nullable=False),
    Column("notice", Integer, nullable=False),
    UniqueConstraint("desk_id", "code"),
)

# A desk, or a whole agency, that does not receive from `start` to `end`.
absence = Table(
    "absence",
    metadata,
    _id(),
    _ref("agency", index=True),
    _ref("desk", null=True),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    CheckConstraint('"end" > start', name="order"),
)

# A day at most: looking for what overlaps stays a short walk in an index.
ORDER = 'start < "end" AND "end" <= clear AND clear <= start + 86400'

# `day` (ordinal) and `minute` are local to the agency; `clear` is the end plus the buffer; `busy` is 1 when an
# appointment of the desk overlaps; `notice` in minutes before the start.
slot = Table(
    "slot",
    metadata,
    _id(),
    _ref("service"),
    _ref("desk"),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("clear", Instant, nullable=False),
    Column("day", Integer, nullable=False),
    Column("minute", SmallInteger, nullable=False),
    Column("notice", Integer, nullable=False),
    Column("busy", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("desk_id", "start", "service_id"),
    CheckConstraint(ORDER, name="order"),
    sqlite_autoincrement=True,
)
Index(
    "slot_free",
    slot.c.service_id,
    slot.c.start,
    slot.c.day,
    slot.c.minute,
    sqlite_where=text("busy = 0"),
    postgresql_where=text("busy = 0"),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("key", String, unique=True),
    _ref("agency", null=True),
    Column("nir", String, unique=True),
    Column("credential", String),
    Column("sealed", Text),
    Column("mobile", Text),
    Column("landline", Text),
    Column("email", Text),
    Column("created", Instant, nullable=False),
)

appointment = Table(
    "appointment",
    metadata,
    _id(),
    _ref("person"),
    _ref("agency"),
    _ref("desk"),
    Column("slot_id", Id, nullable=False),
    Column("reason", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("clear", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("cancelled_by", String),
    Column("phone", Text),
    Column("version", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    CheckConstraint(ORDER, name="order"),
    CheckConstraint("status IN ('booked', 'cancelled', 'fulfilled', 'noshow')", name="status"),
    CheckConstraint("channel IN ('phone', 'in_person')", name="channel"),
    CheckConstraint("status <> 'booked' OR channel <> 'phone' OR phone IS NOT NULL", name="number"),
    CheckConstraint("(status = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled"),
    Index("appointment_person", "person_id", "start"),
    Index("appointment_agency", "agency_id", "start"),
    Index("appointment_desk", "desk_id", "start"),
    sqlite_autoincrement=True,
)
BOOKED = text("status = 'booked'")
Index(
    "appointment_reason",
    appointment.c.person_id,
    appointment.c.reason,
    unique=True,
    sqlite_where=BOOKED,
    postgresql_where=BOOKED,
)
Index("appointment_end", appointment.c.end, sqlite_where=BOOKED, postgresql_where=BOOKED)

hold = Table(
    "hold",
    metadata,
    _id(),
    Column("slot_id", Id, nullable=False),
    _ref("desk"),
    Column("holder", String, nullable=False),
    Column("start", Instant, nullable=False),
    Column("clear", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    Index("hold_holder", "holder", unique=True),
    Index("hold_desk", "desk_id", "start"),
)

request = Table(
    "request",
    metadata,
    Column("key", String, primary_key=True),
    _ref("person"),
    Column("operation", String, nullable=False),
    Column("result", JSON, nullable=False),
    Column("at", Instant, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    _id(),
    Column("at", Instant, nullable=False, index=True),
    Column("action", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("medium", String, nullable=False),
    Column("person_id", Id, index=True),
    Column("appointment_id", Id),
    Column("data", JSON, nullable=False),
)

# Rows of the journal older than `before` may be deleted, no others.
retention = Table("retention", metadata, _id(), Column("before", Instant, nullable=False))

notice = Table(
    "notice",
    metadata,
    _id(),
    Column("message_id", String, nullable=False),
    _ref("person", index=True),
    Column("appointment_id", Id),
    Column("version", Integer),
    Column("kind", String, nullable=False),
    Column("port", String, nullable=False),
    Column("data", Text),
    Column("state", String, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("error", String),
    Column("created", Instant, nullable=False),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'stale', 'dead')", name="state"),
    UniqueConstraint("appointment_id", "version", "kind", "port"),
)
WAITING = text("state IN ('waiting', 'sending')")
Index("notice_due", notice.c.due, sqlite_where=WAITING, postgresql_where=WAITING)

# What the mailbox of the account shows.
letter = Table(
    "letter",
    metadata,
    _id(),
    _ref("person", index=True),
    Column("message_id", String, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", String, primary_key=True),
    Column("medium", String, nullable=False),
    _ref("person", null=True),
    Column("level", SmallInteger, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)

# Wrong tries, counted by conversation and by what was tried.
attempt = Table(
    "attempt",
    metadata,
    Column("subject", String, primary_key=True),
    Column("count", SmallInteger, nullable=False),
    Column("until", Instant, nullable=False, index=True),
)

# One-time codes; `subject` is the conversation to identify, or the person whose contact changes.
code = Table(
    "code",
    metadata,
    Column("subject", String, primary_key=True),
    _ref("person"),
    Column("hash", String, nullable=False),
    Column("data", Text),
    Column("left", SmallInteger, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)

vault = Table(
    "vault",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("mark", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)

reply = Table(
    "reply",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

# What was said in a conversation, as a screen shows it again; `mark` is the id of the message that it answers.
line = Table(
    "line",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("mark", String),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

# The account on the web: the personal code, or the provisional one (`expires`) before it is chosen.
account = Table(
    "account",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("hash", String),
    Column("provisional", String),
    Column("expires", Instant),
    Column("changed", Instant, nullable=False),
)

# Who a person is for an identity provider; `mark` is a blind index of its issuer and its subject.
federation = Table(
    "federation",
    metadata,
    Column("mark", String, primary_key=True),
    _ref("person", index=True),
    Column("created", Instant, nullable=False),
)

# Someone signed in on the web: `id` is a hash of the cookie; `fresh`: a code must be chosen before anything else.
session = Table(
    "session",
    metadata,
    Column("id", String, primary_key=True),
    _ref("person", index=True),
    Column("fresh", Boolean, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)

# Left for an adviser: what was under way, or a number to call back.
handover = Table(
    "handover",
    metadata,
    _id(),
    Column("conversation_id", String, nullable=False),
    _ref("person", null=True, index=True),
    Column("kind", String, nullable=False),
    Column("medium", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("phone", Text),
    Column("done", Boolean, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

waiting = Table(
    "waiting",
    metadata,
    _id(),
    _ref("person"),
    Column("reason", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("agencies", JSON, nullable=False),
    Column("medium", String, nullable=False),
    Column("state", String, nullable=False),
    Column("slot_id", Id),
    Column("until", Instant),
    Column("offers", Integer, nullable=False),
    Column("offered", Instant),
    Column("created", Instant, nullable=False),
    CheckConstraint("state IN ('waiting', 'offered', 'done', 'left')", name="state"),
)
OPEN = text("state IN ('waiting', 'offered')")
Index("waiting_once", waiting.c.person_id, waiting.c.reason, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
Index("waiting_queue", waiting.c.reason, waiting.c.channel, waiting.c.id, sqlite_where=OPEN, postgresql_where=OPEN)

# A number that writes to us, as its keyed hash: its conversation, the latest message handled, and when it said STOP.
text_line = Table(
    "text_line",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", String),
    Column("seen", Instant),
    Column("latest", Instant),
    Column("stopped", Instant),
)

# Text messages, in and out. `body` is sealed, and forgotten once the message is settled; `mark` is a keyed hash of
# what was said; `at` is when it was sent by the person, or written by us.
text_message = Table(
    "text_message",
    metadata,
    _id(),
    Column("direction", String, nullable=False),
    Column("line", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("mark", String),
    Column("body", Text),
    Column("state", String, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("reference", String),
    Column("at", Instant, nullable=False),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    CheckConstraint(
        "state IN ('waiting', 'working', 'done', 'sent', 'delivered', 'undelivered', 'dead')", name="state"
    ),
    UniqueConstraint("direction", "message_id"),
    Index("text_message_line", "line", "at"),
    Index("text_message_reference", "reference"),
)
TO_DO = text("state IN ('waiting', 'working')")
Index("text_message_due", text_message.c.due, sqlite_where=TO_DO, postgresql_where=TO_DO)
