"""The gateway alone, on a loopback port, with the demo's agencies and people of each test's own; no Rasa."""

from __future__ import annotations

import asyncio
import itertools
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiohttp import web

from booking_core import Contact, Core, FixedClock, Range, Wanted, demo, open_core
from booking_core.notices.model import Outgoing, Rendered
from gateway.app import make_app
from gateway.settings import DEMO_SECRET, Settings
from tests import portals
from tests.conftest import NOW
from tests.stack import free_port

BIRTH = date(1985, 3, 12)
CODE = "Bretagne-est-belle"
numbers, addresses = itertools.count(100), itertools.count(1)


@dataclass
class Front:
    """A running gateway, its core and its clock."""

    url: str
    core: Core
    clock: FixedClock
    settings: Settings
    app: web.Application
    clients: list[httpx2.Client] = field(default_factory=list)

    def client(self, **headers: str) -> httpx2.Client:
        """A browser on a page of the service: it keeps cookies, tells where it comes from, has its own address."""
        number = next(addresses)
        given = {
            "Origin": self.url,
            "X-Forwarded-For": f"192.0.2.{number % 256}, 198.51.{number // 256}.{number % 256}",
        }
        self.clients.append(httpx2.Client(base_url=self.url, headers={**given, **headers}, timeout=30))
        return self.clients[-1]

    def close(self) -> None:
        """Close the browsers."""
        while self.clients:
            self.clients.pop().close()

    def sent(self) -> list[Outgoing]:
        """Send what is due; returns it."""
        post = Post()
        self.core.dispatch({"email": post, "sms": post}, lambda _: Rendered("", ""))
        return post.sent


@dataclass
class Post:
    """A port that keeps what passes."""

    sent: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        self.sent.append(outgoing)


def serving(folder: Path, **settings: Any) -> Iterator[Front]:
    """A gateway with these settings."""
    port, clock = free_port(), FixedClock(NOW)
    database = f"sqlite:///{folder / 'rdv.db'}"
    core = open_core(database, clock, secret=DEMO_SECRET)
    core.upgrade()
    demo.load(core)
    chosen = Settings(database_url=database, port=port, portals=str(portals.file(folder)), var=str(folder), **settings)
    app = make_app(chosen, core)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    async def stop() -> None:
        await runner.cleanup()
        # Socket.IO's pings outlive its connections for a moment.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    front = Front(f"http://127.0.0.1:{port}", core, clock, chosen, app)
    yield front
    front.close()
    asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    core.close()


def providing() -> Iterator[str]:
    """A real OpenID Connect provider; its issuer, of another site than the gateway's."""
    with warnings.catch_warnings():
        # What the provider itself is built on, which is no affair of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def one_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    yield from serving(tmp_path_factory.mktemp("front"), web_origins="https://portail.exemple.fr", proxies=1)


@pytest.fixture
def front(one_front: Front) -> Iterator[Front]:
    yield one_front
    one_front.close()


@dataclass
class Person:
    """Somebody registered for one test."""

    id: str
    nir: str
    front: Front

    @property
    def core(self) -> Core:
        return self.front.core

    def book(self, reason: str = "arret_travail", channel: str = "phone", *, in_days: int = 1) -> Any:
        """An appointment, the soonest so many days ahead."""
        rennes = next(a.id for a in self.core.agencies() if a.code == "rennes")
        wanted = Wanted((Range(first=NOW.date() + timedelta(days=in_days)),), soonest=True)
        slot = self.core.search(reason=reason, channel=channel, agency_ids=[rennes], wanted=wanted).slots[0]
        return self.core.book(self.id, slot.id, reason, holder=self.id, key=f"{self.id}:{reason}", medium="web")

    def signed_in(self) -> httpx2.Client:
        """A browser where they are signed in, with a personal code."""
        client = self.front.client()
        client.post("/api/code/forgotten", json={"nir": self.nir, "birth_date": BIRTH.isoformat()})
        [code] = [o.code for o in self.front.sent() if o.person_id == self.id and o.kind == "provisional"]
        assert client.post("/api/session", json={"nir": self.nir, "code": code}).json() == {"fresh": True}
        assert client.post("/api/code", json={"code": CODE}).status_code == 200
        return client


@pytest.fixture
def person(front: Front) -> Person:
    return new_person(front)


def new_person(front: Front, contact: Contact | None = None) -> Person:
    number = next(numbers)
    nir = f"1850335239{number}"
    rennes = next(a.id for a in front.core.agencies() if a.code == "rennes")
    given = contact or Contact(mobile=f"+336399822{number % 90 + 10}", email=f"essai.{number}@exemple.fr")
    return Person(front.core.register(nir, BIRTH, rennes, given).id, nir, front)
