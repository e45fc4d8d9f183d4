"""What is written along with every change: the journal, the key of the request, the notices.

These give writes, for `together`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Row,
    bindparam,
    insert,
    literal_column,
    null,
    select,
    union_all,
)

from booking_core.storage.engine import Template, Write, inserting
from booking_core.storage.tables import journal, notice, request


def seen(connection: Connection, key: str) -> Row[Any] | None:
    """What was answered to a request of this key."""
    return connection.execute(select(request).where(request.c.key == key)).first()


REQUEST, JOURNAL = inserting(request), inserting(journal)


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


# What the notices of one change have in common, and what each has of its own.
COMMON, OWN = ("person_id", "appointment_id", "version", "data", "created"), ("message_id", "kind", "port", "due")


def post(notices: Sequence[Mapping[str, Any]]) -> list[Write]:
    """Put the notices of one change in the outbox."""
    if not notices:
        return []
    common = {name: notices[0][name] for name in COMMON}
    own = {f"{name}{n}": row[name] for n, row in enumerate(notices) for name in OWN}
    return [Write(_posting(len(notices)), common | own)]


@cache
def _posting(count: int) -> Template:
    """One statement for so many notices: few enough parameters for psycopg to remember how it reads the statement."""

    def template(prefix: str) -> Insert:
        def given(name: str, suffix: object = "") -> BindParameter[Any]:
            return bindparam(f"{prefix}{name}{suffix}", type_=notice.c[name].type)

        # Not VALUES with several rows: SQLAlchemy would compile that anew each time.
        fresh: tuple[ColumnElement[Any], ...] = (literal_column("'waiting'"), literal_column("0"), null())
        rows = [select(*map(given, COMMON), *fresh, *(given(name, n) for name in OWN)) for n in range(count)]
        return insert(notice).from_select([*COMMON, "state", "attempts", "error", *OWN], union_all(*rows))

    return template
