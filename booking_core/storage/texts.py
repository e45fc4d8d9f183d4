"""Text messages and the lines they come from, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from booking_core.storage.engine import new_id
from booking_core.storage.tables import TO_DO, text_line, text_message

CLAIMING = 3  # the number of the lock; 0 is that of migrations


def add(connection: Connection, **fields: Any) -> int:
    """A message to do; broken (text_message_direction_message_id_key) when it is known."""
    return new_id(connection, insert(text_message).values(state="waiting", attempts=0, reference=None, **fields))


def known(connection: Connection, direction: str, message_id: str) -> bool:
    """True when a message of this id is there."""
    query = select(text_message.c.id).where(
        text_message.c.direction == direction, text_message.c.message_id == message_id
    )
    return connection.scalar(query) is not None


def count(connection: Connection, line: str, since: datetime, mark: str | None = None) -> int:
    """How many messages came from a line since then; with `mark`, those that said the same."""
    query = select(func.count()).where(
        text_message.c.direction == "in", text_message.c.line == line, text_message.c.at >= since
    )
    if mark is not None:
        query = query.where(text_message.c.mark == mark)
    return connection.scalar(query) or 0


def claim(connection: Connection, direction: str, now: datetime, lease: datetime, limit: int) -> list[Row[Any]]:
    """Everything to do of the lines that have something due, oldest first; taken by nobody else until `lease`.

    A line being worked on is left alone: its messages are handled one after the other, whoever does it.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIMING})
    mine = (text_message.c.direction == direction) & TO_DO
    busy = select(text_message.c.line).where(mine, text_message.c.state == "working", text_message.c.due > now)
    lines = (
        select(text_message.c.line)
        .where(mine, text_message.c.due <= now, text_message.c.line.not_in(busy))
        .group_by(text_message.c.line)
        .order_by(func.min(text_message.c.id))
        .limit(limit)
    )
    chosen = list(connection.scalars(lines))
    taken = (
        update(text_message)
        .where(mine, text_message.c.line.in_(chosen))
        .values(state="working", attempts=text_message.c.attempts + 1, due=lease)
        .returning(*text_message.c)
    )
    return sorted(connection.execute(taken), key=lambda row: (row.at, row.id)) if chosen else []


def settle(connection: Connection, ids: list[int], state: str, was: str | None = None, **fields: Any) -> None:
    """What became of messages; what they said is forgotten once there is nothing left to do with it.

    What was settled meanwhile, by whoever took over after the lease, stays settled. `was`: only in that state.
    """
    if state in ("done", "delivered", "undelivered", "dead"):
        fields["body"] = None
    unsettled = text_message.c.id.in_(ids) & text_message.c.body.is_not(None)
    if was is not None:
        unsettled &= text_message.c.state == was
    connection.execute(update(text_message).where(unsettled).values(state=state, **fields))


def reported(connection: Connection, column: str, value: str) -> Row[Any] | None:
    """An outgoing message by its `message_id` or by the carrier's `reference`."""
    query = select(text_message).where(text_message.c.direction == "out", text_message.c[column] == value)
    return connection.execute(query).first()


def line(connection: Connection, line_id: str) -> Row[Any] | None:
    """What is known of a line."""
    return connection.execute(select(text_line).where(text_line.c.id == line_id)).first()


def put_line(connection: Connection, line_id: str, **fields: Any) -> None:
    """Note something of a line, new or known."""
    changed = connection.execute(update(text_line).where(text_line.c.id == line_id).values(**fields))
    if changed.rowcount == 0:
        connection.execute(insert(text_line).values(id=line_id, **fields))


def states(connection: Connection) -> dict[tuple[str, str], int]:
    """How many messages there are, by direction and state."""
    query = select(text_message.c.direction, text_message.c.state, func.count()).group_by(
        text_message.c.direction, text_message.c.state
    )
    return {(direction, state): number for direction, state, number in connection.execute(query)}
