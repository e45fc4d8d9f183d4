"""The outbox: what is to be sent, written in the transaction of the change that it tells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from booking_core.booking import Booking
from booking_core.model import Appointment
from booking_core.notices.calendar import feed, invitation
from booking_core.notices.model import Letter, NotYetError, Outgoing, Port, Render, Rendered
from booking_core.part import number
from booking_core.search import slot_of
from booking_core.storage import agencies, appointments, outbox, slots, waiting

LEASE = timedelta(minutes=5)
ATTEMPTS = 8
CHANGES = ("booked", "moved", "cancelled")


class Outbox(Booking):
    """Notices are sent at least once, each always with the same message id; what is stale is never sent."""

    def dispatch(self, ports: Mapping[str, Port], render: Render, *, limit: int = 100) -> Counter[str]:
        """Send what is due, oldest first; call it now and then, from as many processes as wished.

        `ports`: "email" and "sms"; the mailbox is the core's own. `render` finds the words. What fails is tried
        again after 1, 2, 4… minutes, and is "dead" after eight tries; what a port keeps back waits until it may leave.
        Returns how many of each state it left.
        """
        now = self.clock.now()
        claimed = self.store.transact(lambda c: outbox.claim(c, now, now + LEASE, limit))
        return Counter(self._send(row, ports, render) for row in claimed)

    def reminded(self, person_id: str) -> Appointment | None:
        """The upcoming appointment of which a person was last reminded, as it still stands; None when there is none."""
        with self.store.read() as connection:
            row = outbox.last_reminder(connection, number(person_id))
            one = appointments.get(connection, row.appointment_id) if row is not None else None
        if row is None or one is None or one.version != row.version or one.status != "booked":
            return None
        return self._appointment(one) if one.start > self.clock.now() else None

    def letters(self, person_id: str) -> list[Letter]:
        """The mailbox of a person, newest first."""
        with self.store.read() as connection:
            rows = outbox.letters(connection, number(person_id))
        return [Letter(self.crypt.open(r.subject), self.crypt.open(r.body), r.at) for r in rows]

    def calendar(self, person_id: str, appointment_id: str, *, summary: str, description: str) -> bytes:
        """The file that adds an appointment to the person's own calendar; raises NotYours."""
        one = self.appointment(person_id, appointment_id)
        return self._invite(one, summary, description, None)[0]

    def agency_calendar(self, token: str, *, summary: str) -> bytes | None:
        """An agency's private feed of upcoming appointments, None when the token is worth nothing."""
        now = self.clock.now()
        for agency in self._feeds():
            if agency.feed and self.crypt.same(self.crypt.open(agency.feed), token):
                with self.store.read() as connection:
                    horizon = now + timedelta(days=self.settings.horizon_days)
                    rows = appointments.of_agency(connection, agency.id, now - timedelta(days=1), horizon)
                return feed([self._appointment(r) for r in rows if r.status == "booked"], summary=summary, now=now)
        return None

    # -- inside ---------------------------------------------------------------------------------

    def _send(self, row: Row[Any], ports: Mapping[str, Port], render: Render) -> str:
        """Send one notice and note what became of it; its new state."""
        try:
            with self.store.read() as connection:
                outgoing = self._outgoing(connection, row)
            if outgoing is None:
                state, fields = "stale", dict[str, Any]()
            else:
                self._carry(outgoing, ports, render)
                state, fields = "sent", {"error": None}
        except NotYetError as kept:
            state, fields = "waiting", {"error": type(kept).__name__, "due": kept.until}
        except Exception as error:  # whatever the port raises: a failure of one notice stops no other
            state = "dead" if row.attempts >= ATTEMPTS else "waiting"
            wait = timedelta(minutes=2 ** (row.attempts - 1))
            fields = {"error": type(error).__name__, "due": self.clock.now() + wait}
        self.store.transact(lambda connection: outbox.settle(connection, row.id, state, **fields))
        return state

    def _carry(self, outgoing: Outgoing, ports: Mapping[str, Port], render: Render) -> None:
        rendered = render(outgoing)
        if outgoing.port == "mailbox":
            self._file(outgoing, rendered)
            return
        if outgoing.port == "email" and outgoing.kind in CHANGES and outgoing.appointment:
            summary = rendered.summary or rendered.subject
            calendar, method = self._invite(outgoing.appointment, summary, rendered.text, outgoing.to)
            rendered = replace(rendered, calendar=calendar, method=method)
        ports[outgoing.port].send(outgoing, rendered)

    def _file(self, outgoing: Outgoing, rendered: Rendered) -> None:
        fields = {
            "person_id": number(outgoing.person_id),
            "message_id": outgoing.message_id,
            "subject": self.crypt.seal(rendered.subject),
            "body": self.crypt.seal(rendered.text),
            "at": self.clock.now(),
        }
        self.store.transact(lambda connection: outbox.put_letter(connection, **fields))

    def _invite(
        self, appointment: Appointment, summary: str, description: str, attendee: str | None
    ) -> tuple[bytes, str]:
        return invitation(
            appointment,
            summary=summary,
            description=description,
            organizer=self.settings.organizer,
            attendee=attendee,
            now=self.clock.now(),
        )

    def _outgoing(self, connection: Connection, row: Row[Any]) -> Outgoing | None:
        """The notice with what it tells and its address, None when it is stale or can reach nobody."""
        data = json.loads(self.crypt.open(row.data)) if row.data else {}
        kind = row.kind.split("_")[0] if row.kind.startswith("reminder") else row.kind
        port, to = self._address(connection, row, data)
        if to is None:
            return None
        out = Outgoing(
            row.message_id, kind, port, to, str(row.person_id), code=data.get("code"), field=data.get("field")
        )
        if row.appointment_id is not None:
            one = appointments.get(connection, row.appointment_id)
            stale = one is None or one.version != row.version or (kind == "reminder" and self._late(row, one))
            return None if stale or one is None else replace(out, appointment=self._appointment(one))
        lasting = {"code": self.settings.code_minutes, "provisional": self.settings.provisional_minutes}
        if kind in lasting and row.created + timedelta(minutes=lasting[kind]) <= self.clock.now():
            return None
        if kind == "offer":
            entry = waiting.get(connection, data["waiting"])
            slot = slots.get(connection, [data["slot"]]).get(data["slot"])
            if entry is None or slot is None or (entry.state, entry.offers) != ("offered", row.version):
                return None
            return replace(out, slot=slot_of(slot), until=entry.until)
        return out

    def _late(self, row: Row[Any], appointment: Row[Any]) -> bool:
        """True when the start has come, or when the next reminder is due as well: one is enough."""
        now, mine = self.clock.now(), int(row.kind.split("_")[1])
        due = [appointment.start - timedelta(minutes=m) for m in (0, *self.settings.reminders_minutes) if m < mine]
        return any(moment <= now for moment in due)

    def _address(self, connection: Connection, row: Row[Any], data: Mapping[str, Any]) -> tuple[str, str | None]:
        """The port and the address: the one that the notice was written for, or the best on file."""
        if "to" in data:
            return row.port, str(data["to"])
        if row.port == "mailbox":
            return "mailbox", str(row.person_id)
        contact = self._contact(connection, row.person_id)
        if row.port == "reach":
            return ("sms", contact.mobile) if contact.mobile else ("email", contact.email)
        return row.port, contact.mobile if row.port == "sms" else contact.email

    def _feeds(self) -> list[Row[Any]]:
        with self.store.read() as connection:
            return agencies.everything(connection)
