"""The slots that schedules give: the hard cases on slots, recurrence, public holidays, time zones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from booking_core import Core, FixedClock, ScheduleError
from booking_core.schedules.grid import is_holiday
from tests.booking_core.world import (
    MONDAY,
    NOW,
    ON_TUESDAY,
    PARIS,
    RENNES,
    book,
    cancel,
    days,
    free,
    hours,
    lasting,
    opening,
    someone,
)


@pytest.mark.parametrize(
    ("since", "until", "minutes", "more", "expected"),
    [
        # Case 1: no slot ends after the opening.
        ("9:00", "11:20", 60, {}, ["09:00", "10:00"]),
        # Case 2: too short.
        ("9:00", "9:15", 30, {}, []),
        # Case 3.
        ("9:00", "9:45", 30, {}, ["09:00"]),
        # Case 15: a buffer after each appointment.
        ("9:00", "12:00", 30, {"buffer": 10}, ["09:00", "09:40", "10:20", "11:00"]),
        # Case 17.
        ("9:00", "10:15", 20, {}, ["09:00", "09:20", "09:40"]),
        # Case 45: the last slot ends with the opening.
        ("14:00", "18:00", 30, {}, [f"{h}:{m}" for h in (14, 15, 16, 17) for m in ("00", "30")]),
        # A step of its own.
        ("9:00", "10:15", 30, {"step": 15}, ["09:00", "09:15", "09:30", "09:45"]),
    ],
)
def test_slots_of_a_day(
    core: Core, since: str, until: str, minutes: int, more: dict[str, int], expected: list[str]
) -> None:
    core = lasting(core, c2s=minutes)
    opening(core, {"since": since, "until": until, "reasons": "c2s", **more})
    assert hours(free(core, **ON_TUESDAY)) == expected


def test_nothing_in_the_past(core: Core, clock: FixedClock) -> None:
    """Cases 5 and 6."""
    opening(core, {"since": "9:00", "until": "11:00"})
    clock.set(NOW + timedelta(hours=1, minutes=45))
    assert free(core, first=date(2026, 2, 1), last=date(2026, 2, 27)) == []
    assert hours(free(core, first=date(2026, 2, 23), last=MONDAY)) == ["10:00", "10:30"]


def test_busy_times_are_merged(core: Core) -> None:
    """Case 8: an appointment 9–10 and an absence 9:15–9:45 leave ten o'clock."""
    core = lasting(core, c2s=60)
    pattern = {"since": "9:00", "until": "11:00", "reasons": "c2s"}
    opening(core, pattern)
    book(core, someone(core), free(core, **ON_TUESDAY)[0])
    absence = {"agency": "rennes", "start": "2026-03-03T09:15", "end": "2026-03-03T09:45"}
    done = opening(core, pattern, absences=[absence])
    assert hours(free(core, **ON_TUESDAY)) == ["10:00"]
    assert len(done.unfit) == 1


def test_what_lies_between_appointments_stays_free(core: Core) -> None:
    """Case 9: 8:30–9:15 and 9:45–10:30 are busy; 9:15–9:45 and 10:30–11:00 can be had."""
    core = lasting(core, at_mp=45, c2s=30)
    opening(
        core,
        {"since": "8:30", "until": "11:00", "reasons": "at_mp", "step": 15},
        {"since": "9:00", "until": "11:00", "reasons": "c2s", "step": 15},
    )
    long = {f"{s.start:%H:%M}": s for s in free(core, "at_mp", **ON_TUESDAY)}
    book(core, someone(core), long["08:30"], "at_mp")
    book(core, someone(core), long["09:45"], "at_mp")
    assert hours(free(core, **ON_TUESDAY)) == ["09:15", "10:30"]


def test_an_absence_over_it_all(core: Core) -> None:
    """Case 11."""
    absence = {"agency": "rennes", "desk": "a", "start": "2026-03-03T08:00", "end": "2026-03-03T12:00"}
    opening(core, {"since": "9:00", "until": "11:00"}, absences=[absence])
    assert free(core, **ON_TUESDAY) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-02T22:00", "2026-03-03T09:30", ["09:30", "10:00", "10:30"]),
        ("2026-03-03T10:00", "2026-03-04T02:00", ["09:00", "09:30"]),
        ("2026-03-03T08:00", "2026-03-03T09:00", ["09:00", "09:30", "10:00", "10:30"]),
        ("2026-03-03T09:30", "2026-03-03T09:31", ["09:00", "10:00", "10:30"]),
    ],
    ids=["from the day before", "into the day after", "half open: it ends as one begins", "a minute of one"],
)
def test_absences_at_the_edges(core: Core, start: str, end: str, expected: list[str]) -> None:
    absence = {"agency": "rennes", "desk": "a", "start": start, "end": end}
    opening(core, {"since": "9:00", "until": "11:00"}, absences=[absence])
    assert hours(free(core, **ON_TUESDAY)) == expected


def test_an_absence_of_no_length_is_a_mistake(core: Core) -> None:
    """Elsewhere it silently blocks, or does not: here the file is refused."""
    absence = {"agency": "rennes", "desk": "a", "start": "2026-03-03T09:30", "end": "2026-03-03T09:30"}
    with pytest.raises(ScheduleError):
        opening(core, {"since": "9:00", "until": "11:00"}, absences=[absence])


def test_a_cancelled_slot_is_offered_again(core: Core) -> None:
    """Cases 12, 27 and 43."""
    opening(core, {"since": "9:00", "until": "9:30"})
    person = someone(core)
    appointment = book(core, person, free(core, **ON_TUESDAY)[0])
    assert free(core, **ON_TUESDAY) == []
    cancel(core, person, appointment, by="agent")
    assert hours(free(core, **ON_TUESDAY)) == ["09:00"]


def test_weekdays(core: Core, clock: FixedClock) -> None:
    """Case 14: Monday, Tuesday, Thursday, Friday from a Tuesday on."""
    clock.set(datetime(2021, 10, 25, 7, tzinfo=PARIS))
    opening(
        core,
        {"since": "9:00", "until": "9:30", "rule": "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR", "first": "2021-10-26"},
    )
    assert [d.day for d in days(free(core, first=date(2021, 10, 25), last=date(2021, 10, 30)))] == [26, 28, 29]


@pytest.mark.parametrize(
    ("region", "day", "closed"),
    [
        ("", date(2026, 5, 14), True),  # Ascension
        ("", date(2026, 4, 3), False),  # Good Friday
        ("57", date(2026, 4, 3), True),  # …which Moselle keeps
        ("6AE", date(2026, 12, 26), True),
        ("974", date(2026, 12, 20), True),  # abolition, in Réunion
        ("972", date(2026, 5, 22), True),
        ("", date(2026, 5, 22), False),
    ],
)
def test_public_holidays(core: Core, clock: FixedClock, region: str, day: date, closed: bool) -> None:
    """Case 18, with the regions that have days of their own."""
    assert is_holiday(day, region) is closed
    clock.set(datetime.combine(day - timedelta(days=2), datetime.min.time(), PARIS))
    every_day = {"since": "9:00", "until": "9:30", "rule": "FREQ=DAILY"}
    opening(core, every_day, agencies=[{**RENNES, "region": region}])
    assert (free(core, first=day, last=day) == []) is closed
    assert core.is_closed(day) is closed


def test_every_two_weeks_until_a_day_included(core: Core, clock: FixedClock) -> None:
    """Case 46."""
    clock.set(datetime(2019, 7, 17, 7, tzinfo=PARIS))
    rule = {"rule": "FREQ=WEEKLY;INTERVAL=2", "first": "2019-07-17", "last": "2019-08-28"}
    opening(core, {"since": "9:00", "until": "9:30", **rule})
    assert days(free(core)) == [date(2019, 7, 17), date(2019, 7, 31), date(2019, 8, 14), date(2019, 8, 28)]


def test_first_and_second_monday_of_the_month(core: Core) -> None:
    """Case 48: they never fall together."""
    opening(
        core,
        {"since": "9:00", "until": "9:30", "rule": "FREQ=MONTHLY;BYDAY=1MO", "reasons": "c2s"},
        {"since": "9:00", "until": "9:30", "rule": "FREQ=MONTHLY;BYDAY=2MO", "reasons": "at_mp"},
    )
    assert days(free(core)) == [date(2026, 3, 2), date(2026, 5, 4)]
    assert days(free(core, "at_mp")) == [date(2026, 3, 9), date(2026, 4, 13), date(2026, 5, 11)]


def test_summer_time_begins(core: Core, clock: FixedClock) -> None:
    """29 March 2026: two o'clock does not exist; the hours after it are where people read them."""
    clock.set(datetime(2026, 3, 28, 12, tzinfo=PARIS))
    opening(core, {"since": "1:00", "until": "5:00", "rule": "FREQ=DAILY"})
    slots = free(core, first=date(2026, 3, 29), last=date(2026, 3, 29))
    assert hours(slots) == ["01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]
    assert all(slot.end.timestamp() - slot.start.timestamp() == 1800 for slot in slots)
    instants = [slot.start.timestamp() for slot in slots]
    assert {b - a for a, b in pairwise(instants)} == {1800.0}


def test_summer_time_ends(core: Core, clock: FixedClock) -> None:
    """25 October 2026: the hour that comes twice is offered once."""
    clock.set(datetime(2026, 10, 24, 12, tzinfo=PARIS))
    opening(core, {"since": "1:00", "until": "4:00", "rule": "FREQ=DAILY"})
    slots = free(core, first=date(2026, 10, 25), last=date(2026, 10, 25))
    assert hours(slots) == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]
    assert [slot.start.utcoffset() for slot in slots][-1] == timedelta(hours=1)


def test_the_hour_on_the_wall_stays_over_the_change(core: Core, clock: FixedClock) -> None:
    clock.set(datetime(2026, 3, 26, 12, tzinfo=PARIS))
    opening(core, {"since": "9:00", "until": "9:30"})
    slots = free(core, first=date(2026, 3, 27), last=date(2026, 3, 30))
    assert hours(slots) == ["09:00", "09:00"]
    assert slots[1].start.timestamp() - slots[0].start.timestamp() == 71 * 3600


def test_an_agency_overseas_keeps_its_own_hours(core: Core, clock: FixedClock) -> None:
    clock.set(datetime(2026, 3, 3, 0, 30, tzinfo=PARIS))  # still Monday evening in Guadeloupe
    there = {**RENNES, "code": "pointe-a-pitre", "timezone": "America/Guadeloupe", "region": "971"}
    opening(core, {"agency": "pointe-a-pitre", "since": "20:00", "until": "21:00"}, agencies=[there])
    first = free(core)[0]
    assert first.start == datetime(2026, 3, 2, 20, 0, tzinfo=ZoneInfo("America/Guadeloupe"))
    assert hours(free(core, first=MONDAY, last=MONDAY)) == ["20:00", "20:30"]


def test_just_after_midnight(core: Core, clock: FixedClock) -> None:
    """The first slot of a day belongs to that day in Paris, whatever the day it is in UTC."""
    clock.set(datetime(2026, 6, 30, 23, 30, tzinfo=PARIS))
    opening(core, {"since": "0:00", "until": "1:00", "rule": "FREQ=DAILY"})
    first = free(core, first=date(2026, 7, 1), last=date(2026, 7, 1))
    assert hours(first) == ["00:00", "00:30"]
    assert free(core, first=date(2026, 6, 30), last=date(2026, 6, 30)) == []
    clock.set(datetime(2026, 7, 1, 0, 15, tzinfo=PARIS))
    assert hours(free(core, first=date(2026, 7, 1), last=date(2026, 7, 1))) == ["00:30"]


def test_the_grid_does_not_depend_on_when_it_is_published(core: Core, clock: FixedClock) -> None:
    core = lasting(core, c2s=20)
    clock.set(NOW.replace(hour=9, minute=7))
    pattern = {"since": "8:50", "until": "12:00", "reasons": "c2s", "buffer": 5}
    opening(core, pattern)
    assert hours(free(core, first=MONDAY, last=MONDAY))[:2] == ["09:15", "09:40"]
    before = {slot.id for slot in free(core, **ON_TUESDAY)}
    clock.tick(minutes=41)
    again = opening(core, pattern)
    assert again.added == again.removed == 0
    assert {slot.id for slot in free(core, **ON_TUESDAY)} == before
