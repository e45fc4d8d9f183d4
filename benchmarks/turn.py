"""The same conversations with this assistant and with stock Rasa 3.6, in one run.

    uv run python benchmarks/turn.py            stock trained for its 100 epochs (once: about half an hour on 2 cores)
    uv run python benchmarks/turn.py --quick    the stock model of the last full run; without one, a small one
    uv run python benchmarks/turn.py --json     only the last line

Stock: its default pipeline and policies on our data, its REST channel, rasa-sdk's own server with the same actions
on the same core. Ours: `rdv up`, asked at POST /web/messages. Both with trackers and bookings in SQLite files.
Each conversation books, lists and cancels, and is checked in the database.

Ends with one line of JSON, each ours / stock: {"turn_ratio", "start_ratio", "train_ratio", "memory_ratio"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parents[1])  # this file's own folder has a french.py too

from benchmarks.stock.model import STOCK, stock_model, train  # noqa: E402
from booking_core import Core, FixedClock, demo, open_core  # noqa: E402
from gateway import rasa  # noqa: E402
from gateway.settings import DEMO_SECRET, ROOT  # noqa: E402
from tests.stack import free_port  # noqa: E402

NOW = "2026-11-18T09:00:00+01:00"
PERSON = "alice"
# Booked in one sentence, read back, confirmed, two questions, listed, cancelled.
CONVERSATION = (
    "bonjour",
    "je voudrais un rendez-vous par téléphone mardi matin pour mon arrêt de travail",
    "le premier",
    "oui",
    "quels documents dois-je apporter",
    "est-ce que le rendez-vous est gratuit",
    "quels sont mes rendez-vous",
    "je veux annuler mon rendez-vous",
    "oui",
    "merci",
    "au revoir",
)
BOOKED_AFTER, CANCELLED_AFTER = 3, 8


@dataclass
class Figures:
    """Seconds, except `memory` in bytes; `right`: conversations whose booking and cancelling are in the database."""

    start: float = 0
    train: float = 0
    memory: int = 0
    right: int = 0
    turns: dict[str, list[float]] = field(default_factory=dict)

    @property
    def all_turns(self) -> list[float]:
        """Every turn of every conversation, in seconds."""
        return [t for turns in self.turns.values() for t in turns]


# -- the two systems ------------------------------------------------------------------------------


@dataclass(frozen=True)
class System(ABC):
    """How to start one side and how to talk to it."""

    commands: list[list[str]]
    environ: dict[str, str]
    ready: list[str]
    url: str
    core: Core

    @abstractmethod
    async def say(self, session: aiohttp.ClientSession, conversation: str, text: str) -> list[dict[str, Any]]:
        """One turn."""

    @abstractmethod
    async def open(self, session: aiohttp.ClientSession, number: int) -> str:
        """A new conversation of PERSON, who is signed in: what `say` takes."""


class Ours(System):
    """`rdv up`, through the door of the web page."""

    async def open(self, session: aiohttp.ClientSession, number: int) -> str:
        """Sign in; returns the token."""
        async with session.post(f"{self.url}/web/session", json={"demo": PERSON}) as answer:
            token: str = (await answer.json())["token"]
            return token

    async def say(self, session: aiohttp.ClientSession, conversation: str, text: str) -> list[dict[str, Any]]:
        """POST /web/messages."""
        headers = {"Authorization": f"Bearer {conversation}"}
        async with session.post(f"{self.url}/web/messages", json={"text": text}, headers=headers) as answer:
            answer.raise_for_status()
            messages: list[dict[str, Any]] = (await answer.json())["messages"]
            return messages


class Stock(System):
    """`rasa run` and rasa-sdk's server, through the REST channel."""

    async def open(self, session: aiohttp.ClientSession, number: int) -> str:
        """The core is told who speaks; returns the sender."""
        person = self.core.person_by_key(PERSON)
        assert person is not None
        return self.core.open_conversation("web", person_id=person.id, level=2, conversation_id=f"bench-{number}")

    async def say(self, session: aiohttp.ClientSession, conversation: str, text: str) -> list[dict[str, Any]]:
        """POST /webhooks/rest/webhook."""
        body = {"sender": conversation, "message": text, "input_channel": "web"}
        async with session.post(f"{self.url}/webhooks/rest/webhook", json=body) as answer:
            answer.raise_for_status()
            messages: list[dict[str, Any]] = await answer.json()
            return messages


def environment(folder: Path, **more: str) -> tuple[dict[str, str], Core]:
    """Files, ports and a demo of its own for one side."""
    folder.mkdir()
    environ = os.environ | {
        "RDV_DATABASE_URL": f"sqlite:///{folder / 'rdv.db'}",
        "RDV_TRACKER_URL": f"sqlite:///{folder / 'tracker.db'}",
        "RDV_VAR": str(folder),
        "RDV_NOW": NOW,
        **more,
    }
    core = open_core(environ["RDV_DATABASE_URL"], FixedClock(datetime.fromisoformat(NOW)), secret=DEMO_SECRET)
    core.upgrade()
    demo.load(core)
    return environ, core


def ours(folder: Path, model: Path) -> System:
    """This assistant as `make run` starts it."""
    port, rasa_port, actions_port = free_port(), free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environ, core = environment(
        folder,
        RDV_PORT=str(port),
        RDV_RASA_PORT=str(rasa_port),
        RDV_RASA_URL=f"http://127.0.0.1:{rasa_port}",
        RDV_ACTIONS_PORT=str(actions_port),
        RDV_MODEL=str(model),
    )
    return Ours([[sys.executable, "-m", "gateway", "up"]], environ, [f"{url}/readyz"], url, core)


def stock(folder: Path, model: Path) -> System:
    """Stock Rasa as its documentation starts it."""
    port, actions_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environ, core = environment(folder, STOCK_ACTIONS_PORT=str(actions_port), PYTHONPATH=str(ROOT))
    environ |= rasa.environment(secret="", actions_url="", tracker_url=environ["RDV_TRACKER_URL"])
    environ |= {"STOCK_ACTIONS_PORT": str(actions_port), "STOCK_TRACKER_URL": environ["RDV_TRACKER_URL"]}
    command = [
        str(rasa.PYTHON), "-m", "rasa", "run", "-m", str(model), "--endpoints", str(STOCK / "endpoints.yml"),
        "--credentials", str(STOCK / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    actions = [sys.executable, "-m", "benchmarks.stock.actions"]
    ready = [f"{url}/webhooks/rest/", f"http://127.0.0.1:{actions_port}/health"]
    return Stock([command, actions], environ, ready, url, core)


# -- measuring ------------------------------------------------------------------------------------


@asynccontextmanager
async def running(system: System, session: aiohttp.ClientSession) -> AsyncIterator[list[psutil.Process]]:
    """The processes of a system, ready to answer."""
    log = Path(system.environ["RDV_VAR"]) / "processes.log"
    with log.open("w") as out:
        processes = [
            psutil.Popen(c, env=system.environ, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT) for c in system.commands
        ]
        try:
            for url in system.ready:
                await answers(session, url, processes)
            yield processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


async def answers(session: aiohttp.ClientSession, url: str, processes: list[psutil.Process]) -> None:
    """Wait until a URL answers 200; ends the program when a process is dead."""
    while True:
        try:
            async with session.get(url) as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        if any(p.poll() is not None for p in processes):
            sys.exit(f"it did not start: {url}")
        await asyncio.sleep(0.05)


async def measure(system: System, conversations: int, starts: int, tell: Callable[[str], None]) -> Figures:
    """Cold starts (the median), then conversations, then memory."""
    figures, began = Figures(), []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as session:
        for start in range(starts):
            since = time.perf_counter()
            async with running(system, session) as processes:
                await system.say(session, await system.open(session, -1 - start), CONVERSATION[0])
                began.append(time.perf_counter() - since)
                if start == starts - 1:
                    for number in range(conversations):
                        figures.right += await converse(system, session, number, figures, tell)
                    figures.memory = sum(
                        p.memory_info().rss for top in processes for p in (top, *top.children(recursive=True))
                    )
    figures.start = statistics.median(began)
    return figures


async def converse(
    system: System, session: aiohttp.ClientSession, number: int, figures: Figures, tell: Callable[[str], None]
) -> bool:
    """One conversation; true when the database followed it."""
    person = system.core.person_by_key(PERSON)
    assert person is not None
    conversation = await system.open(session, number)
    followed = True
    for place, text in enumerate(CONVERSATION):
        since = time.perf_counter()
        messages = await system.say(session, conversation, text)
        took = time.perf_counter() - since
        if number:  # the first conversation warms both up
            figures.turns.setdefault(f"{place + 1:2} {text}", []).append(took)
        booked = BOOKED_AFTER <= place < CANCELLED_AFTER
        right = bool(messages) and len(system.core.upcoming(person.id)) == booked
        if followed and not right:
            tell(f"  {type(system).__name__.lower()} lost the thread at “{text}”: {messages}")
        followed = followed and right
    for appointment in system.core.upcoming(person.id):
        system.core.cancel(person.id, appointment.id, key=f"bench-{number}", medium="web")
    return followed


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of the values are."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def report(ours: Figures, stock: Figures, conversations: int) -> None:
    """The table."""
    print(f"\n{'':60} {'ours':>10} {'stock':>10} {'ratio':>7}")

    def row(name: str, mine: float, theirs: float, unit: str) -> None:
        print(f"{name[:60]:60} {mine:7.1f} {unit:2} {theirs:7.1f} {unit:2} {mine / theirs:7.2f}")

    for name in ours.turns:
        row(name, 1000 * statistics.median(ours.turns[name]), 1000 * statistics.median(stock.turns[name]), "ms")
    mine, theirs = ours.all_turns, stock.all_turns
    row("a turn, median", 1000 * statistics.median(mine), 1000 * statistics.median(theirs), "ms")
    row("a turn, 95th percentile", 1000 * percentile(mine, 0.95), 1000 * percentile(theirs, 0.95), "ms")
    row("cold start to first answer", ours.start, stock.start, "s")
    row("training", ours.train, stock.train, "s")
    row("memory of all processes", ours.memory / 2**20, stock.memory / 2**20, "MB")
    print(f"conversations right in the database: ours {ours.right}, stock {stock.right} of {conversations}\n")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="under a minute once a full run left its stock model")
    parser.add_argument("--json", action="store_true", help="print the last line only")
    chosen = parser.parse_args()
    conversations, starts = (4, 1) if chosen.quick else (21, 3)

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="rdv-turn-") as name:
        folder = Path(name)
        stock_tar, stock_train, nlu = stock_model(folder, chosen.quick, tell)
        tell("ours: training")
        took = train("bot.light", ROOT / "config.yml", nlu, folder / "rdv.tar.gz")
        tell("stock: conversations")
        theirs = asyncio.run(measure(stock(folder / "stock", stock_tar), conversations, starts, tell))
        tell("ours: conversations")
        mine = asyncio.run(measure(ours(folder / "ours", folder / "rdv.tar.gz"), conversations, starts, tell))
        mine.train, theirs.train = took, stock_train
    if not chosen.json:
        report(mine, theirs, conversations)
    ratios = {
        "turn_ratio": statistics.median(mine.all_turns) / statistics.median(theirs.all_turns),
        "start_ratio": mine.start / theirs.start,
        "train_ratio": mine.train / theirs.train,
        "memory_ratio": mine.memory / theirs.memory,
    }
    print(json.dumps({name: round(ratio, 3) for name, ratio in ratios.items()}))


if __name__ == "__main__":
    main()
