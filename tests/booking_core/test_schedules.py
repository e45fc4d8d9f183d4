"""Schedules: read from files with every bad line named, published again and again, never over an appointment."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core import Core, ScheduleError
from booking_core.schedules.read import read
from tests.booking_core.world import ON_TUESDAY, RENNES, TUESDAY, book, free, hours, opening, someone, write

YAML = """\
schedules:
  - agency: rennes
    desk: a
    code: matin
    channel: phone
    reasons: [c2s, at_mp]
    rule: FREQ=WEEKLY;BYDAY=MO,TU
    first: 2026-01-05
    since: 9:00
    until: 12:00
    buffer: 5
absences:
  - {agency: rennes, start: 2026-03-03T09:00, end: 2026-03-03T10:00}
agencies:
  - {code: rennes, caisse: "1", name: A, town: Rennes, address: x, postcode: "35000", latitude: 48, longitude: -1}
"""
CSV = """\
kind;agency;desk;code;channel;reasons;rule;first;since;until;start;end
schedule;rennes;a;matin;phone;c2s at_mp;FREQ=WEEKLY;2026-01-05;09:00;12:00;;
absence;rennes;;;;;;;;;2026-03-02;2026-03-03
"""


def test_yaml(core: Core) -> None:
    assert core.import_schedules(write(YAML)) == 2
    assert core.publish().added > 0
    assert hours(free(core, **ON_TUESDAY)) == ["10:10", "10:45", "11:20"]


def test_csv(core: Core) -> None:
    opening(core, {"since": "14:00", "until": "15:00", "desk": "b"})
    assert core.import_schedules(write(CSV, ".csv")) == 2
    core.publish()
    monday = date(2026, 3, 9)
    assert hours(free(core, first=monday, last=monday))[:2] == ["09:00", "09:30"]
    assert free(core, first=date(2026, 3, 2), last=date(2026, 3, 2)) == []
    assert hours(free(core, **ON_TUESDAY)) == ["14:00", "14:30"]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("agency: rennes\n", "agency: renes\n", 2, "agency"),
        ("channel: phone", "channel: fax", 2, "channel"),
        ("[c2s, at_mp]", "[c2s, autre]", 2, "reason"),
        ("FREQ=WEEKLY;BYDAY=MO,TU", "tous les jours", 2, "rule"),
        ("FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=XX", 2, "rule"),
        ("until: 12:00", "until: 08:00", 2, "hours"),
        ("until: 12:00", "until: 12:75", 2, "hour"),
        ("until: 12:00", "until: '25:00'", 2, "hour"),
        ("first: 2026-01-05", "first: 2026-13-05", 2, "day"),
        ("buffer: 5", "buffer: -5", 2, "buffer"),
        ("buffer: 5", "notice: beaucoup", 2, "notice"),
        ("    desk: a\n", "", 2, "missing"),
        ("end: 2026-03-03T10:00", "end: 2026-03-03T08:00", 13, "order"),
        ("start: 2026-03-03T09:00", "start: hier", 13, "moment"),
        ("latitude: 48", "latitude: nord", 15, "latitude"),
        ("longitude: -1", "longitude: -1, timezone: Europe/Rennes", 15, "timezone"),
        ("longitude: -1", "longitude: -1, region: Bretagne", 15, "region"),
        ("absences:", "vacances:", 13, "kind"),
        ("schedules:", "schedules: [", 2, "yaml"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_taken(core: Core, old: str, new: str, line: int, code: str) -> None:
    assert old in YAML
    with pytest.raises(ScheduleError) as bad:
        core.import_schedules(write(YAML.replace(old, new, 1)))
    assert [problem[:2] for problem in bad.value.problems] == [(line, code)]
    assert core.agencies() == []


def test_every_bad_line_at_once(core: Core) -> None:
    broken = CSV.replace("phone", "fax") + "schedule;rennes;b;soir;phone;all;FREQ=DAILY;2026-01-05;20:00;19:00;;\n"
    opening(core, {"since": "14:00", "until": "15:00"})
    with pytest.raises(ScheduleError) as bad:
        core.import_schedules(write(broken, ".csv"))
    assert [problem[:2] for problem in bad.value.problems] == [(2, "channel"), (4, "hours")]


@given(text=st.text(max_size=200), suffix=st.sampled_from([".yml", ".csv"]))
def test_whatever_the_file_holds(text: str, suffix: str) -> None:
    path = write(text.replace("\r", ""), suffix)
    try:
        found = read(path, {}, {})
    except ScheduleError as bad:
        assert bad.problems
    else:
        assert not found.schedules
    finally:
        path.unlink()


def test_publishing_again_changes_nothing(core: Core) -> None:
    first = opening(core, {"since": "9:00", "until": "12:00"})
    again = core.publish()
    assert (again.added, again.removed, again.kept) == (0, 0, first.added)


def test_progress_is_told(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"}, {"since": "9:00", "until": "12:00", "desk": "b"})
    told: list[tuple[str, int, int]] = []
    core.publish(lambda *step: told.append(step))
    assert told == [("rennes/a", 1, 2), ("rennes/b", 2, 2)]


def test_a_changed_schedule_never_touches_an_appointment(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    kept, lost = someone(core), someone(core)
    slots = free(core, **ON_TUESDAY)
    stays, out = book(core, kept, slots[4]), book(core, lost, slots[0])
    done = opening(core, {"since": "10:30", "until": "12:30"})
    assert done.unfit == (out.id,)
    assert (core.upcoming(kept), core.upcoming(lost)) == ([stays], [out])
    assert hours(free(core, **ON_TUESDAY)) == ["10:30", "11:30", "12:00"]
    back = opening(core, {"since": "9:00", "until": "12:00"})
    assert back.unfit == ()
    assert hours(free(core, **ON_TUESDAY)) == ["09:30", "10:00", "10:30", "11:30"]


def test_a_grid_that_shifts_leaves_no_slot_over_an_appointment(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    mine = book(core, someone(core), free(core, **ON_TUESDAY)[1])
    done = opening(core, {"since": "9:15", "until": "11:45"})
    assert done.unfit == (mine.id,)
    assert hours(free(core, **ON_TUESDAY)) == ["10:15", "10:45", "11:15"]


def test_what_a_slot_shows_is_what_is_booked(core: Core) -> None:
    """Slots shown and slots accepted are the same rows, in booking and in moving."""
    opening(core, {"since": "9:00", "until": "10:00", "buffer": 10}, agencies=[RENNES])
    for slot in free(core, first=TUESDAY, last=date(2026, 3, 6)):
        mine = book(core, someone(core), slot)
        assert (mine.start, mine.end, mine.agency.id) == (slot.start, slot.end, slot.agency_id)
