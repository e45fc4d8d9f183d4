"""What waits for a yes: the second thing asked for in one sentence, and a booking that was cut in the middle."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from actions import words
from actions.turn import Turn
from booking_core import NotIdentified
from french import understand
from french.model import Moment, Place
from french.requests import Request, requests

# The operations worth taking up again, and the slots that say where they stood.
RESUMED = ("book", "move")
KEPT = ("reason", "channel", "agency", "preferred_time", "appointment_id")


# -- two requests in one sentence ---------------------------------------------------------------


def two_requests(turn: Turn, operation: str) -> str | None:
    """Keep the second of two requests for later, with what was said of it.

    Returns the operation to start with when it is not the one that is starting.
    """
    asked = requests(turn.text)
    if len(asked) < 2 or operation not in {r.operation for r in asked[:2]}:
        return None
    first, second = asked[:2]
    turn["second"] = {"action": f"{second.operation}_form", "entities": _said(turn, second)}
    turn.entities = _said(turn, first)
    return first.operation if first.operation != operation else None


def _said(turn: Turn, request: Request) -> list[dict[str, Any]]:
    """What was said in one part of the sentence, as Rasa's entities."""
    part = understand(turn.text[request.start : request.end], turn.now.replace(tzinfo=None))
    return [{"entity": e.kind, "value": _plain(e.value), "others": list(e.others)} for e in part.entities]


def _plain(value: Any) -> Any:
    if isinstance(value, Moment):
        return value.to_json()
    return asdict(value) if isinstance(value, Place) else value


def named(turn: Turn) -> bool:
    """Start what was within reach when it is named ("et l'autre aussi"); False when it is not."""
    if not (turn.offered and turn.offered["by_name"] and turn.says_other):
        return False
    turn.start(turn.offered["action"], turn.offered["entities"])
    return True


def accepted(turn: Turn) -> bool:
    """Start what was offered when it is spoken of ("oui et l'autre aussi, mardi"); False when it is not."""
    if not turn.offered or turn.offered["by_name"] or turn.intent == "deny" or not turn.says_other:
        return False
    turn.start(turn.offered["action"], turn.offered["entities"])
    return True


def answered(turn: Turn, form: str) -> None:
    """Who answers an offer with a day or a channel rather than with a yes goes on with what was offered."""
    offered = turn.offered
    if not offered or offered["by_name"] or offered["action"] != form or turn.entity("reason"):
        return
    if turn.entity("moment") or turn.entity("channel") or turn.entity("agency"):
        turn.entities = [*offered["entities"], *turn.entities]


def second(turn: Turn) -> None:
    """Offer the second thing asked for, now that the first is over."""
    waiting = turn["second"]
    if not waiting:
        return
    turn["second"] = None
    if waiting.get("at_once"):
        turn.start(waiting["action"], waiting["entities"])
        return
    operation = waiting["action"].removesuffix("_form")
    reason = next((e["value"] for e in waiting["entities"] if e["entity"] == "reason"), None)
    request = words.word(turn, f"request_{operation}")
    if reason:
        request = words.word(turn, "request_for", request=request, reason=words.reason(turn, reason))
    turn.say("utter_second", request=request)
    turn.offer(waiting["action"], waiting["entities"])


# -- a conversation cut in the middle -----------------------------------------------------------


def keep_draft(turn: Turn) -> None:
    """Leave with the core where a booking or a move stands, in case the conversation is cut here."""
    operation = turn["operation"]
    if operation not in RESUMED or turn.is_over or not any(turn.changed(slot) for slot in KEPT):
        return
    known = {slot: turn[slot] for slot in KEPT if turn[slot]}
    if known:
        turn.core.keep_draft(turn.person, turn.conversation, {"operation": operation, **known}, medium=turn.medium)


def drop_draft(turn: Turn) -> None:
    """The operation is over: there is nothing to take up again."""
    if turn["operation"] in RESUMED:
        turn.core.drop_draft(turn.person)


def resume(turn: Turn, operation: str | None = None) -> bool:
    """Offer to take up what was cut; False when there is nothing, or when something else was just said.

    `operation`: only when it is the one that starts.
    """
    if any(e["entity"] in ("reason", "channel", "agency", "moment", "wish") for e in turn.entities):
        return False
    try:
        draft = turn.core.draft(turn.person)
    except NotIdentified:
        return False
    if draft is None or (operation and draft["operation"] != operation):
        return False
    reason = draft.get("reason")
    request = words.word(turn, f"request_{draft['operation']}")
    if reason:
        request = words.word(turn, "request_for", request=request, reason=words.reason(turn, reason))
    turn.say("utter_resume", request=request)
    turn.offer(f"{draft['operation']}_form", _entities(draft))
    turn.core.drop_draft(turn.person)
    if operation:
        turn.end()
    return True


def _entities(draft: dict[str, Any]) -> list[dict[str, Any]]:
    """What a draft knows, as if it had just been said."""
    said = [{"entity": slot, "value": draft[slot]} for slot in ("reason", "channel") if slot in draft]
    if "agency" in draft:
        said.append({"entity": "reference", "value": f"agency:{draft['agency']}"})
    if "appointment_id" in draft:
        said.append({"entity": "reference", "value": f"appointment:{draft['appointment_id']}"})
    if "preferred_time" in draft:
        said.append({"entity": "wish", "value": draft["preferred_time"]})
    return said
