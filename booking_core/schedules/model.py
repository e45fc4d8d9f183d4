"""When a desk or an adviser receives: one opening pattern, and the times when nobody is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Schedule:
    """An opening pattern of one desk (FHIR: Schedule).

    `rule`: RFC 5545 RRULE, from `first` on; `last` included. `since`, `until`, `step`, `buffer`, `notice`
    in minutes: of the local day, between two starts (0: as long as an appointment and its buffer), after each
    appointment, before the start.
    """

    agency: str
    desk: str
    code: str
    channel: str
    reasons: tuple[str, ...]
    rule: str
    first: date
    last: date | None
    since: int
    until: int
    step: int = 0
    buffer: int = 0
    notice: int = 0


@dataclass(frozen=True)
class Absence:
    """Nobody receives from `start` to `end` (naive, local to the agency) at a desk, or at the whole agency."""

    agency: str
    desk: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Published:
    """What publishing did. `unfit`: ids of booked appointments that no longer fit, for the agency to settle."""

    added: int
    kept: int
    removed: int
    unfit: tuple[str, ...]
