"""What was said in conversations, as sealed rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from booking_core.storage.tables import conversation, line


def after(connection: Connection, conversation_id: str, number: int) -> list[Row[Any]]:
    """The lines of a conversation after a number, in order."""
    query = select(line).where(line.c.conversation_id == conversation_id, line.c.number > number)
    return list(connection.execute(query.order_by(line.c.number)))


def marked(connection: Connection, conversation_id: str, mark: str) -> list[Row[Any]]:
    """The lines written for one message."""
    query = select(line).where(line.c.conversation_id == conversation_id, line.c.mark == mark)
    return list(connection.execute(query.order_by(line.c.number)))


def add(connection: Connection, conversation_id: str, bodies: list[str], mark: str | None, at: datetime) -> int:
    """Write lines; returns the number of the first."""
    last = connection.scalar(select(func.max(line.c.number)).where(line.c.conversation_id == conversation_id)) or 0
    rows = [
        {"conversation_id": conversation_id, "number": last + n, "mark": mark, "body": body, "at": at}
        for n, body in enumerate(bodies, 1)
    ]
    connection.execute(insert(line), rows)
    return int(last) + 1


def open_on_screens(connection: Connection, person_id: int, now: datetime) -> list[str]:
    """The conversations of a person that a screen may show."""
    query = select(conversation.c.id).where(
        conversation.c.person_id == person_id, conversation.c.medium.in_(("web", "app")), conversation.c.expires > now
    )
    return list(connection.execute(query).scalars())
