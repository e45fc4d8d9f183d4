"""The waiting list: a slot that frees up is offered to one person at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from booking_core.booking import Booking
from booking_core.errors import NotEligible, SlotTaken
from booking_core.model import Appointment, Slot
from booking_core.notices.plan import notice
from booking_core.part import number, numbers
from booking_core.storage import agencies, appointments, ledger, slots, waiting
from booking_core.storage.engine import Broken, together
from booking_core.storage.slots import Bookable


class WaitingList(Booking):
    """For people with and without an appointment: whoever has one is offered an earlier slot only."""

    def join_waiting_list(
        self, person_id: str, reason: str, channel: str, agency_ids: Sequence[str] | None = None, *, medium: str
    ) -> str:
        """Wait for a slot, or for an earlier one when one is booked; returns the entry's id, the same when repeated.

        Raises NotEligible for a reason that does not exist.
        """
        if reason not in self.reasons:
            raise NotEligible(reason)
        person, now = number(person_id), self.clock.now()

        def work(connection: Connection) -> int:
            known = waiting.find(connection, person, reason)
            if known is not None:
                return int(known.id)
            wanted = agencies.of_caisse(connection, None) if agency_ids is None else numbers(agency_ids)
            together(connection, ledger.note("waiting", at=now, actor="person", medium=medium, person_id=person))
            return waiting.add(
                connection,
                person_id=person,
                reason=reason,
                channel=channel,
                agencies=wanted,
                medium=medium,
                created=now,
            )

        try:
            return str(self.store.transact(work))
        except Broken:  # joined twice at once: the other entry counts
            return str(self.store.transact(work))

    def leave_waiting_list(self, person_id: str, reason: str) -> None:
        """Wait no more; a slot that was offered is free again."""

        def work(connection: Connection) -> None:
            entry = waiting.find(connection, number(person_id), reason)
            if entry is not None:
                together(connection, slots.release(holder_of(entry.id)))
                waiting.change(connection, entry.id, state="left", slot_id=None, until=None)

        self.store.transact(work)

    def offer_slots(self) -> int:
        """Offer what has freed up, called now and then; returns how many offers were made.

        First come, first served. A slot is offered to one person, held for them (`Settings.offer_minutes`), with a
        notice; no answer in time, and it goes to the next. One person gets at most `offers_per_day`, and none at night.
        """
        now = self.clock.now()
        self.store.transact(lambda connection: self._lapse(connection, now))
        last, first = self.settings.quiet_hours
        if not first <= self.local_now().hour < last:
            return 0
        with self.store.read() as connection:
            entries = waiting.queue(connection)
        return sum(self._offer(entry, now) for entry in entries if self._may_offer(entry, now))

    def accept_offer(self, person_id: str, reason: str, *, key: str, medium: str) -> Appointment:
        """Book the slot offered, or move to it; SlotTaken once the offer has lapsed, else as `book` and `move`."""
        with self.store.read() as connection:
            entry = waiting.find(connection, number(person_id), reason)
        before = self._answered(person_id, key, "book") if entry is None else None
        if before:
            return before
        if entry is None or entry.state != "offered":
            raise SlotTaken
        had, holder = self.upcoming_for(person_id, reason), holder_of(entry.id)
        if had:
            return self.move(person_id, had.id, str(entry.slot_id), holder=holder, key=key, medium=medium)
        return self.book(person_id, str(entry.slot_id), reason, holder=holder, key=key, medium=medium)

    def slot_offered(self, person_id: str) -> tuple[str, Slot] | None:
        """The reason and the slot that a person is being offered; None when there is none, or it has lapsed.

        None, too, until they have been told: a yes said meanwhile was for something else.
        """
        with self.store.read() as connection:
            entry = waiting.offered(connection, number(person_id), self.clock.now())
        return None if entry is None else (str(entry.reason), self.slots([str(entry.slot_id)])[0])

    def decline_offer(self, person_id: str, reason: str) -> None:
        """The slot offered is free for the next one; the person goes on waiting."""

        def work(connection: Connection) -> None:
            entry = waiting.find(connection, number(person_id), reason)
            if entry is not None and entry.state == "offered":
                together(connection, slots.release(holder_of(entry.id)))
                waiting.change(connection, entry.id, state="waiting", slot_id=None, until=None)

        self.store.transact(work)

    # -- inside ---------------------------------------------------------------------------------

    def _lapse(self, connection: Connection, now: datetime) -> None:
        for entry in waiting.lapsed(connection, now):
            together(connection, slots.release(holder_of(entry.id)))
            waiting.change(connection, entry.id, state="waiting", slot_id=None, until=None)

    def _may_offer(self, entry: Row[Any], now: datetime) -> bool:
        pause = timedelta(hours=24 / self.settings.offers_per_day)
        return entry.offered is None or entry.offered + pause <= now

    def _offer(self, entry: Row[Any], now: datetime) -> int:
        until = now + timedelta(minutes=self.settings.offer_minutes)

        def work(connection: Connection) -> int:
            slot = self._freed(connection, entry, now)
            if slot is None:
                return 0
            self.store.lock(connection, None, [slot.desk_id])
            slots.insert_hold(connection, slot, holder_of(entry.id), now, until)
            fields = {"state": "offered", "slot_id": slot.id, "until": until, "offered": now}
            waiting.change(connection, entry.id, offers=entry.offers + 1, **fields)
            data = self.crypt.seal(json.dumps({"waiting": entry.id, "slot": slot.id}))
            row = notice(
                "offer", "reach", due=now, now=now, person_id=entry.person_id, version=entry.offers + 1, data=data
            )
            together(connection, *ledger.post([row]))
            return 1

        try:
            return self.store.transact(work)
        except Broken:  # held or taken meanwhile
            return 0

    def _freed(self, connection: Connection, entry: Row[Any], now: datetime) -> Row[Any] | None:
        """The first bookable slot for an entry, before the appointment that the person already has."""
        of = slots.services(connection, entry.reason, entry.channel, entry.agencies)
        bookable = Bookable(now=now, last=self.horizon().toordinal(), holder=holder_of(entry.id))
        # Held for a while, it must still be worth taking at the end.
        soon = now + timedelta(minutes=self.settings.offer_minutes)
        found = slots.nearest(connection, of, bookable, soon, backwards=False)
        mine = appointments.of_person(connection, entry.person_id, now)
        had = next((row for row in mine if row.reason == entry.reason), None)
        if found is None or (had is not None and had.start <= found.start):
            return None
        if appointments.overlapping(connection, entry.person_id, found.start, found.start + timedelta(minutes=1)):
            return None
        return slots.get(connection, [found.id])[found.id]


def holder_of(entry_id: int) -> str:
    """Who holds a slot that is offered."""
    return f"waiting:{entry_id}"
