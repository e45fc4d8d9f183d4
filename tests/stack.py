"""The whole assistant for a test: a real Rasa process, the gateway's turns, the actions and a core on SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from actions.server import make_app
from booking_core import Core, FixedClock, Settings, open_core
from gateway import rasa
from gateway.render import Reply
from gateway.turns import Turn, Turns

SECRET = "a secret for tests, and for nothing else"
START = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


class Stack:
    """`await start()`, then `await turn(conversation, medium, text=…)`; `core` and `clock` may be looked at and set."""

    def __init__(self, *, start: datetime = START, settings: Settings | None = None, model: Path = rasa.MODEL) -> None:
        """`model`: another one than ours, for what depends on Rasa's own settings."""
        self.model = model
        self.folder = tempfile.TemporaryDirectory(prefix="rdv-test-")
        self.clock = FixedClock(start)
        self.database_url = f"sqlite:///{Path(self.folder.name) / 'rdv.db'}"
        self.settings = settings or Settings(contact_proof=False)
        self.core: Core = open_core(self.database_url, self.clock, secret=SECRET, settings=self.settings)
        self.rasa_port, self.actions_port = free_port(), free_port()
        # How often Rasa has called the actions.
        self.calls = 0
        self.rasa_url = f"http://127.0.0.1:{self.rasa_port}"

    async def start(self) -> None:
        """Start Rasa and the action server; returns when the first turn can be answered."""
        self.core.upgrade()
        tracker = Path(self.folder.name) / "tracker.db"
        self.log = (Path(self.folder.name) / "rasa.log").open("w")
        self.process = subprocess.Popen(  # noqa: ASYNC220 - it starts at once and is waited for below
            rasa.command(port=self.rasa_port, model=self.model),
            env=rasa.environment(
                secret=SECRET,
                actions_url=f"http://127.0.0.1:{self.actions_port}/webhook",
                tracker_url=f"sqlite:///{tracker}",
            ),
            cwd=self.folder.name,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.turns = Turns(self.core, rasa_url=self.rasa_url, secret=SECRET)
        await self._serve_actions()
        try:
            await rasa.ready(self.rasa_url)
        except TimeoutError:
            # A Rasa that starts too late must not take the machine from the tests that follow.
            await self.stop()
            raise

    async def _serve_actions(self) -> None:
        app = make_app(self.core, secret=SECRET)
        app.on_response_prepare.append(self._count)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.actions_port).start()

    async def _count(self, *_: object) -> None:
        self.calls += 1

    async def use(self, core: Core) -> None:
        """Let another core answer from now on (another database, another clock)."""
        await self.runner.cleanup()
        self.core = core
        self.turns.core = core
        await self._serve_actions()

    async def turn(self, conversation: str, medium: str, **said: object) -> Reply:
        """One turn: `text=`, `value=`, `digits=` or `silence=True`."""
        return await self.turns.handle(Turn(conversation, medium, **said))  # type: ignore[arg-type]

    async def stop(self) -> None:
        """Stop everything and remove the files."""
        await self.turns.close()
        await self.runner.cleanup()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self.process.wait, 10)
        self.log.close()
        self.core.close()
        self.folder.cleanup()
