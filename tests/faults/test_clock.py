"""The clock jumps, forwards and back, under conversations; and the two nights in which the hour changes."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_core import Contact, demo
from tests.booking_core.invariants import check
from tests.conftest import SEED
from tests.stack import START, Stack

PARIS = ZoneInfo("Europe/Paris")
# Around the change of the hour: 02:30 does not exist in March, and is twice in October.
NIGHTS = (datetime(2027, 3, 28, 0, 59, 50, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC))
TIME = re.compile(r"(\d{1,2})\u00a0h(?:\u00a0(\d\d))?")


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    started = Stack()
    await started.start()
    yield started
    await started.stop()


def people(stack: Stack, count: int) -> list[str]:
    """So many, each with a mobile."""
    return [
        stack.core.register(f"28705352{n:05}", date(1987, 5, 14), None, Contact(mobile=f"+3363998{n:04}")).id
        for n in range(count)
    ]


async def book(stack: Stack, person: str, name: str) -> list[str]:
    """A conversation that books, whatever the clock does meanwhile; what was heard."""
    heard = []
    for attempt in range(8):
        chat = stack.core.open_conversation("web", person_id=person, level=2, conversation_id=f"{name}-{attempt}")
        for said in ("un rendez-vous par téléphone jeudi pour mon arrêt de travail", "le premier", "oui"):
            # A clock that jumps far ends a session: the portal signs the person in again.
            if not stack.core.identity(chat).person_id:
                stack.core.open_conversation("web", person_id=person, level=2, conversation_id=chat)
            reply = await stack.turn(chat, "web", text=said)
            heard.append(" ".join(m.text for m in reply.messages))
            assert heard[-1].strip(), SEED
            assert not reply.failed, (SEED, heard)
        if stack.core.upcoming(person):
            return heard
    raise AssertionError((SEED, heard))


async def test_the_clock_jumps_under_conversations(stack: Stack) -> None:
    print(f"\nRDV_SEED={SEED}")
    demo.load(stack.core)
    chance, over = random.Random(SEED), asyncio.Event()

    async def jumping() -> int:
        jumps = 0
        while not over.is_set():
            await asyncio.sleep(chance.uniform(0.02, 0.15))
            hours = chance.choice((-26, -3, -1, -0.02, 0.02, 0.5, 1, 3, 26, 50))
            stack.clock.set(
                max(
                    START - timedelta(days=3),
                    min(START + timedelta(days=6), stack.clock.now() + timedelta(hours=hours)),
                )
            )
            jumps += 1
        return jumps

    clock = asyncio.create_task(jumping())
    known = people(stack, 6)
    heard = await asyncio.gather(*(book(stack, person, f"jump-{n}") for n, person in enumerate(known)))
    over.set()
    assert await clock > 2
    stack.clock.set(START)
    for person, said in zip(known, heard, strict=True):
        booked = {a.reference for a in stack.core.history(person)}
        confirmed = {r for text in said if "est confirmé" in text for r in re.findall(r"Référence\s*:\s*(\S{7})", text)}
        assert confirmed <= booked, (SEED, confirmed, booked)
    check(stack.core)


@pytest.mark.parametrize("night", NIGHTS, ids=["spring", "autumn"])
async def test_booked_across_the_night_in_which_the_hour_changes(stack: Stack, night: datetime) -> None:
    stack.clock.set(night)
    demo.load(stack.core)

    async def running() -> None:
        for _ in range(120):
            stack.clock.tick(seconds=1)
            await asyncio.sleep(0.05)

    clock = asyncio.create_task(running())
    known = people(stack, 4)
    heard = await asyncio.gather(*(book(stack, person, f"night-{n}") for n, person in enumerate(known)))
    clock.cancel()
    starts = set()
    for person, said in zip(known, heard, strict=True):
        [booked] = stack.core.upcoming(person)
        [confirmation] = [text for text in said if "est confirmé" in text]
        # What was said is what is kept, in local time, and agencies are open then.
        local = booked.start.astimezone(PARIS)
        hour, minute = TIME.search(confirmation).groups()  # type: ignore[union-attr]
        assert (int(hour), int(minute or 0)) == (local.hour, local.minute)
        assert 8 <= local.hour < 18
        assert local.weekday() == 3
        starts.add((booked.start, booked.id))
    assert len(starts) == len(known)
    check(stack.core)
