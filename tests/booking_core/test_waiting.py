"""The waiting list: one person at a time, held, rate-limited, expiring."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking_core import Appointment, Core, FixedClock, NotEligible, Slot, SlotTaken
from tests.booking_core.invariants import check
from tests.booking_core.post import Post
from tests.booking_core.world import NOW, book, cancel, free, opening, someone

ONE_A_DAY = {"since": "14:00", "until": "14:30"}


@pytest.fixture
def full(core: Core, clock: FixedClock) -> list[Appointment]:
    """A week with one slot a day, all booked; later days are free."""
    clock.set(NOW + timedelta(hours=1))
    opening(core, {**ONE_A_DAY, "last": "2026-03-06"})
    return [book(core, someone(core), slot) for slot in free(core)]


def freed(core: Core, full: list[Appointment], which: int) -> Slot:
    cancel(core, full[which].person_id, full[which])
    return core.slots([full[which].slot_id or ""])[0]


def test_nothing_is_offered_while_all_is_taken(core: Core, full: list[Appointment]) -> None:
    core.join_waiting_list(someone(core), "c2s", "phone", medium="sms")
    assert core.offer_slots() == 0


def test_one_person_at_a_time(core: Core, full: list[Appointment], clock: FixedClock) -> None:
    """First come, first served; held for them; then for the next; nobody else sees the slot meanwhile."""
    first, second, stranger = someone(core), someone(core), someone(core)
    for person in (first, second):
        core.join_waiting_list(person, "c2s", "phone", medium="sms")
    slot, post = freed(core, full, 3), Post(core)
    post.go()
    assert core.offer_slots() == 1
    assert core.offer_slots() == 0
    post.go()
    (offer,) = [o for o in post.sms.sent if o.kind == "offer"]
    assert (offer.person_id, offer.slot) == (first, slot)
    assert free(core) == []
    with pytest.raises(SlotTaken):
        book(core, stranger, slot)
    with pytest.raises(SlotTaken):
        core.accept_offer(second, "c2s", key="s", medium="sms")
    clock.tick(minutes=core.settings.offer_minutes)
    assert core.offer_slots() == 1
    with pytest.raises(SlotTaken):
        core.accept_offer(first, "c2s", key="f", medium="sms")
    taken = core.accept_offer(second, "c2s", key="s", medium="sms")
    assert taken.start == slot.start
    assert core.accept_offer(second, "c2s", key="s", medium="sms") == taken
    check(core)


def test_a_reply_after_the_offer_has_lapsed(core: Core, full: list[Appointment], clock: FixedClock) -> None:
    person = someone(core)
    core.join_waiting_list(person, "c2s", "phone", medium="sms")
    slot = freed(core, full, 3)
    core.offer_slots()
    clock.tick(minutes=core.settings.offer_minutes, seconds=1)
    book(core, someone(core), slot)
    with pytest.raises(SlotTaken):
        core.accept_offer(person, "c2s", key="late", medium="sms")
    assert core.upcoming(person) == []


def test_an_earlier_slot_for_whoever_has_one(core: Core, full: list[Appointment]) -> None:
    """Case 50: waiting with a later appointment; accepting moves it. A later slot is not offered."""
    last = full[-1]
    core.join_waiting_list(last.person_id, "c2s", "phone", medium="web")
    earlier = freed(core, full, 2)
    assert core.offer_slots() == 1
    moved = core.accept_offer(last.person_id, "c2s", key="k", medium="web")
    assert (moved.id, moved.start) == (last.id, earlier.start)
    core.join_waiting_list(full[1].person_id, "c2s", "phone", medium="web")
    assert core.offer_slots() == 0
    check(core)


def test_offers_are_rare(core: Core, full: list[Appointment], clock: FixedClock) -> None:
    """Two a day at most, whatever frees up."""
    person = someone(core)
    core.join_waiting_list(person, "c2s", "phone", medium="sms")
    freed(core, full, 4)
    offers = 0
    clock.set(NOW + timedelta(hours=1))
    for _ in range(48):
        offers += core.offer_slots()
        clock.tick(minutes=30)
    assert offers == 2


def test_no_offer_at_night(core: Core, full: list[Appointment], clock: FixedClock) -> None:
    core.join_waiting_list(someone(core), "c2s", "phone", medium="sms")
    freed(core, full, 4)
    clock.set(NOW + timedelta(hours=13))
    assert core.offer_slots() == 0
    clock.set(NOW + timedelta(hours=24))
    assert core.offer_slots() == 1


def test_joining_twice_and_leaving(core: Core, full: list[Appointment]) -> None:
    person = someone(core)
    entry = core.join_waiting_list(person, "c2s", "phone", medium="sms")
    assert core.join_waiting_list(person, "c2s", "phone", medium="web") == entry
    slot = freed(core, full, 3)
    core.offer_slots()
    core.leave_waiting_list(person, "c2s")
    assert free(core) == [slot]
    assert core.offer_slots() == 0
    assert core.join_waiting_list(person, "c2s", "phone", medium="sms") != entry
    with pytest.raises(NotEligible):
        core.join_waiting_list(person, "autre", "phone", medium="sms")


def test_an_agency_that_was_not_asked_for(core: Core, full: list[Appointment]) -> None:
    core.join_waiting_list(someone(core), "c2s", "phone", ["999"], medium="sms")
    freed(core, full, 3)
    assert core.offer_slots() == 0


def test_booking_ends_the_wait(core: Core, full: list[Appointment]) -> None:
    person = someone(core)
    core.join_waiting_list(person, "c2s", "phone", medium="sms")
    book(core, person, freed(core, full, 3))
    freed(core, full, 1)
    assert core.offer_slots() == 0


def test_a_yes_said_before_the_offer_has_reached_the_person_is_for_something_else(
    core: Core, full: list[Appointment]
) -> None:
    person = someone(core)
    core.join_waiting_list(person, "c2s", "phone", medium="sms")
    slot, post = freed(core, full, 3), Post(core)
    post.go()
    assert core.offer_slots() == 1
    assert core.slot_offered(person) is None
    post.go()
    assert core.slot_offered(person) == ("c2s", slot)
