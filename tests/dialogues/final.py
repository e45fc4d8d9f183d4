"""What must be in the end: the appointments, the number on file, what was left for an adviser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from booking_core import Appointment, Contact, Core, Person
from booking_core.storage import tables as t
from tests.dialogues import when as times
from tests.dialogues.world import AGENCIES, PARIS, e164


class Final:
    """The `final` of a dialogue, compared with the database."""

    def __init__(self, wanted: Mapping[str, Any], core: Core, person: Person) -> None:
        """To be made once the scene is set: it remembers what the person had."""
        self.wanted, self.core, self.person = wanted, core, person
        self.contact: Contact = core.contact(person.id)
        self.before = {a.id: a.start.astimezone(PARIS).replace(tzinfo=None) for a in core.upcoming(person.id)}
        self.taken: list[datetime] = []

    @property
    def today(self) -> date:
        """The day of the clock."""
        return self.core.local_now().date()

    def expects_change(self) -> bool:
        """True when what must be in the end is not what was in the beginning."""
        wanted = self.wanted.get("appointments")
        if wanted is not None:
            booked = [r for r in wanted if r.get("status", "booked") == "booked"]
            if any(r["when"] != "unchanged" for r in booked) or len(booked) != len(self.before):
                return True
        phone = self.wanted.get("phone")
        return phone is not None and "unchanged" not in str(phone)

    def compare(self) -> str:
        """What differs between the database and what must be in the end; nothing when all is right."""
        booked = self.core.upcoming(self.person.id)
        wanted = self.wanted.get("appointments")
        if wanted is not None:
            left = list(booked)
            for row in (r for r in wanted if r.get("status", "booked") == "booked"):
                fitting = next((a for a in left if self.is_wanted(a, row)), None)
                if fitting is None:
                    return f"no appointment for {row}; booked: {[self.shown(a) for a in booked]}"
                left.remove(fitting)
            if left:
                return f"too many appointments: {[self.shown(a) for a in left]}"
        return self.compare_phone(self.wanted.get("phone")) or self.compare_handover(self.wanted.get("left"))

    def is_wanted(self, appointment: Appointment, row: Mapping[str, Any]) -> bool:
        """True when an appointment is the one of a row."""
        start = appointment.start.astimezone(PARIS).replace(tzinfo=None)
        agency = row.get("agency")
        order = {"first": 0, "second": 1}
        if agency in order and appointment.agency.town != AGENCIES[order[agency]]:
            return False
        before = next((b for i, b in self.before.items() if i == appointment.id), None)
        return (
            appointment.reason == row["reason"]
            and appointment.channel == row["channel"]
            and times.matches(row.get("when", "any"), start, self.today, before=before, taken=self.taken)
        )

    def shown(self, appointment: Appointment) -> str:
        """An appointment for a message."""
        start = appointment.start.astimezone(PARIS)
        return f"{appointment.reason} {appointment.channel} {appointment.agency.town} {start:%a %d %H:%M}"

    def compare_phone(self, wanted: Any) -> str:
        """The numbers on file in the end."""
        if wanted is None:
            return ""
        now = self.core.contact(self.person.id)
        if isinstance(wanted, Mapping):
            for kind, number in wanted.items():
                if not self.is_number(getattr(now, kind), number, getattr(self.contact, kind)):
                    return f"{kind} is {getattr(now, kind)}, not {number}"
            return ""
        if any(
            self.is_number(n, wanted, o)
            for n, o in ((now.mobile, self.contact.mobile), (now.landline, self.contact.landline))
            if n or o
        ):
            return ""
        return (
            f"the phone is {now.mobile or now.landline}, not {wanted}"
            if str(wanted) != "unchanged" or now != self.contact
            else ""
        )

    @staticmethod
    def is_number(number: str | None, wanted: Any, before: str | None) -> bool:
        """True when a number is one of the alternatives."""
        for alternative in str(wanted).split("|"):
            if alternative.strip() == "unchanged":
                if number == before:
                    return True
            elif number is not None and number == e164(alternative.strip()):
                return True
        return wanted is None and number is None

    def compare_handover(self, wanted: Mapping[str, Any] | None) -> str:
        """The record left for an adviser or a call back: each of its parts that is named."""
        if wanted is None:
            return ""
        with self.core.store.read() as connection:
            rows = connection.execute(select(t.handover).order_by(t.handover.c.id.desc())).all()
        row = next((r for r in rows if r.kind == wanted["kind"]), None)
        if row is None:
            return f"no {wanted['kind']} was left"
        left = {
            "phone": self.core.crypt.open(row.phone) if row.phone else None,
            **row.data,
            **row.data.get("known", {}),
        }
        if "turns" in left:
            left["turns"] = json.loads(self.core.crypt.open(left["turns"]))
        for name, value in wanted.items():
            if name == "phone" and left["phone"] != e164(value):
                return f"the call back is to another number than {value}"
            if name not in ("kind", "phone") and str(left.get(name)) != str(value):
                return f"{name} of the {wanted['kind']} is {left.get(name)!r}, not {value!r}"
        return ""
