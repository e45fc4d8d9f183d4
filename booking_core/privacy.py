"""Retention, access and erasure (GDPR)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from booking_core.booking import Booking
from booking_core.errors import NotYours
from booking_core.part import number
from booking_core.storage import appointments, ledger, people, retention
from booking_core.storage.engine import together

SEALED = {
    "person": ("sealed", "mobile", "landline", "email"),
    "appointment": ("phone",),
    "notice": ("data",),
    "letter": ("subject", "body"),
    "handover": ("phone",),
    "vault": ("value",),
    "reply": ("body",),
    "text_message": ("body",),
    "line": ("body",),
}
INTERNAL = ("hash", "provisional", "mark", "nir", "credential")


class Privacy(Booking):
    """What is kept, for how long, and what a person may ask for."""

    def purge(self) -> dict[str, int]:
        """Erase what is older than its retention (`Settings.keep_…`); returns how many rows of each table.

        Appointments that have ended and of which nobody said anything become fulfilled.
        """
        now, keep = self.clock.now(), self.settings
        before = {
            "now": now,
            "appointments": now - timedelta(days=keep.keep_appointments_days),
            "journal": now - timedelta(days=keep.keep_journal_days),
            "conversations": now - timedelta(days=keep.keep_conversations_days),
            "notices": now - timedelta(days=keep.keep_notices_days),
            "keys": now - timedelta(days=keep.keep_keys_days),
        }
        self.store.transact(lambda connection: appointments.settle(connection, now))
        return self.store.transact(lambda connection: retention.purge(connection, before))

    def export(self, person_id: str) -> dict[str, Any]:
        """Everything held on a person, as plain data, unsealed (GDPR art. 15); raises NotYours.

        Instants are ISO in UTC.
        """
        person = number(person_id)
        with self.store.read() as connection:
            row = people.get(connection, person)
            if row is None:
                raise NotYours
            found = {"person": [dict(row._mapping)], **retention.held_on(connection, person)}
        return {table: [self._plain(table, r) for r in rows] for table, rows in found.items()}

    def erase(self, person_id: str, *, medium: str = "agent") -> None:
        """Erase a person (GDPR art. 17): who they are, how to reach them, what they said; raises NotYours.

        Upcoming appointments are cancelled first; appointments stay without the person, the journal without a name.
        """
        for one in self.upcoming(person_id):
            self.cancel(person_id, one.id, key=f"erase:{one.id}", medium=medium, by="system")
        person, now = number(person_id), self.clock.now()
        with self.store.read() as connection:
            if people.get(connection, person) is None:
                raise NotYours

        def work(connection: Connection) -> None:
            retention.erase(connection, person)
            together(connection, ledger.note("erased", at=now, actor="person", medium=medium, person_id=person))

        self.store.transact(work)

    def _plain(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in row.items() if name not in INTERNAL}
        for name in SEALED.get(table, ()):
            if found[name] is not None:
                found[name] = self.crypt.open(found[name])
        if table == "handover" and "turns" in found["data"]:
            found["data"] = {**found["data"], "turns": json.loads(self.crypt.open(found["data"]["turns"]))}
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in found.items()}
