"""The world of a dialogue: agencies with an agenda, a person, a clock, and somebody else who may be quicker."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import delete, select

from booking_core import Appointment, Contact, Core, FixedClock, Person, open_core
from booking_core.storage import tables as t
from tests.dialogues import when as times
from tests.stack import SECRET, Stack

PARIS = ZoneInfo("Europe/Paris")
# A Wednesday, so that "mardi prochain" and "vendredi" are not the same kind of day.
CLOCK = datetime(2026, 11, 18, 9, 0, tzinfo=PARIS)
AGENCIES = ("Rennes", "Fougères")


class StealingCore(Core):
    """A core whose next booking or move finds that somebody else was quicker, when told so."""

    def steal_next(self, thief: Person) -> None:
        """Give the slot of the next attempt to somebody else just before it."""
        object.__setattr__(self, "thief", thief)

    def _steal(self, slot_id: str, reason: str) -> None:
        thief = getattr(self, "thief", None)
        if thief is not None:
            object.__setattr__(self, "thief", None)
            give_away(self, thief, slot_id, reason)

    def book(self, person_id: str, slot_id: str, reason: str, **how: Any) -> Appointment:
        """Booking, after the theft."""
        if getattr(self, "thief", None) is not None and self.thief.id != person_id:
            self._steal(slot_id, reason)
        return super().book(person_id, slot_id, reason, **how)

    def move(self, person_id: str, appointment_id: str, slot_id: str, **how: Any) -> Appointment:
        """Moving, after the theft."""
        self._steal(slot_id, self.appointment(person_id, appointment_id).reason)
        return super().move(person_id, appointment_id, slot_id, **how)


def give_away(core: Core, thief: Person, slot_id: str, reason: str) -> None:
    """Book a slot for somebody else, and every other one at that time, as if its hold had lapsed."""
    slot = core.slots([slot_id])[0]
    with core.store.read() as connection:
        holders = connection.execute(select(t.hold.c.holder).where(t.hold.c.slot_id == int(slot_id))).scalars().all()
    for holder in holders:
        core.release(holder)
    core.book(thief.id, slot.id, reason, holder="thief", key=f"theft:{slot.id}", medium="web", phone="+33639989999")


def remove(core: Core, slot_ids: list[str]) -> None:
    ids = [int(i) for i in slot_ids]
    core.store.transact(lambda c: c.execute(delete(t.slot).where(t.slot.c.id.in_(ids), t.slot.c.busy == 0)))


class Worlds:
    """Databases with an agenda, made once for each clock and copied for each dialogue."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._made = folder, 0
        self._templates: dict[datetime, Path] = {}

    def core(self, clock: FixedClock, stack: Stack) -> StealingCore:
        """A fresh database for one dialogue: two agencies, both channels, from tomorrow to 21 days ahead."""
        now = clock.now()
        if now not in self._templates:
            self._templates[now] = self._template(clock, stack)
        self._made += 1
        path = self.folder / f"dialogue-{self._made}.db"
        shutil.copy(self._templates[now], path)
        return self._open(path, clock, stack)

    def _open(self, path: Path, clock: FixedClock, stack: Stack) -> StealingCore:
        core = open_core(f"sqlite:///{path}", clock, secret=SECRET, settings=stack.settings)
        return StealingCore(core.store, core.clock, core.settings, core.crypt, core.reasons)

    def _template(self, clock: FixedClock, stack: Stack) -> Path:
        path = self.folder / f"template-{len(self._templates)}.db"
        core = self._open(path, clock, stack)
        core.upgrade()
        agenda = self.folder / "agenda.yml"
        agenda.write_text(yaml.safe_dump(agenda_of(AGENCIES), allow_unicode=True), "utf8")
        core.import_schedules(agenda)
        core.publish()
        today = core.local_now().date()
        first = datetime.combine(today + timedelta(days=1), datetime.min.time(), PARIS)
        last = datetime.combine(today + timedelta(days=22), datetime.min.time(), PARIS)
        core.store.transact(
            lambda c: c.execute(delete(t.slot).where((t.slot.c.start < first) | (t.slot.c.start >= last)))
        )
        core.close()
        return path


def agenda_of(towns: tuple[str, ...]) -> dict[str, Any]:
    """Agencies whose desks and advisers receive in the morning and the afternoon, for every reason."""
    positions = {"Rennes": (48.1047, -1.6726), "Fougères": (48.3514, -1.2045)}
    week = {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "first": date(2024, 1, 1)}
    agencies, schedules = [], []
    for town in towns:
        code, (latitude, longitude) = town.lower().replace("è", "e"), positions[town]
        agencies.append(
            {"code": code, "caisse": "351", "name": f"Agence de {town}", "town": town, "address": f"1 place, {town}",
             "postcode": "35000" if town == "Rennes" else "35300", "latitude": latitude, "longitude": longitude,
             "hours": "du lundi au vendredi, de 8h30 à 17h30", "access": "entrée de plain-pied"}
        )  # fmt: skip
        for channel, number in (("in_person", 2), ("phone", 2)):
            for desk in range(1, number + 1):
                for part, since, until in (("matin", "9:00", "12:00"), ("apres-midi", "13:30", "17:30")):
                    schedules.append(
                        {"agency": code, "desk": f"{channel}-{desk}", "code": part, "channel": channel,
                         "since": since, "until": until, **week}
                    )  # fmt: skip
    return {"agencies": agencies, "schedules": schedules}


def clock_of(notes: str) -> datetime:
    """The clock that the notes want: "[clock:tuesday 09:00]", "[clock:not tuesday]"."""
    tag = re.search(r"\[clock:(not )?(\w+)(?: (\d\d):(\d\d))?\]", notes)
    if not tag:
        return CLOCK
    weekday = times.WEEKDAYS.index(tag[2])
    if tag[1]:
        return CLOCK if CLOCK.weekday() != weekday else CLOCK + timedelta(days=1)
    day = CLOCK + timedelta(days=(weekday - CLOCK.weekday()) % 7)
    return day.replace(hour=int(tag[3] or 9), minute=int(tag[4] or 0))


def contact_of(phone: Any) -> Contact:
    """The contact of a person: a number, null, or {mobile, landline}."""
    if phone is None:
        return Contact()
    if isinstance(phone, Mapping):
        mobile, landline = phone.get("mobile"), phone.get("landline")
        return Contact(e164(mobile) if mobile else None, e164(landline) if landline else None)
    number = e164(phone)
    return Contact(mobile=number) if number[3] in "67" else Contact(landline=number)


def e164(number: Any) -> str:
    """A French number as it is kept; YAML may have read it as a number."""
    digits = re.sub(r"[^\d+]", "", str(number))
    if digits.startswith("+"):
        return digits
    return "+33" + digits.zfill(10)[1:]
