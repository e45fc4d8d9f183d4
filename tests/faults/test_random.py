"""Faults at random moments under load: nothing lost, nothing double, nothing falsely confirmed, everybody answered.

    uv run pytest -s tests/faults/test_random.py --minutes 10      up to fourteen, on each of the two stacks

The seed is printed; RDV_SEED plays others.
"""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from booking_core import Contact, Core, FixedClock, demo, open_core
from booking_core.storage.tables import notice
from gateway import rasa
from gateway.serve import SUPERVISOR
from gateway.settings import DEMO_SECRET, ROOT, Settings
from tests import portals
from tests.booking_core.invariants import check
from tests.conftest import NOW, SEED
from tests.faults.engines import KEY, PASSWORD, REDIS, Postgres, Redis, Relays
from tests.gateway.test_service import call, words
from tests.stack import free_port

PEOPLE = 6
PATIENCE_SECONDS = 180
RECOVERY_SECONDS = 120
# The longest that a portal may grant: the clock of a gateway starts at NOW each time it is killed, or never again.
TOKEN = timedelta(minutes=15)
FAILED = ("répondre pour le moment", "plus vite que je ne lis")
REFERENCE = re.compile(r"Référence\s*:\s*([A-Z0-9]{3}-[A-Z0-9]{3})")


@dataclass
class World:
    """A running service, its core, and what may be taken away: by name, what breaks it and what mends it."""

    url: str
    core: Core
    var: Path
    faults: dict[str, tuple[Callable[[], object], Callable[[], object]]] = field(default_factory=dict)
    relays: Relays | None = None

    def ready(self) -> bool:
        """True when the whole service says so."""
        with suppress(OSError):
            return call(f"{self.url}/readyz")[0] == 200
        return False

    def wait(self, seconds: float) -> float:
        """Seconds until it is ready; fails after so many."""
        began = time.monotonic()
        while not self.ready():
            assert time.monotonic() < began + seconds, "it did not come back by itself"
            time.sleep(0.2)
        return time.monotonic() - began

    def pid(self, pattern: str) -> int | None:
        """The process under the supervisor whose command line matches."""
        supervisor = (self.var / "supervisord.pid").read_text().strip()
        found = subprocess.run(["pgrep", "-P", supervisor, "-f", pattern], capture_output=True, text=True, check=False)
        return int(found.stdout.split()[0]) if found.stdout.strip() else None

    def kill(self, pattern: str) -> None:
        """kill -9, when it runs."""
        if (found := self.pid(pattern)) is not None:
            with suppress(ProcessLookupError):
                os.kill(found, signal.SIGKILL)

    def disk(self, pattern: str, *, full: bool) -> None:
        """Files of a process can grow no more, as on a full disk; or can again."""
        if (found := self.pid(pattern)) is not None:
            hard = resource.prlimit(found, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(found, resource.RLIMIT_FSIZE, (1024 if full else hard, hard))

    def asked(self, question: Callable[[], object]) -> object:
        """What the core of the test answers, asked again while its database is away."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return question()
            except SQLAlchemyError:
                assert time.monotonic() < end, "the database did not come back"
                time.sleep(0.3)


@contextmanager
def running(stack: ExitStack, var: Path, settings: dict[str, str], rasa_command: str = "") -> Iterator[World]:
    """The processes of `make run` under their supervisor; `rasa_command` in place of `rdv rasa`."""
    port = free_port()
    environ = {
        **os.environ,
        "RDV_PORT": str(port),
        "RDV_NOW": NOW.isoformat(),
        "RDV_VAR": str(var),
        "RDV_PORTALS": str(portals.file(var)),
        **settings,
    }
    core = open_core(environ["RDV_DATABASE_URL"], FixedClock(NOW), secret=DEMO_SECRET)
    stack.callback(core.close)
    core.upgrade()
    demo.load(core)
    config = var / "supervisord.conf"
    # RDV_NOW is where the clock starts: started again, it must not go back.
    serve = var / "serve.py"
    serve.write_text(
        "import datetime, os, sys, time\n"
        f"now = datetime.datetime.fromisoformat({NOW.isoformat()!r}) "
        f"+ datetime.timedelta(seconds=time.time() - {time.time()})\n"
        "os.environ['RDV_NOW'] = now.isoformat()\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'gateway', 'serve'])\n"
    )
    programs = SUPERVISOR.format(var=var, root=ROOT, python=sys.executable)
    programs = programs.replace(f"{sys.executable} -m gateway serve", f"{sys.executable} {serve}")
    if rasa_command:
        programs = programs.replace(f"{sys.executable} -m gateway rasa", rasa_command)
    config.write_text(programs)
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)]
    process = subprocess.Popen(command, env=environ, start_new_session=True)
    world = World(f"http://127.0.0.1:{port}", core, var)
    try:
        world.wait(180)
        yield world
    finally:
        process.terminate()
        process.wait(60)


RASA, GATEWAY = "rasa|bot.light", "gateway serve"


def kills(world: World) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Processes that somebody kills: the supervisor mends that."""
    return {
        "kill -9 of Rasa": (lambda: world.kill(RASA), lambda: None),
        "kill -9 of the gateway and the actions": (lambda: world.kill(GATEWAY), lambda: None),
    }


@contextmanager
def on_postgresql(folder: Path) -> Iterator[World]:
    """PostgreSQL for the core and the trackers, Redis for Rasa's locks, a mail server and a text gateway."""
    with ExitStack() as stack:
        postgres, redis, relays = Postgres(), Redis(folder), Relays()
        stack.callback(postgres.close)
        stack.callback(redis.stop)
        stack.callback(relays.close)
        address = make_url(postgres.server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE trackers"))
        engine.dispose()
        actions, rasa_port = free_port(), free_port()
        endpoints = folder / "endpoints.yml"
        shared = (ROOT / "deploy" / "endpoints.yml").read_text("utf8")
        endpoints.write_text(shared.replace("port: 6379", f"port: {redis.port}"))
        command = rasa.command(port=rasa_port)
        command[command.index("--endpoints") + 1] = str(endpoints)
        known = {
            "RDV_SECRET": Settings().shared_secret,
            "RDV_ACTIONS_URL": f"http://127.0.0.1:{actions}/webhook",
            "RDV_TRACKER_URL": postgres.server.get_uri("trackers"),
            "RDV_REDIS_HOST": "127.0.0.1",
            "RDV_REDIS_PASSWORD": PASSWORD,
            "PYTHONPATH": str(ROOT),
        }
        environ = rasa.environment(secret="", actions_url="", tracker_url="") | known
        script = folder / "rasa.py"
        script.write_text(f"import os\nos.execve({command[0]!r}, {command!r}, {environ!r})\n")
        settings = {
            "RDV_DATABASE_URL": postgres.server.get_uri(),
            "RDV_ACTIONS_PORT": str(actions),
            "RDV_REDIS_HOST": "127.0.0.1",
            "RDV_REDIS_PORT": str(redis.port),
            "RDV_REDIS_PASSWORD": PASSWORD,
            "RDV_RASA_URL": f"http://127.0.0.1:{rasa_port}",
            **relays.environment(),
        }
        with running(stack, folder, settings, f"{sys.executable} {script}") as world:
            world.relays = relays
            world.faults = kills(world) | {
                "PostgreSQL stopped": (postgres.stop, postgres.start),
                "PostgreSQL killed": (postgres.kill, postgres.start),
                "Redis gone": (redis.stop, redis.start),
                "mail refused": (relays.refuse_mail.set, relays.refuse_mail.clear),
                "texts refused": (relays.refuse_texts.set, relays.refuse_texts.clear),
            }
            yield world


@contextmanager
def on_sqlite(folder: Path) -> Iterator[World]:
    """A laptop: everything in files, on a disk that may be full."""
    actions, rasa_port = free_port(), free_port()
    settings = {
        "RDV_DATABASE_URL": f"sqlite:///{folder / 'rdv.db'}",
        "RDV_TRACKER_URL": f"sqlite:///{folder / 'tracker.db'}",
        "RDV_ACTIONS_PORT": str(actions),
        "RDV_RASA_PORT": str(rasa_port),
        "RDV_RASA_URL": f"http://127.0.0.1:{rasa_port}",
    }
    with ExitStack() as stack, running(stack, folder, settings) as world:
        world.faults = kills(world) | {
            "disk full for the core": (
                lambda: world.disk(GATEWAY, full=True),
                lambda: world.disk(GATEWAY, full=False),
            ),
            "disk full for Rasa": (lambda: world.disk(RASA, full=True), lambda: world.disk(RASA, full=False)),
        }
        yield world


@dataclass
class Person:
    """Somebody on the web who books and cancels, and says a thing again until it is answered."""

    world: World
    id: str
    token: str = ""
    confirmed: set[str] = field(default_factory=set)
    cancelling: set[str] = field(default_factory=set)
    turns: int = 0
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
            if "est confirmé" in said:
                found = REFERENCE.search(said)
                assert found, said
                self.confirmed.add(found[1])
            if not any(failed in said for failed in FAILED):
                self.turns += 1
                self.longest = max(self.longest, time.monotonic() - began)
                return said
            time.sleep(1)
        raise AssertionError(f"never answered in {PATIENCE_SECONDS} seconds (seed {SEED})")

    def upcoming(self) -> list[str]:
        """The references that the database holds."""
        return self.world.asked(lambda: [a.reference for a in self.world.core.upcoming(self.id)])  # type: ignore[return-value]

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


def text_meanwhile(world: World, over: threading.Event) -> set[str]:
    """Texts from one number after the other, each tried until it is taken, as Kannel does; who got no answer."""
    if world.relays is None:
        return set()
    numbers: list[str] = []
    while not over.wait(1.5):
        numbers.append(f"+33639981{len(numbers) % 1000:03}")
        query = urlencode({"key": KEY, "id": uuid.uuid4().hex, "from": numbers[-1], "text": "bonjour"})
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), urllib.request.urlopen(f"{world.url}/sms/kannel?{query}", timeout=10):
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
            people.append(Person(world, filed.id))
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
        turns, longest = sum(p.turns for p in people), max(p.longest for p in people)
        print(f"  {turns} turns, the longest wait for an answer {longest:.0f} s", flush=True)
        verify(world, people)


def verify(world: World, people: list[Person]) -> None:
    """What was said against what there is."""
    world.wait(RECOVERY_SECONDS)
    check(world.core)
    for person in people:
        history = {a.reference: a.status for a in world.core.history(person.id)}
        # Every "confirmé" has its row, and what nobody asked to cancel is still there.
        assert person.confirmed <= set(history), (SEED, person.confirmed, history)
        lost = {r for r in person.confirmed - person.cancelling if history[r] != "booked"}
        assert not lost, (SEED, lost)
        [left] = world.core.upcoming(person.id)
        # Who was not told, as the answer was lost, can ask.
        person.enter()
        hour = f"{left.start:%-H}\u00a0h"
        assert hour in person.say("quels sont mes rendez-vous"), SEED
    assert any(person.confirmed for person in people)
    with world.core.store.read() as connection:
        states = {row.state for row in connection.execute(select(notice.c.state))}
    assert "dead" not in states
    if world.relays is not None:
        assert world.relays.mails
        assert world.relays.texts
