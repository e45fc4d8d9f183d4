"""What those who run the service watch: counts and ages, of nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.part import Part
from booking_core.storage import figures


@dataclass(frozen=True)
class Stock:
    """Free slots in the next days at one agency, for one reason and channel."""

    agency: str
    channel: str
    reason: str
    slots: int


@dataclass(frozen=True)
class Watched:
    """Ages in seconds, 0 when nothing waits; `retrying`: notices that were refused at least once."""

    notices: int
    notices_age: float
    retrying: int
    texts: int
    texts_age: float
    stock: tuple[Stock, ...]


class Figures(Part):
    """Cheap enough to be asked every minute."""

    def watched(self, *, days: int = 14) -> Watched:
        """What waits now, and the slots that are free in the next days."""
        now = self.clock.now()
        with self.store.read() as connection:
            notices, oldest_notice = figures.outbox(connection, now)
            retrying = figures.retrying(connection)
            texts, oldest_text = figures.texts(connection)
            rows = figures.stock(connection, now, now + timedelta(days=days))
        return Watched(
            notices=notices,
            notices_age=_age(now, oldest_notice),
            retrying=retrying,
            texts=texts,
            texts_age=_age(now, oldest_text),
            stock=tuple(
                Stock(agency, channel, reason, slots)
                for agency, channel, reasons, slots in rows
                for reason in reasons.split()
            ),
        )


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
