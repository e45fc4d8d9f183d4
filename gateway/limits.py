"""How often somebody may do something: counted by all gateways together in Redis, by this one alone without it."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from gateway.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 1.0


class Limits:
    """So many a minute for each key; the window moves, so that nobody gets twice as many around the full minute."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._pool = _pool(settings) if settings and settings.redis_host else None
        self._window = MovingWindowRateLimiter(_storage(self._pool))

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool:
            await self._pool.aclose()

    async def wait(self, most: int, what: str, key: str) -> int:
        """Count one of `most` a minute; the seconds to wait when there were too many, else 0.

        `key` may be the address of a machine: only its hash is kept, for a minute. Without Redis, 0: what guards
        accounts is counted in the core.
        """
        item, hashed = RateLimitItemPerMinute(most), hashlib.sha256(key.encode()).hexdigest()[:32]
        try:
            if await self._window.hit(item, what, hashed):
                return 0
            ends = (await self._window.get_window_stats(item, what, hashed)).reset_time
        except StorageError as failure:
            log.warning("limits are not counted: %s", type(failure.storage_error).__name__)
            return 0
        return max(1, math.ceil(ends - time.time()))


def _pool(settings: Settings) -> ConnectionPool:
    return ConnectionPool(
        host=settings.redis_host,
        port=settings.redis_port,
        password=settings.redis_password,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
    )


def _storage(pool: ConnectionPool | None) -> Storage:
    if pool is None:
        return MemoryStorage()
    # The pool knows the address; this one only has to be there.
    options: dict[str, Any] = {"connection_pool": pool, "key_prefix": "rdv-limits", "wrap_exceptions": True}
    return RedisStorage("async+redis://127.0.0.1:6379", implementation="redispy", **options)
