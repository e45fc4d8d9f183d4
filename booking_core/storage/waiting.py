"""The waiting list, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, exists, insert, select, update

from booking_core.storage.engine import Write, new_id
from booking_core.storage.tables import OPEN, notice, waiting


def find(connection: Connection, person_id: int, reason: str) -> Row[Any] | None:
    """The open entry of a person for a reason."""
    query = select(waiting).where(waiting.c.person_id == person_id, waiting.c.reason == reason, OPEN)
    return connection.execute(query).first()


def get(connection: Connection, entry_id: int) -> Row[Any] | None:
    """One entry."""
    return connection.execute(select(waiting).where(waiting.c.id == entry_id)).first()


def offered(connection: Connection, person_id: int, now: datetime) -> Row[Any] | None:
    """The entry of a person to whom a slot is being offered, once they have been told."""
    untold = exists().where(
        notice.c.person_id == waiting.c.person_id,
        notice.c.kind == "offer",
        notice.c.version == waiting.c.offers,
        notice.c.created == waiting.c.offered,
        notice.c.state != "sent",
    )
    query = select(waiting).where(waiting.c.person_id == person_id, waiting.c.state == "offered", waiting.c.until > now)
    query = query.where(~untold)
    return connection.execute(query.order_by(waiting.c.until)).first()


def add(connection: Connection, **fields: Any) -> int:
    """A new entry, last of the queue."""
    return new_id(connection, insert(waiting).values(state="waiting", offers=0, **fields))


def change(connection: Connection, entry_id: int, **fields: Any) -> None:
    """Change an entry."""
    connection.execute(update(waiting).where(waiting.c.id == entry_id).values(**fields))


def lapsed(connection: Connection, now: datetime) -> list[Row[Any]]:
    """The entries whose offer was not taken in time."""
    return list(connection.execute(select(waiting).where(waiting.c.state == "offered", waiting.c.until <= now)))


def queue(connection: Connection) -> list[Row[Any]]:
    """Those who wait with no offer, first come first."""
    return list(connection.execute(select(waiting).where(waiting.c.state == "waiting").order_by(waiting.c.id)))


def _done(prefix: str) -> Update:
    mine = (waiting.c.person_id == bindparam(f"{prefix}person"), waiting.c.reason == bindparam(f"{prefix}for"), OPEN)
    return update(waiting).where(*mine).values(state="done", slot_id=None, until=None)


def _met(prefix: str) -> Update:
    return _done(prefix).where(waiting.c.slot_id == bindparam(f"{prefix}slot"))


def done(person_id: int, reason: str) -> Write:
    """The person has what they waited for."""
    return Write(_done, {"person": person_id, "for": reason})


def met(person_id: int, reason: str, slot_id: int) -> Write:
    """The person moved: they wait no more when it is to the slot that was offered to them."""
    return Write(_met, {"person": person_id, "for": reason, "slot": slot_id})
