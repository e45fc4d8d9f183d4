"""The gateway with its real core and webhooks; Rasa is a small server that says what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from booking_core import Core, FixedClock, open_core
from gateway.app import make_app
from gateway.settings import Settings
from gateway.sms.desk import DESK, Desk

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
SECRET = "a secret for tests, and for nothing else"


@dataclass
class Rasa:
    """What was said, as (conversation, text); `down` makes it fail."""

    said: list[tuple[str, str]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda text: f"Lu : {text}"
    down: bool = False
    url: str = ""

    async def turn(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.down:
            raise web.HTTPServiceUnavailable
        self.said.append((body["sender"], body["text"]))
        return web.json_response([{"text": self.answer(body["text"])}])

    async def ready(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.said]


@dataclass
class Carrier:
    """The carrier's side: a server that takes what is sent, or refuses it with the next status of `refuse`."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    url: str = ""

    async def kannel(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.Response(status=self.refuse.pop(0))
        self.sent.append({"to": request.headers["X-Kannel-To"], "text": await request.text()} | dict(request.headers))
        return web.Response(status=202, text="0: Accepted for delivery")

    async def twilio(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.Response(status=self.refuse.pop(0))
        form = await request.post()
        self.sent.append(
            {"to": form["To"], "text": form["Body"], "auth": request.headers["Authorization"]} | dict(form)
        )
        return web.json_response({"sid": f"SM{len(self.sent)}"}, status=201)

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.sent]


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    fake = Rasa()
    app = web.Application()
    app.router.add_post("/webhooks/rdv/webhook", fake.turn)
    app.router.add_get("/webhooks/rdv/", fake.ready)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    fake = Carrier()
    app = web.Application()
    app.router.add_post("/cgi-bin/sendsms", fake.kannel)
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", fake.twilio)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def core(tmp_path: Path, clock: FixedClock) -> Core:
    core = open_core(f"sqlite:///{tmp_path / 'rdv.db'}", clock, secret=SECRET)
    core.upgrade()
    return core


@dataclass
class Gateway:
    """The application under test and what it talks with."""

    client: TestClient[Any, Any]
    rasa: Rasa
    carrier: Carrier
    core: Core
    settings: Settings

    @property
    def desk(self) -> Desk:
        return self.client.app[DESK]  # type: ignore[union-attr]

    async def until(self, ready: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for something that must come."""
        async with asyncio.timeout(seconds):
            while not ready():  # noqa: ASYNC110 - what is awaited is in the database
                await asyncio.sleep(0.01)

    async def settled(self, seconds: float = 10) -> None:
        """Wait until nothing is left to answer or to send."""
        await self.until(lambda: not {s for _, s in self.core.texts()} & {"waiting", "working"}, seconds)


@pytest.fixture
async def start(rasa: Rasa, carrier: Carrier, core: Core) -> AsyncIterator[Callable[..., Any]]:
    """Start a gateway with some settings: `await start(sms="kannel", …)`."""
    running: list[TestClient[Any, Any]] = []

    async def started(**settings: Any) -> Gateway:
        chosen = Settings(secret=SECRET, rasa_url=rasa.url, **settings)
        chosen.check_sms()
        client = TestClient(TestServer(make_app(chosen, core)))
        await client.start_server()
        running.append(client)
        return Gateway(client, rasa, carrier, core, chosen)

    yield started
    for client in running:
        await client.close()
    core.close()
