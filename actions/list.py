"""Listing the upcoming appointments, soonest first."""

from __future__ import annotations

from actions import held, words
from actions.base import Action
from actions.turn import Turn


class ListAppointments(Action):
    """What is booked: the one meant when what was said tells it, otherwise all."""

    action = "action_list_appointments"

    def act(self, turn: Turn) -> None:
        """Say the upcoming appointments."""
        appointments = self.core.upcoming(turn.person)
        if not appointments:
            turn.say("utter_no_appointment")
            return
        meant = held.meant(turn, appointments)
        said = [words.appointment(turn, a) for a in meant]
        if len(said) == 1:
            turn.say("utter_one_appointment", appointment=said[0])
        else:
            turn.say("utter_several_appointments", count=str(len(said)), appointments=" ; ".join(said))
        turn.card(kind="appointments", appointments=[a.id for a in meant])
        if not turn.tracker.active_loop_name:
            turn["options"] = [f"appointment:{a.id}" for a in meant]
