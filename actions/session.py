"""When nothing is under way: what next, and what was not understood."""

from __future__ import annotations

from actions.base import Action
from actions.turn import Turn


class WhatNext(Action):
    """A yes, a number or a silence that answers no question."""

    action = "action_what_next"

    def act(self, turn: Turn) -> None:
        """Say what can be done."""
        turn.say("utter_what_next")


class Misunderstood(Action):
    """Not understood: an example, then choices, then a human."""

    action = "action_misunderstood"

    def act(self, turn: Turn) -> None:
        """Count the misunderstandings in a row and help more each time."""
        turn["misunderstood"] = times = min((turn["misunderstood"] or 0) + 1, 3)
        turn.say(f"utter_misunderstood_{times}")
