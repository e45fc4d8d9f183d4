"""Cancelling an appointment, after an explicit yes that names it."""

from __future__ import annotations

import re

from actions import held, words
from actions.form import POLITE, YES, Form
from actions.turn import Turn
from booking_core import Appointment

# "Ça change quoi si je l'annule ?" is no yes.
WAVERS = re.compile(r"\bsi (?:je|j['’]|on|jamais)\b|\b(?:sais|c|sait|s[uû]re?) pas\b|\bh[ée]sit|\?\s*$|\best-ce que\b")
# "Mes deux rendez-vous", "tous les deux", "les 3", "annulez tout".
ALL = re.compile(
    r"\b(?:mes|les|ces) (?:deux|trois|2|3)\b|\btou(?:s|tes)\b"
    r"|(?<!du )\btout\b(?! (?:de suite|[àa] fait|compte|simplement|de m[êe]me))"
)
# "Ah non je ne peux pas venir, oui annulez": the last word is a yes to the question asked.
IN_THE_END = re.compile(
    r"\boui,? (?:annule[rz]?|supprime[rz]?)(?:[- ]l[ea])?(?:,? (?:svp|merci|s['’]il vous pla[iî]t))?\W*$"
)
# What makes a yes of "ok merci": without it, it may be a farewell.
SURELY = re.compile(r"\b(?:oui|ouais|annul\w*|supprim\w*|confirm\w*|valid\w*)\b")


def both(turn: Turn) -> bool:
    """True when two things are named, not one thing with two names."""
    return re.search(r"\bet\b|[,+&]", turn.text.lower()) is not None


class Cancel(Form):
    """The cancelling form (RULES §3)."""

    operation = "cancel"

    def appointment(self, turn: Turn) -> Appointment:
        """The appointment being cancelled."""
        return self.core.appointment(turn.person, turn["appointment_id"])

    def abandon(self, turn: Turn) -> None:
        """The appointment stays, and so do those that would have come next."""
        if turn["second"] and turn["second"].get("at_once"):
            turn["second"] = None
        if turn["appointment_id"]:
            turn.say("utter_cancel_kept", appointment=words.appointment(turn, self.appointment(turn)))
        else:
            turn.say("utter_cancel_kept_all")
        self.end(turn)

    def aside(self, turn: Turn) -> bool:
        """ "OK merci, bonne soirée" cancels nothing: asked once more, for it cannot be undone."""
        leaves = turn["requested_slot"] == "confirm" and turn.intent in POLITE
        if leaves and YES.search(turn.text.lower()) and not SURELY.search(turn.text.lower()):
            self.ask_again(turn)
            return True
        return super().aside(turn)

    def take(self, turn: Turn, started: bool) -> None:
        """Which appointment; then yes, no, or another one."""
        appointments = self.core.upcoming(turn.person)
        if not appointments:
            turn.say("utter_nothing_to_cancel")
            self.end(turn)
            return
        asked, before = turn["requested_slot"], turn["appointment_id"]
        tells = turn.chosen("appointment") or any(turn.entity(k) for k in ("reason", "channel", "moment"))
        other = len(appointments) == 2 and (turn.says_other or (tells and turn.intent == "deny"))
        if started:
            held.say_missing(turn, appointments)
        if tells or other or not before:
            fitting = held.meant(turn, appointments)
            if started and len(fitting) > 1:
                fitting = held.answered(turn, fitting)
            if before and other and (not tells or [a.id for a in fitting] == [before]):
                fitting = [a for a in appointments if a.id != before]
            if not before and not started and turn.intent in ("deny", "goodbye") and not tells:
                self.abandon(turn)
                return
            if len(fitting) > 1 and (turn.entity("all") or ALL.search(turn.text.lower())):
                # One after the other, each with its own yes.
                turn["second"] = {"action": "cancel_form", "entities": [{"entity": "all"}], "at_once": True}
                fitting = fitting[:1]
            elif started and len(fitting) == 2 and set(turn.reasons) >= {a.reason for a in fitting} and both(turn):
                # "Celui de la C2S et celui de l'invalidité".
                later = {"entity": "reason", "value": fitting[1].reason}
                turn["second"] = {"action": "cancel_form", "entities": [later], "at_once": True}
                fitting = fitting[:1]
            if len(fitting) != 1:
                held.which(self, turn, "utter_question_which_cancel", fitting or appointments)
                return
            turn["appointment_id"] = str(fitting[0].id)
        if asked == "confirm" and not turn.changed("appointment_id") and not started:
            if turn.intent == "deny" and IN_THE_END.search(turn.text.lower()):
                turn.intent = "affirm"
            if turn.intent in ("affirm", "cancel_appointment") and WAVERS.search(turn.text.lower()):
                turn.say("utter_cancel_means")
                self.ask_again(turn)
            elif turn.intent in ("affirm", "cancel_appointment"):
                self.confirm(turn)
            elif turn.intent in ("deny", "goodbye", "thank"):
                self.abandon(turn)
            else:
                self.ask_again(turn)
            return
        self.ask_to_confirm(turn)

    def ask_to_confirm(self, turn: Turn) -> None:
        """Name the appointment, and say that nothing is cancelled yet."""
        turn.say("utter_cancel_confirm", appointment=words.appointment(turn, self.appointment(turn)))
        turn.card(kind="cancel", appointment=turn["appointment_id"])
        turn["options"] = ["intent:affirm", "intent:deny"]
        turn.ask("confirm")

    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked; after an emergency, wait in silence."""
        turn["operation"] = self.operation
        if turn.intent == "report_emergency":
            return
        if turn["appointment_id"]:
            self.ask_to_confirm(turn)
        else:
            held.which(self, turn, "utter_question_which_cancel", self.core.upcoming(turn.person))

    def confirm(self, turn: Turn) -> None:
        """Cancel; the slot is free again at once."""
        cancelled = self.core.cancel(
            turn.person,
            turn["appointment_id"],
            key=f"{turn.conversation}:{turn.message_id}",
            medium=turn.medium,
        )
        turn.say("utter_cancelled", appointment=words.appointment(turn, cancelled))
        self.end(turn)
        left = self.core.upcoming(turn.person)
        if len(left) == 1 and not turn["offered"]:
            other = {"entity": "reference", "value": f"appointment:{left[0].id}"}
            turn.offer("cancel_form", [other], by_name=True)
