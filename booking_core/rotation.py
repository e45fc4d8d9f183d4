"""A new secret for what is kept: everything sealed or hashed under the old one is sealed and hashed again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from booking_core.part import Part
from booking_core.privacy import SEALED
from booking_core.storage import rotation

# What SEALED, which is about people, does not name.
ALSO_SEALED = {"agency": ("feed",), "code": ("data",)}
BATCH = 500


class Rotation(Part):
    """Works beside people who use the service, may be interrupted, and does nothing the second time."""

    def rotate(self, progress: Callable[[str, int], None] = lambda table, rows: None) -> dict[str, int]:
        """Bring everything under the first secret; returns how many rows of each table were changed.

        Needs both secrets (`open_core`'s `also`); `progress`: a table and its rows changed so far. Sign-ins by an
        identity provider stay under the other secret until the person signs in again: nothing tells whose they are.
        """
        done: Counter[str] = Counter()
        self._lines(done)
        for table, columns in (SEALED | ALSO_SEALED).items():
            while rows := self._batch(table, columns):
                done[table] += rows
                progress(table, done[table])
        while rows := self._handovers():
            done["handover"] += rows
        return dict(done)

    def _batch(self, table: str, columns: tuple[str, ...]) -> int:
        """Rows changed in one transaction, 0 when there are no more."""

        def work(connection: Connection) -> int:
            rows = rotation.under_another(connection, table, columns, self.crypt.mark, BATCH)
            for row in rows:
                rotation.change(connection, table, row, self._again(table, columns, row))
            return len(rows)

        return self.store.transact(work)

    def _again(self, table: str, columns: tuple[str, ...], row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a row under the first secret."""
        plain = {name: self.crypt.open(row[name]) for name in columns if row[name]}
        changed = {name: self.crypt.seal(value) for name, value in plain.items()}
        if table == "person" and "sealed" in plain:
            known = json.loads(plain["sealed"])
            changed["nir"] = self.crypt.index(known["nir"])
            changed["credential"] = self.crypt.index(f"{known['nir']}|{known['birth_date']}")
        return changed

    def _handovers(self) -> int:
        """What was said before an adviser took over lies inside a JSON column."""

        def work(connection: Connection) -> int:
            rows = rotation.handovers(connection, self.crypt.mark, BATCH)
            for row in rows:
                data = dict(row["data"])
                data["turns"] = self.crypt.seal(self.crypt.open(data["turns"]))
                rotation.change(connection, "handover", row, {"data": data})
            return len(rows)

        return self.store.transact(work)

    def _lines(self, done: Counter[str]) -> None:
        """STOP said from a number that is on file, or that is still written to, goes on being heard."""
        with self.store.read() as connection:
            lines = rotation.lines(connection)
            numbers = {
                self.crypt.open(sealed)
                for row in rotation.reachable(connection)
                for sealed in (row.mobile, row.landline)
                if sealed and lines
            }
            numbers |= {json.loads(self.crypt.open(body))["number"] for body in rotation.waiting_texts(connection)}
        for number in numbers:
            new, *old = self.crypt.indexes(f"line|{number}")
            for line in old:
                if line in lines:
                    self.store.transact(partial(rotation.move_line, line=line, to=new, stopped=lines[line]))
                    done["text_line"] += 1
