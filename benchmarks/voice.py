"""How long phone and SMS platforms wait for an answer, with 20 people on the line at once.

    uv run python benchmarks/voice.py [--quick] [--calls 20] [--think 2.0] [--json]

The signed webhooks of Twilio and jambonz (calls), of Kannel and Twilio (text messages), to `rdv up` with its databases
in files: each person identifies with a code, books, confirms, cancels and ends, and is checked in the database. Between
two events a caller listens and thinks `--think` seconds on average (real prompts last longer). A second run of calls
without any pause shows what is left.

Ends with one line of JSON: {"webhook_p50_ms", "webhook_p95_ms" (of calls, both platforms), "twiml_p95_ms",
"jambonz_p95_ms", "kannel_p95_ms", "twilio_sms_p95_ms", "text_answer_p95_ms" (from a text to its answer),
"saturated_p95_ms", "events_per_s", "processor_ms" (of an event of a call, whatever else the machine does), "errors"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parents[1])  # this file's own folder has a french.py too

from benchmarks.lines.calls import TOKEN, Call, Jambonz  # noqa: E402
from benchmarks.lines.people import Insured, Mobiles, people  # noqa: E402
from benchmarks.lines.texts import ACCOUNT, KEY, PUBLIC, US, Texter, Twilio  # noqa: E402
from booking_core import Core, FixedClock, demo, open_core  # noqa: E402
from gateway import rasa  # noqa: E402
from gateway.settings import DEMO_SECRET  # noqa: E402
from tests.stack import free_port  # noqa: E402

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
DAYS = [d for n in range(14, 80) if (d := NOW.date() + timedelta(days=n)).isoweekday() < 6]
KANNEL = {"RDV_SMS": "kannel", "RDV_SMS_USER": "rdv", "RDV_SMS_PASSWORD": "a password", "RDV_SMS_KEY": KEY}
TWILIO = {"RDV_SMS": "twilio", "RDV_SMS_USER": ACCOUNT, "RDV_PUBLIC_URL": PUBLIC}


class Service:
    """`rdv up` with a core beside it, and the port where it sends text messages."""

    def __init__(self, var: Path, carrier: dict[str, str]) -> None:
        self.port, self.rasa_port, self.mobiles_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        sendsms = "/cgi-bin/sendsms" if carrier is KANNEL else ""
        self.environ = os.environ | {
            "RDV_DATABASE_URL": f"sqlite:///{var / 'rdv.db'}",
            "RDV_TRACKER_URL": f"sqlite:///{var / 'tracker.db'}",
            "RDV_PORT": str(self.port),
            "RDV_RASA_PORT": str(self.rasa_port),
            "RDV_RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "RDV_ACTIONS_PORT": str(free_port()),
            "RDV_NOW": NOW.isoformat(),
            "RDV_VAR": str(var),
            "RDV_TWILIO_AUTH_TOKEN": TOKEN,
            "RDV_JAMBONZ_SECRET": TOKEN,
            "RDV_SMS_URL": f"http://127.0.0.1:{self.mobiles_port}{sendsms}",
            "RDV_SMS_NUMBER": US,
            **carrier,
        }
        self.core: Core = open_core(self.environ["RDV_DATABASE_URL"], FixedClock(NOW), secret=DEMO_SECRET)
        demo.load(self.core)

    def start(self) -> None:
        """Returns when the first turn can be answered."""
        command = [sys.executable, "-m", "gateway", "up"]
        self.process = subprocess.Popen(command, env=self.environ, stdout=subprocess.DEVNULL)
        asyncio.run(rasa.ready(self.environ["RDV_RASA_URL"], seconds=120))

    def stop(self) -> None:
        """Stop everything."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.core.close()

    def processor(self) -> float:
        """Seconds of processor used by the service and all below it."""
        whole = psutil.Process(self.process.pid)
        times = [p.cpu_times() for p in [whole, *whole.children(recursive=True)]]
        return sum(t.user + t.system for t in times)

    def measure(self, kind: type[Call] | type[Texter], persons: list[Insured], think: float) -> dict[str, float]:
        """All of them at once, each about another day; nobody may be left with an appointment."""
        figures = asyncio.run(self._measure(kind, persons, think))
        figures["errors"] += sum(bool(self.core.upcoming(p.id)) for p in persons)
        return figures

    async def _measure(self, kind: type[Call] | type[Texter], persons: list[Insured], think: float) -> dict[str, float]:
        mobiles = Mobiles()
        runner = await mobiles.start(self.mobiles_port)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            lines = [kind(self.url, think, session) for _ in persons]
            began = time.perf_counter()
            await asyncio.gather(
                *(each.play(p, mobiles, DAYS[n]) for n, (each, p) in enumerate(zip(lines, persons, strict=True)))
            )
            took = time.perf_counter() - began
        await runner.cleanup()
        seconds = [s for each in lines for s in each.seconds]
        answers = [s for each in lines if isinstance(each, Texter) for s in each.answers]
        return {
            "p50": 1000 * statistics.median(seconds),
            "p95": p95(seconds),
            "answer": p95(answers),
            "per_s": len(seconds) / took,
            "events": len(seconds),
            "errors": sum(each.errors for each in lines),
        }


def p95(seconds: list[float]) -> float:
    """The 95th percentile, in milliseconds; 0 of too few."""
    return 1000 * statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else 0.0


@contextmanager
def running(carrier: dict[str, str], count: int) -> Iterator[tuple[Service, list[Insured]]]:
    """A service and so many people, warmed by two calls."""
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as folder:
        service = Service(Path(folder), carrier)
        persons = people(service.core, 0, count)
        service.start()
        try:
            yield service, persons
        finally:
            service.stop()


def run(calls: int, think: float, rounds: int) -> dict[str, float]:
    """Calls and Kannel's messages with one service, Twilio's messages with another."""
    # Who texts is known for a while: each round has people of its own.
    rounds_of = [slice(n * calls, (n + 1) * calls) for n in range(rounds)]
    with running(KANNEL, calls * rounds) as (service, everyone):
        persons = everyone[:calls]
        service.measure(Call, persons[:2], 0)
        used = -service.processor()
        twiml = [service.measure(Call, persons, think) for _ in range(rounds)]
        other = [service.measure(Jambonz, persons, think) for _ in range(rounds)]
        flat = service.measure(Call, persons, 0)
        used += service.processor()
        kannel = [service.measure(Texter, everyone[some], think) for some in rounds_of]
    with running(TWILIO, calls * rounds + 2) as (service, everyone):
        service.measure(Twilio, everyone[-2:], 0)
        twilio = [service.measure(Twilio, everyone[some], think) for some in rounds_of]
    everything = [*twiml, *other, flat, *kannel, *twilio]
    events = sum(r["events"] for r in [*twiml, *other, flat])

    def median(rounds: list[dict[str, float]], name: str) -> float:
        return round(statistics.median(r[name] for r in rounds), 1)

    return {
        "webhook_p50_ms": median([*twiml, *other], "p50"),
        "webhook_p95_ms": median([*twiml, *other], "p95"),
        "twiml_p95_ms": median(twiml, "p95"),
        "jambonz_p95_ms": median(other, "p95"),
        "kannel_p95_ms": median(kannel, "p95"),
        "twilio_sms_p95_ms": median(twilio, "p95"),
        "text_answer_p95_ms": median([*kannel, *twilio], "answer"),
        "saturated_p95_ms": round(flat["p95"], 1),
        "events_per_s": round(flat["per_s"], 1),
        "processor_ms": round(1000 * used / events, 1),
        "errors": sum(r["errors"] for r in everything),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round, half the pauses (default: three rounds)")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--think", type=float, help="seconds between an answer and the next event (default: 2)")
    parser.add_argument("--json", action="store_true", help="print only the last line")
    given = parser.parse_args()
    think = given.think if given.think is not None else 1.0 if given.quick else 2.0
    figures = run(given.calls, think, 1 if given.quick else 3)
    if not given.json:
        print(f"{given.calls} people at once, {think} s between events")
        for name, value in figures.items():
            print(f"  {name:20} {value:>8}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
