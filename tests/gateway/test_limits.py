"""Limits: so many a minute; by all gateways together when there is a Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.limits import Limits
from gateway.settings import Settings
from tests.faults.engines import PASSWORD, REDIS, Redis


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if REDIS is None:
        pytest.skip("redis-server is not installed: limits over several gateways are not tested")
    server = Redis(tmp_path)
    yield server
    server.stop()


def settings_of(server: Redis) -> Settings:
    return replace(Settings(), redis_host="127.0.0.1", redis_port=server.port, redis_password=PASSWORD)


async def test_too_many_wait_and_each_key_counts_for_itself() -> None:
    limits = Limits()
    assert [await limits.wait(3, "turns", "a") for _ in range(3)] == [0, 0, 0]
    assert 1 <= await limits.wait(3, "turns", "a") <= 60
    assert await limits.wait(3, "turns", "b") == 0
    assert await limits.wait(3, "wrong answers", "a") == 0


async def test_two_gateways_count_together(redis: Redis) -> None:
    one, other = Limits(settings_of(redis)), Limits(settings_of(redis))
    until = time.monotonic() + 20
    # A Redis that is not there yet counts nothing, and stops nobody.
    while await one.wait(1, "turns", "nobody") == 0:
        assert time.monotonic() < until
    assert await one.wait(2, "turns", "198.51.100.7") == 0
    assert await other.wait(2, "turns", "198.51.100.7") == 0
    assert 1 <= await one.wait(2, "turns", "198.51.100.7") <= 60
    assert 1 <= await other.wait(2, "turns", "198.51.100.7") <= 60
    await one.close()
    await other.close()


async def test_without_redis_nobody_is_turned_away(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(settings_of(redis))
    redis.stop()
    began = time.monotonic()
    assert [await limits.wait(1, "turns", "198.51.100.7") for _ in range(3)] == [0, 0, 0]
    assert time.monotonic() - began < 5
    assert "limits are not counted" in caplog.text
    assert "198.51.100.7" not in caplog.text
    await limits.close()
