"""The tracker store: what is in memory never differs from what is in the database."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gateway import rasa
from gateway.settings import ROOT

TURNS = """
import asyncio, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from bot.tracker_store import RememberingTrackerStore

async def main(url):
    domain = Domain.empty()
    store, other = RememberingTrackerStore(domain, url), RememberingTrackerStore(domain, url)
    tracker = DialogueStateTracker("someone", domain.slots)
    tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted(), UserUttered("one")], domain)
    await store.save(tracker)

    # In memory: the same object, without reading it again.
    assert await store.retrieve("someone") is tracker
    # That turn fails after it has changed the tracker, and is never saved.
    tracker.update(UserUttered("lost"))
    again = await store.retrieve("someone")
    assert [e.text for e in again.events if isinstance(e, UserUttered)] == ["one"], "a failed turn is forgotten"

    # Another process takes the next turn.
    elsewhere = await other.retrieve("someone")
    elsewhere.update(UserUttered("two"))
    await other.save(elsewhere)
    await store.save(await store.retrieve("someone"))
    assert [e.text for e in (await store.retrieve("someone")).events if isinstance(e, UserUttered)] == ["one", "two"]

    # A new session starts with nothing of the one before it, in memory as in the database.
    tracker = await store.retrieve("someone")
    tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted(), UserUttered("new")], domain)
    await store.save(tracker)
    for reader in (store, other):
        texts = [e.text for e in (await reader.retrieve("someone")).events if isinstance(e, UserUttered)]
        assert texts == ["new"], texts

    # What is older than its retention goes when the next conversation starts; what is younger stays.
    short = RememberingTrackerStore(domain, url, keep_days=30)
    month = 31 * 86_400
    with short.session_scope() as session:
        session.execute(short.SQLEvent.__table__.update().values(timestamp=short.SQLEvent.timestamp - month))
        session.commit()
    fresh = DialogueStateTracker("fresh", domain.slots)
    fresh.update_with_events([ActionExecuted("action_session_start"), SessionStarted(), UserUttered("hello")], domain)
    await short.save(fresh)
    with short.session_scope() as session:
        left = {row.sender_id for row in session.query(short.SQLEvent).all()}
    assert left == {"fresh"}, left
    assert [e.text for e in (await short.retrieve("fresh")).events if isinstance(e, UserUttered)] == ["hello"]

asyncio.run(main(sys.argv[1]))
"""


def test_memory_never_differs_from_the_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(rasa.PYTHON), "-c", TURNS, f"sqlite:///{tmp_path / 'tracker.db'}"],
        cwd=ROOT,
        env=rasa.environment(secret="", actions_url="", tracker_url=""),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
