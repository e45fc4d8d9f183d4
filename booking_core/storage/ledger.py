"""What is written along with every change: the journal, the key of the request, the notices.

These give writes, for `together`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from booking_core.storage.engine import Write, inserting
from booking_core.storage.tables import journal, notice, request


def seen(connection: Connection, key: str) -> Row[Any] | None:
    """What was answered to a request of this key."""
    return connection.execute(select(request).where(request.c.key == key)).first()


REQUEST, JOURNAL, NOTICE = inserting(request), inserting(journal), inserting(notice)


def answer(key: str, *, person_id: int, operation: str, result: Mapping[str, Any], at: datetime) -> Write:
    """Keep the answer to a request; broken (request_pkey) when it already has one."""
    return Write(
        REQUEST, {"key": key, "person_id": person_id, "operation": operation, "result": dict(result), "at": at}
    )


def note(
    action: str,
    *,
    at: datetime,
    actor: str,
    medium: str,
    person_id: int | None = None,
    appointment_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Write:
    """One more line of the journal: codes and ids, no personal data."""
    return Write(
        JOURNAL,
        {
            "action": action,
            "at": at,
            "actor": actor,
            "medium": medium,
            "person_id": person_id,
            "appointment_id": appointment_id,
            "data": dict(data or {}),
        },
    )


def post(notices: Sequence[Mapping[str, Any]]) -> list[Write]:
    """Put notices in the outbox."""
    return [Write(NOTICE, row) for row in notices]
