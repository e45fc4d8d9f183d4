"""Moving an appointment, and until when it may be moved or cancelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from booking_core import (
    Core,
    FixedClock,
    NotEligible,
    OwnConflict,
    SlotTaken,
    TooLate,
)
from tests.booking_core.world import (
    AT_DESK,
    MORNING,
    ON_TUESDAY,
    REDON,
    RENNES,
    book,
    cancel,
    free,
    hours,
    lasting,
    move,
    opening,
    someone,
    with_reason,
)


def test_moving_is_one_step(core: Core) -> None:
    opening(core, MORNING)
    person, (first, second, *_) = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, first)
    moved = move(core, person, mine, second)
    assert (moved.id, moved.reference, moved.version) == (mine.id, mine.reference, 2)
    assert moved.start == second.start
    assert core.upcoming(person) == [moved]
    shown = hours(free(core, **ON_TUESDAY))
    assert "09:00" in shown
    assert "09:30" not in shown


def test_moving_where_it_is_changes_nothing(core: Core) -> None:
    """Case 56: no change, no notice."""
    opening(core, MORNING)
    person, slot = someone(core), free(core, **ON_TUESDAY)[0]
    mine = book(core, person, slot)
    assert move(core, person, mine, slot) == mine


def test_moving_onto_a_slot_that_overlaps_the_old_one(core: Core) -> None:
    core = lasting(core, c2s=60)
    opening(core, {**MORNING, "reasons": "c2s", "step": 30})
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, slots[0])
    assert "09:30" not in hours(free(core, **ON_TUESDAY))
    assert f"{move(core, person, mine, slots[1]).start:%H:%M}" == "09:30"
    assert hours(free(core, **ON_TUESDAY)) == ["10:30", "11:00"]


def test_moving_to_a_slot_that_is_lost_keeps_the_old_one(core: Core) -> None:
    opening(core, MORNING)
    person, (first, second, *_) = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, first)
    book(core, someone(core), second)
    with pytest.raises(SlotTaken):
        move(core, person, mine, second)
    assert core.upcoming(person) == [mine]
    assert hours(free(core, **ON_TUESDAY))[0] == "10:00"


def test_moving_onto_another_appointment_of_ones_own(core: Core) -> None:
    opening(core, MORNING, {**MORNING, "desk": "b"})
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine, other = book(core, person, slots[0]), book(core, person, slots[1], "at_mp")
    twin = next(s for s in free(core, **ON_TUESDAY) if s.start == other.start)
    with pytest.raises(OwnConflict) as refusal:
        move(core, person, mine, twin)
    assert refusal.value.appointment == other
    assert core.upcoming(person) == [mine, other]


def test_only_the_time_moves(core: Core) -> None:
    opening(
        core,
        {**MORNING, "reasons": "c2s"},
        {**MORNING, "desk": "b", "reasons": "at_mp"},
        {**AT_DESK, "desk": "c"},
        {**MORNING, "agency": "redon", "reasons": "c2s"},
        agencies=[RENNES, REDON],
    )
    person = someone(core)
    rennes = next(a.id for a in core.agencies() if a.code == "rennes")
    slots = core.search(reason="c2s", channel="phone", agency_ids=[rennes]).slots
    mine = book(core, person, slots[0])
    redon = core.search(
        reason="c2s", channel="phone", agency_ids=[a.id for a in core.agencies() if a.code == "redon"]
    ).slots[3]
    at_desk = core.search(reason="c2s", channel="in_person").slots[3]
    other_reason = free(core, "at_mp", **ON_TUESDAY)[3]
    for wrong in (redon, at_desk, other_reason):
        with pytest.raises(NotEligible):
            move(core, person, mine, wrong)
    assert core.upcoming(person) == [mine]


@pytest.mark.parametrize(("hours_before", "deadline"), [(4, 4 * 60), (48, 2 * 24 * 60), (0, 0)])
def test_deadlines_are_strict(core: Core, clock: FixedClock, hours_before: int, deadline: int) -> None:
    """Cases 32 and 33: at the deadline it is too late, a second before it is not."""
    core = with_reason(core, "c2s", deadline_minutes=deadline)
    opening(core, MORNING)
    person = someone(core)
    slots = free(core, first=date(2026, 3, 6), last=date(2026, 3, 6))
    mine = book(core, person, slots[0])
    clock.set(mine.start - timedelta(hours=hours_before))
    for check in (core.check_move, core.check_cancel):
        with pytest.raises(TooLate) as refusal:
            check(person, mine.id, medium="web")
        assert refusal.value.deadline == mine.start - timedelta(minutes=deadline)
    with pytest.raises(TooLate):
        cancel(core, person, mine)
    with pytest.raises(TooLate):
        move(core, person, mine, slots[2])
    clock.tick(seconds=-1)
    core.check_move(person, mine.id, medium="web")
    assert cancel(core, person, mine).status == "cancelled"


def test_a_move_keeps_the_deadline_of_the_old_start_and_the_notice_of_the_new(core: Core, clock: FixedClock) -> None:
    core = with_reason(core, "c2s", deadline_minutes=60)
    opening(core, {**MORNING, "notice": 120})
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, slots[4])
    clock.set(slots[3].start - timedelta(minutes=120))
    with pytest.raises(TooLate) as refusal:
        move(core, person, mine, slots[3])
    assert refusal.value.deadline == clock.now()
    clock.set(mine.start - timedelta(minutes=60))
    with pytest.raises(TooLate) as refusal:
        move(core, person, mine, free(core, first=date(2026, 3, 6))[0])
    assert refusal.value.deadline == clock.now()
    assert core.upcoming(person) == [mine]


def test_an_agent_cancels_after_the_deadline(core: Core, clock: FixedClock) -> None:
    core = with_reason(core, "c2s", deadline_minutes=60)
    opening(core, MORNING)
    person = someone(core)
    mine = book(core, person, free(core, **ON_TUESDAY)[0])
    clock.set(mine.start - timedelta(minutes=5))
    gone = core.cancel_by_agency(mine.id, key="agent")
    assert (gone.status, gone.cancelled_by) == ("cancelled", "agent")
