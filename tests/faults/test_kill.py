"""kill -9 of Rasa and of the gateway, at random moments of conversations that book.

Whoever was told "confirmé" has the appointment, whoever has one was told so or can ask again; everybody is answered
in the end, and nobody starts anything by hand.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from booking_core import Contact
from tests.booking_core.invariants import check
from tests.conftest import NOW, SEED, Service, running
from tests.gateway.test_service import call, words
from tests.portals import token

PEOPLE = 6
# What a person does when no answer comes, or the assistant says that it cannot answer just now.
PATIENCE_SECONDS = 240
FAILED = ("répondre pour le moment", "plus vite que je ne lis")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own: others would not like to be killed."""
    with running(tmp_path_factory.mktemp("faults")) as service:
        yield service


@dataclass
class Person:
    """Somebody on the web who says a thing again, under the same id, until it is answered."""

    service: Service
    id: str
    token: str = ""
    heard: list[str] = field(default_factory=list)

    def post(self, path: str, body: dict[str, str]) -> dict[str, object]:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
                status, answer = call(f"{self.service.url}{path}", body, **headers)
            except (urllib.error.URLError, OSError):
                status, answer = 0, {}
            if status == 200:
                found: dict[str, object] = answer
                return found
            time.sleep(0.3)
        raise AssertionError(f"no answer in {PATIENCE_SECONDS} seconds (seed {SEED})")

    def enter(self) -> None:
        now = NOW
        self.token = str(self.post("/web/session", {"token": token(self.id, now)})["token"])

    def say(self, text: str) -> str:
        """One sentence; said again, as a new message, while the assistant says that it cannot answer."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answer = self.post("/web/messages", {"text": text, "id": uuid.uuid4().hex})
            said = words(answer["messages"])  # type: ignore[arg-type]
            self.heard.append(said)
            if not any(words in said for words in FAILED):
                return said
            time.sleep(3)
        raise AssertionError(f"never answered in {PATIENCE_SECONDS} seconds (seed {SEED})")

    def book(self) -> None:
        """From the first word to a confirmation, taking up again what a fault cut."""
        self.enter()
        for _ in range(12):
            said = self.say("je voudrais un rendez-vous par téléphone vendredi pour mon arrêt de travail")
            if "créneaux" in said.lower():
                said = self.say("le premier")
            if "réservé" in said:
                said = self.say("oui")
            if self.service.core.upcoming(self.id):
                return
        raise AssertionError(f"no appointment after twelve tries (seed {SEED}): {list(dict.fromkeys(self.heard))}")


def pid(service: Service, pattern: str) -> int | None:
    """The process of this service whose command line matches."""
    supervisor = (service.var / "supervisord.pid").read_text().strip()
    found = subprocess.run(["pgrep", "-P", supervisor, "-f", pattern], capture_output=True, text=True, check=False)
    return int(found.stdout.split()[0]) if found.stdout.strip() else None


def kill(service: Service, pattern: str, chance: random.Random, stop: threading.Event, killed: list[str]) -> None:
    """Kill it at random moments until `stop`, leaving it time to come back."""
    while not stop.wait(chance.uniform(0.5, 4)):
        if (found := pid(service, pattern)) is not None and call_ready(service):
            os.kill(found, signal.SIGKILL)
            killed.append(pattern)


def call_ready(service: Service) -> bool:
    """True when the whole service is ready."""
    try:
        with urllib.request.urlopen(f"{service.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("pattern", "least"), [("rasa|bot.light", 1), ("gateway serve", 2)])
def test_killed_while_people_book(faulty: Service, pattern: str, least: int) -> None:
    print(f"RDV_SEED={SEED}")
    chance, stop, killed = random.Random(f"{SEED} {pattern}"), threading.Event(), list[str]()
    core = faulty.core
    people = [
        Person(faulty, core.register(f"28705352{chance.randrange(10**5):05}", NOW.date().replace(year=1987), None,
                                     Contact(mobile=f"+3363998{n:04}")).id)
        for n in range(PEOPLE)
    ]  # fmt: skip
    killer = threading.Thread(target=kill, args=(faulty, pattern, chance, stop, killed))
    killer.start()
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Person.book, people))
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
    end = time.monotonic() + 90
    while not call_ready(faulty):
        assert time.monotonic() < end, "it did not come back by itself"
        time.sleep(0.5)
    # Somebody to whom the answer was lost can ask.
    [booked] = core.upcoming(people[0].id)
    assert f"{booked.start.hour}\u00a0h" in people[0].say("quels sont mes rendez-vous")
