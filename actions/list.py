"""Listing the upcoming appointments, soonest first."""

from __future__ import annotations

import re

from actions import held, words
from actions.base import Action
from actions.help import say_agency
from actions.turn import Turn

WHERE = re.compile(r"\badresse\b|\boù\b|\bou (?:est|c['’]est|dois|se)\b")


class ListAppointments(Action):
    """What is booked: the one meant when what was said tells it, otherwise all."""

    action = "action_list_appointments"

    def act(self, turn: Turn) -> None:
        """Say the upcoming appointments."""
        if turn.wants_callback:
            turn.follow("callback_form")
            return
        appointments = self.core.upcoming(turn.person)
        if not appointments:
            turn.say("utter_no_appointment")
            return
        meant = held.meant(turn, appointments)
        said = [words.appointment(turn, a) for a in meant]
        if len(said) == 1:
            turn.say("utter_one_appointment", appointment=said[0])
            if meant[0].channel == "in_person" and WHERE.search(turn.text.lower()):
                say_agency(turn, meant[0].agency)
        else:
            turn.say("utter_several_appointments", count=str(len(said)), appointments=" ; ".join(said))
        turn.card(kind="appointments", appointments=[a.id for a in meant])
        if not turn.tracker.active_loop_name:
            turn["options"] = [f"appointment:{a.id}" for a in meant]
