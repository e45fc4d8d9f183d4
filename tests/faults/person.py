"""Who says a thing again until it is answered, and who books and cancels while things break."""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests import portals
from tests.conftest import NOW, SEED
from tests.faults.world import PATIENCE_SECONDS, World
from tests.gateway.test_service import call, words

# The longest that a portal may grant: the clock of a gateway starts at NOW each time it is killed, or never again.
TOKEN = timedelta(minutes=15)
FAILED = ("répondre pour le moment", "plus vite que je ne lis")
REFERENCE = re.compile(r"Référence\s*:\s*([A-Z0-9]{3}-[A-Z0-9]{3})")


@dataclass
class Person:
    """Somebody on the web who says a thing again until it is answered, and remembers what they were told."""

    world: World
    id: str
    token: str = ""
    heard: list[str] = field(default_factory=list)
    longest: float = 0.0

    def post(self, path: str, body: Callable[[], dict[str, str]]) -> dict[str, object]:
        """The answer; asked again while there is none."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_SECONDS:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            try:
                status, answer = call(f"{self.world.url}{path}", body(), **headers)
            except OSError:
                status, answer = 0, {}
            if status == 200:
                found: dict[str, object] = answer
                return found
            time.sleep(0.3)
        raise AssertionError(f"no answer in {PATIENCE_SECONDS} seconds (seed {SEED})")

    def enter(self) -> None:
        """Sign in by the portal."""
        self.token = ""
        # A token counts once: each try has its own.
        self.token = str(
            self.post("/web/session", lambda: {"token": portals.token(self.id, NOW, exp=NOW + TOKEN)})["token"]
        )

    def say(self, sentence: str) -> str:
        """One sentence; said again, as a new message, while the assistant says that it cannot answer."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_SECONDS:
            mark = uuid.uuid4().hex
            answer = self.post("/web/messages", lambda mark=mark: {"text": sentence, "id": mark})  # type: ignore[misc]
            said = words(answer["messages"])  # type: ignore[arg-type]
            self.heard.append(said)
            if not any(failed in said for failed in FAILED):
                self.longest = max(self.longest, time.monotonic() - began)
                return said
            time.sleep(1)
        raise AssertionError(f"never answered in {PATIENCE_SECONDS} seconds (seed {SEED})")

    def upcoming(self) -> list[str]:
        """The references that the database holds."""
        return self.world.asked(lambda: [a.reference for a in self.world.core.upcoming(self.id)])  # type: ignore[return-value]

    def confirmed(self) -> set[str]:
        """The references that were said to be confirmed."""
        told = [said for said in self.heard if "est confirmé" in said]
        found = [REFERENCE.search(said) for said in told]
        assert all(found), told
        return {reference[1] for reference in found if reference}


@dataclass
class Regular(Person):
    """Who books, looks and cancels as long as a test lasts."""

    cancelling: set[str] = field(default_factory=set)

    def live(self, chance: random.Random, over: Callable[[], bool]) -> None:
        """Book, look, cancel, again and again; end with an appointment."""
        while True:
            self.until(lambda: bool(self.upcoming()), self.book, chance)
            if over():
                return
            self.say("quels sont mes rendez-vous")
            self.cancelling |= set(self.upcoming())
            self.until(lambda: not self.upcoming(), self.cancel, chance)

    def until(self, done: Callable[[], bool], act: Callable[[random.Random], None], chance: random.Random) -> None:
        """Take up what a fault cut, until the database has it."""
        for _ in range(40):
            if done():
                return
            self.enter()
            act(chance)
        raise AssertionError(f"forty tries were not enough (seed {SEED})")

    def book(self, chance: random.Random) -> None:
        """From the first word to a confirmation, or to where it is cut."""
        day = chance.choice(("mardi", "mercredi", "jeudi", "vendredi"))
        said = self.say(f"je voudrais un rendez-vous par téléphone {day} prochain pour mon arrêt de travail")
        if "créneaux" in said.lower():
            said = self.say(chance.choice(("le premier", "le deuxième")))
        if "réservé" in said:
            self.say("oui")

    def cancel(self, _: random.Random) -> None:
        """The same way for a cancellation."""
        if "annul" in self.say("je veux annuler mon rendez-vous"):
            self.say("oui")
