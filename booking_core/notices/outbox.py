"""The outbox: what is to be sent, written in the transaction of the change that it tells."""

from __future__ import annotations

from booking_core.part import Part


class Outbox(Part):
    """Notices that wait."""
