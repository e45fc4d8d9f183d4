"""Many conversations at once on PostgreSQL and Redis: each books, asks, lists, cancels, starts again.

    uv run python benchmarks/load.py                   stock Rasa, then ours with one and with two Rasa workers
    uv run python benchmarks/load.py --quick           10 at once for ten seconds, one worker, under a minute
    uv run python benchmarks/load.py --workers 2 --conversations 200 --no-stock
    uv run python benchmarks/load.py --soak 30         half an hour: latency and memory by minute, and their slopes

Nobody thinks between two sentences unless told to (`--think SECONDS`): one conversation here is as busy as twenty
people. An error is a turn without an answer, an answer that says that it cannot answer, a booking said to be
confirmed that the database does not hold, or one that it holds in the end. Stock Rasa is played with its REST channel,
its SQL tracker store and rasa-sdk's server on the same PostgreSQL, the same data and the same actions; only its
speed is looked at, as what it answers depends on how long it was trained (benchmarks/turn.py).

Processor time is what neighbours disturb least: it is told by process and turn. Ends with one line of JSON:
{"turns_per_s", "p95_ms", "errors", "stock_ratio"}; the first two of the best of ours at the first number at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp

sys.path[0] = str(Path(__file__).parents[1])  # this file's own folder has a french.py too

from benchmarks.stock.model import stock_model  # noqa: E402
from benchmarks.systems import StockSystem, System, ours, postgresql, stock, tools  # noqa: E402

DAYS = ("mardi", "mercredi", "jeudi", "vendredi")
UNANSWERED = ("répondre pour le moment", "plus vite que je ne lis")
# The first turns of a process read files, open connections, compile: a small load before the first one.
WARM_AT_ONCE, WARM_SECONDS = 5, 8.0


@dataclass
class Run:
    """What was measured; `turns` as (seconds since the start, seconds that it took)."""

    turns: list[tuple[float, float]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    booked: int = 0


@dataclass(frozen=True)
class Figures:
    """One load: milliseconds, megabytes, processor milliseconds a turn by process."""

    side: str
    workers: int
    conversations: int
    turns: int
    turns_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    memory_mb: float
    booked: int
    errors: int
    cpu_ms: dict[str, float]


def say(line: str) -> None:
    """Progress, at once."""
    print(line, file=sys.stderr, flush=True)


async def converse(
    run: Run, session: aiohttp.ClientSession, system: System, n: int, start: float, end: float, think: float
) -> None:
    """One conversation after the other until the end, each to its own end."""
    person, round_ = system.people[n], 0
    checked = not isinstance(system, StockSystem)
    conversation = ""

    async def tell(text: str) -> str:
        began = time.perf_counter()
        try:
            shown = " ".join(m.get("text", "") for m in await system.say(session, conversation, text))
        except (aiohttp.ClientError, TimeoutError) as failure:
            run.wrong[type(failure).__name__] += 1
            shown = ""
        now = time.perf_counter()
        run.turns.append((began - start, now - began))
        if checked and (not shown or any(u in shown for u in UNANSWERED)):
            run.wrong["unanswered"] += 1
        if think:
            await asyncio.sleep(think)
        return shown

    # Everybody at the same word at the same moment would be a wave, not a load.
    await asyncio.sleep((n % 40) / 20)
    while time.perf_counter() < end:
        round_ += 1
        try:
            conversation = await system.open(session, person)
        except (aiohttp.ClientError, TimeoutError):
            run.wrong["no session"] += 1
            await asyncio.sleep(1)
            continue
        await tell("bonjour")
        await tell(
            f"je voudrais un rendez-vous par téléphone {DAYS[(n + round_) % 4]} prochain pour mon arrêt de travail"
        )
        await tell(("le premier", "le deuxième", "le troisième")[n % 3])
        said = await tell("oui")
        held = await asyncio.to_thread(system.core.upcoming, person)
        if "est confirmé" in said:
            run.booked += 1
            run.wrong["false confirmations"] += not held
        await tell("quels documents dois-je apporter")
        await tell("quels sont mes rendez-vous")
        if held or not checked:
            await tell("je veux annuler mon rendez-vous")
            await tell("oui")
            left = await asyncio.to_thread(system.core.upcoming, person)
            run.wrong["not cancelled"] += checked and bool(left)
            if not checked:
                for one in left:
                    await asyncio.to_thread(system.core.cancel, person, one.id, key=f"load-{one.id}", medium="web")


async def watch(run: Run, system: System, start: float, end: float, every: float) -> None:
    """Memory each second, and a line of progress each `every` seconds."""
    told = start
    while (now := time.perf_counter()) < end:
        run.memory.append((now - start, await asyncio.to_thread(system.memory)))
        if now - told >= every:
            recent = [t for at, t in list(run.turns) if at + t >= told - start]
            if recent:
                say(
                    f"    {now - start:5.0f} s  {len(recent) / (now - told):6.1f} turns/s  "
                    f"median {1000 * statistics.median(recent):5.0f} ms  95 % {quantile(recent, 0.95):5.0f} ms  "
                    f"{sum(run.memory[-1][1].values()):5.0f} MB  errors {sum(run.wrong.values())}"
                )
            told = now
        await asyncio.sleep(1)


async def load(
    system: System, at_once: int, seconds: float, think: float, every: float
) -> tuple[Run, dict[str, float]]:
    """Play them; returns what was measured, and the processor seconds used by part."""
    run = Run()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=connector) as session:
        start = time.perf_counter()
        end = start + seconds
        before = system.processor()
        talking = [converse(run, session, system, n, start, end, think) for n in range(at_once)]
        await asyncio.gather(watch(run, system, start, end, every), *talking)
        after = system.processor()
    return run, {part: after[part] - before[part] for part in after}


def quantile(values: list[float], part: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(values)[min(len(values) - 1, int(part * len(values)))]


def slope(points: list[tuple[float, float]]) -> float:
    """Growth of a value in an hour, by least squares over (seconds, value)."""
    if len(points) < 3:
        return 0.0
    return 3600 * statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope


def measure(system: System, workers: int, at_once: int, chosen: argparse.Namespace) -> Figures:
    """One load, told."""
    side = "stock" if isinstance(system, StockSystem) else "ours"
    say(f"  {side}: {at_once} conversations at once, {workers} Rasa worker(s)")
    seconds = 60 * chosen.soak or chosen.seconds
    run, used = asyncio.run(load(system, at_once, seconds, chosen.think, 60 if chosen.soak else 10))
    spent = [t for _, t in run.turns]
    # From the first sentence to the last answer.
    took = max(at + t for at, t in run.turns) - min(at for at, _ in run.turns)
    if chosen.soak:
        soaked(run, seconds)
    if wrong := {what: n for what, n in run.wrong.items() if n}:
        say(f"    wrong: {wrong}")
    return Figures(
        side, workers, at_once, len(spent), round(len(spent) / took, 1), round(quantile(spent, 0.5)),
        round(quantile(spent, 0.95)), round(quantile(spent, 0.99)),
        round(max((sum(m.values()) for _, m in run.memory), default=0)), run.booked, sum(run.wrong.values()),
        {part: round(1000 * s / len(run.turns), 2) for part, s in used.items()},
    )  # fmt: skip


def soaked(run: Run, seconds: float) -> None:
    """Each minute, and the slopes after the first third, in which caches fill."""
    parts = list(run.memory[0][1])
    print(f"{'minute':>7} {'turns':>6} {'median ms':>10} {'95 % ms':>8}" + "".join(f"{p + ' MB':>12}" for p in parts))
    medians, settled = [], seconds / 3
    for minute in range(int(seconds // 60)):
        mine = [t for at, t in run.turns if minute * 60 <= at < minute * 60 + 60]
        used = [m for at, m in run.memory if minute * 60 <= at < minute * 60 + 60]
        if mine and used:
            medians.append((minute * 60.0, 1000 * statistics.median(mine)))
            sizes = "".join(f"{max(m[part] for m in used):12.0f}" for part in parts)
            print(f"{minute:7} {len(mine):6} {medians[-1][1]:10.0f} {quantile(mine, 0.95):8.0f}{sizes}")
    for part in parts:
        grown = slope([(at, m[part]) for at, m in run.memory if at >= settled])
        print(f"slope: {part} {grown:+.1f} MB an hour")
    print(f"slope: median {slope([(at, m) for at, m in medians if at >= settled]):+.1f} ms an hour", flush=True)


def table(found: list[Figures]) -> None:
    """All of them, one a line."""
    print(f"{os.cpu_count()} cores, the client among what runs on them; load {os.getloadavg()[0]:.1f}")
    heads = (
        f"{'':6}{'workers':>8}{'at once':>8}{'turns/s':>9}{'50 %':>7}{'95 %':>7}{'99 %':>7} ms{'MB':>7}{'booked':>8}"
    )
    print(f"{heads}{'errors':>7}  processor ms a turn")
    for f in found:
        cpu = ", ".join(f"{part} {ms:.1f}" for part, ms in f.cpu_ms.items() if ms >= 0.05)
        print(
            f"{f.side:6}{f.workers:8}{f.conversations:8}{f.turns_per_s:9.1f}{f.p50_ms:7.0f}{f.p95_ms:7.0f}{f.p99_ms:7.0f}"
            f"   {f.memory_mb:7.0f}{f.booked:8}{f.errors:7}  {cpu}"
        )


def main() -> None:
    """Start, load, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 at once for ten seconds, one worker, no stock Rasa")
    parser.add_argument("--conversations", type=int, nargs="+", default=[50, 200], help="at once, one load each")
    parser.add_argument("--seconds", type=float, default=30, help="of each load")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="Rasa workers, one system each")
    parser.add_argument("--think", type=float, default=0, help="seconds between an answer and the next sentence")
    parser.add_argument("--no-stock", action="store_true", help="ours only")
    parser.add_argument(
        "--soak", type=float, default=0, help="minutes: one load of the first --conversations, ours only"
    )
    parser.add_argument("--out", type=Path, help="write all figures to this JSON file")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.conversations, chosen.seconds, chosen.workers = [10], 10.0, [1]
    if chosen.soak:
        chosen.conversations, chosen.workers = chosen.conversations[:1], chosen.workers[-1:]
    tools()
    found: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="rdv-load-") as name, ExitStack() as stack:
        folder, people = Path(name), max(chosen.conversations)
        postgres = stack.enter_context(postgresql(folder))
        for workers in chosen.workers:
            say(f"ours: starting, {workers} Rasa worker(s)")
            with ours(folder / f"ours-{workers}", postgres, workers=workers, people=people) as system:
                asyncio.run(load(system, min(WARM_AT_ONCE, people), WARM_SECONDS, 0, 60))
                found += [measure(system, workers, n, chosen) for n in chosen.conversations]
        if not (chosen.no_stock or chosen.soak or chosen.quick):
            model, _, _ = stock_model(folder, True, say)
            say("stock: starting")
            with stock(folder / "stock", postgres, model, people=people) as system:
                asyncio.run(load(system, min(WARM_AT_ONCE, people), WARM_SECONDS, 0, 60))
                found += [measure(system, 1, chosen.conversations[0], chosen)]
        table(found)
    if chosen.out:
        chosen.out.write_text(json.dumps([asdict(f) for f in found], indent=1))
    own = [f for f in found if f.side == "ours"]
    best = max((f for f in own if f.conversations == chosen.conversations[0]), key=lambda f: f.turns_per_s)
    theirs = [f.turns_per_s for f in found if f.side == "stock"]
    figures = {
        "turns_per_s": best.turns_per_s,
        "p95_ms": best.p95_ms,
        "errors": sum(f.errors for f in own),
        "stock_ratio": round(best.turns_per_s / theirs[0], 1) if theirs else None,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
