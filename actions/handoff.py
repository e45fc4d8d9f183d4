"""The way to a human, and the emergencies that come before everything."""

from __future__ import annotations

from actions import words
from actions.base import Action
from actions.turn import Turn


class Handoff(Action):
    """Record what the adviser must know, and say where a human answers."""

    action = "action_handoff"

    def act(self, turn: Turn) -> None:
        """Leave a handover record with the reason and the slots, never the words of the person."""
        operation = turn["operation"]
        known = {k: turn[k] for k in ("reason", "channel", "agency", "slot_id", "appointment_id") if turn[k]}
        self.core.handover(
            turn.conversation,
            operation=operation,
            known=known,
            misunderstood=turn["misunderstood"] or 0,
            medium=turn.medium,
        )
        summary = words.word(turn, f"request_{operation or 'none'}")
        if turn["reason"]:
            summary = f"{summary}, {words.reason(turn, turn['reason'])}"
        turn.say("utter_handoff", summary=summary)
        turn.tell_phone(transfer=True, summary=summary)


class Emergency(Action):
    """The numbers to call, before any other sentence."""

    action = "action_emergency"

    def act(self, turn: Turn) -> None:
        """Say the emergency numbers."""
        turn.say("utter_emergency")
