"""The agency's side: enough to live with."""

from __future__ import annotations

from datetime import date

from booking_core.model import Appointment
from booking_core.part import Part


class Agents(Part):
    """What the people of an agency see and do."""

    def agenda(self, agency_id: str, day: date) -> list[Appointment]:
        """The booked appointments of an agency on a local day, by start."""
        raise NotImplementedError
