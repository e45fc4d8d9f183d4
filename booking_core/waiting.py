"""The waiting list: a slot that frees up is offered to one person at a time."""

from __future__ import annotations

from collections.abc import Sequence

from booking_core.part import Part


class WaitingList(Part):
    """For people with and without an appointment."""

    def join_waiting_list(
        self, person_id: str, reason: str, channel: str, agency_ids: Sequence[str] | None = None, *, medium: str
    ) -> str:
        """Wait for a slot, or for an earlier one when one is booked; returns the entry's id, the same when repeated."""
        raise NotImplementedError

    def leave_waiting_list(self, person_id: str, reason: str) -> None:
        """Wait no more."""
        raise NotImplementedError
