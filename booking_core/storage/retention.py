"""Erasing what is old, and everything on one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from booking_core.storage.tables import (
    account,
    appointment,
    attempt,
    code,
    conversation,
    federation,
    handover,
    hold,
    journal,
    letter,
    line,
    notice,
    person,
    reply,
    request,
    retention,
    session,
    slot,
    text_line,
    text_message,
    vault,
    waiting,
)


def purge(connection: Connection, before: Mapping[str, datetime]) -> dict[str, int]:
    """Delete what is older than `before` tells for its kind; returns how many rows of each table.

    Kinds: now, appointments, journal, conversations, notices, keys.
    """
    now = before["now"]
    connection.execute(insert(retention).values(before=before["journal"]))
    old = {
        hold: hold.c.expires <= now,
        vault: vault.c.expires <= now,
        code: code.c.expires <= now,
        attempt: attempt.c.until <= now,
        session: session.c.expires <= now,
        reply: reply.c.at < before["conversations"],
        line: line.c.at < before["conversations"],
        conversation: conversation.c.expires < before["conversations"],
        text_message: text_message.c.at < before["conversations"],
        # A line that said STOP is remembered for as long as it does.
        text_line: (text_line.c.seen < before["conversations"]) & text_line.c.stopped.is_(None),
        handover: handover.c.at < before["conversations"],
        request: request.c.at < before["keys"],
        notice: (notice.c.created < before["notices"]) & notice.c.state.in_(("sent", "stale", "dead")),
        letter: letter.c.at < before["appointments"],
        appointment: (appointment.c.end < before["appointments"]) & (appointment.c.status != "booked"),
        slot: slot.c.end < before["appointments"],
        waiting: (waiting.c.created < before["appointments"]) & waiting.c.state.in_(("done", "left")),
        journal: journal.c.at < before["journal"],
    }
    return {table.name: connection.execute(delete(table).where(term)).rowcount for table, term in old.items()}


def erase(connection: Connection, person_id: int) -> None:
    """Nothing is left that tells who a person was; their appointments stay, for counting, without a number."""
    for table in (code, letter, notice, request, handover, account, federation, session):
        connection.execute(delete(table).where(table.c.person_id == person_id))
    of = select(conversation.c.id).where(conversation.c.person_id == person_id)
    for table in (vault, reply, line):
        connection.execute(delete(table).where(table.c.conversation_id.in_(of)))
    connection.execute(delete(hold).where(hold.c.holder.in_(of)))
    connection.execute(delete(conversation).where(conversation.c.person_id == person_id))
    connection.execute(update(appointment).where(appointment.c.person_id == person_id).values(phone=None))
    connection.execute(delete(waiting).where(waiting.c.person_id == person_id))
    nothing = dict.fromkeys(("key", "agency_id", "nir", "credential", "sealed", "mobile", "landline", "email"))
    connection.execute(update(person).where(person.c.id == person_id).values(**nothing))


def held_on(connection: Connection, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that speaks of a person, by table."""
    found = {}
    for table in (
        appointment,
        journal,
        notice,
        letter,
        handover,
        waiting,
        conversation,
        request,
        account,
        federation,
        session,
    ):
        rows = connection.execute(select(table).where(table.c.person_id == person_id))
        found[table.name] = [dict(row._mapping) for row in rows]
    ids = [row["id"] for row in found["conversation"]]
    for table in (vault, reply, line):
        rows = connection.execute(select(table).where(table.c.conversation_id.in_(ids)))
        found[table.name] = [dict(row._mapping) for row in rows]
    return found
