"""Saying days, hours, numbers and lists: for eyes, for a text message, for the ear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Sequence

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def day(when: date, now: datetime, medium: str) -> str:
    """A day with its name, and its year when it is not this one."""
    name = DAYS[when.weekday()]
    if medium == "sms":
        return f"{name} {when.day}/{when.month:02d}" + (f"/{when.year}" if when.year != now.year else "")
    number = "1er" if when.day == 1 else str(when.day)
    year = f" {when.year}" if when.year != now.year else ""
    return f"{name} {number} {MONTHS[when.month - 1]}{year}"


def hour(when: datetime, medium: str) -> str:
    """An hour: 10 h 30 on screen, 10h30 by SMS, 10 heures 30 aloud."""
    minutes = f"{when.minute:02d}" if when.minute else ""
    if medium == "sms":
        return f"{when.hour}h{minutes}"
    if medium == "voice":
        return f"{when.hour} heures {minutes}".strip()
    return f"{when.hour}\u00a0h\u00a0{minutes}".rstrip("\u00a0")


def moment(when: datetime, now: datetime, medium: str) -> str:
    """A day and an hour."""
    return f"{day(when.date(), now, medium)} à {hour(when, medium)}"


def listing(items: Sequence[str], last: str = "et") -> str:
    """Several things in one phrase: "a, b et c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def phone(e164: str, medium: str) -> str:
    """A phone number by pairs; foreign ones as they are."""
    if not e164.startswith("+33") or len(e164) != 12:
        return e164
    digits = "0" + e164[3:]
    return (", " if medium == "voice" else " ").join(digits[i : i + 2] for i in range(0, 10, 2))


def email(address: str, medium: str) -> str:
    """An e-mail address; spelt out for the ear."""
    if medium != "voice":
        return address
    spoken = {"@": " arobase ", ".": " point ", "-": " tiret ", "_": " tiret du bas "}
    return "".join(spoken.get(c, c) for c in address)
