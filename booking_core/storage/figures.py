"""Figures for those who watch the service, counted on indexes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from booking_core.storage.slots import FREE
from booking_core.storage.tables import TO_DO, WAITING, agency, notice, service, slot, text_message


def outbox(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many notices are due and have not left, and since when the oldest one is."""
    query = select(func.count(), func.min(notice.c.due)).where(WAITING, notice.c.due <= now)
    count, oldest = connection.execute(query).one()
    return count, oldest


def retrying(connection: Connection) -> int:
    """How many notices were tried in vain and wait for another try."""
    return (
        connection.scalar(select(func.count()).where(WAITING, notice.c.state == "waiting", notice.c.attempts > 0)) or 0
    )


def texts(connection: Connection) -> tuple[int, datetime | None]:
    """How many text messages wait to be answered or sent, and when the oldest came."""
    query = select(func.count(), func.min(text_message.c.at)).where(TO_DO)
    count, oldest = connection.execute(query).one()
    return count, oldest


def stock(connection: Connection, first: datetime, last: datetime) -> list[tuple[str, str, str, int]]:
    """Free slots between two instants: agency's code, channel, reasons, how many; 0 where none is left."""
    free = (
        select(slot.c.service_id, func.count().label("slots"))
        .where(FREE, slot.c.start > first, slot.c.start <= last)
        .group_by(slot.c.service_id)
        .subquery()
    )
    query = (
        select(agency.c.code, service.c.channel, service.c.reasons, func.coalesce(free.c.slots, 0))
        .join(agency, agency.c.id == service.c.agency_id)
        .join(free, free.c.service_id == service.c.id, isouter=True)
    )
    return [(code, channel, reasons, count) for code, channel, reasons, count in connection.execute(query)]
