"""One turn at a time for each conversation over all Rasa workers, as one key of Redis.

Rasa's own Redis store keeps a list of tickets that it reads and writes back, six calls a turn: two workers that do so
at the same moment lose each other's ticket. Here Redis itself decides who has the key, in two calls a turn.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import asynccontextmanager
from typing import Any, AsyncGenerator

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, RedisLockStore
from rasa.utils.endpoints import EndpointConfig
from redis.exceptions import RedisError

WAIT_SECONDS = 0.05
# Only whoever set the key takes it away: it may have lapsed, and be another turn's by now.
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class KeyLockStore(RedisLockStore):
    """`lock_store` of endpoints.yml: `type: bot.locks.KeyLockStore`, with the settings of Rasa's own for Redis."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        """`url`: the host of Redis; the other settings are those of RedisLockStore."""
        super().__init__(host=endpoint_config.url, **endpoint_config.kwargs)
        self._release = self.red.register_script(RELEASE)

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = WAIT_SECONDS
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; LockError when another turn has it for `lock_lifetime` seconds, or without Redis.

        A worker that is killed leaves its key: it lapses after `lock_lifetime`.
        """
        key, mine = self.key_prefix + conversation_id, secrets.token_hex(8)
        until = time.monotonic() + lock_lifetime
        while not self._take(key, mine, lock_lifetime):
            if time.monotonic() > until:
                raise LockError("another turn of this conversation does not end")
            await asyncio.sleep(wait_time_in_seconds)
        try:
            yield TicketLock(conversation_id)
        finally:
            self._release_quietly(key, mine)

    def _take(self, key: str, mine: str, seconds: float) -> Any:
        try:
            return self.red.set(key, mine, nx=True, px=int(1000 * seconds))
        except RedisError as error:
            raise LockError(f"Redis does not answer: {type(error).__name__}") from None

    def _release_quietly(self, key: str, mine: str) -> None:
        try:
            self._release(keys=[key], args=[mine])
        except RedisError:
            return  # the turn is done and saved: its key lapses by itself
