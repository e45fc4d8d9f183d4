"""Conversations in SQL as Rasa keeps them, read again only when another process wrote to them.

Rasa's own store reads and rebuilds the whole conversation twice a turn and opens a new SQLite connection each time:
more than half of a turn, and more with each turn (docs/decisions/0005-tracker-store.md).
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from copy import copy
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

KEPT = 1_000  # conversations in memory, about 50 kB each
LAST = sa.text("SELECT max(id) FROM events WHERE sender_id = :sender_id")
# PostgreSQL takes the columns of all rows as arrays, and gives their ids back: one statement a turn.
INSERT = sa.text(
    "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data) "
    "SELECT :sender_id, * FROM unnest(CAST(:type_name AS varchar[]), CAST(:timestamp AS float[]), "
    "CAST(:intent_name AS varchar[]), CAST(:action_name AS varchar[]), CAST(:data AS text[])) RETURNING id"
)
POOL = 4  # a statement at a time blocks the event loop: more are never in use
ERASED_AT_ONCE = 1_000  # a conversation leaves about a hundred rows: the old go faster than the new come


class Conversation(DialogueStateTracker):
    """A tracker that is copied as it stands: Rasa replays every event so far, three times a turn."""

    def copy(self) -> DialogueStateTracker:
        """What happens to the copy does not happen to this one; events are shared, they do not change."""
        twin = copy(self)
        twin.events = self.events.copy()
        twin.slots = {name: copy(slot) for name, slot in self.slots.items()}
        twin.latest_action, twin.active_loop = copy(self.latest_action), copy(self.active_loop)
        return twin


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
        self._sqlite = self.engine.dialect.name == "sqlite"
        if self._sqlite:
            url = self.engine.url
            self.engine.dispose()
            self.engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})
            sa.event.listen(self.engine, "connect", _write_ahead)
            self.sessionmaker = sessionmaker(bind=self.engine)
        # One statement is a transaction of its own: no BEGIN and COMMIT around it. Connections of their own, since
        # switching one to and fro costs two statements.
        self._single = self.engine
        if not self._sqlite:
            self._single = sa.create_engine(self.engine.url, isolation_level="AUTOCOMMIT", pool_size=POOL)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """The tracker of the latest session, without events for a new conversation."""
        kept = self._kept.pop(sender_id, None)
        if kept is None or kept.out or self._last_row(sender_id) != kept.last_row:
            kept = self._read(sender_id)
        kept.out = True
        self._kept[sender_id] = kept
        return kept.tracker

    def _read(self, sender_id: str) -> Kept:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions=False).all()
        tracker = Conversation.from_dict(sender_id, [json.loads(row.data) for row in rows], self.domain.slots)
        return Kept(tracker, len(rows), rows[-1].id if rows else 0)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are not in the database yet, in one transaction."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        kept = self._kept.pop(sender, None)
        if kept is None or kept.tracker is not tracker:
            kept = Kept(tracker, self._known(tracker), self._last_row(sender))
        events = list(tracker.events)[kept.saved :]
        last = self._insert([row(sender, e.as_dict()) for e in events]) if events else kept.last_row
        if any(isinstance(e, SessionStarted) for e in events):
            self._erase_old()
            if kept.saved:
                return  # a new session forgets the one before it, which this tracker still holds
        self._kept[sender] = Kept(tracker, len(tracker.events), last)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _known(self, tracker: DialogueStateTracker) -> int:
        """How many events of a tracker that was made elsewhere are in the database."""
        with self.session_scope() as session:
            return len(tracker.events) - len(list(self._additional_events(session, tracker)))

    def _insert(self, rows: List[Dict[str, Any]]) -> int:
        """Write rows of one conversation in one transaction; returns the id of the last."""
        if self._sqlite:
            with self.engine.begin() as connection:
                connection.execute(self.SQLEvent.__table__.insert(), rows)
                return int(connection.execute(LAST, rows[0]).scalar())
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        with self._single.connect() as connection:
            return max(connection.execute(INSERT, {**columns, "sender_id": rows[0]["sender_id"]}).scalars())

    def _erase_old(self) -> None:
        """Each new conversation takes the oldest rows with it: nobody else has the key of this database."""
        table = self.SQLEvent.__table__
        oldest = sa.select(table.c.id).order_by(table.c.id).limit(ERASED_AT_ONCE).scalar_subquery()
        old = table.c.timestamp < time.time() - self._keep_seconds
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.id.in_(oldest), old))

    def _last_row(self, sender_id: str) -> int:
        with self._single.connect() as connection:
            return connection.execute(LAST, {"sender_id": sender_id}).scalar() or 0


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
