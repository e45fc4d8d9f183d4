"""What was said in a conversation, kept so that a screen can show it again, or on another tab."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from booking_core.part import Part, number
from booking_core.storage import transcripts
from booking_core.storage.engine import Broken


@dataclass(frozen=True)
class Line:
    """One line of a conversation: its place from 1 on, plain data, and when it was said (aware, UTC)."""

    number: int
    body: Mapping[str, Any]
    at: datetime


class Transcripts(Part):
    """Encrypted at rest, erased with the conversation."""

    def transcript(self, conversation_id: str, *, after: int = 0) -> list[Line]:
        """The lines after a number, in order."""
        with self.store.read() as connection:
            return [self._said(row) for row in transcripts.after(connection, conversation_id, after)]

    def note_lines(
        self, conversation_id: str, bodies: Sequence[Mapping[str, Any]], *, mark: str | None = None
    ) -> list[Line]:
        """Add lines; `mark` is the id of a message: the lines first written for it stay and are returned."""
        now, sealed = self.clock.now(), [self.crypt.seal(json.dumps(body)) for body in bodies]

        def work(connection: Connection) -> list[Line]:
            first = transcripts.add(connection, conversation_id, sealed, mark, now) if sealed else None
            if first is not None:
                return [Line(n, body, now) for n, body in enumerate(bodies, first)]
            known = transcripts.marked(connection, conversation_id, mark) if mark else []
            return [self._said(row) for row in known]

        try:
            return self.store.write(work)
        except Broken:  # another line of the same conversation took the number
            return self.store.write(work)

    def tell(self, person_id: str, body: Mapping[str, Any], *, mark: str | None = None) -> int:
        """Say something to a person in every conversation that they have open on a screen; returns how many.

        `mark`: told again under the same one, it is not said twice.
        """
        with self.store.read() as connection:
            found = transcripts.open_on_screens(connection, number(person_id), self.clock.now())
        for conversation_id in found:
            self.note_lines(conversation_id, [body], mark=mark)
        return len(found)

    def _said(self, row: Row[Any]) -> Line:
        return Line(row.number, json.loads(self.crypt.open(row.body)), row.at)
