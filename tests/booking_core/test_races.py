"""Many at once: exactly one winner, the rest typed refusals, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from booking_core import Appointment, Core, OwnConflict, ReasonAlreadyBooked, Refusal, SlotTaken
from tests.booking_core.invariants import check
from tests.booking_core.world import MORNING, ON_TUESDAY, book, cancel, free, lasting, move, opening, someone


def together(calls: Sequence[Callable[[], Appointment]]) -> list[Appointment | Refusal]:
    """Run the calls at the same moment; a bug ("database is locked", a deadlock) is raised."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Appointment]) -> Appointment | Refusal:
        gate.wait()
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def tally(outcomes: Sequence[Appointment | Refusal]) -> Counter[type]:
    return Counter(type(outcome) for outcome in outcomes)


def test_fifty_on_one_slot(core: Core) -> None:
    opening(core, MORNING)
    slot = free(core, **ON_TUESDAY)[0]
    people = [someone(core) for _ in range(50)]
    outcomes = together([lambda p=p: book(core, p, slot) for p in people])  # type: ignore[misc]
    assert tally(outcomes) == {Appointment: 1, SlotTaken: 49}
    assert sum(len(core.upcoming(p)) for p in people) == 1
    check(core)


def test_twenty_on_slots_that_overlap(core: Core) -> None:
    """Different rows of one desk: only the constraint on time stands between them."""
    core = lasting(core, c2s=60)
    opening(core, {**MORNING, "reasons": "c2s", "step": 15})
    slots = free(core, **ON_TUESDAY)[:4]
    people = [someone(core) for _ in range(20)]
    outcomes = together([lambda p=p, n=n: book(core, p, slots[n % 4]) for n, p in enumerate(people)])  # type: ignore[misc]
    assert tally(outcomes) == {Appointment: 1, SlotTaken: 19}
    check(core)


def test_twenty_holds_on_one_slot(core: Core) -> None:
    opening(core, MORNING)
    slot = free(core, **ON_TUESDAY)[0]
    outcomes = together([lambda n=n: core.hold(slot.id, f"h{n}") for n in range(20)])  # type: ignore[misc, return-value]
    assert sum(not isinstance(o, Refusal) for o in outcomes) == 1
    assert sum(isinstance(o, SlotTaken) for o in outcomes) == 19


def test_twenty_moving_onto_each_others_slots(core: Core) -> None:
    opening(core, {"since": "8:00", "until": "18:00"})
    slots = free(core, **ON_TUESDAY)
    people = [someone(core) for _ in range(20)]
    mine = [book(core, p, s) for p, s in zip(people, slots, strict=True)]
    targets = [slots[(n + 1) % 20] for n in range(20)]
    outcomes = together(
        [lambda p=p, m=m, t=t: move(core, p, m, t) for p, m, t in zip(people, mine, targets, strict=True)]  # type: ignore[misc]
    )
    # Whatever the order, nobody is left without an appointment and no slot has two.
    assert set(tally(outcomes)) <= {Appointment, SlotTaken}
    assert all(len(core.upcoming(p)) == 1 for p in people)
    assert len({core.upcoming(p)[0].start for p in people}) == 20
    check(core)


def test_twenty_moving_to_one_free_slot(core: Core) -> None:
    opening(core, {"since": "8:00", "until": "18:30"})
    slots = free(core, **ON_TUESDAY)
    people = [someone(core) for _ in range(20)]
    mine = [book(core, p, s) for p, s in zip(people, slots, strict=False)]
    outcomes = together([lambda p=p, m=m: move(core, p, m, slots[20]) for p, m in zip(people, mine, strict=True)])  # type: ignore[misc]
    assert tally(outcomes) == {Appointment: 1, SlotTaken: 19}
    assert all(len(core.upcoming(p)) == 1 for p in people)
    check(core)


def test_the_same_confirmation_twenty_times(core: Core) -> None:
    opening(core, MORNING)
    person, slot = someone(core), free(core, **ON_TUESDAY)[0]
    outcomes = together([lambda: book(core, person, slot, key="one")] * 20)
    assert tally(outcomes) == {Appointment: 20}
    assert len(set(outcomes)) == 1
    assert len(core.history(person)) == 1
    check(core)


def test_one_reason_from_several_media_at_once(core: Core) -> None:
    opening(core, MORNING)
    person, slots = someone(core), free(core, **ON_TUESDAY)
    media = ["web", "app", "sms", "voice"]
    outcomes = together(
        [lambda s=s, m=m: book(core, person, s, medium=m, holder=m) for s, m in zip(slots, media, strict=False)]  # type: ignore[misc]
    )
    assert tally(outcomes) == {Appointment: 1, ReasonAlreadyBooked: 3}
    check(core)


def test_two_reasons_at_one_time_from_two_media(core: Core) -> None:
    opening(core, MORNING, {**MORNING, "desk": "b", "reasons": "at_mp"})
    person = someone(core)
    one, other = free(core, **ON_TUESDAY)[0], free(core, "at_mp", **ON_TUESDAY)[0]
    outcomes = together([lambda: book(core, person, one), lambda: book(core, person, other, "at_mp", medium="sms")])
    assert set(tally(outcomes)) <= {Appointment, OwnConflict, SlotTaken}
    assert len(core.upcoming(person)) == 1
    check(core)


def test_cancelled_once(core: Core) -> None:
    opening(core, MORNING)
    person = someone(core)
    mine = book(core, person, free(core, **ON_TUESDAY)[0])
    outcomes = together([lambda: cancel(core, person, mine)] * 10)
    assert tally(outcomes)[Appointment] == 1
    assert len(free(core, **ON_TUESDAY)) == 6
    check(core)


def test_cancelling_while_it_moves(core: Core) -> None:
    opening(core, MORNING)
    slots = free(core, **ON_TUESDAY)
    for n in range(5):
        person = someone(core)
        mine = book(core, person, slots[0])
        together([lambda p=person, m=mine: cancel(core, p, m), lambda p=person, m=mine: move(core, p, m, slots[1])])  # type: ignore[misc]
        assert core.upcoming(person) == [], n
        assert len(free(core, **ON_TUESDAY)) == 6
    check(core)
