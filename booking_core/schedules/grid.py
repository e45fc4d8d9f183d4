"""The stable grid: from opening patterns to the starts that they give, whatever the day it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr

from booking_core.schedules.model import Schedule

Span = tuple[datetime, datetime]


def days(schedule: Schedule, first: date, last: date, region: str) -> Iterator[date]:
    """The days of a pattern between two days, both included, public holidays left out."""
    start = datetime.combine(schedule.first, time(0))
    rule = rrulestr(schedule.rule, dtstart=start)
    until = min(last, schedule.last) if schedule.last else last
    for day in rule.between(_midnight(first), _midnight(until), inc=True):
        if not is_holiday(day.date(), region):
            yield day.date()


def starts(
    schedule: Schedule, minutes: int, days: Iterable[date], zone: ZoneInfo, absent: Sequence[Span]
) -> Iterator[Span]:
    """Start and end (UTC) of each slot of `minutes` that a pattern gives on these days.

    The grid hangs from the opening hour, never from now: an absence takes slots out, it does not shift the others. An
    hour that the change to summer time skips gives no slot. `absent` is sorted and merged.
    """
    step = schedule.step or minutes + schedule.buffer
    for day in days:
        closes = _instant(day, schedule.until, zone)
        for offset in range(schedule.since, schedule.until - minutes + 1, step):
            start = _instant(day, offset, zone)
            if start.astimezone(zone).time() != time(offset // 60, offset % 60):
                continue
            end = start + timedelta(minutes=minutes)
            if end <= closes and not _overlaps(start, end, absent):
                yield start, end


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans sorted, those that touch or overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def is_holiday(day: date, region: str) -> bool:
    """True on a public holiday of mainland France (""), or of a region as the `holidays` library names it."""
    return day in _holidays(region, day.year)


@lru_cache
def _holidays(region: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=region or None, years=year))


def _overlaps(start: datetime, end: datetime, absent: Sequence[Span]) -> bool:
    return any(a < end and b > start for a, b in absent)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), zone)
    return local.astimezone(UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0))
