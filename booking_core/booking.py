"""The life of an appointment: hold, book, move, cancel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from booking_core.appointments import Appointments, Change
from booking_core.contact import Contacts
from booking_core.errors import ChannelNotAllowed, NoPhone, NotEligible, SlotTaken, TooFar, TooLate
from booking_core.model import Appointment, Hold
from booking_core.part import number, numbers
from booking_core.search import Search
from booking_core.storage import appointments, slots, waiting
from booking_core.storage.engine import Broken, together


class Booking(Appointments, Search, Contacts):
    """Each write takes an idempotency key: the same key gives the same answer and changes nothing more."""

    def hold(self, slot_id: str, holder: str) -> Hold:
        """Keep a slot for a conversation for some minutes; its other holds are released.

        Raises SlotTaken, TooLate (the start is too near), TooFar.
        """
        now = self.clock.now()
        expires = now + timedelta(minutes=self.settings.hold_minutes)

        def work(connection: Connection) -> None:
            slot = self._slot(connection, slot_id)
            self._in_time(connection, slot, holder, now)
            self.store.lock(connection, None, [slot.desk_id])
            if not slots.bookable(connection, slot, holder, now):
                raise SlotTaken
            slots.insert_hold(connection, slot, holder, now, expires)

        try:
            self.store.transact(work)
        except Broken:
            raise SlotTaken from None
        return Hold(slot_id, expires)

    def release(self, holder: str) -> None:
        """Free whatever a conversation holds."""
        self.store.transact(lambda connection: together(connection, slots.release(holder)))

    def book(
        self,
        person_id: str,
        slot_id: str,
        reason: str,
        *,
        holder: str,
        key: str,
        medium: str,
        phone: str | None = None,
    ) -> Appointment:
        """Book a slot; returns after the commit.

        `phone`: for a phone appointment; the number on file when None. Raises SlotTaken, OwnConflict,
        ReasonAlreadyBooked, NoPhone, InvalidPhone, NotEligible, ChannelNotAllowed, TooLate, TooFar.
        """
        now, person = self.clock.now(), number(person_id)
        wanted: dict[str, Any] = {"reason": reason}
        self._serves(reason, medium)

        def work(connection: Connection) -> Change:
            slot = self._slot(connection, slot_id)
            wanted.update(start=slot.start, end=slot.end)
            if reason not in slot.reasons.split():
                raise NotEligible(reason)
            self._allow(slot.channel, medium, "book")
            self._in_time(connection, slot, holder, now)
            called = self._number(connection, person, phone) if slot.channel == "phone" else None
            self.store.lock(connection, person, [slot.desk_id])
            if not slots.take(connection, slot, holder, now):
                raise SlotTaken
            row = appointments.add(
                connection,
                person_id=person,
                reason=reason,
                channel=slot.channel,
                agency_id=slot.agency_id,
                phone=self.crypt.seal(called) if called else None,
                created=now,
                changed=now,
                **_place(slot),
            )
            also = (slots.release(holder), waiting.done(person, reason))
            return Change("booked", row, slot, medium, data={"reason": reason, "slot": slot.id}, also=also)

        return self._once(person_id, key, "book", wanted, work)

    def check_move(self, person_id: str, appointment_id: str, *, medium: str) -> None:
        """Say before what `move` would refuse: raises NotYours, Closed, NotEligible, ChannelNotAllowed, TooLate."""
        self._check(person_id, appointment_id, medium, "move")

    def check_cancel(self, person_id: str, appointment_id: str, *, medium: str) -> None:
        """Say before what `cancel` would refuse: raises NotYours, Closed, ChannelNotAllowed, TooLate."""
        self._check(person_id, appointment_id, medium, "cancel")

    def move(
        self, person_id: str, appointment_id: str, slot_id: str, *, holder: str, key: str, medium: str
    ) -> Appointment:
        """Move to another slot of the same reason, channel and agency, in one step: the old is kept until then.

        Moving to the time it already has changes nothing. Raises NotYours, Closed, SlotTaken, OwnConflict,
        NotEligible (another reason, channel or agency, or no longer self-service), ChannelNotAllowed, TooLate, TooFar.
        """
        now = self.clock.now()
        wanted: dict[str, Any] = {}

        def work(connection: Connection) -> Change:
            self.store.lock(connection, number(person_id), [])
            old, slot = self._mine(connection, person_id, appointment_id), self._slot(connection, slot_id)
            self._changeable(old, medium, "move")
            wanted.update(start=slot.start, end=slot.end, but=old.id)
            if (slot.agency_id, slot.channel) != (old.agency_id, old.channel) or old.reason not in slot.reasons.split():
                raise NotEligible(old.reason)
            if slot.id == old.slot_id:
                return Change(None, old, old)
            self._in_time(connection, slot, holder, now)
            self.store.lock(connection, None, [old.desk_id, slot.desk_id])
            appointments.leave(connection, old.id)
            slots.give_back(connection, old.desk_id, old.start, old.clear)
            if not slots.take(connection, slot, holder, now):
                raise SlotTaken
            row = appointments.change(connection, old, status="booked", cancelled_by=None, changed=now, **_place(slot))
            also = (slots.release(holder), waiting.met(old.person_id, old.reason, slot.id))
            return Change("moved", row, old, medium, data={"from": old.slot_id, "slot": slot.id}, also=also)

        return self._once(person_id, key, "move", wanted, work)

    def cancel(self, person_id: str, appointment_id: str, *, key: str, medium: str, by: str = "person") -> Appointment:
        """Cancel; the slot is free again at once. `by` is an Actor: the deadline is that of persons only.

        Raises NotYours, Closed, ChannelNotAllowed, TooLate.
        """
        now = self.clock.now()

        def work(connection: Connection) -> Change:
            self.store.lock(connection, number(person_id), [])
            old = self._mine(connection, person_id, appointment_id)
            self._changeable(old, medium, "cancel", by)
            self.store.lock(connection, None, [old.desk_id])
            row = appointments.change(connection, old, status="cancelled", cancelled_by=by, changed=now)
            slots.give_back(connection, old.desk_id, old.start, old.clear)
            return Change("cancelled", row, old, medium, by, {"slot": old.slot_id})

        return self._once(person_id, key, "cancel", {}, work)

    # -- the rules ------------------------------------------------------------------------------

    def _slot(self, connection: Connection, slot_id: str) -> Row[Any]:
        rows = list(slots.get(connection, numbers([slot_id])).values())
        if not rows:
            raise SlotTaken
        return rows[0]

    def _serves(self, reason: str, medium: str) -> None:
        known = self.reasons.get(reason)
        if known is None or not (known.self_service or medium == "agent"):
            raise NotEligible(reason)

    def _allow(self, channel: str, medium: str, operation: str) -> None:
        if channel not in self.channels_allowed(medium, operation):
            raise ChannelNotAllowed(channel, medium, operation)

    def _in_time(self, connection: Connection, slot: Row[Any], holder: str, now: datetime) -> None:
        """The start is ahead, by the notice asked for unless the slot is already held, and not too far."""
        if slot.day > self.horizon().toordinal():
            raise TooFar(self.horizon())
        latest = slot.start - timedelta(minutes=slot.notice)
        if slot.start <= now or (latest <= now and not slots.held(connection, holder, slot.id, now)):
            raise TooLate(latest)

    def _number(self, connection: Connection, person: int, given: str | None) -> str:
        called = self.check_phone(given) if given else self._contact(connection, person).for_calls
        if called is None:
            raise NoPhone
        return called

    def _check(self, person_id: str, appointment_id: str, medium: str, operation: str) -> None:
        with self.store.read() as connection:
            self._changeable(self._mine(connection, person_id, appointment_id), medium, operation)

    def _changeable(self, row: Row[Any], medium: str, operation: str, by: str = "person") -> None:
        self._open(row)
        if by != "person":
            return
        if operation == "move":
            self._serves(row.reason, medium)
        self._allow(row.channel, medium, operation)
        reason = self.reasons.get(row.reason)
        deadline = row.start - timedelta(minutes=reason.deadline_minutes if reason else 0)
        if deadline <= self.clock.now():
            raise TooLate(deadline)


def _place(slot: Row[Any]) -> dict[str, Any]:
    """What an appointment takes over from its slot."""
    return {
        "slot_id": slot.id,
        "desk_id": slot.desk_id,
        "start": slot.start,
        "end": slot.end,
        "clear": slot.clear,
    }
