"""Accounts on the web: their codes, who is signed in, and identities that others vouch for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from booking_core.storage.tables import account, federation, session


def get(connection: Connection, person_id: int) -> Row[Any] | None:
    """The codes of an account."""
    return connection.execute(select(account).where(account.c.person_id == person_id)).first()


def put(connection: Connection, person_id: int, **fields: Any) -> None:
    """Change the codes of an account, new or not."""
    changed = connection.execute(update(account).where(account.c.person_id == person_id).values(**fields))
    if changed.rowcount == 0:
        connection.execute(insert(account).values(person_id=person_id, **fields))


def open_session(connection: Connection, mark: str, **fields: Any) -> None:
    """Someone has signed in."""
    connection.execute(insert(session).values(id=mark, **fields))


def session_of(connection: Connection, mark: str, now: datetime) -> Row[Any] | None:
    """A session that has not lapsed."""
    return connection.execute(select(session).where(session.c.id == mark, session.c.expires > now)).first()


def change_session(connection: Connection, mark: str, **fields: Any) -> None:
    """A session lasts longer, or is no longer fresh."""
    connection.execute(update(session).where(session.c.id == mark).values(**fields))


def close_session(connection: Connection, mark: str) -> None:
    """Signed out."""
    connection.execute(delete(session).where(session.c.id == mark))


def close_others(connection: Connection, person_id: int, mark: str) -> None:
    """Sign a person out everywhere else."""
    connection.execute(delete(session).where(session.c.person_id == person_id, session.c.id != mark))


def federated(connection: Connection, marks: Sequence[str]) -> int | None:
    """The person behind an identity that somebody else vouches for, under any of its marks."""
    found: int | None = connection.scalar(select(federation.c.person_id).where(federation.c.mark.in_(marks)))
    return found


def federate(connection: Connection, mark: str, person_id: int, at: datetime) -> None:
    """Link such an identity to a person; a link from before is replaced."""
    connection.execute(delete(federation).where(federation.c.mark == mark))
    connection.execute(insert(federation).values(mark=mark, person_id=person_id, created=at))
