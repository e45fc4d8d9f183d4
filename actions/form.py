"""What the forms share: one call a turn takes what was said, does it, and asks for what is missing."""

from __future__ import annotations

from actions import words
from actions.base import Action
from actions.turn import Turn
from actions.words import Button
from booking_core import Refusal

# A form leaves these to the rules, which answer; then it asks again what it was asking.
QUESTIONS = frozenset(
    {"faq", "ask_agency_info", "ask_documents", "ask_account_help", "list_appointments", "ask_human", "greet", "thank"}
)
SWITCHES = {
    "book_appointment": "book",
    "move_appointment": "move",
    "cancel_appointment": "cancel",
    "update_contact": "contact",
}
NOT_UNDERSTOOD = frozenset({"out_of_scope", "nlu_fallback"})


class Form(Action):
    """A Rasa form whose validation action does the whole turn: `take`, then `go_on`.

    Rasa's own way (validate, then action_ask_…, then a submit action) costs up to three calls a turn
    and loses the form when the submission is refused; see docs/decisions/0003-one-call-a-turn.md.
    """

    operation: str

    @property
    def form(self) -> str:
        """The name of the form in the domain."""
        return f"{self.operation}_form"

    def name(self) -> str:
        """The action that Rasa calls for this form."""
        return f"validate_{self.form}"

    def act(self, turn: Turn) -> None:
        """One turn of the form."""
        started = turn["operation"] != self.operation
        if started:
            turn.forget()
            turn["requested_slot"] = None
            turn["misunderstood"] = 0
        elif turn.rejected_by(self.form):
            turn["operation"] = self.operation
            self.ask_again(turn)
            return
        elif self.leaves(turn):
            return
        turn["operation"] = self.operation
        if turn.intent == "abandon" and not started and not turn.moments:
            self.abandon(turn)
        elif turn.intent in NOT_UNDERSTOOD and not started and not self.understood_anyway(turn):
            self.misunderstood(turn)
        elif turn.intent in ("repeat", "silence") and not started:
            self.ask_again(turn)
        else:
            turn["misunderstood"] = 0
            if self.choose(turn):
                self.take(turn, started)
            else:
                self.ask_again(turn)

    # -- what each form says for itself ---------------------------------------------------------

    def take(self, turn: Turn, started: bool) -> None:
        """Take everything that was said, do what can be done, ask for what is missing."""
        raise NotImplementedError

    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked."""
        raise NotImplementedError

    def abandon(self, turn: Turn) -> None:
        """The person gives up: say what stays as it was."""
        self.core.release(turn.conversation)
        turn.say("utter_abandoned")
        turn.end()

    def stays(self, turn: Turn) -> bool:
        """True when what sounds like another operation is meant for this one."""
        return False

    # -- shared ---------------------------------------------------------------------------------

    def leaves(self, turn: Turn) -> bool:
        """True when a rule, not this form, has the answer to this message."""
        if turn.intent in QUESTIONS or turn.intent == "report_emergency":
            return True
        other = SWITCHES.get(turn.intent)
        return other is not None and other != self.operation and not self.stays(turn)

    def understood_anyway(self, turn: Turn) -> bool:
        """A sentence with no clear intent still counts when it holds a value that is being asked for."""
        return any(turn.entity(k) for k in ("reason", "channel", "moment", "option", "reference"))

    def misunderstood(self, turn: Turn) -> None:
        """Say so, then ask again; the third time, show the way to a human."""
        turn["misunderstood"] = times = (turn["misunderstood"] or 0) + 1
        turn.say("utter_form_misunderstood" if times < 3 else "utter_form_misunderstood_3")
        self.ask_again(turn)

    def choose(self, turn: Turn) -> bool:
        """Read "le deuxième", "le dernier" or a key as the choice that stood there, as if it had been clicked.

        False when a key stands for no choice.
        """
        key, options = turn.chosen("option"), turn["options"] or []
        option = key or turn.value("option")
        if option is None or (turn.reference_said and not key):
            return True
        place = len(options) if option == "last" else int(option)
        if not 1 <= place <= len(options):
            return key is None
        picked = options[place - 1]
        turn.entities.append({"entity": "reference", "value": picked})
        if picked.startswith("intent:"):
            turn.intent = picked.removeprefix("intent:")
        return True

    def offer(self, turn: Turn, response: str, buttons: list[Button], **values: str) -> None:
        """Answer with choices, and remember them in the order shown."""
        turn["options"] = [b["payload"] for b in buttons]
        turn.say(response, buttons=buttons, choices=words.titles(buttons), **values)

    def refused(self, turn: Turn, refusal: Refusal) -> None:
        """A refusal that the form did not settle: say it; the form waits where it was."""
        super().refused(turn, refusal)
        turn["operation"] = self.operation
