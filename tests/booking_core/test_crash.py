"""A process killed at any point between hold, commit and notice: nothing lost, nothing booked by half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from booking_core import Core, FixedClock
from tests.booking_core.invariants import check
from tests.booking_core.post import Box, words
from tests.booking_core.world import NOW, free, numbers, opening, someone

ROOT = Path(__file__).parents[2]


def start(url: str, people: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A process that holds, books and sends notices, and writes each thing it was told down in a file."""
    command = [sys.executable, "-m", "tests.booking_core.worker", url, str(log), *people]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def kill_after_something(process: subprocess.Popen[bytes], log: Path, delay: float) -> None:
    deadline = time.monotonic() + 30
    while not (log.exists() and log.stat().st_size):
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "the worker does nothing"
        time.sleep(0.005)
    time.sleep(delay)
    assert process.poll() is None, "the worker had nothing left to do"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("delay", [0.0, 0.037, 0.11])
def test_kill_9(core: Core, clock: FixedClock, url: str, tmp_path: Path, delay: float) -> None:
    opening(core, *({"since": "8:00", "until": "18:00", "desk": f"d{n}"} for n in range(3)))
    people = [someone(core, mobile="+33639980107", email=f"p{n}@exemple.fr") for n in range(400)]
    log = tmp_path / "told"
    kill_after_something(start(url, people, log), log, delay)

    lines = [line.split() for line in log.read_text().splitlines() if line.endswith(" .")]
    told = {line[1]: line[2] for line in lines if line[0] == "booked"}
    sent = Counter(line[1] for line in lines if line[0] == "sent")
    assert told
    # What the process was told is booked, is booked; whoever asks again with the same key gets the same.
    for person, appointment in told.items():
        assert [a.id for a in core.upcoming(person)] == [appointment]
    check(core)

    # Whatever was in flight can be had again once the hold and the lease have lapsed.
    clock.set(NOW + timedelta(minutes=20))
    for person in people[len(told) : len(told) + 3]:
        if not core.upcoming(person):
            slot = free(core)[0]
            core.book(person, slot.id, "c2s", holder="after", key=f"after:{next(numbers)}", medium="web")
    check(core)

    # Every appointment is told of; a notice is sent again only if its sending was not noted, with the same id.
    box = Box()
    while core.dispatch({"email": box, "sms": box}, words):
        pass
    resent = Counter(o.message_id for o in box.sent if o.port == "email")
    booked = [a for p in people for a in core.upcoming(p)]
    assert {*sent, *resent} >= set(sent)
    assert len({*sent, *resent}) == len(booked)
    assert sum((sent + resent).values()) <= len(booked) + 1
