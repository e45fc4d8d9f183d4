"""A conversation of the terminal written down as a dialogue test, in the format of tests/dialogues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from booking_core import Appointment, Contact


def dialogue(
    name: str,
    medium: str,
    *,
    turns: Sequence[Mapping[str, Any]],
    before: Sequence[Appointment],
    after: Sequence[Appointment],
    contact: Contact,
    today: date,
) -> dict[str, Any]:
    """The dialogue: what was booked before, what was said, what is booked after; days are counted from `today`.

    What the answers must mention is for whoever keeps the test to add.
    """
    phone = {k: v for k, v in (("mobile", contact.mobile), ("landline", contact.landline)) if v}
    return {
        "id": name,
        "medium": medium,
        "given": {"appointments": [_row(a, today) for a in before], "phone": phone or None},
        "turns": [dict(turn) for turn in turns],
        "final": {"appointments": [_row(a, today) for a in after]},
    }


def append(path: Path, made: Mapping[str, Any]) -> None:
    """Add a dialogue to a file of dialogues."""
    text = yaml.safe_dump([dict(made)], allow_unicode=True, sort_keys=False, width=120)
    with path.open("a", encoding="utf8") as file:
        file.write(text)


def _row(appointment: Appointment, today: date) -> dict[str, str]:
    days = (appointment.start.date() - today).days
    when = f"+{days}d {appointment.start:%H:%M}"
    return {"reason": appointment.reason, "channel": appointment.channel, "status": "booked", "when": when}
