"""What is written along with every change: the journal, the key of the request, the notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from booking_core.storage.tables import journal, notice, request


def seen(connection: Connection, key: str) -> Row[Any] | None:
    """What was answered to a request of this key."""
    return connection.execute(select(request).where(request.c.key == key)).first()


def answer(
    connection: Connection, key: str, *, person_id: int, operation: str, result: Mapping[str, Any], at: datetime
) -> None:
    """Keep the answer to a request; raises IntegrityError (request_pkey) when it already has one."""
    connection.execute(
        insert(request).values(key=key, person_id=person_id, operation=operation, result=dict(result), at=at)
    )


def note(
    connection: Connection,
    action: str,
    *,
    at: datetime,
    actor: str,
    medium: str,
    person_id: int | None = None,
    appointment_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """One more line of the journal: codes and ids, no personal data."""
    connection.execute(
        insert(journal).values(
            at=at,
            action=action,
            actor=actor,
            medium=medium,
            person_id=person_id,
            appointment_id=appointment_id,
            data=dict(data or {}),
        )
    )


def journal_of(connection: Connection, person_id: int) -> list[Row[Any]]:
    """A person's lines of the journal, oldest first."""
    return list(connection.execute(select(journal).where(journal.c.person_id == person_id).order_by(journal.c.id)))


def post(connection: Connection, notices: Sequence[Mapping[str, Any]]) -> None:
    """Put notices in the outbox."""
    if notices:
        connection.execute(insert(notice), [dict(n) for n in notices])
