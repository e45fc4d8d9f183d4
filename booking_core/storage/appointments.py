"""Appointments, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, literal_column, select, update

from booking_core.storage.agencies import PLACE
from booking_core.storage.tables import agency, appointment

BOOKED = appointment.c.status == literal_column("'booked'")


def _query() -> Select[Any]:
    return select(appointment, *PLACE).join(agency, agency.c.id == appointment.c.agency_id)


# Read several times a turn: building a statement takes as long as running it.
GET = _query().where(appointment.c.id == bindparam("wanted"))
EVERY = _query().where(appointment.c.person_id == bindparam("person")).order_by(appointment.c.start, appointment.c.id)
UPCOMING = EVERY.where(BOOKED, appointment.c.end > bindparam("after"))


def get(connection: Connection, appointment_id: int) -> Row[Any] | None:
    """One appointment with its agency."""
    return connection.execute(GET, {"wanted": appointment_id}).first()


def of_person(connection: Connection, person_id: int, after: datetime | None = None) -> list[Row[Any]]:
    """A person's appointments by start; only the booked ones that end after an instant when it is given."""
    if after is None:
        return list(connection.execute(EVERY, {"person": person_id}))
    return list(connection.execute(UPCOMING, {"person": person_id, "after": after}))


def overlapping(
    connection: Connection, person_id: int, start: datetime, end: datetime, but: int | None = None
) -> Row[Any] | None:
    """The person's booked appointment that overlaps start..end, `but` left out."""
    query = _query().where(
        appointment.c.person_id == person_id, BOOKED, appointment.c.start < end, appointment.c.end > start
    )
    return connection.execute(query.where(appointment.c.id != (but or 0)).order_by(appointment.c.start)).first()


def of_agency(connection: Connection, agency_id: int, start: datetime, before: datetime) -> list[Row[Any]]:
    """An agency's appointments that start in start..before, of every status, by start."""
    query = _query().where(
        appointment.c.agency_id == agency_id, appointment.c.start >= start, appointment.c.start < before
    )
    return list(connection.execute(query.order_by(appointment.c.start, appointment.c.id)))


ADD = insert(appointment).returning(*appointment.c)


def add(connection: Connection, **fields: Any) -> Row[Any]:
    """A new appointment, version 1, without its agency. Raises IntegrityError when a constraint refuses."""
    nothing = {"cancelled_by": None, "status": "booked", "version": 1}
    return connection.execute(ADD, {**nothing, **fields}).one()


def change(connection: Connection, of: Row[Any], **fields: Any) -> Row[Any]:
    """Change an appointment; returns it in its new version, without its agency."""
    query = update(appointment).where(appointment.c.id == of.id).values(version=of.version + 1, **fields)
    return connection.execute(query.returning(*appointment.c)).one()


def call(connection: Connection, appointment_id: int, phone: str) -> None:
    """Another number to call."""
    connection.execute(update(appointment).where(appointment.c.id == appointment_id).values(phone=phone))


def leave(connection: Connection, appointment_id: int) -> None:
    """Take an appointment out of the way while it moves; the same transaction books it again."""
    connection.execute(
        update(appointment).where(appointment.c.id == appointment_id).values(status="cancelled", cancelled_by="system")
    )


def settle(connection: Connection, now: datetime, person_id: int | None = None) -> int:
    """Appointments that have ended and of which nobody said anything are taken as fulfilled."""
    query = update(appointment).where(BOOKED, appointment.c.end <= now)
    if person_id is not None:
        query = query.where(appointment.c.person_id == person_id)
    return connection.execute(query.values(status="fulfilled", version=appointment.c.version + 1)).rowcount


def booked_slots(connection: Connection, desks: Sequence[int], after: datetime) -> list[Row[Any]]:
    """The booked appointments of desks that end after an instant."""
    return list(connection.execute(_query().where(appointment.c.desk_id.in_(desks), BOOKED, appointment.c.end > after)))
