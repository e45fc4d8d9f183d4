"""One turn of a conversation as an action sees it: what was said, what is known, what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from booking_core import Core, Identity
from french.model import Moment

# The slots that describe the operation under way: all forgotten when another one starts.
OPERATION_SLOTS = (
    "operation",
    "reason",
    "channel",
    "agency",
    "preferred_time",
    "slot_id",
    "appointment_id",
    "contact_reference",
    "options",
    "agencies",
    "refused",
)

# The media that show cards.
SCREENS = ("web", "app")


class Turn:
    """The latest message, the slots, the person, and the answer being made.

    Slots read and written with `turn["reason"]`; `events` gives Rasa what changed.
    """

    def __init__(self, core: Core, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.core = core
        self.conversation: str = tracker.sender_id
        self.medium: str = tracker.get_latest_input_channel() or "web"
        message = tracker.latest_message
        self.message_id: str = message.get("message_id") or ""
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or "nlu_fallback"
        self.entities: list[dict[str, Any]] = message.get("entities") or []
        self.tracker = tracker
        waiting = tracker.slots.get("pending")
        resumed = bool(waiting) and tracker.slots.get("operation") is None
        if resumed:
            # What was said before the person was identified counts now.
            self.entities, self.intent = waiting["entities"], "inform"
        self._dispatcher = dispatcher
        self._before = tracker.slots
        self._changes: dict[str, Any] = {"pending": None} if resumed else {}
        self._over = False
        self._next: str | None = None

    # -- what is known --------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Now, in the zone of the agencies served by default (Europe/Paris)."""
        return self.core.local_now()

    @property
    def identity(self) -> Identity:
        """Who is speaking: from the core, never from what was typed."""
        return self.core.identity(self.conversation)

    @property
    def person(self) -> str:
        """The id of the person identified well enough to see appointments; raises NotIdentified."""
        return self.core.require_person(self.conversation)

    def __getitem__(self, slot: str) -> Any:
        return self._changes[slot] if slot in self._changes else self._before.get(slot)

    def __setitem__(self, slot: str, value: Any) -> None:
        self._changes[slot] = value

    def changed(self, slot: str) -> bool:
        """True when this turn gave the slot another value."""
        return slot in self._changes and self._changes[slot] != self._before.get(slot)

    def forget(self) -> None:
        """Empty every slot of the operation under way."""
        for slot in OPERATION_SLOTS:
            if self[slot] is not None:
                self[slot] = None

    # -- what was said --------------------------------------------------------------------------

    def entity(self, kind: str) -> dict[str, Any] | None:
        """The last thing said of one kind, None when there is none."""
        return next((e for e in reversed(self.entities) if e["entity"] == kind), None)

    def value(self, kind: str) -> Any:
        """The value of the last thing said of one kind."""
        entity = self.entity(kind)
        return entity["value"] if entity else None

    @property
    def moments(self) -> list[Moment]:
        """The moments said, in order."""
        return [Moment.from_json(e["value"]) for e in self.entities if e["entity"] == "moment"]

    def reference(self, kind: str) -> str | None:
        """What the gateway put in the vault in place of a personal number: "phone:1"."""
        for entity in reversed(self.entities):
            if entity["entity"] == "reference" and entity["value"].startswith(f"{kind}:"):
                value: str = entity["value"]
                return value
        return None

    def chosen(self, kind: str) -> str | None:
        """The id of what was picked among choices: "42" for `slot:42`."""
        reference = self.reference(kind)
        return reference.partition(":")[2] if reference else None

    @property
    def reference_said(self) -> bool:
        """True when a choice was clicked."""
        return self.entity("reference") is not None

    def rejected_by(self, form: str) -> bool:
        """True when the form left this message to a rule, which has answered: time to ask again."""
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                return False
            if event["event"] == "action_execution_rejected" and event.get("name") == form:
                return True
        return False

    # -- what to answer -------------------------------------------------------------------------

    def say(self, response: str, *, buttons: Sequence[dict[str, str]] = (), **values: Any) -> None:
        """Answer with a response of the domain; buttons are added to those that it has."""
        self._dispatcher.utter_message(response=response, buttons=list(buttons) or None, **values)

    def card(self, **fields: Any) -> None:
        """Give screens that can show it a structured view of what the sentence said: ids and codes only."""
        if self.medium in SCREENS:
            self._dispatcher.utter_message(json_message=fields)

    def tell_phone(self, **fields: Any) -> None:
        """On the phone, tell the call what no sentence says: which words and keys to expect, whom to connect."""
        if self.medium == "voice":
            self._dispatcher.utter_message(json_message=fields)

    @property
    def expected(self) -> dict[str, Any]:
        """What is asked (None: anything), and how many misunderstandings in a row this turn made."""
        missed = self["misunderstood"] if self.changed("misunderstood") else 0
        return {"asking": None if self._over else self["requested_slot"], "misunderstood": missed or 0}

    def ask(self, slot: str) -> None:
        """Name what the form waits for."""
        self["requested_slot"] = slot

    def undo(self) -> None:
        """Leave the conversation where it was before this turn; Rasa needs one event to see that it was taken."""
        self._changes = {"misunderstood": self._before.get("misunderstood") or 0}
        self._over, self._next = False, None

    def end(self) -> None:
        """The operation is over: forget its slots and leave the form."""
        self.forget()
        self._over = True

    def follow(self, action: str) -> None:
        """Leave the form, if any, and let another action or form take over within this turn."""
        self._over = True
        self._next = action

    @property
    def events(self) -> list[EventType]:
        """What Rasa has to remember of this turn."""
        events: list[EventType] = [SlotSet(k, v) for k, v in self._changes.items()]
        if self._over:
            events += [SlotSet("requested_slot", None), ActiveLoop(None)]
        if self._next:
            events.append(FollowupAction(self._next))
        return events
