"""What the tests share: the whole service as `make run` starts it, on free ports and with files of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from booking_core import Appointment, Core, FixedClock, demo, open_core
from gateway import rasa
from gateway.settings import DEMO_SECRET
from tests import portals
from tests.stack import free_port

# The same tests each time; RDV_SEED=$RANDOM plays others: messages, faults, Hypothesis's examples.
SEED = int(os.environ.get("RDV_SEED", "1"))
settings.register_profile("same", derandomize=True)
settings.load_profile("default" if "RDV_SEED" in os.environ else "same")
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the tests take that may take any time."""
    parser.addoption("--minutes", type=float, default=0.5, help="of random faults, on each stack")
    parser.addoption("--messages", type=int, default=1_000, help="mutated messages through the whole chain")


@dataclass
class Service:
    """A running service: where it is, its environment, and the core on the same database."""

    url: str
    environ: dict[str, str]
    core: Core
    process: subprocess.Popen[bytes]
    var: Path
    # A page of this origin may embed the chat.
    host: str

    def person(self, key: str) -> str:
        """The id of a person of the demo."""
        found = self.core.person_by_key(key)
        assert found is not None
        return found.id

    def booked(self, key: str) -> list[Appointment]:
        """What the database holds for a person."""
        return self.core.upcoming(self.person(key))

    def rdv(self, *words: str, said: str = "") -> str:
        """What the rdv command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            input=said,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout


@contextlib.contextmanager
def running(var: Path, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """The gateway, the actions and Rasa under their supervisor, with the demo loaded; `settings`: more variables."""
    port, rasa_port, actions_port, host = free_port(), free_port(), free_port(), f"http://127.0.0.1:{free_port()}"
    environ = {
        **os.environ,
        "RDV_DATABASE_URL": f"sqlite:///{var / 'rdv.db'}",
        "RDV_TRACKER_URL": f"sqlite:///{var / 'tracker.db'}",
        "RDV_PORT": str(port),
        "RDV_RASA_PORT": str(rasa_port),
        "RDV_RASA_URL": f"http://127.0.0.1:{rasa_port}",
        "RDV_ACTIONS_PORT": str(actions_port),
        "RDV_NOW": NOW.isoformat(),
        "RDV_VAR": str(var),
        "RDV_WEB_ORIGINS": host,
        "RDV_PORTALS": str(portals.file(var)),
        **(settings or {}),
    }
    core = open_core(environ["RDV_DATABASE_URL"], FixedClock(NOW), secret=DEMO_SECRET)
    core.upgrade()
    demo.load(core)
    # As a shell starts it in the background: Ctrl-C is ignored unless somebody listens to it.
    background = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]
    process = subprocess.Popen([*background, sys.executable, "-m", "gateway", "up"], env=environ)
    asyncio.run(rasa.ready(f"http://127.0.0.1:{rasa_port}", seconds=90))
    yield Service(f"http://127.0.0.1:{port}", environ, core, process, var, host)
    process.send_signal(signal.SIGINT)
    process.wait(30)
    core.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service, as `make run` starts it."""
    with running(tmp_path_factory.mktemp("var")) as started:
        yield started
