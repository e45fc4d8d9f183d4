"""How long a phone platform waits for an answer, with 20 calls at once.

    uv run python benchmarks/voice.py [--quick] [--calls 20] [--think 2.0] [--json]

Each call is Twilio's webhooks, signed, to `rdv up` with its databases in files: it begins, identifies by keys, asks for
an appointment, confirms, cancels and ends, and is checked in the database. Between two events a caller listens and
thinks `--think` seconds on average (real prompts last longer). A second run without any pause shows what is left.

Ends with one line of JSON: {"webhook_p50_ms", "webhook_p95_ms", "saturated_p95_ms", "events_per_s",
"processor_ms" (of an event, whatever else the machine does), "errors"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import psutil
from stdnum.fr import nir
from twilio.request_validator import RequestValidator

from booking_core import Contact, Core, FixedClock, demo, open_core
from gateway import rasa
from gateway.settings import DEMO_SECRET
from tests.stack import free_port

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
TOKEN = "the token of a benchmark"
BORN = date(1980, 1, 15)


@dataclass
class Caller:
    """One call after another by one person of the benchmark."""

    url: str
    number: str
    think: float
    session: aiohttp.ClientSession
    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    next: str = "/voice/twilio"
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    text: str = ""

    async def event(self, **fields: str) -> str:
        """One event, after a pause; waiting phrases count as answers, and their seconds too."""
        await asyncio.sleep(random.uniform(0.5, 1.5) * self.think)
        while True:
            form = {"CallSid": self.id, "From": "+33199005678", **fields}
            signed = RequestValidator(TOKEN).compute_signature(self.url + self.next, form)
            began = time.perf_counter()
            async with self.session.post(
                self.url + self.next, data=form, headers={"X-Twilio-Signature": signed}
            ) as answer:
                body = await answer.text()
            self.seconds.append(time.perf_counter() - began)
            if answer.status != 200:
                self.errors += 1
                return ""
            document = ET.fromstring(body)
            self.text = " ".join(e.text or "" for e in document.iter("Say"))
            self.next = next((e.attrib["action"] for e in document.iter() if "action" in e.attrib), self.next)
            if "wait=" not in self.next:
                return self.text
            fields = {}

    async def call(self, mobiles: Mobiles, mobile: str, day: date) -> None:
        """A whole call about a day; what is not booked or not cancelled is an error."""
        await self.event()
        await self.event(
            SpeechResult=f"un rendez-vous téléphonique le {day:%d/%m} pour mon arrêt de travail", Confidence="0.9"
        )
        await self.event(Digits=self.number)
        await self.event(Digits=BORN.strftime("%d%m%Y"))
        await self.event(Digits=await mobiles.code(mobile))
        await self.event(Digits="1")
        booked = await self.event(Digits="1")
        await self.event(SpeechResult="annulez mon rendez-vous", Confidence="0.9")
        cancelled = await self.event(Digits="1")
        await self.event(SpeechResult="non merci", Confidence="0.9")
        self.errors += ("confirmé" not in booked) + ("annulé" not in cancelled)


class Mobiles:
    """The mobiles of everybody: one reader of the folder that text messages land in."""

    def __init__(self, outbox: Path) -> None:
        self.outbox = outbox
        self.codes: dict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self.read = {p.name for p in outbox.glob("*")}

    async def code(self, mobile: str) -> str:
        """The code just sent to a mobile; raises TimeoutError after 30 seconds."""
        return await asyncio.wait_for(self.codes[mobile].get(), 30)

    async def receive(self) -> None:
        """Read what is new, for ever."""
        while True:
            for text in await asyncio.to_thread(self.new):
                if found := re.search(r"To: (\S+)\s+.*code est (\d{6})", text):
                    self.codes[found[1]].put_nowait(found[2])
            await asyncio.sleep(0.3)

    def new(self) -> list[str]:
        """The text messages not read yet."""
        paths = [p for p in self.outbox.glob("*.sms.txt") if p.name not in self.read]
        self.read |= {p.name for p in paths}
        return [p.read_text("utf8") for p in paths]


def processor(process: psutil.Process) -> float:
    """Seconds of processor used by a process and all below it."""
    times = [p.cpu_times() for p in [process, *process.children(recursive=True)]]
    return sum(t.user + t.system for t in times)


def people(core: Core, count: int) -> list[tuple[str, str]]:
    """Invented people: (social security number, mobile)."""
    agency = core.agencies()[0].id
    found = []
    for n in range(count):
        first = f"18001352{n:05d}"
        mobile = f"+3363998{n:04d}"
        core.register(first, BORN, agency, Contact(mobile=mobile))
        found.append((first + nir.calc_check_digits(first), mobile))
    return found


async def measure(url: str, outbox: Path, persons: list[tuple[str, str]], think: float) -> dict[str, float]:
    """All of them call at once, each about another day."""
    mobiles = Mobiles(outbox)
    reader = asyncio.create_task(mobiles.receive())
    days = [d for n in range(14, 80) if (d := NOW.date() + timedelta(days=n)).isoweekday() < 6]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        callers = [Caller(url, number, think, session) for number, _ in persons]
        began = time.perf_counter()
        await asyncio.gather(
            *(c.call(mobiles, m, days[n]) for n, (c, (_, m)) in enumerate(zip(callers, persons, strict=True)))
        )
        took = time.perf_counter() - began
    reader.cancel()
    seconds = [s for c in callers for s in c.seconds]
    cuts = statistics.quantiles(seconds, n=20)
    return {
        "p50": 1000 * statistics.median(seconds),
        "p95": 1000 * cuts[-1],
        "per_s": len(seconds) / took,
        "events": len(seconds),
        "errors": sum(c.errors for c in callers),
    }


def run(calls: int, think: float, rounds: int) -> dict[str, float]:
    """Start the service, warm it with one call, measure."""
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as folder:
        var = Path(folder)
        port, rasa_port = free_port(), free_port()
        environ = os.environ | {
            "RDV_DATABASE_URL": f"sqlite:///{var / 'rdv.db'}",
            "RDV_TRACKER_URL": f"sqlite:///{var / 'tracker.db'}",
            "RDV_PORT": str(port),
            "RDV_RASA_PORT": str(rasa_port),
            "RDV_RASA_URL": f"http://127.0.0.1:{rasa_port}",
            "RDV_ACTIONS_PORT": str(free_port()),
            "RDV_NOW": NOW.isoformat(),
            "RDV_VAR": str(var),
            "RDV_TWILIO_AUTH_TOKEN": TOKEN,
        }
        core = open_core(environ["RDV_DATABASE_URL"], FixedClock(NOW), secret=DEMO_SECRET)
        demo.load(core)
        persons = people(core, calls)
        process = subprocess.Popen([sys.executable, "-m", "gateway", "up"], env=environ, stdout=subprocess.DEVNULL)
        try:
            asyncio.run(rasa.ready(environ["RDV_RASA_URL"], seconds=120))
            url, outbox = f"http://127.0.0.1:{port}", var / "outbox"
            asyncio.run(measure(url, outbox, persons[:2], 0))
            service = psutil.Process(process.pid)
            used = -processor(service)
            real = [asyncio.run(measure(url, outbox, persons, think)) for _ in range(rounds)]
            flat = asyncio.run(measure(url, outbox, persons, 0))
            used += processor(service)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            core.close()
    return {
        "webhook_p50_ms": round(statistics.median(r["p50"] for r in real), 1),
        "webhook_p95_ms": round(statistics.median(r["p95"] for r in real), 1),
        "saturated_p95_ms": round(flat["p95"], 1),
        "events_per_s": round(flat["per_s"], 1),
        "processor_ms": round(1000 * used / sum(r["events"] for r in [*real, flat]), 1),
        "errors": sum(r["errors"] for r in [*real, flat]),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round (default: three)")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--think", type=float, default=2.0, help="seconds between an answer and the next event")
    parser.add_argument("--json", action="store_true", help="print only the last line")
    given = parser.parse_args()
    figures = run(given.calls, given.think, 1 if given.quick else 3)
    if not given.json:
        print(f"{given.calls} calls at once, {given.think} s between events")
        for name, value in figures.items():
            print(f"  {name:20} {value:>8}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
