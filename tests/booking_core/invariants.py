"""What must hold in the tables after whatever happened."""

from __future__ import annotations

from itertools import combinations, groupby
from operator import attrgetter

from sqlalchemy import select

from booking_core import Core
from booking_core.storage.tables import appointment, hold, journal, notice, slot


def check(core: Core) -> None:
    """No overlap for a desk or a person, one upcoming for a reason, free slots really free, everything journalled."""
    with core.store.read() as connection:
        everything = connection.execute(select(appointment)).all()
        slots = connection.execute(select(slot)).all()
        holds = connection.execute(select(hold)).all()
        lines = connection.execute(select(journal).order_by(journal.c.id)).all()
        notices = connection.execute(select(notice).order_by(notice.c.id)).all()
    booked = [a for a in everything if a.status == "booked"]
    for who, upto in (("desk_id", "clear"), ("person_id", "end")):
        for _, group in groupby(sorted(booked, key=attrgetter(who)), key=attrgetter(who)):
            for a, b in combinations(group, 2):
                assert not (a.start < getattr(b, upto) and getattr(a, upto) > b.start), (who, a, b)
    assert len({(a.person_id, a.reason) for a in booked}) == len(booked)
    for desk, group in groupby(sorted(holds, key=attrgetter("desk_id")), key=attrgetter("desk_id")):
        for a, b in combinations(group, 2):
            assert not (a.start < b.clear and a.clear > b.start), desk
    for s in slots:
        over = [a.status for a in everything if a.desk_id == s.desk_id and a.start < s.clear and a.clear > s.start]
        assert s.busy or "booked" not in over, s
        assert not s.busy or set(over) - {"cancelled"}, s
    for a in everything:
        told = [line.action for line in lines if line.appointment_id == a.id]
        assert told[0] == "booked"
        assert told.count("booked") == 1
        assert ("cancelled" in told) == (a.status == "cancelled")
        kinds = [n.kind for n in notices if n.appointment_id == a.id and n.port == "mailbox"]
        assert kinds == [t for t in told if t in ("booked", "moved", "cancelled")]
