"""The service under test, with what can be taken away from it: PostgreSQL, Redis and relays, or files on a disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from booking_core import Core, FixedClock, demo, open_core
from gateway import rasa
from gateway.serve import SUPERVISOR
from gateway.settings import DEMO_SECRET, ROOT, Settings
from tests import portals
from tests.conftest import NOW
from tests.faults.engines import PASSWORD, Postgres, Redis, Relays
from tests.gateway.test_service import call
from tests.stack import free_port

PATIENCE_SECONDS = 180


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

    def kill(self, pattern: str) -> bool:
        """kill -9, when it runs; True if it did."""
        if (found := self.pid(pattern)) is not None:
            with suppress(ProcessLookupError):
                os.kill(found, signal.SIGKILL)
                return True
        return False

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
