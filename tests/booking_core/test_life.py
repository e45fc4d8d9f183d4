"""The life of an appointment: hold, book, cancel, and every refusal on the way; moving is in `test_move`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from booking_core import (
    ChannelNotAllowed,
    Closed,
    Contact,
    Core,
    FixedClock,
    InvalidPhone,
    NoPhone,
    NotEligible,
    NotYours,
    OwnConflict,
    ReasonAlreadyBooked,
    ReusedKeyError,
    Slot,
    SlotTaken,
    TooFar,
    TooLate,
)
from booking_core.reference import number_of, reference
from tests.booking_core.conftest import Opener
from tests.booking_core.world import (
    AT_DESK,
    MOBILE,
    MORNING,
    NOW,
    ON_TUESDAY,
    TUESDAY,
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


def test_booking(core: Core) -> None:
    opening(core, MORNING)
    person = someone(core)
    slot = free(core, **ON_TUESDAY)[2]
    core.hold(slot.id, "conversation")
    appointment = book(core, person, slot, holder="conversation")
    assert (appointment.start, appointment.end) == (slot.start, slot.end)
    assert (appointment.status, appointment.reason, appointment.channel) == ("booked", "c2s", "phone")
    assert (appointment.phone, appointment.version) == (MOBILE, 1)
    assert core.upcoming(person) == [appointment]
    assert core.upcoming_for(person, "c2s") == appointment
    assert core.appointment(person, appointment.id) == core.appointment(person, appointment.reference) == appointment
    assert slot not in free(core, **ON_TUESDAY)


def test_references_are_short_distinct_and_come_back() -> None:
    numbers = [*range(3000), 480_000_000]
    references = [reference(n) for n in numbers]
    assert len(set(references)) == len(numbers)
    assert [number_of(r.lower().replace("-", " ")) for r in references] == numbers
    assert number_of("AEI-OU1") is None


def test_the_same_key_gives_the_same_answer(core: Core) -> None:
    """A double click, a text message sent again, a call cut and taken up."""
    opening(core, MORNING)
    person, (first, second, *_) = someone(core), free(core, **ON_TUESDAY)
    booked = book(core, person, first, key="k")
    assert book(core, person, first, key="k") == booked
    moved = move(core, person, booked, second, key="m")
    assert move(core, person, booked, second, key="m") == moved
    gone = cancel(core, person, booked, key="c")
    assert cancel(core, person, booked, key="c") == gone
    assert book(core, person, first, key="k") == booked
    assert core.upcoming(person) == []
    assert [a.version for a in core.history(person)] == [3]


def test_a_key_is_for_one_operation_of_one_person(core: Core) -> None:
    opening(core, MORNING)
    one, other, slots = someone(core), someone(core), free(core, **ON_TUESDAY)
    booked = book(core, one, slots[0], key="k")
    with pytest.raises(ReusedKeyError):
        book(core, other, slots[0], key="k")
    with pytest.raises(ReusedKeyError):
        cancel(core, one, booked, key="k")
    assert core.upcoming(one) == [booked]


def test_a_slot_gone_at_the_confirmation(core: Core) -> None:
    """Case 39: nothing is booked, and another slot can be."""
    opening(core, MORNING)
    slot, *others = free(core, **ON_TUESDAY)
    book(core, someone(core), slot)
    person = someone(core)
    with pytest.raises(SlotTaken):
        book(core, person, slot)
    assert core.upcoming(person) == []
    assert book(core, person, others[0]).start == others[0].start


def test_a_hold_that_lapses_while_the_caller_speaks(core: Core, clock: FixedClock) -> None:
    opening(core, MORNING)
    slot, other, *_ = free(core, **ON_TUESDAY)
    caller, quick = someone(core), someone(core)
    hold = core.hold(slot.id, "call")
    with pytest.raises(SlotTaken):
        book(core, quick, slot)
    with pytest.raises(SlotTaken):
        core.hold(slot.id, "quick")
    clock.set(hold.expires)
    book(core, quick, slot)
    with pytest.raises(SlotTaken):
        book(core, caller, slot, holder="call")
    assert core.upcoming(caller) == []
    assert book(core, caller, other, holder="call").status == "booked"


def test_a_lapsed_hold_that_nobody_took_still_books(core: Core, clock: FixedClock) -> None:
    opening(core, MORNING)
    slot = free(core, **ON_TUESDAY)[0]
    clock.set(core.hold(slot.id, "call").expires + timedelta(hours=1))
    assert book(core, someone(core), slot, holder="call").status == "booked"


def test_one_hold_for_a_conversation(core: Core) -> None:
    opening(core, MORNING)
    first, second, *_ = free(core, **ON_TUESDAY)
    core.hold(first.id, "me")
    core.hold(second.id, "me")
    assert core.hold(first.id, "you").slot_id == first.id
    core.release("you")
    assert core.hold(first.id, "them").slot_id == first.id


def test_a_hold_covers_every_slot_of_the_desk_at_that_time(core: Core) -> None:
    core = lasting(core, c2s=30, at_mp=60)
    opening(core, {**MORNING, "reasons": "c2s"}, {**MORNING, "reasons": "at_mp"})
    long = free(core, "at_mp", **ON_TUESDAY)[0]
    core.hold(long.id, "me")
    assert hours(free(core, **ON_TUESDAY))[0] == "10:00"
    book(core, someone(core), free(core, **ON_TUESDAY)[0])
    with pytest.raises(SlotTaken):
        core.hold(long.id, "you")
    assert hours(free(core, "at_mp", **ON_TUESDAY)) == ["11:00"]


@pytest.mark.parametrize(
    ("held", "wanted", "minutes"),
    [
        ("09:00", "09:00", (30, 30)),  # the same time
        ("09:00", "09:30", (60, 30)),  # within it
        ("09:30", "09:00", (30, 60)),  # around it
        ("09:00", "09:30", (60, 60)),  # over its end
        ("09:30", "09:00", (60, 60)),  # over its start
    ],
)
def test_own_appointments_never_overlap(core: Core, held: str, wanted: str, minutes: tuple[int, int]) -> None:
    """Case 38, and the third outcome of a confirmation."""
    core = lasting(core, c2s=minutes[0], at_mp=minutes[1])
    opening(
        core,
        {**MORNING, "reasons": "c2s", "step": 30},
        {**MORNING, "reasons": "at_mp", "step": 30, "desk": "b"},
    )
    person = someone(core)
    mine = book(core, person, at(core, "c2s", held))
    with pytest.raises(OwnConflict) as refusal:
        book(core, person, at(core, "at_mp", wanted), "at_mp")
    assert refusal.value.appointment == mine
    assert core.upcoming(person) == [mine]
    after = next(s for s in free(core, "at_mp", **ON_TUESDAY) if s.start >= mine.end)
    assert book(core, person, after, "at_mp").status == "booked"


def at(core: Core, reason: str, hour: str) -> Slot:
    return next(s for s in free(core, reason, **ON_TUESDAY) if f"{s.start:%H:%M}" == hour)


def test_one_upcoming_for_a_reason(core: Core, clock: FixedClock) -> None:
    opening(core, MORNING)
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, slots[0])
    with pytest.raises(ReasonAlreadyBooked) as refusal:
        book(core, person, slots[4])
    assert refusal.value.appointment == mine
    clock.set(mine.end)
    assert core.upcoming(person) == []
    assert book(core, person, slots[4]).status == "booked"
    assert [a.status for a in core.history(person)] == ["fulfilled", "booked"]


def test_reasons_that_cannot_be_booked(core: Core) -> None:
    """Case 40: one that does not exist, one that is not for that slot, one kept for agents."""
    opening(core, {**MORNING, "reasons": "c2s at_mp"})
    kept = with_reason(core, "at_mp", self_service=False)
    person, slot = someone(core), free(core, **ON_TUESDAY)[0]
    for refused, reason in ((core, "autre"), (core, "invalidite"), (kept, "at_mp")):
        with pytest.raises(NotEligible):
            book(refused, person, slot, reason)
    assert core.upcoming(person) == []
    assert book(kept, person, slot, "at_mp", medium="agent").status == "booked"


def test_a_phone_appointment_needs_a_number(core: Core) -> None:
    """Cases 36 and 41: compulsory by phone, and it is the mobile that is called."""
    opening(core, MORNING, AT_DESK)
    nobody = someone(core, email="personne@exemple.fr")
    slot = free(core, **ON_TUESDAY)[0]
    with pytest.raises(NoPhone):
        book(core, nobody, slot)
    with pytest.raises(InvalidPhone):
        book(core, nobody, slot, phone="12")
    assert book(core, nobody, slot, phone="01 99 00 12 34").phone == "+33199001234"
    at_desk = core.search(reason="at_mp", channel="in_person").slots[0]
    assert book(core, nobody, at_desk, "at_mp").phone is None
    both = someone(core, mobile=MOBILE, landline="+33199001235")
    assert book(core, both, free(core, **ON_TUESDAY)[0]).phone == MOBILE
    alone = someone(core, mobile=None, landline="+33199001236")
    assert book(core, alone, free(core, **ON_TUESDAY)[0]).phone == "+33199001236"


@pytest.mark.parametrize("operation", ["book", "move"])
def test_the_app_does_not_deal_with_appointments_in_person(core: Core, operation: str) -> None:
    opening(core, AT_DESK)
    person = someone(core)
    first, second, *_ = core.search(reason="c2s", channel="in_person").slots
    if operation == "book":
        with pytest.raises(ChannelNotAllowed):
            book(core, person, first, medium="app")
        assert core.upcoming(person) == []
        return
    mine = book(core, person, first)
    with pytest.raises(ChannelNotAllowed):
        core.check_move(person, mine.id, medium="app")
    with pytest.raises(ChannelNotAllowed):
        move(core, person, mine, second, medium="app")
    assert core.upcoming(person) == [mine]
    assert cancel(core, person, mine, medium="app").status == "cancelled"


def test_channels(core: Core) -> None:
    assert core.channels_allowed("app", "book") == ("phone",)
    assert core.channels_for("c2s", "web") == ("phone", "in_person")
    assert core.channels_for("c2s", "app") == ("phone",)
    assert with_reason(core, "c2s", channels=("in_person",)).channels_for("c2s", "app") == ()


def test_what_is_closed_does_not_change(core: Core, clock: FixedClock) -> None:
    """Case 34."""
    opening(core, MORNING)
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, slots[0])
    gone = cancel(core, person, mine)
    for change in (lambda: cancel(core, person, mine), lambda: move(core, person, mine, slots[1])):
        with pytest.raises(Closed) as refusal:
            change()
        assert refusal.value.appointment == gone
    over = book(core, person, slots[0])
    clock.set(over.end)
    with pytest.raises(Closed):
        cancel(core, person, over)


def test_a_reason_taken_back_by_the_agents(core: Core) -> None:
    """Case 34b: one no longer moves it alone, but still cancels it; what an agent booked moves as any other."""
    opening(core, MORNING)
    person, slots = someone(core), free(core, **ON_TUESDAY)
    mine = book(core, person, slots[0], medium="agent")
    mine = move(core, person, mine, slots[1])
    taken_back = with_reason(core, "c2s", self_service=False)
    for change in (
        lambda: move(taken_back, person, mine, slots[2]),
        lambda: taken_back.check_move(person, mine.id, medium="web"),
    ):
        with pytest.raises(NotEligible):
            change()
    assert core.upcoming(person) == [mine]
    assert move(taken_back, person, mine, slots[2], medium="agent").start == slots[2].start
    assert cancel(taken_back, person, mine).status == "cancelled"


def test_too_soon_and_too_far(opener: Opener, clock: FixedClock) -> None:
    """The notice applies to every way in, holds included; whoever holds in time may confirm a little later."""
    core = opener(horizon_days=5)
    opening(core, {**MORNING, "notice": 60}, {**MORNING, "rule": "FREQ=DAILY", "code": "daily", "desk": "b"})
    person = someone(core)
    slot = next(s for s in free(core, **ON_TUESDAY) if s.desk == "a")
    other = free(core, first=TUESDAY + timedelta(days=1), last=TUESDAY + timedelta(days=1))[0]
    mine = book(core, person, other)
    clock.set(slot.start - timedelta(minutes=61))
    core.hold(slot.id, "call")
    clock.set(slot.start - timedelta(minutes=60))
    with pytest.raises(TooLate):
        book(core, someone(core), slot)
    with pytest.raises(TooLate):
        core.hold(slot.id, "quick")
    with pytest.raises(TooLate):
        move(core, person, mine, slot)
    assert slot not in free(core, **ON_TUESDAY)
    assert book(core, someone(core), slot, holder="call").status == "booked"
    last = free(core, first=date(2026, 3, 7), last=date(2026, 3, 7))[0]
    clock.set(NOW - timedelta(days=1))
    with pytest.raises(TooFar) as refusal:
        book(core, someone(core), last)
    assert refusal.value.limit == core.horizon()


def test_nobody_touches_what_is_not_theirs(core: Core) -> None:
    opening(core, MORNING)
    owner, other, slots = someone(core), someone(core), free(core, **ON_TUESDAY)
    mine = book(core, owner, slots[0])
    for wrong in (
        lambda: core.appointment(other, mine.id),
        lambda: core.appointment(other, mine.reference),
        lambda: core.appointment(owner, "999999"),
        lambda: core.appointment(owner, "x; DROP TABLE"),
        lambda: cancel(core, other, mine),
        lambda: move(core, other, mine, slots[1]),
        lambda: core.check_move(other, mine.id, medium="web"),
        lambda: core.contact("999999"),
    ):
        with pytest.raises(NotYours):
            wrong()
    assert core.upcoming(owner) == [mine]


def test_nobody_books_nothing(core: Core) -> None:
    opening(core, MORNING, AT_DESK)
    for channel in ("phone", "in_person"):
        slot = core.search(reason="c2s", channel=channel).slots[0]
        for nobody in ("999999", "alice", ""):
            with pytest.raises(NotYours):
                book(core, nobody, slot)
        assert core.search(reason="c2s", channel=channel).slots[0] == slot


def test_a_slot_that_is_none(core: Core) -> None:
    opening(core, MORNING)
    slot = free(core, **ON_TUESDAY)[0]
    for unknown in ("999999", "", "abc", "9" * 40):
        with pytest.raises(SlotTaken):
            core.hold(unknown, "me")
        with pytest.raises(SlotTaken):
            book(core, someone(core), replace(slot, id=unknown))


def test_the_numbers_called_follow_a_change(core: Core) -> None:
    opening(core, MORNING)
    person, slots = someone(core), free(core, **ON_TUESDAY)
    first = book(core, person, slots[0])
    other = book(core, person, slots[1], "at_mp", phone="+33199001234")
    proof_off = replace(core, settings=replace(core.settings, contact_proof=False))
    assert proof_off.start_contact_change(person, "phone", "06 39 98 44 55", key="n", medium="web")
    assert core.contact(person) == Contact(mobile="+33639984455")
    assert core.appointment(person, first.id).phone == "+33639984455"
    assert core.appointment(person, other.id).phone == "+33199001234"
