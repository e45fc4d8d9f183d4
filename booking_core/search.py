"""Searching free slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from booking_core.model import Slot, SlotPage, Wanted
from booking_core.part import Part


class Search(Part):
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

        `agency_ids` None: anywhere. `skip`: ids of slots already shown, whose starts are left out.
        `holder`: the conversation, whose own hold does not hide a slot. Slots that overlap the person's
        own appointments are shown: booking one answers OwnConflict. Raises NotEligible for a reason
        that does not exist.
        """
        raise NotImplementedError

    def slots(self, slot_ids: Iterable[str]) -> list[Slot]:
        """The slots of these ids, in that order, free or not; ids of none are left out."""
        raise NotImplementedError
