"""What is sealed or hashed under another secret, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from booking_core.storage.tables import handover, metadata, person, text_line, text_message


def under_another(
    connection: Connection, table: str, columns: Sequence[str], mark: str, limit: int
) -> list[Mapping[str, Any]]:
    """Rows of which a sealed column does not start with this mark."""
    found = metadata.tables[table]
    other = or_(*(and_(found.c[name].is_not(None), ~found.c[name].startswith(mark)) for name in columns))
    rows = connection.execute(select(found).where(other).limit(limit).with_for_update(skip_locked=True))
    return [dict(row._mapping) for row in rows]


def handovers(connection: Connection, mark: str, limit: int) -> list[Mapping[str, Any]]:
    """Handovers that hold sentences under another mark."""
    sealed = handover.c.data["turns"].as_string()
    query = select(handover).where(and_(sealed.is_not(None), ~sealed.startswith(mark))).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query.with_for_update(skip_locked=True))]


def change(connection: Connection, table: str, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Change one row, named by its primary key."""
    found = metadata.tables[table]
    key = and_(*(column == row[column.name] for column in found.primary_key))
    connection.execute(update(found).where(key).values(**values))


def reachable(connection: Connection) -> Iterable[Row[Any]]:
    """The sealed phone numbers on file."""
    return connection.execute(select(person.c.mobile, person.c.landline))


def waiting_texts(connection: Connection) -> list[str]:
    """The sealed bodies of messages that are not settled."""
    return list(connection.scalars(select(text_message.c.body).where(text_message.c.body.is_not(None))))


def lines(connection: Connection) -> dict[str, datetime | None]:
    """Every line that wrote to us, and when it said STOP."""
    return {row.id: row.stopped for row in connection.execute(select(text_line.c.id, text_line.c.stopped))}


def move_line(connection: Connection, line: str, to: str, stopped: datetime | None) -> None:
    """A line under its new name; when it has written there already, its STOP is kept."""
    if connection.scalar(select(text_line.c.id).where(text_line.c.id == to)) is None:
        connection.execute(update(text_line).where(text_line.c.id == line).values(id=to))
    else:
        if stopped is not None:
            connection.execute(
                update(text_line).where(text_line.c.id == to, text_line.c.stopped.is_(None)).values(stopped=stopped)
            )
        connection.execute(text_line.delete().where(text_line.c.id == line))
    connection.execute(update(text_message).where(text_message.c.line == line).values(line=to))
