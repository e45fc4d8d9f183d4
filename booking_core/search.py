"""Searching free slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from itertools import chain, zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from booking_core.agencies import Agencies
from booking_core.errors import NoSlotLeft, NotEligible
from booking_core.model import Slot, SlotPage, Wanted
from booking_core.part import numbers
from booking_core.storage import slots
from booking_core.storage.slots import Bookable
from booking_core.window import Window, excluded, windows


class Search(Agencies):
    """Free slots that meet a wish."""

    def search(
        self,
        *,
        reason: str,
        channel: str,
        agency_ids: Sequence[str] | None = None,
        wanted: Wanted | None = None,
        limit: int = 5,
        skip: Collection[str] = frozenset(),
        holder: str | None = None,
    ) -> SlotPage:
        """Free slots that meet a wish, best first, each start once; the nearest outside it when none does.

        `agency_ids` None: anywhere; otherwise the first ones win where several have the same start.
        `skip`: ids of slots already shown, whose starts are left out. `holder`: the conversation, whose own
        hold does not hide a slot. Slots that overlap the person's own appointments are shown: booking one
        answers OwnConflict. Raises NotEligible for a reason that does not exist.
        """
        if reason not in self.reasons:
            raise NotEligible(reason)
        wish, last = wanted or Wanted(), self.horizon()
        # A day early: it may still be yesterday in an agency overseas. What is past is left out anyway.
        today = self.local_now().date() - timedelta(days=1)
        looked = windows(wish, today, last)
        with self.store.read() as connection:
            of = slots.services(connection, reason, channel, None if agency_ids is None else numbers(agency_ids))
            bookable = Bookable(
                now=self.clock.now(),
                last=last.toordinal(),
                holder=holder,
                skipped=slots.starts(connection, numbers(skip)),
                excluded=excluded(wish, today, last),
            )
            best = merge([_look(connection, of, bookable, w, wish, limit + 1) for w in looked], wish.soonest)
            if not best:
                return _around(connection, of, bookable, looked, wish)
            page = _load(connection, [row.id for row in best[:limit]])
            if not any(w.ranked for w in looked):
                page.sort(key=lambda slot: slot.start)
            return SlotPage(tuple(page), more=len(best) > limit)

    def next_slot(self, reason: str, channel: str, agency_ids: Sequence[str] | None = None) -> Slot:
        """The soonest free slot over all these agencies; raises NoSlotLeft when there is none, NotEligible."""
        page = self.search(reason=reason, channel=channel, agency_ids=agency_ids, limit=1)
        if not page.slots:
            raise NoSlotLeft
        return page.slots[0]

    def slots(self, slot_ids: Iterable[str]) -> list[Slot]:
        """The slots of these ids, in that order, free or not; ids of none are left out."""
        wanted = numbers(slot_ids)
        if not wanted:
            return []
        with self.store.read() as connection:
            return _load(connection, wanted)


def merge(lists: Sequence[Sequence[Row[Any]]], soonest: bool) -> list[Row[Any]]:
    """One list of several, each start once: every window has its turn, so that none hides another."""
    turns = [row for row in chain.from_iterable(zip_longest(*lists)) if row is not None]
    once = {row.start: row for row in reversed(turns)}
    kept = [row for row in turns if once[row.start] is row]
    return sorted(kept, key=lambda row: row.start) if soonest else kept


def slot_of(row: Row[Any]) -> Slot:
    """A row as the model has it, in the agency's zone."""
    zone = ZoneInfo(row.agency_timezone)
    return Slot(
        id=str(row.id),
        agency_id=str(row.agency_id),
        channel=row.channel,
        reasons=tuple(row.reasons.split()),
        start=row.start.astimezone(zone),
        end=row.end.astimezone(zone),
        desk=row.desk,
    )


def _look(
    connection: Connection, of: Sequence[int], bookable: Bookable, window: Window, wish: Wanted, limit: int
) -> list[Row[Any]]:
    found = slots.free(
        connection,
        of,
        bookable,
        window,
        since=wish.not_before,
        before=wish.not_after,
        soonest=wish.soonest,
        limit=limit,
    )
    place = {service: n for n, service in enumerate(of)}
    first = {row.start: row for row in sorted(found, key=lambda row: place[row.of], reverse=True)}
    return sorted(first.values(), key=lambda row: (row.rank, row.start))[:limit]


def _around(
    connection: Connection, of: Sequence[int], bookable: Bookable, looked: Sequence[Window], wish: Wanted
) -> SlotPage:
    """Nothing fits: the nearest slots on both sides of the first window wished."""
    if not looked or not of:
        return SlotPage(())
    zone = ZoneInfo(slots.timezone(connection, of[0]))
    start, end = min(w.span(zone) for w in looked)
    if wish.not_after:
        end = min(end, wish.not_after)
    if wish.not_before:
        start, end = max(start, wish.not_before), max(end, wish.not_before)
    before = slots.nearest(connection, of, bookable, start, backwards=True)
    after = slots.nearest(connection, of, bookable, end, backwards=False)
    found = {slot.id: slot for slot in _load(connection, [row.id for row in (before, after) if row])}
    return SlotPage(
        (),
        before=found.get(str(before.id)) if before else None,
        after=found.get(str(after.id)) if after else None,
    )


def _load(connection: Connection, ids: Sequence[int]) -> list[Slot]:
    rows = slots.get(connection, ids)
    return [slot_of(rows[i]) for i in ids if i in rows]
