"""A small world for tests: an agency, opening hours, people; everything through the real way in."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from booking_core import Appointment, Contact, Core, Range, Reason, Slot, Wanted
from booking_core.schedules.model import Published

PARIS = ZoneInfo("Europe/Paris")
SECRET = "a secret for tests only, long enough"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=PARIS)  # a Monday
MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
ON_TUESDAY = {"first": TUESDAY, "last": TUESDAY}
MORNING = {"since": "9:00", "until": "12:00"}
AT_DESK = {**MORNING, "channel": "in_person", "desk": "guichet"}
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
MOBILE = "+33639980107"

RENNES = {
    "code": "rennes",
    "caisse": "351",
    "name": "Agence de Rennes",
    "town": "Rennes",
    "address": "1 rue Inventée",
    "postcode": "35000",
    "latitude": 48.1,
    "longitude": -1.67,
}
REDON = {**RENNES, "code": "redon", "name": "Agence de Redon", "town": "Redon", "postcode": "35600", "latitude": 47.65}
OPEN = {"agency": "rennes", "desk": "a", "code": "day", "channel": "phone", "rule": WEEKDAYS, "first": "2018-01-01"}
numbers = count(1)


def lasting(core: Core, **minutes: int) -> Core:
    """The same core where some reasons last otherwise; those not named are not served."""
    reasons = {code: replace(core.reasons[code], minutes=m) for code, m in minutes.items()}
    return replace(core, reasons=reasons)


def with_reason(core: Core, code: str, **fields: Any) -> Core:
    """The same core where one reason has other rules."""
    changed: Mapping[str, Reason] = {**core.reasons, code: replace(core.reasons[code], **fields)}
    return replace(core, reasons=changed)


def write(content: str, suffix: str = ".yml") -> Path:
    """A file with this content."""
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False, encoding="utf8") as file:
        file.write(content)
    return Path(file.name)


def opening(
    core: Core,
    *patterns: Mapping[str, Any],
    absences: Sequence[Mapping[str, Any]] = (),
    agencies: Sequence[Mapping[str, Any]] = (RENNES,),
) -> Published:
    """Import opening patterns (what they leave out is `OPEN`) and publish them."""
    rows = [{**OPEN, "code": f"p{n}", **pattern} for n, pattern in enumerate(patterns)]
    path = write(yaml.safe_dump({"agencies": list(agencies), "schedules": rows, "absences": list(absences)}))
    core.import_schedules(path)
    path.unlink()
    return core.publish()


def someone(core: Core, agency: str | None = None, **contact: str | None) -> str:
    """A person with a mobile, unless told otherwise; returns their id."""
    nir = f"28705352{next(numbers):05d}"
    return core.register(nir, date(1987, 5, 14), agency, Contact(**(contact or {"mobile": MOBILE}))).id


def free(core: Core, reason: str = "c2s", *, channel: str = "phone", limit: int = 100, **range: Any) -> list[Slot]:
    """The free slots for a reason, in a window."""
    wanted = Wanted((Range(**range),) if range else (), soonest=True)
    return list(core.search(reason=reason, channel=channel, wanted=wanted, limit=limit).slots)


def hours(slots: Sequence[Slot]) -> list[str]:
    """Local hours of slots."""
    return [f"{slot.start:%H:%M}" for slot in slots]


def days(slots: Sequence[Slot]) -> list[date]:
    """Local days of slots, each once, in order."""
    return list(dict.fromkeys(slot.start.date() for slot in slots))


def book(core: Core, person: str, slot: Slot, reason: str = "c2s", **options: Any) -> Appointment:
    """Book, with a key of its own unless given."""
    options = {"holder": f"holder:{person}", "key": f"key:{next(numbers)}", "medium": "web", **options}
    return core.book(person, slot.id, reason, **options)


def move(core: Core, person: str, appointment: Appointment, slot: Slot, **options: Any) -> Appointment:
    """Move, with a key of its own unless given."""
    options = {"holder": f"holder:{person}", "key": f"key:{next(numbers)}", "medium": "web", **options}
    return core.move(person, appointment.id, slot.id, **options)


def cancel(core: Core, person: str, appointment: Appointment, **options: Any) -> Appointment:
    """Cancel, with a key of its own unless given."""
    return core.cancel(person, appointment.id, **{"key": f"key:{next(numbers)}", "medium": "web", **options})
