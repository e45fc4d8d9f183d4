"""The lock of a conversation in Redis: one turn at a time over several workers, and none waits for the dead."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import rasa
from gateway.settings import ROOT
from tests.stack import free_port

SERVER = shutil.which("redis-server")

TURNS = """
import asyncio, sys
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

def worker(port):
    return LockStore.create(EndpointConfig(type="bot.locks.KeyLockStore", url="127.0.0.1", port=port, key_prefix="rdv"))

async def main(port):
    one, other = worker(port), worker(port)
    working, most = 0, 0

    async def turn(store):
        nonlocal working, most
        async with store.lock("someone"):
            working += 1
            most = max(most, working)
            await asyncio.sleep(0.01)
            working -= 1

    await asyncio.gather(*(turn(store) for store in (one, other) * 10))
    assert most == 1, most
    assert not one.red.keys("*"), "every turn gave its key back"

    # Another conversation does not wait.
    async with one.lock("someone"):
        async with other.lock("somebody else"):
            pass
        # A worker that is killed leaves its key: the others wait for its life, and no longer.
        try:
            async with other.lock("someone", lock_lifetime=0.2):
                raise SystemExit("two turns at once")
        except LockError as error:
            assert "someone" not in str(error)

    # A turn that outlives its key does not take away that of the turn after it.
    async with one.lock("someone", lock_lifetime=0.1):
        await asyncio.sleep(0.2)
        late = other.lock("someone")
        await late.__aenter__()
    assert one.red.exists(one.key_prefix + "someone")
    await late.__aexit__(None, None, None)
    assert not one.red.exists(one.key_prefix + "someone")

    one.red.shutdown(nosave=True)
    try:
        async with one.lock("someone"):
            raise SystemExit("a lock without Redis")
    except LockError:
        pass

asyncio.run(main(int(sys.argv[1])))
"""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    assert SERVER is not None
    command = [SERVER, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        time.sleep(0.5)
        yield port
        server.terminate()


@pytest.mark.skipif(SERVER is None, reason="Redis is missing; type: apt install redis-server")
def test_one_turn_at_a_time_over_two_workers(redis: int) -> None:
    done = subprocess.run(
        [str(rasa.PYTHON), "-c", TURNS, str(redis)],
        cwd=ROOT,
        env=rasa.environment(secret="", actions_url="", tracker_url=""),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
