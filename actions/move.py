"""Moving an appointment: the date and time only; the old slot is kept until the new one is won."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions import held, relative, times, words
from actions.slots import Search, SlotForm
from actions.turn import Turn
from booking_core import Appointment, ChannelNotAllowed, OwnConflict, Slot, SlotTaken, TooLate
from french.model import Moment
from french.requests import requests

CANCEL_IT = re.compile(
    r"\b(?:annule|supprime)[rz]?[- ](?:le|mon|ce)\b|\bl['’ ]?(?:annule|supprime)[rz]?\b"
    r"|\bannule[rz]? (?:carr[ée]ment|plut[oô]t)\b",
    re.IGNORECASE,
)


class Move(SlotForm):
    """The moving form (RULES §3)."""

    operation = "move"
    offer_response = "utter_move_offer"
    taken_response = "utter_move_slot_taken"
    change_response = "utter_question_change_time"

    def stays(self, turn: Turn) -> bool:
        """ "Plutôt un rendez-vous jeudi" sounds like booking: with slots on offer it is a choice of day."""
        if turn.intent == "book_appointment":
            return turn["appointment_id"] is not None and not turn.entity("reason")
        return False

    def switch(self, turn: Turn) -> str | None:
        """ "Oh et puis non, annulez-le": cancelling asks for its own yes."""
        if turn.intent in ("deny", "abandon") and CANCEL_IT.search(turn.text):
            return "cancel"
        asked = [r.operation for r in requests(turn.text)]
        if asked == ["book"] and turn["appointment_id"] and turn.reasons:
            # "Laissez-le, je veux un autre rendez-vous pour mon arrêt".
            return None if self.appointment(turn).reason in turn.reasons else "book"
        return super().switch(turn)

    def abandon(self, turn: Turn) -> None:
        """The appointment stays as it is."""
        if not turn["appointment_id"]:
            super().abandon(turn)
            return
        self.core.release(turn.conversation)
        turn.say("utter_move_kept", appointment=words.appointment(turn, self.appointment(turn)))
        self.end(turn)

    def appointment(self, turn: Turn) -> Appointment:
        """The appointment being moved."""
        return self.core.appointment(turn.person, turn["appointment_id"])

    def take(self, turn: Turn, started: bool) -> None:
        """Which appointment, which time, then the yes."""
        asked = turn["requested_slot"]
        if not started and turn.intent == "goodbye" and not turn.moments:
            self.abandon(turn)
            return
        if not turn["appointment_id"] and not self.find(turn):
            return
        if self.gives_up(turn, asked, started):
            self.abandon(turn)
            return
        if turn.entity("channel") and turn.value("channel") != self.appointment(turn).channel:
            turn.say("utter_move_fixed")
        self.leave_out_old_time(turn, started or asked == "appointment_id")
        if not turn["preferred_time"]:
            relative.on_day(turn, self.appointment(turn).start.date())
        if not self.take_time(turn):
            return
        self.go_on(turn, asked, started)

    def measured_from(self, turn: Turn) -> Sequence[Slot | Appointment]:
        """ "Un peu plus tard" than the appointment."""
        return [self.appointment(turn)]

    def gives_up(self, turn: Turn, asked: str | None, started: bool) -> bool:
        """A no with no other time to it, where a time or nothing at all was offered."""
        if started or turn.intent != "deny" or turn.moments or turn.value("option") is not None:
            return False
        return asked in ("preferred_time", "change")

    def find(self, turn: Turn) -> bool:
        """Settle which appointment is meant; False when an answer has already been given."""
        appointments = self.core.upcoming(turn.person)
        if not appointments:
            turn.say("utter_nothing_to_move")
            self.end(turn)
            return False
        held.say_missing(turn, appointments)
        fitting = held.meant(turn, appointments)
        if len(fitting) > 1 and not turn["requested_slot"]:
            fitting = held.answered(turn, fitting)
        if len(fitting) != 1:
            if wished := [
                m for m in turn.moments if held.moves_to(turn, m) or not any(held.at(a, m) for a in appointments)
            ]:
                times.revise(turn, wished, [])
            held.which(self, turn, "utter_question_which_move", fitting or appointments)
            return False
        appointment = fitting[0]
        try:
            self.core.check_move(turn.person, appointment.id, medium=turn.medium)
        except ChannelNotAllowed:
            turn.say("utter_move_channel_not_allowed")
            self.end(turn)
            return False
        except TooLate:
            turn.say("utter_too_late")
            self.end(turn)
            return False
        turn["appointment_id"] = str(appointment.id)
        return True

    def leave_out_old_time(self, turn: Turn, naming: bool) -> None:
        """ "Mon rendez-vous de vendredi" names the old time, which is no wish; "le lendemain" is counted from it."""
        old = self.appointment(turn)
        if not self.offered(turn):
            relative.count_from(turn, old.start)
        for entity in turn.entities:
            # "Mon rendez-vous de vendredi à 15h" when it is at 9: the hour is the new one.
            if entity["entity"] == "moment" and entity["value"]["role"] == "existing":
                moment = Moment.from_json(entity["value"])
                if held.same_day(old, moment) and not held.at(old, moment):
                    entity["value"] = {**entity["value"], "role": "wanted"}
        if naming or len(turn.moments) > 1:
            turn.entities = [e for e in turn.entities if not self.names_old_time(turn, e, old)]

    def names_old_time(self, turn: Turn, entity: dict[str, Any], old: Appointment) -> bool:
        """True for a moment that names the appointment rather than the new time."""
        if entity["entity"] != "moment":
            return False
        moment = Moment.from_json(entity["value"])
        by_name = turn["requested_slot"] == "appointment_id" and relative.names_day(moment, turn.now, old.start.date())
        return (held.at(old, moment) or by_name) and not held.moves_to(turn, moment)

    def go_on(self, turn: Turn, asked: str | None, started: bool) -> None:
        """Ask for a day, offer slots, read back, or move."""
        if turn["slot_id"]:
            if asked == "confirm" and not turn.changed("slot_id"):
                if turn.intent == "affirm":
                    self.confirm(turn)
                    return
                if turn.intent == "deny":
                    self.ask_change(turn)
                    return
            if turn.intent == "more_slots" and not turn.changed("slot_id"):
                self.leave_out(turn)
                return
            self.hold(turn)
        elif turn.intent == "deny" and asked == "slot_id" and not turn.changed("preferred_time"):
            self.refuse_offer(turn)
        elif self.nothing_new(turn):
            self.ask_again(turn)
        elif turn["preferred_time"] or turn.intent == "more_slots" or asked == "preferred_time":
            self.offer_slots(turn, more=turn.intent == "more_slots" and not turn.moments)
        else:
            self.ask_day(turn)

    def ask_day(self, turn: Turn) -> None:
        """Ask for the new day, naming the old one."""
        turn.say("utter_question_move_time", appointment=words.appointment(turn, self.appointment(turn)))
        turn.ask("preferred_time")

    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked; after an emergency, wait in silence."""
        asked = turn["requested_slot"]
        turn["operation"] = self.operation
        if turn.intent == "report_emergency":
            return
        if asked == "confirm" and turn["slot_id"]:
            self.hold(turn)
        elif asked == "slot_id" and self.offered(turn):
            self.offer(turn, "utter_offer", words.slot_buttons(turn, self.offered(turn)))
        elif asked == "change":
            self.ask_change(turn)
        elif turn["appointment_id"]:
            self.ask_day(turn)
        else:
            held.which(self, turn, "utter_question_which_move", self.core.upcoming(turn.person))

    def search_for(self, turn: Turn) -> Search:
        """The same reason, channel and agency."""
        old = self.appointment(turn)
        return Search(old.reason, old.channel, (old.agency.id,))

    def offer(self, turn: Turn, response: str, buttons: list[words.Button], **values: str) -> None:
        """The first offer reminds that the old appointment is kept meanwhile."""
        if response == self.offer_response:
            values["appointment"] = words.appointment(turn, self.appointment(turn))
        super().offer(turn, response, buttons, **values)

    def recap(self, turn: Turn) -> None:
        """The old time and the new one, and that nothing has changed yet."""
        old, slot = self.appointment(turn), turn.slots([turn["slot_id"]])[0]
        turn.say(
            "utter_move_recap",
            reason=words.reason(turn, old.reason),
            old=words.word(turn, "from_old_to", when=words.when(turn, old)),
            when=words.when(turn, slot),
        )
        turn.card(kind="recap", slot=slot.id, reason=old.reason, appointment=old.id)
        turn["options"] = ["intent:affirm", "intent:deny"]

    def confirm(self, turn: Turn) -> None:
        """Move in one step; a refusal leaves the old appointment where it is."""
        try:
            moved = self.core.move(
                turn.person,
                turn["appointment_id"],
                turn["slot_id"],
                holder=turn.conversation,
                key=f"{turn.conversation}:{turn.message_id}",
                medium=turn.medium,
            )
        except SlotTaken:
            self.slot_taken(turn)
            return
        except OwnConflict as conflict:
            turn.say("utter_move_own_conflict", appointment=words.appointment(turn, conflict.appointment))
            self.leave_out(turn)
            return
        turn.say("utter_moved", when=words.when(turn, moved), reference=moved.reference)
        turn.card(kind="moved", appointment=moved.id)
        self.end(turn)

    def no_slot(self, turn: Turn) -> None:
        """The advice of RULES §3: cancel it and book a new one."""
        turn.say("utter_move_no_slot")
        turn["options"] = ["intent:deny", "intent:cancel_appointment"]
        turn.ask("preferred_time")
