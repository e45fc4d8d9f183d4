"""Searching: what a wish finds, in which order, and what is nearest when it finds nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_core import Core, FixedClock, NoSlotLeft, NotEligible, Range, SlotPage, Wanted
from tests.booking_core.conftest import Opener
from tests.booking_core.world import (
    MONDAY,
    MORNING,
    NOW,
    PARIS,
    REDON,
    RENNES,
    TUESDAY,
    book,
    days,
    free,
    hours,
    lasting,
    opening,
    someone,
)

AFTERNOON = {"since": "14:00", "until": "17:00"}


def search(core: Core, *ranges: Range, limit: int = 5, **options: object) -> SlotPage:
    wanted = Wanted(ranges, **{k: options.pop(k) for k in ("excluded", "not_before", "not_after") if k in options})  # type: ignore[arg-type]
    return core.search(reason="c2s", channel="phone", wanted=wanted, limit=limit, **options)  # type: ignore[arg-type]


def test_notice_and_horizon_bound_the_window(opener: Opener, clock: FixedClock) -> None:
    """Cases 19, 20 and 21: from +3 days to +7; to +3 days; nothing between +8 and +7."""
    clock.set(datetime(2021, 4, 30, 8, tzinfo=PARIS))
    day = 24 * 60
    pattern = {"since": "8:00", "until": "9:00", "rule": "FREQ=DAILY", "notice": 3 * day}
    core = opener(horizon_days=8)
    opening(core, pattern)
    week = {"first": date(2021, 4, 30), "last": date(2021, 5, 7)}
    assert days(free(core, **week)) == [date(2021, 5, d) for d in (3, 4, 5, 6, 7)]
    near = opener(horizon_days=3)
    opening(near, {**pattern, "notice": 60})
    # Eight o'clock today and half past are within the hour's notice; 1 May and 8 May are public holidays.
    assert days(free(near, **week)) == [date(2021, 5, d) for d in (2, 3)]
    far = opener(horizon_days=30)
    opening(far, {**pattern, "notice": 8 * day})
    assert free(far, **week) == []


def test_first_slot_after_a_day_of_notice(core: Core, clock: FixedClock) -> None:
    """Case 23."""
    clock.set(datetime(2020, 10, 19, 15, 34, tzinfo=PARIS))
    core = lasting(core, c2s=45)
    opening(core, {"since": "10:00", "until": "18:00", "notice": 24 * 60, "reasons": "c2s"})
    first = free(core)[0]
    assert first.start.isoformat() == "2020-10-20T16:00:00+02:00"


def test_exactly_an_offered_start_or_nothing(core: Core) -> None:
    """Case 24: the hour asked for comes first; with none at all around, nothing fits."""
    opening(core, MORNING)
    page = search(core, Range(first=TUESDAY, last=TUESDAY, at=time(10)))
    assert hours(page.slots) == ["10:00", "09:30", "10:30", "09:00", "11:00"]
    nothing = search(core, Range(first=TUESDAY, last=TUESDAY, at=time(15)))
    assert nothing.slots == ()
    assert nothing.before is not None
    assert f"{nothing.before.start:%d %H:%M}" == "03 11:30"
    assert nothing.after is not None
    assert f"{nothing.after.start:%d %H:%M}" == "04 09:00"


def test_the_next_one_is_far(core: Core) -> None:
    """Case 25, and with an absence over it."""
    far = {"since": "9:00", "until": "9:30", "rule": "FREQ=WEEKLY", "first": "2026-03-10", "last": "2026-03-10"}
    opening(core, far)
    page = search(core, Range(first=TUESDAY, last=TUESDAY))
    assert (page.slots, page.before) == ((), None)
    assert page.after is not None
    assert page.after.start == datetime(2026, 3, 10, 9, tzinfo=PARIS)
    assert core.next_slot("c2s", "phone") == page.after
    opening(core, far, absences=[{"agency": "rennes", "start": "2026-03-10", "end": "2026-03-11"}])
    assert search(core, Range(first=TUESDAY, last=TUESDAY)).after is None
    with pytest.raises(NoSlotLeft):
        core.next_slot("c2s", "phone")


def test_earliest_of_several_agencies_each_hour_once(core: Core) -> None:
    """Case 28; the first agency asked for wins where both have the hour."""
    opening(
        core,
        {"since": "9:00", "until": "10:30"},
        {"since": "8:30", "until": "10:00", "agency": "redon", "desk": "b"},
        agencies=[RENNES, REDON],
    )
    rennes, redon = (next(a.id for a in core.agencies() if a.code == code) for code in ("rennes", "redon"))
    found = search(core, Range(first=TUESDAY, last=TUESDAY), agency_ids=[rennes, redon], limit=9).slots
    assert hours(found) == ["08:30", "09:00", "09:30", "10:00"]
    assert [s.agency_id for s in found] == [redon, rennes, rennes, rennes]
    other = search(core, Range(first=TUESDAY, last=TUESDAY), agency_ids=[redon, rennes], limit=9).slots
    assert [s.agency_id for s in other] == [redon, redon, redon, rennes]
    assert hours(search(core, Range(first=TUESDAY, last=TUESDAY), agency_ids=[redon]).slots) == [
        "08:30",
        "09:00",
        "09:30",
    ]


def test_next_in_a_week_of_absence(core: Core, clock: FixedClock) -> None:
    """Case 30: absent 20–27 December 2021, the next is Tuesday 28 at 8."""
    clock.set(datetime(2021, 12, 17, 9, tzinfo=PARIS))
    absence = {"agency": "rennes", "desk": "a", "start": "2021-12-20", "end": "2021-12-28"}
    opening(core, {"since": "8:00", "until": "10:00"}, absences=[absence])
    assert free(core, first=date(2021, 12, 20))[0].start == datetime(2021, 12, 28, 8, tzinfo=PARIS)


def test_two_desks_show_an_hour_once(core: Core) -> None:
    opening(core, MORNING, {**MORNING, "desk": "b"})
    assert hours(free(core, first=TUESDAY, last=TUESDAY)) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    book(core, someone(core), free(core, first=TUESDAY, last=TUESDAY)[0])
    assert hours(free(core, first=TUESDAY, last=TUESDAY))[0] == "09:00"
    book(core, someone(core), free(core, first=TUESDAY, last=TUESDAY)[0])
    assert hours(free(core, first=TUESDAY, last=TUESDAY))[0] == "09:30"


def test_more_leaves_out_what_was_shown(core: Core) -> None:
    opening(core, MORNING, {**MORNING, "desk": "b"})
    window = Range(first=TUESDAY, last=TUESDAY)
    first = search(core, window, limit=4)
    assert first.more
    second = search(core, window, limit=4, skip={s.id for s in first.slots})
    assert hours([*first.slots, *second.slots]) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert not second.more


def test_two_readings_both_show(core: Core) -> None:
    """ "Mardi" said on a Tuesday: neither day hides the other."""
    opening(core, MORNING)
    days_shown = days(
        list(
            search(
                core, Range(first=TUESDAY, last=TUESDAY), Range(first=date(2026, 3, 10), last=date(2026, 3, 10))
            ).slots
        )
    )
    assert days_shown == [TUESDAY, date(2026, 3, 10)]


def test_an_edge_ranks_lower(core: Core) -> None:
    opening(core, MORNING, AFTERNOON)
    page = search(core, Range(first=TUESDAY, last=TUESDAY, since=time(14, 30), until=time(15, 30), edge=30))
    assert hours(page.slots) == ["14:30", "15:00", "14:00", "15:30"]


def test_excluded_days_and_hours(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "10:30"})
    week = Range(first=TUESDAY, last=date(2026, 3, 6))
    page = search(core, week, excluded=(Range(weekdays=(2,)), Range(at=time(9, 30))), limit=20)
    assert days(list(page.slots)) == [TUESDAY, date(2026, 3, 5), date(2026, 3, 6)]
    assert set(hours(page.slots)) == {"09:00", "10:00"}


def test_not_before_not_after(core: Core) -> None:
    opening(core, MORNING)
    ten = datetime(2026, 3, 3, 10, tzinfo=PARIS)
    assert hours(search(core, Range(first=TUESDAY, last=TUESDAY), not_before=ten).slots)[0] == "10:00"
    earlier = search(core, Range(first=TUESDAY, last=TUESDAY), not_after=ten)
    assert hours(earlier.slots) == ["09:00", "09:30"]
    nine = ten.replace(hour=9)
    nothing = search(core, Range(first=TUESDAY, last=TUESDAY), not_after=nine)
    assert nothing.slots == ()
    assert nothing.after is not None
    assert nothing.after.start == nine


def test_the_nearest_on_both_sides(core: Core) -> None:
    opening(core, MORNING)
    page = search(core, Range(first=date(2026, 3, 7), last=date(2026, 3, 8)))
    assert page.slots == ()
    assert page.before is not None
    assert page.before.start == datetime(2026, 3, 6, 11, 30, tzinfo=PARIS)
    assert page.after is not None
    assert page.after.start == datetime(2026, 3, 9, 9, tzinfo=PARIS)


def test_nothing_at_all(core: Core) -> None:
    opening(core, {**MORNING, "reasons": "at_mp"})
    assert search(core) == SlotPage(())
    assert search(core, Range(first=TUESDAY)) == SlotPage(())


def test_a_reason_that_does_not_exist(core: Core) -> None:
    with pytest.raises(NotEligible):
        core.search(reason="autre", channel="phone")


def test_what_others_hold_is_not_shown(core: Core, clock: FixedClock) -> None:
    opening(core, {"since": "9:00", "until": "9:30"})
    slot = free(core, first=TUESDAY, last=TUESDAY)[0]
    hold = core.hold(slot.id, "me")
    window = Range(first=TUESDAY, last=TUESDAY)
    assert search(core, window, holder="someone else").slots == ()
    assert search(core, window, holder="me").slots == (slot,)
    clock.set(hold.expires)
    assert search(core, window, holder="someone else").slots == (slot,)


@pytest.mark.parametrize("said", ["Rennes", "rennes", "RENES", "Agence de Rennes", "à rennes", "35000"])
def test_agencies_by_what_is_said(core: Core, said: str) -> None:
    opening(core, MORNING, agencies=[RENNES, REDON])
    found = core.find_agencies(said)
    assert found.exact
    assert found.agencies[0].code == "rennes"


def test_the_nearest_agency_when_there_is_none_there(core: Core) -> None:
    opening(core, MORNING, agencies=[RENNES, REDON])
    person = someone(core, next(a.id for a in core.agencies() if a.code == "redon"))
    found = core.find_agencies("Vannes", near=(47.66, -2.76))
    assert not found.exact
    assert [a.code for a in found.agencies] == ["redon", "rennes"]
    assert core.find_agencies(None, home=person).agencies[0].code == "redon"
    assert core.phone_agencies(person)[0] == core.person(person).agency_id
    assert len(core.phone_agencies(person)) == 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(-3, 20),
    length=st.integers(0, 10),
    weekdays=st.sets(st.integers(0, 6), max_size=3),
    since=st.none() | st.integers(7, 18),
    width=st.none() | st.integers(1, 6),
)
def test_every_slot_found_fits_and_can_be_held(
    core: Core, first: int, length: int, weekdays: set[int], since: int | None, width: int | None
) -> None:
    """One function for list, validate and move: what is shown meets the wish and is accepted."""
    if not core.agencies():
        opening(core, MORNING, AFTERNOON)
    low = MONDAY + timedelta(days=first)
    high = low + timedelta(days=length)
    hour = None if since is None else time(since)
    until = None if since is None or width is None else time(min(since + width, 23))
    page = search(core, Range(low, high, tuple(weekdays), hour, until), holder="h")
    for slot in page.slots:
        assert low <= slot.start.date() <= high
        assert not weekdays or slot.start.weekday() in weekdays
        assert (hour is None or slot.start.time() >= hour) and (until is None or slot.start.time() < until)
        assert core.hold(slot.id, "h").slot_id == slot.id
    assert len({slot.start for slot in page.slots}) == len(page.slots)
    assert list(page.slots) == sorted(page.slots, key=lambda s: s.start)
    if not page.slots and page.before and page.after:
        assert NOW < page.before.start < page.after.start
