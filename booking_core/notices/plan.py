"""Which notices a change calls for, and when they are due."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from booking_core.settings import Settings

TEXTED = ("sms", "voice")


def of_change(
    kind: str, row: Mapping[str, Any], *, now: datetime, medium: str, settings: Settings
) -> list[dict[str, Any]]:
    """The notices of an appointment that was "booked", "moved" or "cancelled", and its reminders.

    The mailbox and the e-mail always, a text message for whoever came by text or voice (RULES §2.7). A person
    who cancels gets no text message, one whose agency cancels does. `row` has person_id, appointment_id,
    version, start. Reminders whose time has passed are left out: the one still ahead is enough.
    """
    about = {k: row[k] for k in ("person_id", "appointment_id", "version")}
    texted = medium == "agent" if kind == "cancelled" else medium in TEXTED
    ports = ["mailbox", "email"] + (["sms"] if texted else [])
    rows = [notice(kind, port, due=now, now=now, **about) for port in ports]
    if kind != "cancelled":
        rows += [notice(f"reminder_{m}", "reach", due=due, now=now, **about) for m, due in _ahead(row, now, settings)]
    return rows


def notice(kind: str, port: str, *, due: datetime, now: datetime, person_id: int, **about: Any) -> dict[str, Any]:
    """One row of the outbox. The message id is the same however often it is sent."""
    return {
        "appointment_id": None,
        "version": None,
        "data": None,
        "message_id": uuid.uuid4().hex,
        "person_id": person_id,
        "kind": kind,
        "port": port,
        "due": due,
        "created": now,
        **about,
    }


def _ahead(row: Mapping[str, Any], now: datetime, settings: Settings) -> Iterator[tuple[int, datetime]]:
    for minutes in settings.reminders_minutes:
        due = row["start"] - timedelta(minutes=minutes)
        if due > now:
            yield minutes, due
