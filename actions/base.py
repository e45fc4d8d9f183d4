"""The base of every action: refusals become responses, bugs become an apology."""

from __future__ import annotations

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from typing import Any

from prometheus_client import Counter, Histogram
from rasa_sdk import Action as RasaAction
from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import logs, traces
from actions.turn import Turn
from booking_core import Core, NotIdentified, Refusal

# The media where nobody has signed in before the conversation starts (RULES §4).
ASKS_WHO = ("sms", "voice")

log = logging.getLogger(__name__)

# What the assistant says is what became of what was asked: utter_booked_phone, utter_slot_taken, utter_handoff…
RESPONSES = Counter("rdv_responses_total", "Responses chosen by actions", ["response", "medium"])
ACTIONS = Histogram("rdv_action_seconds", "Time in an action, the core included", ["action"])
REFUSALS = Counter("rdv_refusals_total", "What the core refused, by its code", ["code"])
BUGS = Counter("rdv_action_failures_total", "Actions that failed: bugs, or a store that is gone", ["action"])


def response_of(refusal: type[Refusal]) -> str:
    """The response of the domain that words a refusal: "utter_slot_taken" for SlotTaken."""
    return "utter" + re.sub(r"(?=[A-Z])", "_", refusal.__name__).lower()


class Action(RasaAction, ABC):
    """One action of the bot. Subclasses give `action` (its name in the domain) and `act`."""

    action: str

    def __init__(self, core: Core) -> None:
        self.core = core

    def name(self) -> str:
        """The name in the domain."""
        return self.action

    @abstractmethod
    def act(self, turn: Turn) -> None:
        """Read the turn, call the core, answer. Runs in a thread: the core's calls block."""

    def refused(self, turn: Turn, refusal: Refusal) -> None:
        """Answer a refusal of the core that `act` did not settle itself: SlotTaken by utter_slot_taken."""
        turn.say(response_of(type(refusal)))

    def identify(self, turn: Turn) -> None:
        """Who is speaking must be known first: ask, where nobody signs in, then come back to what was said."""
        if turn.medium not in ASKS_WHO:
            turn.say(response_of(NotIdentified))
            turn.end()
            return
        turn["pending"] = {"action": self.name().removeprefix("validate_"), "entities": turn.entities}
        turn.follow("identify_form")

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Rasa's entry point."""
        turn = Turn(self.core, dispatcher, tracker)
        logs.about(turn.conversation)
        try:
            with ACTIONS.labels(self.name()).time(), traces.span(self.name(), turn.trace, medium=turn.medium):
                await asyncio.to_thread(self._settle, turn)
        except Exception:
            BUGS.labels(self.name()).inc()
            log.exception("action %s failed", self.name())
            dispatcher.messages.clear()
            turn.undo()
            turn.say("utter_error")
        for message in dispatcher.messages:
            if response := message.get("response"):
                RESPONSES.labels(response, turn.medium).inc()
        turn.tell_phone(**turn.expected)
        return turn.events

    def _settle(self, turn: Turn) -> None:
        try:
            self.act(turn)
        except NotIdentified:
            self.identify(turn)
        except Refusal as refusal:
            REFUSALS.labels(refusal.code).inc()
            self.refused(turn, refusal)
