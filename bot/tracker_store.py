"""Conversations in SQL as Rasa keeps them, read again only when another process wrote to them.

Rasa's own store reads and rebuilds the whole conversation twice a turn and opens a new SQLite connection each time:
more than half of a turn, and more with each turn (docs/decisions/0005-tracker-store.md).
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Dict, Optional

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

KEPT = 1_000  # conversations in memory, about 50 kB each
ERASED_AT_ONCE = 1_000  # a conversation leaves about a hundred rows: the old go faster than the new come


@dataclass
class Kept:
    """A tracker, how many of its events are saved, the id of the last row, and whether a turn is working on it."""

    tracker: DialogueStateTracker
    saved: int
    last_row: int
    out: bool = False


class RememberingTrackerStore(SQLTrackerStore):
    """Rasa's tables and format; the tracker of a conversation stays in memory between its turns.

    What is in memory counts only while its last row is still the last one of that conversation in the database, and
    a tracker that was handed out and never saved (the turn failed) is read again.
    """

    def __init__(
        self, domain: Optional[Domain] = None, host: Optional[str] = None, keep_days: float = 30, **kwargs: Any
    ) -> None:
        """`host`: the URL of the database, the `url` of endpoints.yml; after `keep_days` rows are erased."""
        super().__init__(domain=domain, host=host, **kwargs)
        self._keep_seconds = float(keep_days) * 86_400
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        if self.engine.dialect.name == "sqlite":
            url = self.engine.url
            self.engine.dispose()
            self.engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})
            sa.event.listen(self.engine, "connect", _write_ahead)
            self.sessionmaker = sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The tracker of the latest session, None for a new conversation."""
        kept = self._kept.pop(sender_id, None)
        if kept is not None and not kept.out:
            with self.session_scope() as session:
                current = self._last_row(session, sender_id) == kept.last_row
            if current:
                kept.out = True
                self._kept[sender_id] = kept
                return kept.tracker
        return await super().retrieve(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are not in the database yet, in one transaction."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        kept = self._kept.pop(sender, None)
        with self.session_scope() as session:
            if kept is not None and kept.tracker is tracker:
                events = list(tracker.events)[kept.saved :]
            else:
                events = list(self._additional_events(session, tracker))
            if events:
                session.execute(self.SQLEvent.__table__.insert(), [row(sender, e.as_dict()) for e in events])
            last = self._last_row(session, sender)
            started = any(isinstance(e, SessionStarted) for e in events)
            if started:
                self._erase_old(session)
            session.commit()
        if started and len(events) < len(tracker.events):
            return  # a new session forgets the one before it, which this tracker still holds
        self._kept[sender] = Kept(tracker, len(tracker.events), last)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _erase_old(self, session: Session) -> None:
        """Each new conversation takes the oldest rows with it: nobody else has the key of this database."""
        table = self.SQLEvent.__table__
        oldest = sa.select(table.c.id).order_by(table.c.id).limit(ERASED_AT_ONCE).scalar_subquery()
        old = table.c.timestamp < time.time() - self._keep_seconds
        session.execute(table.delete().where(table.c.id.in_(oldest), old))

    def _last_row(self, session: Session, sender_id: str) -> int:
        table = self.SQLEvent.__table__
        return session.execute(sa.select(sa.func.max(table.c.id)).where(table.c.sender_id == sender_id)).scalar() or 0


def row(sender_id: str, event: Dict[str, Any]) -> Dict[str, Any]:
    """An event as Rasa's own store writes it."""
    return {
        "sender_id": sender_id,
        "type_name": event["event"],
        "timestamp": event.get("timestamp"),
        "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(event),
    }


def _write_ahead(connection: Any, _: Any) -> None:
    """A commit survives the end of the process; a power cut may take the last ones, never the database."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
