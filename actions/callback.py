"""Asking for an adviser to call back, at a time and a number."""

from __future__ import annotations

from actions import times, words
from actions.form import Form
from actions.turn import Turn
from booking_core import InvalidPhone, NotIdentified
from french.wish import Wish


class Callback(Form):
    """The call-back form: when, at which number, then a yes. It needs no identity: the number is enough."""

    operation = "callback"

    def take(self, turn: Turn, started: bool) -> None:
        """The time, the number, the yes."""
        if turn.moments:
            times.revise(turn, turn.moments, [])
        reference = turn.reference("phone")
        if reference:
            try:
                self.core.check_phone(self.core.vault_get(turn.conversation, reference))
            except InvalidPhone:
                turn.say("utter_invalid_phone_first")
                turn.ask("phone")
                return
            turn["contact_reference"] = reference
        asked = turn["requested_slot"]
        if asked == "confirm" and turn.intent == "affirm" and not turn.moments and not reference:
            self.confirm(turn)
        elif not started and turn.intent in ("deny", "goodbye") and not turn.moments:
            self.abandon(turn)
        else:
            self.ask_again(turn)

    def abandon(self, turn: Turn) -> None:
        """Nobody will call."""
        turn.say("utter_callback_dropped")
        self.end(turn)

    def ask_again(self, turn: Turn) -> None:
        """Ask for the first thing missing, or read it back."""
        turn["operation"] = self.operation
        number, when = self.number(turn), self.when(turn)
        if not when:
            turn.say("utter_question_callback_time")
            turn.ask("preferred_time")
        elif not number:
            turn.say("utter_question_phone_callback")
            turn.ask("phone")
        else:
            turn.say("utter_callback_confirm", when=when, phone=words.phone(turn, number))
            turn["options"] = ["intent:affirm", "intent:deny"]
            turn.ask("confirm")

    def when(self, turn: Turn) -> str:
        """The time wished, in words; empty when none was said."""
        wish = times.wish(turn)
        if wish.soonest or wish.anytime:
            return words.word(turn, "as_soon_as_possible")
        return times.described(turn, wish) if wish != Wish() else ""

    def number(self, turn: Turn) -> str | None:
        """The number given for this, or the one on file of who is identified."""
        if turn["contact_reference"]:
            return self.core.check_phone(self.core.vault_get(turn.conversation, turn["contact_reference"]))
        try:
            return self.core.contact(turn.person).for_calls
        except NotIdentified:
            return None

    def confirm(self, turn: Turn) -> None:
        """Leave the request with the core."""
        number, when = self.number(turn), self.when(turn)
        assert number is not None  # noqa: S101 - asked for before the yes
        self.core.request_callback(turn.conversation, number, when=when, medium=turn.medium)
        turn.say("utter_callback_noted", when=when, phone=words.phone(turn, number))
        self.end(turn)
