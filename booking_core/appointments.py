"""Appointments as they are kept: reading them, and writing each change once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from booking_core.errors import Closed, NotYours, OwnConflict, ReasonAlreadyBooked, Refusal, ReusedKeyError, SlotTaken
from booking_core.model import Agency, Appointment
from booking_core.notices import plan
from booking_core.part import Part, number, numbers
from booking_core.reference import number_of, reference
from booking_core.storage import appointments, ledger
from booking_core.storage.engine import Broken, Write, together

TRIES = 4
# A person that there is none of; SQLite does not tell which foreign key it was.
NOBODY = ("appointment_person_id_fkey", "FOREIGN KEY constraint failed")
AGENCY_COLUMNS = (
    *("code", "name", "town", "address", "postcode", "latitude"),
    *("longitude", "timezone", "hours", "access", "caisse"),
)


@dataclass(frozen=True)
class Change:
    """What was done to one appointment, for `_once` to write down. `kind` None: nothing changed.

    `row`: the appointment as it is now; `place`: a row with its agency; `also`: more to write with it.
    """

    kind: str | None
    row: Row[Any]
    place: Row[Any]
    medium: str = ""
    actor: str = "person"
    data: Mapping[str, Any] = field(default_factory=dict)
    also: Sequence[Write] = ()


class Appointments(Part):
    """What a person has, and the one way in which it changes."""

    def upcoming(self, person_id: str) -> list[Appointment]:
        """The person's upcoming appointments, soonest first; one that has begun stays until its end."""
        with self.store.read() as connection:
            rows = appointments.of_person(connection, number(person_id), self.clock.now())
        return [self._appointment(row) for row in rows]

    def upcoming_for(self, person_id: str, reason: str) -> Appointment | None:
        """The person's upcoming appointment for a reason, None when there is none."""
        return next((a for a in self.upcoming(person_id) if a.reason == reason), None)

    def history(self, person_id: str) -> list[Appointment]:
        """All the person's appointments, of every status, by start."""
        with self.store.read() as connection:
            return [self._appointment(row) for row in appointments.of_person(connection, number(person_id))]

    def appointment(self, person_id: str, appointment_id: str) -> Appointment:
        """One appointment of the person, by id or reference; raises NotYours."""
        with self.store.read() as connection:
            return self._appointment(self._mine(connection, person_id, appointment_id))

    def _mine(self, connection: Connection, person_id: str, appointment_id: str) -> Row[Any]:
        """The row of an appointment of the person; raises NotYours, whoever else's it may be."""
        ids = numbers([appointment_id]) or [number_of(appointment_id) or 0]
        row = appointments.get(connection, ids[0])
        if row is None or row.person_id != number(person_id):
            raise NotYours
        return row

    def _open(self, row: Row[Any]) -> None:
        """Raises Closed unless an appointment can still change."""
        if row.status != "booked" or row.end <= self.clock.now():
            raise Closed(self._appointment(row))

    def _appointment(self, row: Row[Any], place: Row[Any] | None = None) -> Appointment:
        """A row as the model has it; `place` has the agency when the row has not."""
        place = row if place is None else place
        zone = ZoneInfo(place.agency_timezone)
        fields = {c: getattr(place, f"agency_{c}") for c in AGENCY_COLUMNS}
        return Appointment(
            id=str(row.id),
            reference=reference(row.id),
            person_id=str(row.person_id),
            reason=row.reason,
            channel=row.channel,
            agency=Agency(id=str(row.agency_id), **fields),
            start=row.start.astimezone(zone),
            end=row.end.astimezone(zone),
            status=row.status,
            cancelled_by=row.cancelled_by,
            phone=self.crypt.open(row.phone) if row.phone else None,
            version=row.version,
            slot_id=str(row.slot_id),
        )

    # -- writing --------------------------------------------------------------------------------

    def _once(
        self, person_id: str, key: str, operation: str, wanted: Mapping[str, Any], work: Callable[[Connection], Change]
    ) -> Appointment:
        """Run `work`, which changes one appointment, once for a key.

        `wanted` (reason, start, end, but) is what a conflict is looked for with. A second call with the key
        changes nothing and gives the first answer.
        """
        for _ in range(TRIES):
            try:
                return self.store.transact(lambda c: self._record(c, person_id, key, operation, work(c)))
            except (Refusal, Broken) as problem:
                before = self._answered(person_id, key, operation)
                if before:
                    return before
                refusal = self._refusal(problem, person_id, wanted)
            if refusal:
                raise refusal
        raise SlotTaken

    def _record(self, connection: Connection, person_id: str, key: str, operation: str, change: Change) -> Appointment:
        """The answer to the key, the line of the journal and the notices of a change, in its transaction."""
        now, row = self.clock.now(), change.row
        kept = {name: getattr(row, name) for name in ("id", "slot_id", "status", "cancelled_by", "version")}
        kept |= {name: int(getattr(row, name).timestamp()) for name in ("start", "end")}
        writes = [
            ledger.answer(key, person_id=number(person_id), operation=operation, result=kept, at=now),
            *change.also,
        ]
        if change.kind:
            writes.append(
                ledger.note(
                    change.kind,
                    at=now,
                    actor=change.actor,
                    medium=change.medium,
                    person_id=row.person_id,
                    appointment_id=row.id,
                    data=change.data,
                )
            )
            about = {"person_id": row.person_id, "appointment_id": row.id, "version": row.version, "start": row.start}
            writes += ledger.post(
                plan.of_change(change.kind, about, now=now, medium=change.medium, settings=self.settings)
            )
        together(connection, *writes)
        return self._appointment(row, change.place)

    def _answered(self, person_id: str, key: str, operation: str) -> Appointment | None:
        """What was answered to this key, as it was then."""
        with self.store.read() as connection:
            request = ledger.seen(connection, key)
            if request is None:
                return None
            if request.person_id != number(person_id) or request.operation != operation:
                raise ReusedKeyError(operation)
            kept = request.result
            row = appointments.get(connection, kept["id"])
        if row is None:
            raise NotYours
        now = self._appointment(row)
        zone = ZoneInfo(now.agency.timezone)
        return replace(
            now,
            slot_id=str(kept["slot_id"]),
            status=kept["status"],
            cancelled_by=kept["cancelled_by"],
            version=kept["version"],
            start=datetime.fromtimestamp(kept["start"], UTC).astimezone(zone),
            end=datetime.fromtimestamp(kept["end"], UTC).astimezone(zone),
        )

    def _refusal(self, problem: Refusal | Broken, person_id: str, wanted: Mapping[str, Any]) -> Refusal | None:
        """The refusal that a problem comes down to; None when what stood in the way is gone: try again."""
        now, person = self.clock.now(), number(person_id)
        with self.store.read() as connection:
            mine = appointments.of_person(connection, person, now)
            same = next((r for r in mine if r.reason == wanted.get("reason")), None)
            if same and isinstance(problem, Broken | SlotTaken):
                return ReasonAlreadyBooked(self._appointment(same))
            if isinstance(problem, Refusal):
                return problem
            if problem.constraint == "appointment_desk_overlap":
                return SlotTaken()
            if problem.constraint in NOBODY:
                return NotYours()
            if problem.constraint == "appointment_person_overlap" and wanted:
                row = appointments.overlapping(connection, person, wanted["start"], wanted["end"], wanted.get("but"))
                if row is not None and row.end > now:
                    return OwnConflict(self._appointment(row))
        if problem.constraint not in ("appointment_reason", "appointment_person_overlap", "request_pkey"):
            raise problem
        # One that has ended but that nobody closed: it stands in no one's way.
        self.store.transact(lambda c: appointments.settle(c, now, person))
        return None
