"""What is kept and for how long; what a person may see, and have erased."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from booking_core import Core, FixedClock, NotYours
from booking_core.storage import tables
from tests.booking_core.post import Post
from tests.booking_core.test_contact import dump_of
from tests.booking_core.world import MOBILE, NOW, TUESDAY, book, cancel, free, opening, someone


def count(core: Core, name: str) -> int:
    with core.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.metadata.tables[name])) or 0


def test_retention(core: Core, clock: FixedClock) -> None:
    """Case 60: 25 months old, erased; 23 months, kept. And the durations of the rest."""
    opening(core, {"since": "9:00", "until": "12:00"})
    person = someone(core)
    book(core, person, free(core, first=TUESDAY)[0], medium="sms")
    conversation = core.open_conversation("web", person_id=person, level=2)
    core.vault_put(conversation, "phone", MOBILE)
    core.reply_store(conversation, "m", "x")
    Post(core).go()
    kept = core.settings
    steps = [
        (timedelta(minutes=kept.vault_minutes), {"vault": 0, "reply": 1, "request": 1}),
        (timedelta(days=kept.keep_keys_days, minutes=1), {"request": 0, "reply": 1, "appointment": 1}),
        (timedelta(days=kept.keep_conversations_days + 2), {"reply": 0, "conversation": 0}),
        (timedelta(days=23 * 30), {"appointment": 1, "letter": 1, "journal": 1}),
        (timedelta(days=25 * 31), {"appointment": 0, "letter": 0, "journal": 1}),
        (timedelta(days=kept.keep_appointments_days + 90), {"slot": 0}),
        (timedelta(days=kept.keep_journal_days, hours=1), {"journal": 0, "person": 1, "schedule": 1}),
    ]
    for age, left in steps:
        clock.set(NOW + age)
        core.purge()
        assert {name: count(core, name) for name in left} == left, age


def test_purge_settles_what_has_ended(core: Core, clock: FixedClock) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    mine = book(core, someone(core), free(core, first=TUESDAY)[0])
    clock.set(mine.end)
    core.purge()
    assert [a.status for a in core.history(mine.person_id)] == ["fulfilled"]


def test_the_journal_only_grows(core: Core) -> None:
    """The database itself says no, whoever asks."""
    opening(core, {"since": "9:00", "until": "12:00"})
    book(core, someone(core), free(core, first=TUESDAY)[0])
    for statement in (delete(tables.journal), update(tables.journal).values(actor="agent")):
        with pytest.raises(IntegrityError), core.store._writer.begin() as connection:
            connection.execute(statement)
    assert count(core, "journal") == 1


def test_the_journal_tells_who_what_and_by_which_medium(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    person = someone(core)
    mine = book(core, person, free(core, first=TUESDAY)[0], medium="voice")
    core.cancel_by_agency(mine.id, key="a")
    lines = core.export(person)["journal"]
    assert [(line["action"], line["actor"], line["medium"]) for line in lines] == [
        ("booked", "person", "voice"),
        ("cancelled", "agent", "agent"),
    ]
    assert MOBILE not in json.dumps(lines)


def test_export(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    person, other = someone(core, mobile=MOBILE, email="jeanne@exemple.fr"), someone(core, mobile="+33639980999")
    book(core, person, free(core, first=TUESDAY)[0])
    book(core, other, free(core, first=TUESDAY)[0])
    core.join_waiting_list(person, "at_mp", "phone", medium="web")
    found = core.export(person)
    told = json.dumps(found)
    for known in (MOBILE, "jeanne@exemple.fr", "1987-05-14", "2026-03-03T"):
        assert known in told
    assert "+33639980999" not in told
    assert {table: len(rows) for table, rows in found.items() if rows} == {
        "person": 1,
        "appointment": 1,
        "journal": 2,
        "notice": 3,
        "waiting": 1,
        "request": 1,
    }
    with pytest.raises(NotYours):
        core.export("999999")


def test_erasure(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    person = someone(core, mobile=MOBILE, email="jeanne@exemple.fr")
    past = book(core, person, free(core, first=TUESDAY)[0])
    cancel(core, person, past)
    book(core, person, free(core, first=TUESDAY)[0])
    conversation = core.open_conversation("web", person_id=person, level=2)
    core.vault_put(conversation, "phone", MOBILE)
    Post(core).go()
    nir = str(json.loads(core.export(person)["person"][0]["sealed"])["nir"])
    core.erase(person)
    assert len(free(core, first=TUESDAY, last=TUESDAY)) == 6
    assert core.upcoming(person) == []
    assert core.contact(person).for_calls is None
    assert [a.phone for a in core.history(person)] == [None, None]
    assert core.crypt.index(nir) not in dump_of(core)
    assert {k for k, rows in core.export(person).items() if rows} == {"person", "appointment", "journal"}
    assert core.register(nir, date(1987, 5, 14), None, core.contact(person)).id != person
