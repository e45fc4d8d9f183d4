"""Schedules become slots on a stable grid."""

from __future__ import annotations

from booking_core.part import Part


class Schedules(Part):
    """Import and publication."""
