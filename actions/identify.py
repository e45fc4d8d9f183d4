"""Who is speaking, where nobody has signed in: NIR and date of birth, then a code sent to what is on file."""

from __future__ import annotations

from datetime import date

from actions import words
from actions.base import response_of
from actions.form import Form
from actions.turn import Turn
from booking_core import CodeWrong, NotIdentified, Refusal, Unknown

# Questions that need no identity.
WITHOUT_IDENTITY = frozenset(
    {"faq", "ask_agency_info", "ask_documents", "ask_account_help", "ask_human", "report_emergency", "thank"}
)


class Identify(Form):
    """The identification form (RULES §4); what the person wanted waits in the slot `pending`."""

    operation = "identify"

    def step(self, turn: Turn) -> None:
        """One turn: it never forgets the operation that waits."""
        started = turn["operation"] != self.operation
        if started:
            turn["requested_slot"], turn["misunderstood"], turn["silences"] = None, 0, 0
        turn["operation"] = self.operation
        if started:
            self.take(turn, started)
        elif turn.intent in WITHOUT_IDENTITY and not turn.reference_said:
            self.answer(turn)
        elif turn.intent == "abandon":
            turn.say("utter_abandoned")
            self.stop(turn)
        elif turn.intent == "silence":
            self.silent(turn)
        elif turn.intent == "repeat" and turn["requested_slot"] == "code":
            turn.say("utter_code_sent", to=words.masked(turn, self.core.send_code(turn.conversation)))
        elif turn.intent != "repeat" and not turn.reference_said:
            self.misunderstood(turn)
        else:
            turn["misunderstood"] = turn["silences"] = 0
            self.take(turn, started)

    def take(self, turn: Turn, started: bool) -> None:
        """The number, the date of birth, the code; then back to what was wanted."""
        for kind in ("nir", "birth_date"):
            if reference := turn.reference(kind):
                turn[f"{kind}_reference"] = reference
        code = turn.reference("code")
        try:
            if turn["requested_slot"] == "code" and code and not started:
                self.core.check_code(turn.conversation, self.core.vault_get(turn.conversation, code))
                self.resume(turn)
            elif turn["nir_reference"] and turn["birth_date_reference"] and turn["requested_slot"] != "code":
                self.prove(turn)
            else:
                self.ask_again(turn)
        except CodeWrong as refusal:
            turn.say(response_of(type(refusal)))
            turn.ask("code")
        except Unknown as refusal:
            turn.say(response_of(type(refusal)))
            turn["nir_reference"] = turn["birth_date_reference"] = None
            self.ask_again(turn)
        except Refusal as refusal:
            turn.say(response_of(type(refusal)))
            self.stop(turn)

    def prove(self, turn: Turn) -> None:
        """Level 1, then the code for level 2."""
        nir = self.core.vault_get(turn.conversation, turn["nir_reference"])
        born = self.core.vault_get(turn.conversation, turn["birth_date_reference"])
        self.core.identify(turn.conversation, nir, date.fromisoformat(born))
        turn.say("utter_code_sent", to=words.masked(turn, self.core.send_code(turn.conversation)))
        turn.ask("code")

    def ask_again(self, turn: Turn) -> None:
        """Ask for the first thing missing; a code is not sent twice for that."""
        if not turn["nir_reference"]:
            turn.say("utter_question_nir")
            turn.ask("nir")
        elif not turn["birth_date_reference"]:
            turn.say("utter_question_birth_date")
            turn.ask("birth_date")
        elif turn["requested_slot"] == "code":
            turn.say("utter_question_code")
        else:
            turn.say("utter_code_sent", to=words.masked(turn, self.core.send_code(turn.conversation)))
            turn.ask("code")

    def resume(self, turn: Turn) -> None:
        """Identified: what was wanted goes on, with what had been said."""
        turn.say("utter_identified")
        waiting = turn["pending"] or {"action": "action_what_next", "entities": []}
        turn["nir_reference"] = turn["birth_date_reference"] = None
        turn.start(waiting["action"], waiting["entities"])

    def stop(self, turn: Turn) -> None:
        """Leave without identity: what was wanted waits no more."""
        turn["nir_reference"] = turn["birth_date_reference"] = turn["pending"] = None
        turn.end()

    def identify(self, turn: Turn) -> None:
        """This form is itself the answer to not being identified."""
        turn.say(response_of(NotIdentified))
        self.stop(turn)
