"""Changing a phone number or an e-mail address, after it was read back."""

from __future__ import annotations

import re

from actions import words
from actions.form import Form
from actions.help import say_where
from actions.turn import Turn
from booking_core import CodeWrong, InvalidEmail, InvalidPhone, NotIdentified
from french.subjects import subject

# "Laissez l'ancien", "gardez le même".
KEEPS = re.compile(r"\b(?:laiss|gard)\w*[- ](?:moi )?(?:l['’ ]?ancien|le m[êe]me|comme|tout|celui)\b|\bl['’ ]ancien\b")


class Contact(Form):
    """The contact form (RULES §3): read back, confirmed, and proved by a code where the core demands it."""

    operation = "contact"

    def abandon(self, turn: Turn) -> None:
        """The old number or address stays."""
        turn.say("utter_contact_kept")
        self.end(turn)

    def take(self, turn: Turn, started: bool) -> None:
        """The new number or address, the yes, the code; first who it is: nobody says a new address twice."""
        self.whose(turn)
        asked = turn["requested_slot"]
        reference = turn.reference("phone") or turn.reference("email")
        if asked == "code" and turn.reference("code"):
            self.prove(turn)
        elif reference:
            self.check(turn, reference)
        elif started and turn.entity("reason") and turn.entity("moment"):
            # "Maintenant la C2S par téléphone mardi": an appointment, no new number.
            turn.start("book_form", turn.entities)
        elif started and subject(turn.text) == "change_of_situation":
            # An address in a street, a bank account: no contact of ours.
            say_where(turn, "utter_out_of_scope")
            self.end(turn)
        elif asked == "confirm" and turn.intent == "affirm":
            self.confirm(turn)
        elif not started and turn.intent in ("deny", "goodbye"):
            if asked == "confirm" and turn.intent == "deny" and not KEEPS.search(turn.text.lower()):
                email = (turn["contact_reference"] or "").startswith("email:")
                turn["contact_reference"] = None
                self.ask_new(turn, email=email)
            else:
                self.abandon(turn)
        else:
            self.ask_again(turn)

    def whose(self, turn: Turn) -> None:
        """Raises NotIdentified; that an e-mail address is meant waits with what was said."""
        try:
            self.core.require_person(turn.conversation)
        except NotIdentified:
            if self.means_email(turn):
                turn.entities.append({"entity": "contact", "value": "email"})
            raise

    def means_email(self, turn: Turn) -> bool:
        """True when an e-mail address is spoken of, or was asked for."""
        return "mail" in turn.text.lower() or turn.value("contact") == "email" or turn["requested_slot"] == "email"

    def check(self, turn: Turn, reference: str) -> None:
        """A number or address that is not valid changes nothing; a valid one is read back."""
        value = self.core.vault_get(turn.conversation, reference)
        try:
            if reference.startswith("phone:"):
                self.core.check_phone(value)
            else:
                self.core.check_email(value)
        except InvalidPhone:
            turn.say("utter_invalid_phone")
            turn.ask("contact_reference")
            return
        except InvalidEmail:
            turn.say("utter_invalid_email")
            turn.ask("email")
            return
        turn["contact_reference"] = reference
        self.ask_to_confirm(turn)

    def ask_to_confirm(self, turn: Turn) -> None:
        """Read the new contact back."""
        turn.say("utter_contact_confirm", contact=self.said(turn))
        turn["options"] = ["intent:affirm", "intent:deny"]
        turn.ask("confirm")

    def said(self, turn: Turn) -> str:
        """The new contact as it is read or heard."""
        reference = turn["contact_reference"]
        value = self.core.vault_get(turn.conversation, reference)
        if reference.startswith("phone:"):
            return words.phone(turn, self.core.check_phone(value))
        return f"⟦{reference}⟧"

    def ask_new(self, turn: Turn, *, email: bool = False) -> None:
        """Ask for the new number, or the new address when that is what was spoken of."""
        email = email or self.means_email(turn)
        turn.say("utter_question_email" if email else "utter_question_contact")
        turn.ask("email" if email else "contact_reference")

    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked; after an emergency, wait in silence."""
        turn["operation"] = self.operation
        if turn.intent == "report_emergency":
            turn.ask(turn["requested_slot"] or "contact_reference")
        elif turn["requested_slot"] == "code":
            turn.say("utter_contact_code", contact=self.said(turn))
        elif turn["contact_reference"]:
            self.ask_to_confirm(turn)
        else:
            self.ask_new(turn)

    def confirm(self, turn: Turn) -> None:
        """Save, or send the code that proves the new contact."""
        reference = turn["contact_reference"]
        kind, said = reference.partition(":")[0], self.said(turn)
        value = self.core.vault_get(turn.conversation, reference)
        if save(turn, kind, value):
            turn.say("utter_contact_changed", contact=said)
            self.end(turn)
        else:
            turn.say("utter_contact_code", contact=said)
            turn.ask("code")

    def prove(self, turn: Turn) -> None:
        """The code sent to the new contact was given back."""
        code = self.core.vault_get(turn.conversation, turn.reference("code") or "")
        said = self.said(turn)
        try:
            self.core.confirm_contact_change(turn.person, code, key=f"{turn.conversation}:{turn.message_id}:proof")
        except CodeWrong:
            turn.say("utter_code_wrong")
            return
        turn.say("utter_contact_changed", contact=said)
        self.end(turn)


def save(turn: Turn, kind: str, value: str) -> bool:
    """Start the change; True when it is done, False when a code has been sent to prove it."""
    return turn.core.start_contact_change(
        turn.person, kind, value, key=f"{turn.conversation}:{turn.message_id}:contact", medium=turn.medium
    )
