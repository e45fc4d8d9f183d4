"""The agency's side: enough to live with."""

from __future__ import annotations

import csv
import io
import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from booking_core.booking import Booking
from booking_core.errors import Closed, NotYours
from booking_core.model import Appointment
from booking_core.part import number, numbers
from booking_core.reference import number_of
from booking_core.storage import agencies, appointments, ledger
from booking_core.storage.engine import together

COLUMNS = ("reference", "start", "end", "reason", "channel", "status", "cancelled_by", "phone")
# What a spreadsheet would run as a formula when it opens the file.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Agents(Booking):
    """What the people of an agency see and do."""

    def agenda(self, agency_id: str, day: date, *, cancelled: bool = False) -> list[Appointment]:
        """The appointments of an agency on a local day, by start; those cancelled only when asked for."""
        zone = ZoneInfo(self.agency(agency_id).timezone)
        start = datetime.combine(day, time(0), zone).astimezone(UTC)
        before = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
        with self.store.read() as connection:
            rows = appointments.of_agency(connection, number(agency_id), start, before)
        return [self._appointment(row) for row in rows if cancelled or row.status != "cancelled"]

    def agenda_csv(self, agency_id: str, day: date) -> str:
        """The agenda of a day for a spreadsheet, each cell safe from being run as a formula."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for one in self.agenda(agency_id, day, cancelled=True):
            writer.writerow([safe(getattr(one, name)) for name in COLUMNS])
        return out.getvalue()

    def cancel_by_agency(self, appointment_id: str, *, key: str) -> Appointment:
        """Cancel for the agency: the person is told and invited to book again; raises NotYours, Closed.

        `appointment_id`: an id or a reference, here and in `outcome`.
        """
        person = self._person_of(appointment_id)
        return self.cancel(person, appointment_id, key=key, medium="agent", by="agent")

    def outcome(self, appointment_id: str, status: str) -> Appointment:
        """The person came ("fulfilled") or did not ("noshow"); once it has begun, and can be put right.

        Raises NotYours, Closed (not begun, or cancelled).
        """
        person, now = self._person_of(appointment_id), self.clock.now()
        if status not in ("fulfilled", "noshow"):
            raise ValueError(status)

        def work(connection: Connection) -> Appointment:
            self.store.lock(connection, number(person), [])
            row = self._mine(connection, person, appointment_id)
            if row.status == "cancelled" or row.start > now:
                raise Closed(self._appointment(row))
            after = appointments.change(connection, row, status=status, changed=now)
            about = {"person_id": row.person_id, "appointment_id": row.id}
            together(connection, ledger.note(status, at=now, actor="agent", medium="agent", **about))
            return self._appointment(after, row)

        return self.store.transact(work)

    def feed(self, agency_id: str, *, renew: bool = False) -> str:
        """The secret token of an agency's private calendar feed; `renew` makes the one before worth nothing."""

        def work(connection: Connection) -> str:
            row = agencies.get(connection, number(agency_id))
            if row is None:
                raise NotYours
            if row.feed and not renew:
                return str(self.crypt.open(row.feed))
            token = secrets.token_urlsafe(24)
            agencies.set_feed(connection, row.id, self.crypt.seal(token))
            return token

        return self.store.transact(work)

    def _person_of(self, appointment_id: str) -> str:
        with self.store.read() as connection:
            row = appointments.get(connection, (numbers([appointment_id]) or [number_of(appointment_id) or 0])[0])
        if row is None:
            raise NotYours
        return str(row.person_id)


def safe(value: Any) -> str:
    """A cell as text; one that a spreadsheet would run begins with an apostrophe."""
    said = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return f"'{said}" if said.startswith(FORMULA) else said
