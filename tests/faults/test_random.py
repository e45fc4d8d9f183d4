"""Faults at random moments under load: nothing lost, nothing double, nothing falsely confirmed, everybody answered.

    uv run pytest -s tests/faults/test_random.py --minutes 10      up to fourteen, on each of the two stacks

The seed is printed; RDV_SEED plays others.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from booking_core import Contact, Core
from booking_core.storage.tables import notice
from tests.booking_core.invariants import check
from tests.conftest import NOW, SEED
from tests.faults.engines import KEY, REDIS
from tests.faults.person import Regular
from tests.faults.world import PATIENCE_SECONDS, World, on_postgresql, on_sqlite

PEOPLE = 6
RECOVERY_SECONDS = 120


def text_meanwhile(world: World, over: threading.Event) -> set[str]:
    """Texts from one number after the other, each tried until it is taken, as Kannel does; who got no answer."""
    if world.relays is None:
        return set()
    numbers: list[str] = []
    while not over.wait(1.5):
        numbers.append(f"+33639981{len(numbers) % 1000:03}")
        query = urlencode({"key": KEY, "id": uuid.uuid4().hex})
        text = Request(f"{world.url}/sms/kannel?{query}", b"bonjour", {"X-Kannel-From": numbers[-1]})
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), urlopen(text, timeout=10):
                break
            time.sleep(0.5)
    end = time.monotonic() + PATIENCE_SECONDS
    while not set(numbers) <= world.relays.texts and time.monotonic() < end:
        time.sleep(0.5)
    return set(numbers) - world.relays.texts


def break_things(world: World, chance: random.Random, end: float) -> list[str]:
    """Every fault once in a random order, then again until the end; each is mended, and recovery is timed."""
    told: list[str] = []
    left: list[str] = []
    while left or not told or time.monotonic() < end:
        if not left:
            left = sorted(world.faults)
            chance.shuffle(left)
        name = left.pop()
        time.sleep(chance.uniform(0.2, 3))
        begin, mend = world.faults[name]
        begin()
        time.sleep(chance.uniform(0.5, 4))
        mend()
        told.append(f"{name}: back after {world.wait(RECOVERY_SECONDS):.1f} s")
    return told


@pytest.mark.skipif(REDIS is None, reason="Redis is missing; type: apt install redis-server")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("world_of", [on_postgresql, on_sqlite])
def test_faults_at_random_moments_under_load(
    world_of: Callable[..., object], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    print(f"\nRDV_SEED={SEED} {world_of.__name__}", flush=True)
    chance, over = random.Random(f"{SEED} {world_of.__name__}"), threading.Event()
    with world_of(tmp_path) as world, ThreadPoolExecutor(PEOPLE + 1) as pool:  # type: ignore[attr-defined]
        core: Core = world.core
        people = []
        for n in range(PEOPLE):
            contact = Contact(mobile=f"+3363998{n:04}", email=f"p{n}@exemple.fr")
            filed = core.register(f"28705352{n:05}", NOW.date().replace(year=1987), None, contact)
            people.append(Regular(world, filed.id))
        texting = pool.submit(text_meanwhile, world, over)
        living = [pool.submit(p.live, random.Random(f"{SEED} {p.id}"), over.is_set) for p in people]
        try:
            told = break_things(world, chance, time.monotonic() + 60 * pytestconfig.getoption("--minutes"))
        finally:
            over.set()
        # Each ends what was begun: nobody is left without an answer.
        for one in living:
            one.result()
        if unanswered := texting.result():
            raise AssertionError(f"texts without an answer (seed {SEED}): {unanswered}")
        for line in told:
            print(f"  {line}")
        turns, longest = sum(len(p.heard) for p in people), max(p.longest for p in people)
        print(f"  {turns} turns, the longest wait for an answer {longest:.0f} s", flush=True)
        verify(world, people)


def verify(world: World, people: list[Regular]) -> None:
    """What was said against what there is."""
    world.wait(RECOVERY_SECONDS)
    check(world.core)
    for person in people:
        history = {a.reference: a.status for a in world.core.history(person.id)}
        # Every "confirmé" has its row, and what nobody asked to cancel is still there.
        assert person.confirmed() <= set(history), (SEED, person.confirmed(), history)
        lost = {r for r in person.confirmed() - person.cancelling if history[r] != "booked"}
        assert not lost, (SEED, lost)
        [left] = world.core.upcoming(person.id)
        # Who was not told, as the answer was lost, can ask.
        person.enter()
        hour = f"{left.start:%-H}\u00a0h"
        assert hour in person.say("quels sont mes rendez-vous"), SEED
    assert any(person.confirmed() for person in people)
    with world.core.store.read() as connection:
        states = {row.state for row in connection.execute(select(notice.c.state))}
    assert "dead" not in states
    if world.relays is not None:
        assert world.relays.mails
        assert world.relays.texts
