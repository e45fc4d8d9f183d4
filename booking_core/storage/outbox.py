"""The outbox and the mailbox, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from booking_core.storage.tables import WAITING, letter, notice


def claim(connection: Connection, now: datetime, lease: datetime, limit: int) -> list[Row[Any]]:
    """Notices that are due, taken by nobody else until `lease`: then they are due again.

    Whoever dies between sending and saying so leaves the notice to be sent again, with the same message id.
    """
    due = (
        select(notice.c.id)
        .where(WAITING, notice.c.due <= now)
        .order_by(notice.c.due, notice.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(due))
    taken = (
        update(notice)
        .where(notice.c.id.in_(ids))
        .values(state="sending", attempts=notice.c.attempts + 1, due=lease)
        .returning(*notice.c)
    )
    return sorted(connection.execute(taken), key=lambda row: row.id) if ids else []


def settle(connection: Connection, notice_id: int, state: str, **fields: Any) -> None:
    """What became of a notice; what it carried is forgotten once it is settled for good."""
    if state != "waiting":
        fields["data"] = None
    connection.execute(update(notice).where(notice.c.id == notice_id).values(state=state, **fields))


def last_reminder(connection: Connection, person_id: int) -> Row[Any] | None:
    """The reminder last sent to a person; `due` is then when it was."""
    query = select(notice).where(
        notice.c.person_id == person_id, notice.c.kind.startswith("reminder"), notice.c.state == "sent"
    )
    return connection.execute(query.order_by(notice.c.due.desc())).first()


def everything(connection: Connection) -> list[Row[Any]]:
    """Every notice, in the order written."""
    return list(connection.execute(select(notice).order_by(notice.c.id)))


def put_letter(connection: Connection, **fields: Any) -> None:
    """A letter in the mailbox; one that is there already (same message id) stays alone."""
    known = select(letter.c.id).where(letter.c.message_id == fields["message_id"])
    if connection.scalar(known) is None:
        connection.execute(insert(letter).values(**fields))


def letters(connection: Connection, person_id: int) -> list[Row[Any]]:
    """A person's letters, newest first."""
    return list(connection.execute(select(letter).where(letter.c.person_id == person_id).order_by(letter.c.id.desc())))
