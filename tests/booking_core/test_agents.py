"""The agency's side."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from booking_core import Closed, Core, FixedClock, NotYours
from booking_core.agents import safe
from tests.booking_core.world import TUESDAY, book, cancel, free, opening, someone


def test_agenda_of_a_day(core: Core) -> None:
    opening(core, {"since": "0:00", "until": "24:00", "step": 60})
    slots = free(core, first=TUESDAY, last=TUESDAY)
    first, last, gone = (book(core, someone(core), slots[n]) for n in (0, 23, 5))
    book(core, someone(core), free(core, first=date(2026, 3, 4))[0])
    cancel(core, gone.person_id, gone)
    agency = first.agency.id
    assert core.agenda(agency, TUESDAY) == [first, last]
    assert [a.status for a in core.agenda(agency, TUESDAY, cancelled=True)] == ["booked", "cancelled", "booked"]
    rows = list(csv.DictReader(io.StringIO(core.agenda_csv(agency, TUESDAY))))
    assert [row["reference"] for row in rows] == [first.reference, gone.reference, last.reference]
    # A number begins with a plus sign, which a spreadsheet takes for a formula.
    assert rows[0]["phone"] == "'+33639980107"


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run_as_a_formula(cell: str) -> None:
    assert safe(cell).startswith("'")
    assert safe("K7M-2QD") == "K7M-2QD"


def test_who_came(core: Core, clock: FixedClock) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    person = someone(core)
    mine = book(core, person, free(core, first=TUESDAY)[0])
    with pytest.raises(Closed):
        core.outcome(mine.id, "noshow")
    clock.set(mine.start + timedelta(minutes=20))
    assert core.outcome(mine.id, "noshow").status == "noshow"
    assert core.outcome(mine.id, "fulfilled").status == "fulfilled"
    assert core.upcoming(person) == []
    with pytest.raises(ValueError, match="late"):
        core.outcome(mine.id, "late")
    with pytest.raises(NotYours):
        core.outcome("999999", "fulfilled")
