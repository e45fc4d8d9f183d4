"""The one clock: handed to the core, read nowhere else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """Starts at a given instant and then runs: for demonstrations and end-to-end tests."""

    def __init__(self, start: datetime) -> None:
        """`start` is aware."""
        self._start = start.astimezone(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)


class FixedClock:
    """Stands still until it is moved: for tests."""

    def __init__(self, start: datetime) -> None:
        """`start` is aware."""
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to an aware instant."""
        self._now = now.astimezone(UTC)

    def tick(self, **delta: float) -> None:
        """Move by a timedelta given as its keywords: `tick(minutes=5)`."""
        self._now += timedelta(**delta)
