"""People, as rows; what identifies or reaches them is sealed before it comes here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from booking_core.storage.engine import new_id
from booking_core.storage.tables import person

GET = select(person).where(person.c.id == bindparam("wanted"))


def get(connection: Connection, person_id: int) -> Row[Any] | None:
    """One person."""
    return connection.execute(GET, {"wanted": person_id}).first()


def by_key(connection: Connection, key: str) -> Row[Any] | None:
    """A person of the demo."""
    return connection.execute(select(person).where(person.c.key == key)).first()


def by_nir(connection: Connection, indexes: Sequence[str]) -> Row[Any] | None:
    """The person whose number has one of these blind indexes."""
    return connection.execute(select(person).where(person.c.nir.in_(indexes))).first()


def add(connection: Connection, **fields: Any) -> int:
    """A new person; returns their id."""
    return new_id(connection, insert(person).values(**fields))


def change(connection: Connection, person_id: int, **fields: Any) -> None:
    """Change a person's fields."""
    connection.execute(update(person).where(person.c.id == person_id).values(**fields))
