"""What was said in conversations, as sealed rows."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Row, String, Text, bindparam, func, insert, select, union_all

from booking_core.storage.tables import conversation, line


def after(connection: Connection, conversation_id: str, number: int) -> list[Row[Any]]:
    """The lines of a conversation after a number, in order."""
    query = select(line).where(line.c.conversation_id == conversation_id, line.c.number > number)
    return list(connection.execute(query.order_by(line.c.number)))


def marked(connection: Connection, conversation_id: str, mark: str) -> list[Row[Any]]:
    """The lines written for one message."""
    query = select(line).where(line.c.conversation_id == conversation_id, line.c.mark == mark)
    return list(connection.execute(query.order_by(line.c.number)))


@cache
def _adding(lines: int) -> Insert:
    # One statement numbers the lines and finds out whether the message is known.
    of, mark = bindparam("of", type_=String), bindparam("mark", type_=String)
    last = select(func.coalesce(func.max(line.c.number), 0)).where(line.c.conversation_id == of).scalar_subquery()
    known = select(line.c.number).where(line.c.conversation_id == of, line.c.mark == mark).exists()
    at = bindparam("at", type_=line.c.at.type)
    said = [select(of, last + (n + 1), mark, bindparam(f"body{n}", type_=Text), at).where(~known) for n in range(lines)]
    columns = ["conversation_id", "number", "mark", "body", "at"]
    return insert(line).from_select(columns, union_all(*said)).returning(line.c.number)


def add(connection: Connection, conversation_id: str, bodies: list[str], mark: str | None, at: datetime) -> int | None:
    """Write lines; returns the number of the first, None when there are lines of that mark."""
    values = {f"body{n}": body for n, body in enumerate(bodies)}
    written = connection.scalars(_adding(len(bodies)), {"of": conversation_id, "mark": mark, "at": at, **values})
    return min(written, default=None)


def open_on_screens(connection: Connection, person_id: int, now: datetime) -> list[str]:
    """The conversations of a person that a screen may show."""
    query = select(conversation.c.id).where(
        conversation.c.person_id == person_id, conversation.c.medium.in_(("web", "app")), conversation.c.expires > now
    )
    return list(connection.execute(query).scalars())
