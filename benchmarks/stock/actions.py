"""The same actions on the same booking core, served by rasa-sdk's own server: `python -m benchmarks.stock.actions`.

The stock pipeline has no French entity extractor, so each action reads the sentence with `french` itself:
both sides do the same work for the same answer. STOCK_ACTIONS_PORT names the port; the core is that of RDV_….
"""

from __future__ import annotations

import os
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.events import EventType
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.base import Action
from actions.server import ACTIONS
from booking_core import Core
from french import understand
from french.model import Moment
from gateway.cli import core_of
from gateway.settings import Settings


def plain(value: Any) -> Any:
    """A value as it would come out of the tracker."""
    if isinstance(value, Moment):
        return value.to_json()
    if isinstance(value, date):
        return value.isoformat()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def reading(action: type[Action], core: Core) -> Action:
    """One of our actions that reads the entities of the latest message itself."""

    class Reading(action):  # type: ignore[valid-type, misc]
        async def run(
            self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
        ) -> list[EventType]:
            now = core.local_now().replace(tzinfo=None)
            found = understand(tracker.latest_message.get("text") or "", now).entities
            tracker.latest_message["entities"] = [
                {"entity": e.kind, "value": plain(e.value), "text": e.text, "others": [plain(o) for o in e.others]}
                for e in found
            ]
            events: list[EventType] = await super().run(dispatcher, tracker, domain)
            return events

    return Reading(core)


def main() -> None:
    """Serve until the process is ended."""
    core = core_of(Settings.read(os.environ))
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(reading(action, core))
    # In one process: rasa-sdk's own `run` starts a second one, which would count against it in memory.
    create_app(executor).run(host="127.0.0.1", port=int(os.environ["STOCK_ACTIONS_PORT"]), single_process=True)


if __name__ == "__main__":
    main()
