"""The way to a human, and the emergencies that come before everything."""

from __future__ import annotations

from actions import times, words
from actions.base import Action
from actions.turn import Turn

# How many of the person's last sentences an adviser gets to read.
LAST_TURNS = 6
CODES = ("reason", "channel", "agency", "slot_id", "appointment_id")


class Handoff(Action):
    """Record what the adviser must know, say it, and say where a human answers."""

    action = "action_handoff"

    def act(self, turn: Turn) -> None:
        """Leave a handover record: reason, slots, the last turns without personal numbers, what failed."""
        if turn.wants_callback:
            turn.follow("callback_form")
            return
        operation = turn["operation"]
        self.core.handover(
            turn.conversation,
            operation=operation,
            known={k: turn[k] for k in CODES if turn[k]},
            turns=turn.last_texts(LAST_TURNS),
            misunderstood=turn["misunderstood"] or 0,
            medium=turn.medium,
        )
        summary = ", ".join(self.known(turn, operation))
        turn.say("utter_handoff", summary=summary)
        turn.tell_phone(transfer=True, summary=summary)
        turn.offer("callback_form", by_name=True)

    def known(self, turn: Turn, operation: str | None) -> list[str]:
        """What the adviser will know, in words."""
        said = [words.word(turn, f"request_{operation or 'none'}")]
        if turn["reason"]:
            said.append(words.reason(turn, turn["reason"]))
        if turn["channel"]:
            said.append(words.channel(turn, turn["channel"]))
        if wished := times.described(turn, times.wish(turn)):
            said.append(wished)
        return said


class Emergency(Action):
    """The numbers to call, before any other sentence."""

    action = "action_emergency"

    def act(self, turn: Turn) -> None:
        """Say the emergency numbers."""
        turn.say("utter_emergency")
