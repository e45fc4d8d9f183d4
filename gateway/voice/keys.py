"""The keys of a phone: what each means by what is asked, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from stdnum.fr import nir

from french import codes
from french.text import fold

MENU = {
    "1": "intent:book_appointment",
    "2": "intent:move_appointment",
    "3": "intent:cancel_appointment",
    "4": "intent:list_appointments",
}
# By what is asked (a slot of the forms). What is not here is a place in the choices told.
VALUES = {
    "channel": {"1": "channel:phone", "2": "channel:in_person"},
    "confirm": {"1": "intent:affirm", "2": "intent:deny"},
    "existing": {"1": "intent:move_appointment", "2": "intent:cancel_appointment", "3": "intent:deny"},
    "change": {"1": "intent:more_slots", "2": "intent:abandon"},
    "slot_id": {"9": "intent:more_slots"},
}
SOONEST = "le plus tôt possible"
OTHER_DAY = {"8": "un autre jour"}
TIMES = {"1": SOONEST, "2": "un matin", "3": "un après-midi"}
# How many keys an answer has at most; # ends sooner.
EXPECTED = {
    "nir": 15,
    "birth_date": 8,
    "code": 8,
    "phone": 14,
    "contact_reference": 14,
    "email": 14,
    "preferred_time": 4,
}
NUMBERS = ("nir", "birth_date", "code", "phone", "contact_reference")
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - a code does not depend on the day
CHOSEN = ("reason", "agency", "slot_id", "appointment_id")


def expected(asking: str | None, choices: int) -> int:
    """How many keys to wait for at most."""
    return EXPECTED.get(asking or "", 2 if choices > 9 else 1)


def meaning(asking: str | None, digits: str) -> tuple[str, str] | None:
    """("value" | "text" | "digits" | "code", what to tell the assistant), or None for keys that mean nothing here."""
    if not digits.isdigit():
        return None
    if asking == "email":
        return None
    if asking is None and digits in MENU:
        return "value", MENU[digits]
    if value := VALUES.get(asking or "", {}).get(digits):
        return "value", value
    if asking == "preferred_time":
        return _time(digits)
    if asking == "slot_id" and digits in OTHER_DAY:
        return "text", OTHER_DAY[digits]
    if asking == "nir" and len(digits) == 15:
        return "digits", _corsican(digits)
    if asking == "code" and len(digits) > 3:
        return "code", digits
    if asking in NUMBERS or asking in CHOSEN or len(digits) > 3:
        return "digits", digits
    return None


def prompts(asking: str | None, choices: Sequence[str], line: Callable[..., str]) -> list[str]:
    """How to answer with keys, sentence by sentence; `line` words them."""
    told = [line("key", choice=c, key=str(n)) for n, c in enumerate(choices, 1)] if asking in CHOSEN else []
    name = "menu" if asking is None else asking
    if name == "menu" or name in VALUES or name in EXPECTED:
        told.append(line(f"keys_{name}"))
    return told


def code(text: str) -> str | None:
    """The one-time code said in a text: four to eight digits, whatever else they could be."""
    found = codes.find(text, fold(text), NEVER)
    return str(found[0].value) if found else None


def nir_by_groups(number: str) -> str:
    """A social security number as it is read aloud: sex, year, month, place, commune, order, key."""
    groups = [number[0], *(number[i : i + 2] for i in (1, 3, 5)), number[7:10], number[10:13], number[13:15]]
    return ", ".join(g for g in groups if g)


def _time(digits: str) -> tuple[str, str] | None:
    if digits in TIMES:
        return "text", TIMES[digits]
    if len(digits) == 4 and 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:]) <= 12:
        return "text", f"le {digits[:2]}/{digits[2:]}"
    return None


def _corsican(digits: str) -> str:
    """A phone has no A and no B: whoever is born in Corsica types 20, and the key tells 2A from 2B."""
    if digits[5:7] == "20":
        for department in ("2A", "2B"):
            number: Any = f"{digits[:5]}{department}{digits[7:]}"
            if nir.is_valid(number):
                return str(number)
    return digits
