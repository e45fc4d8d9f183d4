"""The words that answers are filled with: appointments, slots and reasons said for each medium."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Protocol

import yaml

from actions.turn import Turn
from booking_core import Agency, Appointment, Slot
from french import say

Button = dict[str, str]
WORDS = Path(__file__).parent.parent / "bot" / "domain" / "words.yml"


class Addressee(Protocol):
    """Whom words are for: when, in local time, and by which medium they are said."""

    @property
    def now(self) -> datetime: ...
    @property
    def medium(self) -> str: ...


@cache
def _words() -> dict[str, list[dict[str, str]]]:
    responses: dict[str, list[dict[str, str]]] = yaml.safe_load(WORDS.read_text("utf8"))["responses"]
    return responses


def word(turn: Addressee, name: str, **values: str) -> str:
    """A piece of a sentence from bot/domain/words.yml, in its variant for the medium where it has one."""
    variants = _words()[f"utter_word_{name}"]
    chosen = next((v for v in variants if v.get("channel") == turn.medium), variants[0])
    return chosen["text"].format(**values)


def when(turn: Turn, slot: Slot | Appointment) -> str:
    """The day and hour of a slot."""
    return say.moment(slot.start, turn.now, turn.medium)


def day(turn: Addressee, date: date) -> str:
    """A day, with its name."""
    return say.day(date, turn.now, turn.medium)


def hour(turn: Addressee, at: time) -> str:
    """An hour."""
    return say.hour(at, turn.medium)


def count(turn: Addressee, of: int) -> str:
    """How many hours or minutes."""
    return say.count(of, turn.medium)


def either(items: Sequence[str]) -> str:
    """Several readings in one phrase: "a ou b"."""
    return say.listing(list(items), last="ou")


def reason(turn: Turn, code: str) -> str:
    """The label of a reason; the voice cannot say a stroke."""
    label = turn.core.reasons[code].label
    return label.replace(" / ", " ou ").replace(" - ", " ") if turn.medium == "voice" else label


def channel(turn: Turn, code: str) -> str:
    """A channel of appointments."""
    return word(turn, f"channel_{code}")


def phone(turn: Turn, number: str) -> str:
    """A phone number, as a reference that the gateway says: Rasa keeps what is answered, too."""
    return f"⟦{turn.core.vault_put(turn.conversation, 'phone', number)}⟧"


def masked(turn: Turn, address: str) -> str:
    """A masked address ("06 ** ** ** 78", "r****@hotmail.com"); the voice says what is left of it."""
    if turn.medium != "voice":
        return address
    if "@" in address:
        return word(turn, "your_email", domain=say.email(address.partition("@")[2], turn.medium))
    return word(turn, "your_mobile", end=say.phone(f"+330000000{address[-2:]}", turn.medium).rpartition(", ")[2])


def agency(of: Agency) -> str:
    """The name of an agency as it follows "l’agence de"."""
    return of.name.removeprefix("Agence de ").removeprefix("Agence d’")


def place(turn: Turn, of: Appointment) -> str:
    """Where an appointment takes place."""
    return channel(turn, "phone") if of.channel == "phone" else word(turn, "at_agency", agency=agency(of.agency))


def appointment(turn: Turn, of: Appointment) -> str:
    """An appointment in one phrase: reason, day and hour, place."""
    return word(turn, "appointment", reason=reason(turn, of.reason), when=when(turn, of), place=place(turn, of))


def listing(items: Sequence[str]) -> str:
    """Several things in one phrase: "a, b et c"."""
    return say.listing(list(items))


def slot_buttons(turn: Turn, slots: Iterable[Slot]) -> list[Button]:
    """One choice a slot."""
    return [{"title": when(turn, s), "payload": f"slot:{s.id}"} for s in slots]


def appointment_buttons(turn: Turn, appointments: Iterable[Appointment]) -> list[Button]:
    """One choice an appointment."""
    return [{"title": appointment(turn, a), "payload": f"appointment:{a.id}"} for a in appointments]


def titles(buttons: Iterable[Button]) -> str:
    """Choices as they are read aloud: "a, b ou c"."""
    return either([b["title"] for b in buttons])
