"""Agencies, and what each medium and reason allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from booking_core.model import Agency, Found
from booking_core.part import Part


class Agencies(Part):
    """Where people are received."""

    def agencies(self) -> list[Agency]:
        """Every agency, by name."""
        raise NotImplementedError

    def agency(self, agency_id: str) -> Agency:
        """One agency; raises NotYours when there is none of that id."""
        raise NotImplementedError

    def find_agencies(
        self, name: str | None, *, near: tuple[float, float] | None = None, home: str | None = None, limit: int = 3
    ) -> Found:
        """Agencies for a town, a name or a postcode as said, else the nearest to `near` (latitude, longitude).

        `home`: id of a person, whose own agency comes first when nothing else decides. `exact` tells
        whether an agency has that name, stands in that town or has that postcode, typos forgiven.
        """
        raise NotImplementedError

    def phone_agencies(self, person_id: str | None) -> tuple[str, ...]:
        """Ids of the agencies whose advisers call this person: those of their caisse; all without a person."""
        raise NotImplementedError

    def channels_allowed(self, medium: str, operation: str) -> tuple[str, ...]:
        """Channels that a medium may "book", "move" or "cancel" (RULES §1), phone first."""
        raise NotImplementedError

    def channels_for(self, reason: str, medium: str) -> tuple[str, ...]:
        """Channels on which a reason can be booked through a medium, phone first."""
        raise NotImplementedError

    def is_closed(self, day: date, agency_ids: Sequence[str] | None = None) -> bool:
        """True when none of these agencies (None: of all) receives that day: week-end, public holiday, absence."""
        raise NotImplementedError

    def horizon(self) -> date:
        """The last day that can be booked."""
        raise NotImplementedError
