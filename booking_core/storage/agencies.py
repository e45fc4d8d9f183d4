"""Agencies and what they offer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select, update

from booking_core.storage.tables import agency, desk, person, service_reason, slot
from booking_core.window import Window

# An agency's columns beside those of another table: agency_name, agency_town…
PLACE = tuple(c.label(f"agency_{c.name}") for c in agency.c if c.name not in ("id", "region", "feed"))


def everything(connection: Connection) -> list[Row[Any]]:
    """Every agency, by name."""
    return list(connection.execute(select(agency).order_by(agency.c.name)))


def get(connection: Connection, agency_id: int) -> Row[Any] | None:
    """One agency."""
    return connection.execute(select(agency).where(agency.c.id == agency_id)).first()


def of_person(connection: Connection, person_id: int) -> Row[Any] | None:
    """The agency of a person."""
    query = select(agency).join(person, person.c.agency_id == agency.c.id).where(person.c.id == person_id)
    return connection.execute(query).first()


def of_caisse(connection: Connection, caisse: str | None) -> list[int]:
    """Ids of the agencies of a caisse; of all when None."""
    query = select(agency.c.id).order_by(agency.c.id)
    return list(connection.scalars(query if caisse is None else query.where(agency.c.caisse == caisse)))


def channels(connection: Connection, reason: str) -> set[str]:
    """Channels on which some agency serves a reason."""
    return set(connection.scalars(select(service_reason.c.channel).where(service_reason.c.reason == reason).distinct()))


def receives(connection: Connection, window: Window, agencies: Collection[int] | None) -> bool:
    """True when one of these agencies (None: any) has a slot, free or not, on the days of a window."""
    low, high = window.bounds
    query = select(slot.c.id).join(desk, desk.c.id == slot.c.desk_id).where(slot.c.start.between(low, high))
    query = query.where(slot.c.day.between(window.first, window.last))
    if agencies is not None:
        query = query.where(desk.c.agency_id.in_(agencies))
    return connection.scalar(query.limit(1)) is not None


def set_feed(connection: Connection, agency_id: int, sealed: str) -> None:
    """The token of an agency's calendar feed."""
    connection.execute(update(agency).where(agency.c.id == agency_id).values(feed=sealed))
