"""The database's own promises: migrations that match the tables, constraints that hold whoever writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from booking_core import Core, FixedClock, demo, open_core
from booking_core.storage.tables import appointment, hold, metadata
from tests.booking_core.world import NOW, SECRET, book, free, opening, someone

HOUR = timedelta(hours=1)


def test_migrations_make_the_tables(core: Core) -> None:
    with core.store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    core.upgrade()


def test_a_new_database_is_upgraded_by_several_at_once(postgresql: str, tmp_path: Path) -> None:
    server = open_core(postgresql, FixedClock(NOW), secret=SECRET)
    with server.store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS anew"))
        connection.execute(text("CREATE DATABASE anew"))
    server.close()
    # SQLite's files are many: the race to make one lasts a millisecond.
    files = [f"sqlite:///{tmp_path}/anew-{n}.db" for n in range(10)]
    for url in (postgresql.replace("/postgres?", "/anew?"), *files):
        cores = [open_core(url, FixedClock(NOW), secret=SECRET) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda core: core.upgrade(), cores))
        for core in cores:
            assert core.agencies() == []
            core.close()


def rows(core: Core) -> dict[str, Any]:
    """An appointment as a program that knows nothing of the core would write it."""
    opening(core, {"since": "9:00", "until": "12:00"})
    mine = book(core, someone(core), free(core)[0])
    with core.store.read() as connection:
        found = dict(connection.execute(appointment.select()).one()._mapping)
    assert str(found["id"]) == mine.id
    del found["id"]
    return found


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"person": True, "reason": "at_mp", "start": -HOUR / 4}, "appointment_desk_overlap"),
        ({"person": True, "start": HOUR / 4}, "appointment_desk_overlap"),
        ({"person": True, "start": 3 * HOUR, "end": -HOUR}, "appointment_order"),
        ({"person": True, "start": 3 * HOUR, "clear": 30 * HOUR}, "appointment_order"),
        ({"start": 2 * HOUR}, "appointment_reason"),
        ({"reason": "at_mp", "desk": True}, "appointment_person_overlap"),
        ({"reason": "at_mp", "start": 2 * HOUR, "phone": None}, "appointment_number"),
        ({"reason": "at_mp", "start": 2 * HOUR, "status": "maybe"}, "appointment_status"),
        ({"reason": "at_mp", "start": 2 * HOUR, "channel": "fax"}, "appointment_channel"),
        ({"reason": "at_mp", "start": 2 * HOUR, "status": "cancelled"}, "appointment_cancelled"),
    ],
)
def test_the_database_refuses(core: Core, wrong: dict[str, Any], constraint: str) -> None:
    """Case 35 too: an end before its start, a length that makes no sense."""
    row, wrong = rows(core), dict(wrong)
    if wrong.pop("person", False):
        row["person_id"] = int(someone(core))
    if wrong.pop("desk", False):
        opening(core, {"since": "9:00", "until": "9:30", "desk": "b"})
        row["desk_id"] += 1
    shift = wrong.pop("start", timedelta(0))
    row |= {name: row[name] + shift for name in ("start", "end", "clear")}
    row |= {name: row[name] + wrong.pop(name) for name in ("end", "clear") if name in wrong}
    with pytest.raises(IntegrityError) as refusal, core.store._writer.begin() as connection:
        connection.execute(insert(appointment).values(**row | wrong))
    said = str(refusal.value)
    assert constraint in said or "appointment.person_id, appointment.reason" in said


def test_an_update_is_refused_as_well(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    slots = free(core)
    first, second = (book(core, someone(core), s) for s in slots[:2])
    with pytest.raises(IntegrityError), core.store._writer.begin() as connection:
        connection.execute(
            update(appointment)
            .where(appointment.c.id == int(second.id))
            .values(start=first.start, end=first.end, clear=first.end)
        )


def test_two_holds_never_overlap(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    core.hold(free(core)[0].id, "me")
    with core.store.read() as connection:
        row = dict(connection.execute(hold.select()).one()._mapping)
    del row["id"]
    with pytest.raises(IntegrityError, match="hold_desk_overlap"), core.store._writer.begin() as connection:
        connection.execute(insert(hold).values(**row | {"holder": "you"}))


def test_search_walks_the_index_of_free_slots(core: Core) -> None:
    """The plan, not a stopwatch: no scan of the table on either database."""
    demo.load(core)
    query = "SELECT id FROM slot WHERE service_id = 1 AND busy = 0 AND start > 0 ORDER BY start LIMIT 5"
    explain = "EXPLAIN QUERY PLAN " if core.store.sqlite else "EXPLAIN "
    with core.store.read() as connection:
        plan = " ".join(str(tuple(row)) for row in connection.execute(text(explain + query)))
    assert "slot_free" in plan


def test_the_demo(core: Core) -> None:
    demo.load(core)
    people = {key: core.person_by_key(key) for key in demo.PEOPLE}
    booked = {key: core.upcoming(p.id) for key, p in people.items() if p}
    assert {key: len(found) for key, found in booked.items()} == {"alice": 0, "bruno": 1, "chloe": 0, "david": 3}
    assert [a.channel for a in booked["bruno"]] == ["in_person"]
    contacts = {key: core.contact(p.id) for key, p in people.items() if p}
    assert contacts["alice"].mobile is not None
    assert contacts["alice"].email is not None
    assert (contacts["bruno"].mobile, contacts["bruno"].for_calls) == (None, contacts["bruno"].landline)
    assert contacts["chloe"].for_calls is None
    assert [a.town for a in core.agencies()] == ["Fougères", "Redon", "Rennes", "Saint-Malo", "Vitré"]
    for agency in core.agencies():
        for channel in ("phone", "in_person"):
            slots = core.search(reason="c2s", channel=channel, agency_ids=[agency.id], limit=2000).slots
            assert slots[0].start.date() == NOW.date()
            assert slots[-1].start.date() == core.horizon() or (core.horizon() - slots[-1].start.date()).days < 4


def test_the_demo_twice_and_reset(core: Core) -> None:
    demo.load(core)
    alice = core.person_by_key("alice")
    assert alice is not None
    book(core, alice.id, core.search(reason="c2s", channel="phone").slots[0])
    demo.load(core)
    assert len(core.upcoming(alice.id)) == 1
    demo.load(core, reset=True)
    again = core.person_by_key("alice")
    assert again is not None
    assert core.upcoming(again.id) == []
