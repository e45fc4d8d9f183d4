"""What /metrics shows: what this process counted, and what the core says of all of them together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from booking_core import Core
from booking_core.figures import Watched

log = logging.getLogger(__name__)

# Figures of the database are the same for every process, and need not be younger.
KEPT_SECONDS = 15.0
DAYS = 14


class Watch(Collector):
    """Gauges from the core: the outbox, the queue of text messages, the stock of slots."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._at = 0.0
        self._last: Watched | None = None

    def collect(self) -> Iterable[Metric]:
        """Blocks on the database; its own gauge tells when the database did not answer."""
        watched = self._watched()
        yield GaugeMetricFamily("rdv_database_up", "1 when the core's database answered", float(watched is not None))
        if watched is None:
            return
        yield GaugeMetricFamily("rdv_outbox_due", "Notices that are due and have not left", watched.notices)
        yield GaugeMetricFamily("rdv_outbox_age_seconds", "Age of the oldest notice that is due", watched.notices_age)
        yield GaugeMetricFamily("rdv_outbox_retrying", "Notices that were refused and wait", watched.retrying)
        yield GaugeMetricFamily("rdv_texts_pending", "Text messages to answer or to send", watched.texts)
        yield GaugeMetricFamily("rdv_texts_age_seconds", "Age of the oldest of them", watched.texts_age)
        stock = GaugeMetricFamily(
            "rdv_slots_free", f"Free slots of the next {DAYS} days", labels=["agency", "channel", "reason"]
        )
        for one in watched.stock:
            stock.add_metric([one.agency, one.channel, one.reason], one.slots)
        yield stock

    def _watched(self) -> Watched | None:
        with self._lock:
            if self._last is None or time.monotonic() - self._at > KEPT_SECONDS:
                try:
                    self._last, self._at = self._core.watched(days=DAYS), time.monotonic()
                except Exception as failure:
                    log.error("the figures cannot be read: %s", type(failure).__name__)
                    self._last = None
            return self._last


WATCH = web.AppKey("watch", Watch)


def exposition(watch: Watch) -> bytes:
    """Everything, in the format of Prometheus."""
    own = CollectorRegistry()
    own.register(watch)
    return generate_latest(REGISTRY) + generate_latest(own)
