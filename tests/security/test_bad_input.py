"""Mutated messages through the whole chain: gateway, Rasa, actions, core.

    uv run pytest -s tests/security/test_bad_input.py --messages 100000      under half an hour on two idle cores

The seed is printed; RDV_SEED plays others.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from booking_core import Contact
from booking_core.storage.tables import notice
from tests import portals
from tests.booking_core.invariants import check
from tests.conftest import NOW, SEED, Service, running
from tests.security.mutations import message

AT_ONCE = 8
# More in a minute and the gateway says that it is too fast: then somebody new comes.
MESSAGES_EACH = 25
SLOWEST_SECONDS = 2.0
UNAVAILABLE = "répondre pour le moment"
TRACE = re.compile(
    r"Traceback|\bFile \"|Exception\b|\w+Error\b|\bNone\b|\bnull\b|\bnan\b|utter_|action_|\{\w+\}|⟦|<\w+ at 0x"
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own, whose logs hold nothing else."""
    with running(tmp_path_factory.mktemp("bad")) as service:
        yield service


@dataclass
class Attack:
    """What came of it; `slow` and `unanswered` are said again alone, where no neighbour takes the time."""

    service: Service
    left: int
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    slow: list[tuple[float, Any]] = field(default_factory=list)
    changes: int = 0
    began: float = field(default_factory=time.monotonic)

    def held(self, person: str) -> tuple[object, ...]:
        """All that a message could change of somebody."""
        core = self.service.core
        upcoming = sorted((a.id, a.status, str(a.start), a.channel) for a in core.upcoming(person))
        return (*upcoming, core.contact(person))

    def offered(self, person: str, said: str) -> bool:
        """True when the yes took a freed slot of the waiting list, of which the person had been told."""
        query = select(notice.c.state).where(notice.c.person_id == int(person), notice.c.kind == "offer")
        with self.service.core.store.read() as connection:
            return "est à vous" in said and "sent" in connection.scalars(query).all()

    async def enter(self, session: aiohttp.ClientSession, person: str) -> dict[str, str]:
        """A new conversation."""
        now = NOW + timedelta(seconds=time.monotonic() - self.began)  # the service's clock runs from NOW, too
        body = {"token": portals.token(person, now)}
        async with session.post(f"{self.service.url}/web/session", json=body) as answer:
            return {"Authorization": f"Bearer {(await answer.json())['token']}"}

    async def send(self, session: aiohttp.ClientSession, headers: dict[str, str], body: Any) -> tuple[float, int, str]:
        """(seconds, status, raw answer)."""
        began = time.perf_counter()
        async with session.post(f"{self.service.url}/web/messages", json=body, headers=headers) as answer:
            raw = await answer.text()
        return time.perf_counter() - began, answer.status, raw

    async def person(self, session: aiohttp.ClientSession, person: str, chance: random.Random) -> None:
        """One attacker, signed in as themselves, in one conversation after the other."""
        before = await asyncio.to_thread(self.held, person)
        while self.left > 0:
            headers, asked, last = await self.enter(session, person), False, ""
            for _ in range(MESSAGES_EACH):
                if self.left <= 0:
                    return
                self.left -= 1
                body = message(chance)
                took, status, raw = await self.send(session, headers, body)
                self.sent += 1
                self.statuses[status] += 1
                answer = _json(raw)
                said = " ".join(m["text"] for m in answer.get("messages", ()))
                if status >= 500 or status == 401:
                    self.bad.append(f"{status} for {body!r}")
                if TRACE.search(said if status == 200 else raw):
                    self.bad.append(f"the inside is shown for {body!r}: {said or raw}")
                if status == 200 and not said.strip():
                    self.bad.append(f"silence for {body!r}")
                if took > SLOWEST_SECONDS or UNAVAILABLE in said:
                    self.slow.append((took, body))
                after = await asyncio.to_thread(self.held, person)
                if after != before:
                    self.changes += 1
                    if not (asked or await asyncio.to_thread(self.offered, person, said)):
                        self.bad.append(f"changed without having been asked ({last!r}), by {body!r}: {said}")
                    if not re.search("confirmé|est à vous|annulé|déplacé|enregistré|désormais|à jour|noté", said):
                        self.bad.append(f"changed without a word, by {body!r}: {said}")
                before = after
                # What is too long is turned away at the door: what was asked before it still is.
                if status == 200 and "trop long" not in said:
                    last = said
                    choices = [c["value"] for m in answer["messages"] for c in m.get("choices", ())]
                    asked = "intent:affirm" in choices

    async def run(self, people: list[str]) -> None:
        """All at once, with progress; then what was slow, alone."""
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            attacks = [self.person(session, p, random.Random(f"{SEED} {n}")) for n, p in enumerate(people)]
            attacking = asyncio.gather(*attacks)
            while not attacking.done():
                await asyncio.wait([attacking], timeout=30)
                rate = self.sent / (time.monotonic() - self.began)
                print(f"  {self.sent} messages, {rate:.0f} a second, {self.changes} changes", flush=True)
            await attacking
            for _, body in self.slow[:200]:
                best = SLOWEST_SECONDS * 2
                for _ in range(3):
                    took, _, raw = await self.send(session, await self.enter(session, people[0]), body)
                    if UNAVAILABLE not in raw:
                        best = min(best, took)
                    if best < SLOWEST_SECONDS:
                        break
                else:
                    self.bad.append(f"slow or unanswered even alone ({best:.1f} s): {body!r}")


def _json(raw: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(raw)
    except ValueError:
        return {}
    return found


@pytest.mark.timeout(0)
async def test_mutated_messages_break_nothing(attacked: Service, pytestconfig: pytest.Config) -> None:
    print(f"\nRDV_SEED={SEED}", flush=True)
    people = [
        attacked.core.register(f"28705353{n:05}", date(1987, 5, 14), None, Contact(mobile=f"+3363998{n:04}")).id
        for n in range(AT_ONCE)
    ]
    attack = Attack(attacked, pytestconfig.getoption("--messages"))
    await attack.run(people)
    print(f"  {attack.sent} messages: {dict(attack.statuses)}, {attack.changes} confirmed changes, ", end="")
    print(f"{len(attack.slow)} said again alone", flush=True)
    assert not attack.bad, f"seed {SEED}, {len(attack.bad)}:\n" + "\n".join(attack.bad[:20])
    # It did get as far as bookings, so that there was something to break.
    assert attack.changes
    assert attack.statuses[200] > attack.sent * 0.8
    check(attacked.core)
    for name in ("rdv.log", "rasa.log"):
        log = (attacked.var / name).read_text("utf8", "replace")
        assert "Traceback" not in log, name
        failures = [line for line in log.splitlines() if '"level": "error"' in line]
        assert not failures, f"seed {SEED}, {name}:\n" + "\n".join(failures[:20])
