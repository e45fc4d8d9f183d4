"""From a wish to what can be asked of an index: local days and minutes as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking_core.model import Range, Wanted

DAY = 24 * 60
AROUND = 60  # minutes either side of a wished hour
WIDEST_OFFSET = timedelta(hours=14)  # no zone is further from UTC


@dataclass(frozen=True)
class Window:
    """A range as numbers: days are ordinals, both included; minutes of the day, `until` excluded.

    `at`: rank by distance to this minute. `inner`: starts outside it (the edge) rank lower.
    """

    first: int
    last: int
    weekdays: tuple[int, ...] = ()
    since: int = 0
    until: int = DAY
    at: int | None = None
    inner: tuple[int, int] | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Instants that enclose the days in whatever zone: from, and before."""
        return _midnight(self.first) - WIDEST_OFFSET, _midnight(self.last + 1) + WIDEST_OFFSET

    @property
    def ranked(self) -> bool:
        """True when some of its starts are better than others."""
        return self.at is not None or self.inner is not None

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first stretch of time without a hole, in a zone: from, and before."""
        days = [d for d in range(self.first, self.first + 7) if not self.weekdays or (d - 1) % 7 in self.weekdays]
        first = days[0] if days else self.first
        whole = not self.weekdays and self.since <= 0 and self.until >= DAY
        return _local(first, self.since, zone), _local(self.last, DAY, zone) if whole else _local(
            first, self.until, zone
        )


def window(wished: Range, today: date, limit: date) -> Window:
    """A range, its open ends closed by today and the last day that can be booked."""
    first = max(wished.first, today) if wished.first else today
    last = min(wished.last, limit) if wished.last else limit
    days = (first.toordinal(), last.toordinal())
    if wished.at is not None:
        at = minute(wished.at)
        return Window(*days, wished.weekdays, at - AROUND, at + AROUND + 1, at=at)
    since, until = minute(wished.since) if wished.since else 0, minute(wished.until) if wished.until else DAY
    low = since - wished.edge if wished.since else since
    high = until + wished.edge if wished.until else until
    inner = (since, until) if (low, high) != (since, until) else None
    return Window(*days, wished.weekdays, low, high, inner=inner)


def windows(wanted: Wanted, today: date, limit: date) -> list[Window]:
    """The windows to look in: one for each range, one for any time when there is none; the empty ones left out."""
    found = [window(r, today, limit) for r in wanted.ranges or (Range(),)]
    return [w for w in found if w.first <= w.last]


def excluded(wanted: Wanted, today: date, limit: date) -> list[Window]:
    """The windows to stay out of, without their edges."""
    plain = (Range(r.first, r.last, r.weekdays, r.since, r.until, r.at) for r in wanted.excluded)
    return [_point(window(r, today, limit)) for r in plain]


def minute(hour: time) -> int:
    """Minutes since midnight."""
    return hour.hour * 60 + hour.minute


def _point(w: Window) -> Window:
    # "Pas à 10h" excludes ten o'clock, not the hour around it.
    return w if w.at is None else Window(w.first, w.last, w.weekdays, w.at, w.at + 1)


def _midnight(ordinal: int) -> datetime:
    return datetime.combine(date.fromordinal(ordinal), time(0), UTC)


def _local(ordinal: int, minutes: int, zone: ZoneInfo) -> datetime:
    day = date.fromordinal(ordinal) + timedelta(days=1 if minutes >= DAY else 0)
    hour = 0 if minutes >= DAY else max(0, minutes)
    return datetime.combine(day, time(hour // 60, hour % 60), zone)
