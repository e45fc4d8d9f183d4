"""Saying days, hours, numbers and lists: for eyes, for a text message, for the ear.

`medium` is "web", "app", "sms" or "voice". Text messages keep to GSM-7, which has à é è ù but no ê, û, ç or typographic
apostrophe; the voice gets words, so that every speech engine says the same.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from itertools import zip_longest
from typing import List, Sequence, Union

from french.numbers import words

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NBSP = "\u00a0"
SPOKEN = {"@": " arobase ", ".": " point ", "-": " tiret ", "_": " tiret du bas ", "+": " plus "}


def day(when: date, now: datetime, medium: str) -> str:
    """A day with its name, and its year when it is not this one."""
    name = DAYS[when.weekday()]
    other_year = when.year != now.year
    if medium == "sms":
        return f"{name} {when.day}/{when.month:02d}" + (f"/{when.year}" if other_year else "")
    if medium == "voice":
        number = "premier" if when.day == 1 else words(when.day)
        year = f" {words(when.year)}" if other_year else ""
        return f"{name} {number} {MONTHS[when.month - 1]}{year}"
    number = "1er" if when.day == 1 else str(when.day)
    return f"{name} {number} {MONTHS[when.month - 1]}" + (f" {when.year}" if other_year else "")


def hour(when: Union[time, datetime], medium: str) -> str:
    """An hour: 10 h 30 on screen, 10h30 by SMS, "dix heures trente" aloud."""
    if medium == "sms":
        return f"{when.hour}h{when.minute:02d}" if when.minute else f"{when.hour}h"
    if medium == "voice":
        minutes = f" {_feminine(when.minute)}" if when.minute else ""
        return f"{_feminine(when.hour)} heure{'s' if when.hour > 1 else ''}{minutes}"
    return f"{when.hour}{NBSP}h" + (f"{NBSP}{when.minute:02d}" if when.minute else "")


def count(of: int, medium: str) -> str:
    """How many hours or minutes: 30 to be read, "trente" aloud."""
    return _feminine(of) if medium == "voice" else str(of)


def moment(when: datetime, now: datetime, medium: str) -> str:
    """A day and an hour: "mardi 24 novembre à 10 h 30"."""
    return f"{day(when.date(), now, medium)} à {hour(when, medium)}"


def slot(start: datetime, end: datetime, now: datetime, medium: str) -> str:
    """A slot from its start to its end: "mardi 24 novembre de 10 h à 10 h 30"."""
    if start.date() != end.date():
        return f"du {moment(start, now, medium)} au {moment(end, now, medium)}"
    return f"{day(start.date(), now, medium)} {range(start.time(), end.time(), medium)}"


def range(since: time, until: time, medium: str) -> str:
    """A time window: "de 9 h à 12 h"."""
    return f"de {hour(since, medium)} à {hour(until, medium)}"


def listing(items: Sequence[str], last: str = "et") -> str:
    """Several things in one phrase: "a, b et c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


# Departments and territories that dial ten digits as the mainland does.
OVERSEAS = re.compile(r"\+(?:262|590|594|596)(\d{9})")


def phone(e164: str, medium: str, *, masked: bool = False) -> str:
    """A phone number by pairs, in words for the ear; `masked` hides what is between: "06 ** ** ** 78".

    A foreign number is told as it is, masked but for its prefix and its two last digits.
    """
    if overseas := OVERSEAS.fullmatch(e164):
        e164 = f"+33{overseas[1]}"
    if not e164.startswith("+33") or len(e164) != 12:
        if masked:
            return f"{e164[:3]}{'*' * max(0, len(e164) - 5)}{e164[-2:]}"
        return f"plus {', '.join(_pairs(e164[1:], spoken=True))}" if medium == "voice" else e164
    pairs = _pairs("0" + e164[3:], spoken=medium == "voice")
    if masked:
        if medium == "voice":
            return f"qui finit par {pairs[-1]}"
        pairs = [pairs[0], "**", "**", "**", pairs[-1]]
    return (", " if medium == "voice" else " ").join(pairs)


def email(address: str, medium: str) -> str:
    """An e-mail address; spelt out for the ear."""
    if medium != "voice":
        return address
    return " ".join("".join(SPOKEN.get(c, c) for c in address).split())


def email_masked(address: str) -> str:
    """An address of which one sees the first letter and the domain: r****@hotmail.com."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}****@{domain}"


def _pairs(digits: str, *, spoken: bool) -> List[str]:
    pairs = [a + b for a, b in zip_longest(digits[::2], digits[1::2], fillvalue="")]
    return [_pair(p) for p in pairs] if spoken else pairs


def _pair(pair: str) -> str:
    return f"zéro {words(int(pair[1]))}" if len(pair) == 2 and pair[0] == "0" else words(int(pair))


def _feminine(number: int) -> str:
    said = words(number)
    return f"{said}e" if said == "un" or said.endswith(" un") else said
