"""One turn of a conversation as an action sees it: what was said, what is known, what to answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.traces import CARRIED
from booking_core import Core, Identity, Slot
from french.model import Moment
from french.requests import requests

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
    "offered_slots",
    "reasons_said",
)
# The intents that start another operation than the one under way.
SWITCHES = {
    "book_appointment": "book",
    "move_appointment": "move",
    "cancel_appointment": "cancel",
    "update_contact": "contact",
}
OTHER = re.compile(r"\bl['’ ]autre\b")
RECALL = re.compile(r"\brappel|\bappele[zr]?[- ]moi")
# How probable an intent must be to count where it is one of the few that make sense.
LIKELY = 0.2
TWO = re.compile(r"\b(?:deux|2) (?:rdv|rendez)|\baussi\b|\bet un\b|\begalement\b|également")
BOOKS = re.compile(r"\bpren\w+ (?:\w+ ){0,3}(?:rdv|rendez)", re.IGNORECASE)
OTHER_DAY = re.compile(r"\b(?:jour|date|semaine|moment|fois)", re.IGNORECASE)
ASKS_TIME = ("preferred_time", "slot_id", "change")
SHORT = 6
# A thumb is an answer; other signs say nothing.
SIGNS = {"👍": "affirm", "👌": "affirm", "✅": "affirm", "🆗": "affirm", "👎": "deny", "❌": "deny"}

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
        self.confidence: float = (message.get("intent") or {}).get("confidence") or 0.0
        self.entities: list[dict[str, Any]] = message.get("entities") or []
        self.tracker = tracker
        # The turn of the gateway that this belongs to, where turns are traced.
        self.trace: dict[str, str] = (message.get("metadata") or {}).get(CARRIED) or {}
        if not any(c.isalnum() for c in self.text):
            self.intent = next((SIGNS[c] for c in self.text if c in SIGNS), "nlu_fallback")
        asked = requests(self.text)
        if self.intent in SWITCHES and len(asked) == 1 and asked[0].operation == "book" and BOOKS.search(self.text):
            # "Prendre un autre rendez-vous" sounds like moving one.
            self.intent = "book_appointment"
        if (
            self.intent == "update_contact"
            and self.entity("reason")
            and (self.entity("moment") or self.entity("channel"))
        ):
            # "Maintenant la C2S par téléphone mardi": a call, no new number.
            self.intent = "inform"
        self._dispatcher = dispatcher
        self._before = tracker.slots
        self._changes: dict[str, Any] = {}
        self._over = False
        self._next: str | None = None
        self._slots: dict[str, Slot | None] = {}
        waiting = tracker.slots.get("pending")
        if waiting and waiting.get("ready"):
            # What was said before the person was identified, or what they said yes to, counts now.
            self.entities, self.intent = waiting["entities"] + self.entities, "inform"
            self._changes["pending"] = None
        self._resumed = bool(waiting and waiting.get("ready"))
        # What was offered stands for one turn.
        self.offered: dict[str, Any] | None = tracker.slots.get("offered")
        if self.offered:
            self._changes["offered"] = None

    # -- what is known --------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Now, in the zone of the agencies served by default (Europe/Paris)."""
        return self.core.local_now()

    @property
    def identity(self) -> Identity:
        """Who is speaking: from the core, never from what was typed."""
        return self.core.identity(self.conversation)

    @cached_property
    def person(self) -> str:
        """The id of the person identified well enough to see appointments; raises NotIdentified.

        Read once for an action: nobody signs out in the middle of one.
        """
        return self.core.require_person(self.conversation)

    @cached_property
    def phone_agencies(self) -> tuple[str, ...]:
        """Ids of the agencies whose advisers call this person, their own first. Read once."""
        return self.core.phone_agencies(self.person)

    def slots(self, ids: Iterable[str]) -> list[Slot]:
        """The slots of these ids, in that order; ids of none are left out. Each is read once."""
        wanted = list(ids)
        missing = [i for i in wanted if i not in self._slots]
        self._slots |= dict.fromkeys(missing) | {slot.id: slot for slot in self.core.slots(missing)}
        return [slot for i in wanted if (slot := self._slots[i])]

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
        """The moments said, in order.

        In a short answer to the question of the day no moment is a story ("ah bon, mardi alors").
        """
        said = [Moment.from_json(e["value"]) for e in self.entities if e["entity"] == "moment"]
        if self["requested_slot"] in ASKS_TIME and len(self.text.split()) <= SHORT:
            said = [replace(m, role="wanted") if m.role == "other" else m for m in said]
        # "D'autres horaires" asks for other hours, "un autre jour" for another day.
        return [m for m in said if m.kind != "other_day" or OTHER_DAY.search(m.text)]

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

    @property
    def reasons(self) -> list[str]:
        """The codes of every reason said, in order, those that one phrase can mean included; none twice."""
        said = [e for e in self.entities if e["entity"] == "reason"]
        return list(dict.fromkeys(c for e in said for c in (e["value"], *e.get("others", ()))))

    def best(self, intents: Collection[str], *, at_least: float = LIKELY) -> str | None:
        """The likeliest of some intents, None when none of them is likely."""
        for one in self.tracker.latest_message.get("intent_ranking") or ():
            if one["name"] in intents and one["confidence"] >= at_least:
                return str(one["name"])
        return None

    @property
    def says_two(self) -> bool:
        """True when the person asks for two appointments, or for one more thing."""
        return TWO.search(self.text.lower()) is not None

    @property
    def says_nothing(self) -> bool:
        """True when an answer sounds like one but holds nothing that was understood."""
        return self.intent == "inform" and not self.entities

    @property
    def wants_callback(self) -> bool:
        """True when an adviser is asked to call back: named so, or just after that was offered."""
        recall = RECALL.search(self.text.lower()) is not None and not self.entity("reason")
        after_offer = self.offered is not None and self.offered["action"] == "callback_form"
        return recall and (self.intent == "ask_human" or after_offer)

    @property
    def says_other(self) -> bool:
        """True when the person speaks of the other one of two."""
        return OTHER.search(self.text.lower()) is not None

    def last_texts(self, number: int) -> list[str]:
        """The last sentences of the person, oldest first; references stand in place of their numbers."""
        said = [e.get("text") or "" for e in self.tracker.events if e["event"] == "user"]
        return said[-number:]

    @property
    def answer(self) -> str:
        """The response to a frequent question: "utter_faq/cost"."""
        found = (self.tracker.latest_message.get("response_selector") or {}).get(self.intent) or {}
        return f"utter_{found['response']['intent_response_key']}" if found else "utter_what_next"

    @property
    def is_over(self) -> bool:
        """True once this turn ends the operation."""
        return self._over

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

    def offer(self, action: str, entities: Sequence[dict[str, Any]] = (), *, by_name: bool = False) -> None:
        """Remember what a yes to this answer starts: a form, and what is already known of it.

        `by_name`: not a yes, but naming it ("rappelez-moi", "l'autre aussi").
        """
        self["offered"] = {"action": action, "entities": list(entities), "by_name": by_name}

    def start(self, action: str, entities: Sequence[dict[str, Any]] = ()) -> None:
        """Let a form or an action take over within this turn, as if these values had just been said."""
        self["pending"] = {"action": action, "entities": list(entities), "ready": True}
        self["operation"] = None
        self.follow(action)

    def follow(self, action: str) -> None:
        """Leave the form, if any, and let another action or form take over within this turn."""
        self._over = True
        self._next = action
        # Rasa takes a form that sets no slot for one that understood nothing, and goes by the intent.
        self._changes.setdefault("misunderstood", 0)

    @property
    def events(self) -> list[EventType]:
        """What Rasa has to remember of this turn."""
        events: list[EventType] = [SlotSet(k, v) for k, v in self._changes.items()]
        if self._over:
            events += [SlotSet("requested_slot", None), ActiveLoop(None)]
        if self._next:
            events.append(FollowupAction(self._next))
        elif self._resumed and not self["operation"]:
            # No rule foresees an action that took over from another: it is the person's turn.
            events.append(FollowupAction("action_listen"))
        return events
