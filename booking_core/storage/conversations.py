"""Conversations, their vault and their replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, update

from booking_core.storage.engine import new_id
from booking_core.storage.tables import conversation, handover, line, reply, vault

# Read several times a turn: building a statement takes as long as running it.
GET = select(conversation).where(conversation.c.id == bindparam("wanted"), conversation.c.expires > bindparam("now"))


def get(connection: Connection, conversation_id: str, now: datetime) -> Row[Any] | None:
    """A conversation that has not lapsed."""
    return connection.execute(GET, {"wanted": conversation_id, "now": now}).first()


def put(connection: Connection, conversation_id: str, **fields: Any) -> None:
    """A conversation, new or again."""
    connection.execute(delete(conversation).where(conversation.c.id == conversation_id))
    connection.execute(insert(conversation).values(id=conversation_id, **fields))


def prove(connection: Connection, conversation_id: str, person_id: int, level: int) -> None:
    """Who is speaking, and how well it is proved."""
    query = update(conversation).where(conversation.c.id == conversation_id)
    connection.execute(query.values(person_id=person_id, level=level))


def close(connection: Connection, conversation_id: str) -> None:
    """Nothing is left of the conversation, its replies apart (a message sent again gets the same answer)."""
    connection.execute(delete(conversation).where(conversation.c.id == conversation_id))
    connection.execute(delete(vault).where(vault.c.conversation_id == conversation_id))
    connection.execute(delete(line).where(line.c.conversation_id == conversation_id))


def vault_find(connection: Connection, conversation_id: str, kind: str, mark: str, now: datetime) -> int | None:
    """The number under which a value is already kept."""
    query = select(vault.c.number).where(
        vault.c.conversation_id == conversation_id, vault.c.kind == kind, vault.c.mark == mark, vault.c.expires > now
    )
    found: int | None = connection.scalar(query)
    return found


def vault_add(connection: Connection, conversation_id: str, kind: str, **fields: Any) -> int:
    """Keep a value; returns its number."""
    last = connection.scalar(
        select(func.max(vault.c.number)).where(vault.c.conversation_id == conversation_id, vault.c.kind == kind)
    )
    number = (last or 0) + 1
    connection.execute(insert(vault).values(conversation_id=conversation_id, kind=kind, number=number, **fields))
    return number


def vault_get(connection: Connection, conversation_id: str, kind: str, number: int, now: datetime) -> str | None:
    """The sealed value."""
    query = select(vault.c.value).where(
        vault.c.conversation_id == conversation_id,
        vault.c.kind == kind,
        vault.c.number == number,
        vault.c.expires > now,
    )
    found: str | None = connection.scalar(query)
    return found


def reply_get(connection: Connection, conversation_id: str, message_id: str) -> str | None:
    """The sealed reply."""
    query = select(reply.c.body).where(reply.c.conversation_id == conversation_id, reply.c.message_id == message_id)
    found: str | None = connection.scalar(query)
    return found


def reply_put(connection: Connection, conversation_id: str, message_id: str, body: str, at: datetime) -> None:
    """Keep a reply; the first stays."""
    if reply_get(connection, conversation_id, message_id) is None:
        connection.execute(
            insert(reply).values(conversation_id=conversation_id, message_id=message_id, body=body, at=at)
        )


def hand_over(connection: Connection, **fields: Any) -> int:
    """Leave a record for an adviser; returns its id."""
    return new_id(connection, insert(handover).values(done=False, **fields))


# A draft is what was under way, as a handover is, for the person themselves to take up again.
def _drafts(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return handover.c.person_id == person_id, handover.c.kind == "draft"


def put_draft(connection: Connection, person_id: int, **fields: Any) -> None:
    """The one draft of a person."""
    changed = connection.execute(update(handover).where(*_drafts(person_id)).values(**fields))
    if not changed.rowcount:
        connection.execute(insert(handover).values(person_id=person_id, kind="draft", done=False, **fields))


def draft(connection: Connection, person_id: int, since: datetime) -> Row[Any] | None:
    """The draft of a person, when it is that recent."""
    return connection.execute(select(handover).where(*_drafts(person_id), handover.c.at >= since)).first()


def drop_draft(connection: Connection, person_id: int) -> None:
    """No draft is left."""
    connection.execute(delete(handover).where(*_drafts(person_id)))
