"""What happens by itself: notices leave, freed slots are offered, what is old is erased."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from prometheus_client import Counter as Metric
from prometheus_client import Gauge

from booking_core import Core
from booking_core.notices.model import Port, Render

log = logging.getLogger(__name__)

# A batch must be sent well within the core's lease, even when each mail waits for its time-out.
BATCH = 20
OFFERS_EVERY = timedelta(minutes=1)
PURGE_HOUR = 3

NOTICES = Metric("rdv_notices", "Notices by what became of them.", ["state"])
OFFERS = Metric("rdv_waiting_offers", "Slots offered to people who wait.")
FAILURES = Metric("rdv_timer_failures", "Jobs of the timer that failed.", ["job"])
LAST = Gauge("rdv_timer_last_seconds", "When the timer last went round (Unix time).")


class Timer:
    """One round every few seconds; safe beside other processes that do the same.

    Holds that lapse need nobody: the core ignores them, the purge erases them.
    """

    def __init__(self, core: Core, ports: Mapping[str, Port], words: Render) -> None:
        self._core, self._ports, self._words = core, ports, words
        self._offered: datetime | None = None
        self._purged: date | None = None

    async def run(self, seconds: float, stopped: asyncio.Event) -> None:
        """A round every so many `seconds` until `stopped`; a round under way is finished first."""
        while not stopped.is_set():
            await asyncio.to_thread(self.round, stopped.is_set)
            try:
                await asyncio.wait_for(stopped.wait(), seconds)
            except TimeoutError:
                continue

    def round(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Everything that is due now. Blocks; one job that fails stops no other."""
        self._job("notices", lambda: self._dispatch(stopped))
        now = self._core.local_now()
        if self._offered is None or now >= self._offered + OFFERS_EVERY:
            self._offered = now
            self._job("offers", self._offer)
        if now.hour >= PURGE_HOUR and self._purged != now.date():
            self._purged = now.date()
            self._job("purge", self._purge)
        LAST.set_to_current_time()

    def _job(self, name: str, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:
            # Its text could hold what was being written: only its name is logged.
            log.error("%s failed: %s", name, type(error).__name__)
            FAILURES.labels(name).inc()

    def _dispatch(self, stopped: Callable[[], bool]) -> None:
        outcome: Counter[str] = Counter()
        while not stopped():
            batch = self._core.dispatch(self._ports, self._words, limit=BATCH)
            outcome += batch
            if batch.total() < BATCH:
                break
        for state, count in outcome.items():
            NOTICES.labels(state).inc(count)
        if outcome:
            log.info("notices: %s", ", ".join(f"{count} {state}" for state, count in sorted(outcome.items())))

    def _offer(self) -> None:
        offers = self._core.offer_slots()
        OFFERS.inc(offers)
        if offers:
            log.info("%d freed slots offered to people who wait", offers)

    def _purge(self) -> None:
        erased = self._core.purge()
        log.info("purged: %s", ", ".join(f"{table} {rows}" for table, rows in erased.items()))
