"""kill -9 of Rasa and of the gateway, at random moments of conversations that book.

Whoever was told "confirmé" has the appointment, whoever has one was told so or can ask again; everybody is answered
in the end, and nobody starts anything by hand.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from booking_core import Contact
from tests.booking_core.invariants import check
from tests.conftest import NOW, SEED, running
from tests.faults.person import Person
from tests.faults.world import World

PEOPLE = 6


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service of its own: others would not like to be killed."""
    with running(tmp_path_factory.mktemp("faults")) as service:
        yield World(service.url, service.core, service.var)


class Booker(Person):
    """Who wants one appointment."""

    def book(self) -> None:
        """From the first word to a confirmation, taking up again what a fault cut."""
        self.enter()
        for _ in range(12):
            said = self.say("je voudrais un rendez-vous par téléphone vendredi pour mon arrêt de travail")
            if "créneaux" in said.lower():
                said = self.say("le premier")
            if "réservé" in said:
                said = self.say("oui")
            if self.upcoming():
                return
        raise AssertionError(f"no appointment after twelve tries (seed {SEED}): {list(dict.fromkeys(self.heard))}")


def kill(world: World, pattern: str, chance: random.Random, stop: threading.Event, killed: list[str]) -> None:
    """Kill it at random moments until `stop`, leaving it time to come back."""
    while not stop.wait(chance.uniform(0.5, 4)):
        if world.ready() and world.kill(pattern):
            killed.append(pattern)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("pattern", "least"), [("rasa|bot.light", 1), ("gateway serve", 2)])
def test_killed_while_people_book(faulty: World, pattern: str, least: int) -> None:
    print(f"RDV_SEED={SEED}")
    chance, stop, killed = random.Random(f"{SEED} {pattern}"), threading.Event(), list[str]()
    core = faulty.core
    people = [
        Booker(faulty, core.register(f"28705352{chance.randrange(10**5):05}", NOW.date().replace(year=1987), None,
                                     Contact(mobile=f"+3363998{n:04}")).id)
        for n in range(PEOPLE)
    ]  # fmt: skip
    killer = threading.Thread(target=kill, args=(faulty, pattern, chance, stop, killed))
    killer.start()
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Booker.book, people))
        end = time.monotonic() + 60
        while len(killed) < least and time.monotonic() < end:
            time.sleep(0.2)
    finally:
        stop.set()
        killer.join()
    assert len(killed) >= least

    assert any("est confirmé" in said for person in people for said in person.heard)
    for person in people:
        [booked] = core.upcoming(person.id)
        confirmed = [said for said in person.heard if "est confirmé" in said]
        # Whatever was told as confirmed is the one appointment that there is.
        assert all(booked.reference in said for said in confirmed), (SEED, confirmed, booked)
    check(core)
    faulty.wait(90)
    # Somebody to whom the answer was lost can ask.
    [booked] = core.upcoming(people[0].id)
    assert f"{booked.start.hour}\u00a0h" in people[0].say("quels sont mes rendez-vous")
