"""Schedules and absences, as rows; slots by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from booking_core.storage.engine import new_id
from booking_core.storage.tables import absence, agency, desk, schedule, service, service_reason, slot

CHUNK = 5000


def put_agency(connection: Connection, fields: Mapping[str, Any]) -> int:
    """An agency, new or changed; returns its id."""
    found = connection.scalar(select(agency.c.id).where(agency.c.code == fields["code"]))
    if found is not None:
        connection.execute(update(agency).where(agency.c.id == found).values(**fields))
        return int(found)
    return new_id(connection, insert(agency).values(**fields))


def put_desk(connection: Connection, agency_id: int, code: str) -> int:
    """A desk; returns its id."""
    query = select(desk.c.id).where(desk.c.agency_id == agency_id, desk.c.code == code)
    found = connection.scalar(query)
    if found is not None:
        return int(found)
    return new_id(connection, insert(desk).values(agency_id=agency_id, code=code))


def put_service(connection: Connection, agency_id: int, channel: str, reasons: Iterable[str]) -> int:
    """What an agency offers; returns its id."""
    codes = sorted(reasons)
    key = {"agency_id": agency_id, "channel": channel, "reasons": " ".join(codes)}
    found = connection.scalar(select(service.c.id).filter_by(**key))
    if found is not None:
        return int(found)
    added = new_id(connection, insert(service).values(**key))
    rows = [{"reason": r, "channel": channel, "agency_id": agency_id, "service_id": added} for r in codes]
    connection.execute(insert(service_reason), rows)
    return added


def replace(
    connection: Connection,
    desks: Sequence[int],
    agencies: Sequence[int],
    schedules: Sequence[Mapping[str, Any]],
    absences: Sequence[Mapping[str, Any]],
) -> None:
    """The schedules of these desks and the absences of these agencies are now these."""
    connection.execute(delete(schedule).where(schedule.c.desk_id.in_(desks)))
    connection.execute(delete(absence).where(absence.c.agency_id.in_(agencies)))
    if schedules:
        connection.execute(insert(schedule), [dict(s) for s in schedules])
    if absences:
        connection.execute(insert(absence), [dict(a) for a in absences])


def desks(connection: Connection, agency_id: int | None = None) -> list[Row[Any]]:
    """Desks with the zone and the region of their agency."""
    query = select(desk, agency.c.timezone, agency.c.region, agency.c.code.label("agency")).join(
        agency, agency.c.id == desk.c.agency_id
    )
    if agency_id is not None:
        query = query.where(agency.c.id == agency_id)
    return list(connection.execute(query.order_by(desk.c.id)))


def of_desk(connection: Connection, desk_id: int) -> list[Row[Any]]:
    """The schedules of a desk."""
    return list(connection.execute(select(schedule).where(schedule.c.desk_id == desk_id).order_by(schedule.c.id)))


def absences(connection: Connection, agency_id: int, desk_id: int) -> list[Row[Any]]:
    """The absences of a desk and of its whole agency."""
    mine = (absence.c.desk_id == desk_id) | absence.c.desk_id.is_(None)
    return list(connection.execute(select(absence).where(absence.c.agency_id == agency_id, mine)))


def slots_of(connection: Connection, desk_id: int, after: datetime) -> list[Row[Any]]:
    """The slots of a desk that start after an instant."""
    return list(connection.execute(select(slot).where(slot.c.desk_id == desk_id, slot.c.start > after)))


def add_slots(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New slots."""
    for at in range(0, len(rows), CHUNK):
        connection.execute(insert(slot), [dict(r) for r in rows[at : at + CHUNK]])


def remove_slots(connection: Connection, ids: Sequence[int]) -> None:
    """Slots that are no longer offered."""
    for at in range(0, len(ids), CHUNK):
        connection.execute(delete(slot).where(slot.c.id.in_(ids[at : at + CHUNK])))
