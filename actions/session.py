"""When nothing is under way: a yes or a no to what was offered, what next, what was not understood."""

from __future__ import annotations

import re

import french
from actions import held, notices, offers, words
from actions.base import Action
from actions.help import say_where
from actions.turn import Turn
from french.reasons import hints
from french.requests import requests
from french.subjects import subject

# In so few words a hint is enough: "pension".
SHORT = 3
# "Non, pas pour la C2S" names what is not wanted.
NOT_THAT = re.compile(r"\b(?:pas|ni)\b")


class Greet(Action):
    """A greeting; what was cut in the middle is offered again."""

    action = "action_greet"

    def act(self, turn: Turn) -> None:
        """Who is speaking here and what it can do."""
        if turn.entity("reason"):
            # "Bonjour, je suis peintre, à la Maison des artistes": what it is about is said.
            turn.start("book_form")
        elif subject(turn.text):
            # "Hello, I need an appointment".
            say_where(turn, "utter_greet")
        elif not offers.resume(turn):
            turn.say("utter_greet")


class Accept(Action):
    """A yes: to what was just offered, or to a notice (a reminder, an earlier slot)."""

    action = "action_accept"

    def act(self, turn: Turn) -> None:
        """Start what was offered, keep the appointment, take the slot; otherwise say what can be done."""
        if turn.offered and not turn.offered["by_name"]:
            turn.start(turn.offered["action"], turn.offered["entities"])
        elif not notices.accept(turn):
            WhatNext(self.core).act(turn)


class Decline(Action):
    """A no: to what was just offered, or to an earlier slot."""

    action = "action_decline"

    def act(self, turn: Turn) -> None:
        """Nothing changes, unless something else is asked for: "non, pour ma maternité", "finalement annulez-le"."""
        asked = [r.operation for r in requests(turn.text) if r.operation in ("cancel", "move")]
        refused = NOT_THAT.search(turn.text.lower()) is not None
        if turn.entity("reason") and not asked and not refused:
            turn.start("book_form", turn.entities)
        elif len(asked) == 1 and not refused:
            turn.start(f"{asked[0]}_form", turn.entities)
        elif subject(turn.text):
            # "Non, c'est bien pour la retraite".
            say_where(turn, "utter_out_of_scope")
        elif turn.offered or not notices.decline(turn):
            turn.say("utter_nothing_changed")


class WhatNext(Action):
    """A number, a silence, a request to repeat with nothing under way."""

    action = "action_what_next"

    def act(self, turn: Turn) -> None:
        """Start what a verb names ("déplacer le deuxième"); otherwise say what can be done."""
        asked = requests(turn.text)
        if offers.named(turn) or offers.accepted(turn):
            return
        if len(asked) == 1:
            turn.start(f"{asked[0].operation}_form", turn.entities)
        elif turn.entity("reason"):
            turn.start("book_form", turn.entities)
        elif picked := held.picked(turn):
            # "Le deuxième" of the list that was just said.
            turn["options"] = [picked]
            appointment = self.core.appointment(turn.person, picked.removeprefix("appointment:"))
            turn.say("utter_one_appointment", appointment=words.appointment(turn, appointment))
        elif french.angry(turn.text):
            turn.say("utter_anger")
        elif not offers.resume(turn):
            turn.say("utter_what_next")


class Misunderstood(Action):
    """Not understood, or no subject of ours: an example, then choices, then a human."""

    action = "action_misunderstood"

    def act(self, turn: Turn) -> None:
        """Count the misunderstandings in a row and help more each time; a reason alone is enough to go on."""
        if offers.named(turn):
            return
        if turn.wants_callback:
            turn.follow("callback_form")
        elif turn.intent != "out_of_scope" and turn.entity("reason"):
            turn.start("book_form", turn.entities)
        elif french.angry(turn.text):
            turn.say("utter_anger")
        else:
            turn["misunderstood"] = times = min((turn["misunderstood"] or 0) + 1, 3)
            # "J'ai reçu une lettre, mon arrêt n'est pas payé", "pension": an appointment may be what is needed.
            likely = turn.reasons or (hints(turn.text) if len(turn.text.split()) <= SHORT else [])
            if len(likely) == 1 and not subject(turn.text):
                turn.say("utter_offer_reason", reason=words.reason(turn, likely[0]))
                turn.offer("book_form", [{"entity": "reason", "value": likely[0]}])
            elif subject(turn.text) or (turn.intent == "out_of_scope" and times == 1):
                say_where(turn, "utter_out_of_scope")
            else:
                turn.say(f"utter_misunderstood_{times}")
