"""One-time codes and wrong tries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from booking_core.storage.tables import attempt, code


def put(connection: Connection, subject: str, **fields: Any) -> None:
    """A new code for a subject, in place of the one before."""
    connection.execute(delete(code).where(code.c.subject == subject))
    connection.execute(insert(code).values(subject=subject, **fields))


def take_try(connection: Connection, subject: str, now: datetime) -> Row[Any] | None:
    """Use up one try of a live code before it is compared, so that trying at once in many places gains nothing."""
    spent = (
        update(code)
        .where(code.c.subject == subject, code.c.expires > now, code.c.left > 0)
        .values(left=code.c.left - 1)
        .returning(*code.c)
    )
    return connection.execute(spent).first()


def live(connection: Connection, subjects: Sequence[str], now: datetime) -> bool:
    """True when one of these subjects has a code that can still be tried."""
    query = select(code.c.subject).where(code.c.subject.in_(subjects), code.c.expires > now, code.c.left > 0)
    return connection.execute(query).first() is not None


def drop(connection: Connection, subject: str) -> None:
    """The code is worth nothing any more."""
    connection.execute(delete(code).where(code.c.subject == subject))


def locked(connection: Connection, subjects: Sequence[str], most: int, now: datetime) -> datetime | None:
    """Until when one of these subjects is locked, None when none is."""
    query = select(func.max(attempt.c.until)).where(
        attempt.c.subject.in_(subjects), attempt.c.count >= most, attempt.c.until > now
    )
    found: datetime | None = connection.scalar(query)
    return found


def count(connection: Connection, subject: str, now: datetime, until: datetime) -> None:
    """One more try; the count starts again once its time has passed."""
    changed = connection.execute(
        update(attempt)
        .where(attempt.c.subject == subject, attempt.c.until > now)
        .values(count=attempt.c.count + 1, until=until)
    )
    if changed.rowcount == 0:
        connection.execute(delete(attempt).where(attempt.c.subject == subject))
        connection.execute(insert(attempt).values(subject=subject, count=1, until=until))


def forget(connection: Connection, subjects: Sequence[str]) -> None:
    """Right at last: the wrong tries no longer count."""
    connection.execute(delete(attempt).where(attempt.c.subject.in_(subjects)))
