"""Random histories on both databases: whatever happens, the invariants hold after each step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking_core import Appointment, FixedClock, Refusal, Slot, open_core
from tests.booking_core.invariants import check
from tests.booking_core.world import NOW, SECRET, book, cancel, lasting, move, numbers, opening, someone

# RDV_HISTORIES=500 searches for longer.
EXAMPLES = int(os.environ.get("RDV_HISTORIES", "12"))
DAYS = "FREQ=DAILY"
OPENINGS: list[list[dict[str, Any]]] = [
    [{"since": "9:00", "until": "11:00", "rule": DAYS, "reasons": "c2s at_mp"}],
    [{"since": "9:00", "until": "11:00", "rule": DAYS, "reasons": "c2s at_mp", "buffer": 10}],
    [
        {"since": "9:30", "until": "11:00", "rule": DAYS, "reasons": "c2s at_mp invalidite", "step": 15},
        {"since": "9:00", "until": "10:30", "rule": DAYS, "reasons": "c2s at_mp", "desk": "b"},
    ],
    [{"since": "9:00", "until": "10:00", "rule": "FREQ=DAILY;INTERVAL=2", "reasons": "c2s", "notice": 120}],
]
REASONS = ("c2s", "at_mp", "invalidite")
PEOPLE = st.integers(0, 3)


class History(RuleBasedStateMachine):
    """A handful of people on one or two desks, so that they get in each other's way."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock(NOW)
        self.core = lasting(open_core(self.url, self.clock, secret=SECRET), c2s=30, at_mp=45, invalidite=60)
        self.core.store.empty()
        opening(self.core, *OPENINGS[0])
        self.people = [someone(self.core) for _ in range(4)]
        self.shown: list[Slot] = []
        self.kept: dict[str, tuple[int, Slot, str, Appointment]] = {}

    def teardown(self) -> None:
        if hasattr(self, "core"):
            self.core.close()

    @rule(reason=st.sampled_from(REASONS), who=PEOPLE)
    def search(self, reason: str, who: int) -> None:
        self.shown = list(self.core.search(reason=reason, channel="phone", holder=f"h{who}", limit=6).slots)
        assert all(slot.start > self.clock.now() for slot in self.shown)

    @precondition(lambda self: self.shown)
    @rule(who=PEOPLE, which=st.integers(0, 5))
    def hold(self, who: int, which: int) -> None:
        try:
            self.core.hold(self.shown[which % len(self.shown)].id, f"h{who}")
        except Refusal:
            return

    @rule(who=PEOPLE)
    def release(self, who: int) -> None:
        self.core.release(f"h{who}")

    @precondition(lambda self: self.shown)
    @rule(who=PEOPLE, which=st.integers(0, 5), reason=st.sampled_from(REASONS))
    def book(self, who: int, which: int, reason: str) -> None:
        slot, key = self.shown[which % len(self.shown)], f"key:{next(numbers)}"
        try:
            done = book(self.core, self.people[who], slot, reason, holder=f"h{who}", key=key)
        except Refusal:
            return
        assert done in self.core.upcoming(self.people[who])
        self.kept[key] = (who, slot, reason, done)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def book_again_with_the_same_key(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.kept)))
        who, slot, reason, done = self.kept[key]
        before = self.core.history(self.people[who])
        assert book(self.core, self.people[who], slot, reason, key=key) == done
        assert self.core.history(self.people[who]) == before

    @precondition(lambda self: self.shown)
    @rule(who=PEOPLE, which=st.integers(0, 5))
    def move(self, who: int, which: int) -> None:
        for mine in self.core.upcoming(self.people[who])[:1]:
            slot = self.shown[which % len(self.shown)]
            try:
                moved = move(self.core, self.people[who], mine, slot, holder=f"h{who}")
            except Refusal:
                assert mine in self.core.upcoming(self.people[who])
                return
            assert (moved.id, moved.reason, moved.start) == (mine.id, mine.reason, slot.start)

    @rule(who=PEOPLE, by=st.sampled_from(["person", "agent", "system"]))
    def cancel(self, who: int, by: str) -> None:
        for mine in self.core.upcoming(self.people[who])[:1]:
            try:
                cancel(self.core, self.people[who], mine, by=by)
            except Refusal:
                return
            assert mine.id not in {a.id for a in self.core.upcoming(self.people[who])}

    @rule(opened=st.sampled_from(OPENINGS))
    def change_the_schedule(self, opened: list[dict[str, Any]]) -> None:
        before = {a for p in self.people for a in self.core.upcoming(p)}
        opening(self.core, *opened)
        assert {a for p in self.people for a in self.core.upcoming(p)} == before

    @rule(minutes=st.sampled_from([1, 11, 60, 23 * 60, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.tick(minutes=minutes)

    @rule(who=PEOPLE, reason=st.sampled_from(REASONS))
    def wait(self, who: int, reason: str) -> None:
        self.core.join_waiting_list(self.people[who], reason, "phone", medium="sms")

    @rule()
    def offer(self) -> None:
        self.core.offer_slots()

    @rule(who=PEOPLE, reason=st.sampled_from(REASONS))
    def accept(self, who: int, reason: str) -> None:
        try:
            self.core.accept_offer(self.people[who], reason, key=f"key:{next(numbers)}", medium="sms")
        except Refusal:
            return

    @rule()
    def purge(self) -> None:
        self.core.purge()

    @invariant()
    def the_invariants_hold(self) -> None:
        if hasattr(self, "core"):
            check(self.core)
            shown = self.core.search(reason="c2s", channel="phone", holder="probe", limit=3)
            for slot in shown.slots:
                assert self.core.hold(slot.id, "probe")
            self.core.release("probe")


@pytest.fixture
def history_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "history.db")
        yield f"sqlite:///{tmp_path / 'history.db'}"
    else:
        yield request.getfixturevalue("postgresql")


# A time-out by signal raises in the middle of a step. Hypothesis takes that for a failing history, replays it and keeps
# the traceback, in which SQLAlchemy may be between two lines with its connection out: that history's lock is then never
# given back, and the replay ends in "database is locked". So: enough time for as many as are asked for, and a
# time-out that ends the run.
@pytest.mark.timeout(300 + 10 * EXAMPLES, method="thread")
@pytest.mark.parametrize("history_url", ["sqlite", "postgresql"], indirect=True)
def test_any_history(history_url: str) -> None:
    machine = type("HistoryHere", (History,), {"url": history_url})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
