"""Booking an appointment: reason, channel, agency or number, slot, then an explicit yes."""

from __future__ import annotations

import re
from typing import Any

from actions import contact, times, words
from actions.details import Details
from actions.help import say_where
from actions.slots import Search
from actions.turn import Turn
from booking_core import Appointment, OwnConflict, ReasonAlreadyBooked, SlotTaken
from french.requests import requests

REFUSES = ("deny", "abandon")
# What is no number, where one is asked for.
NO_NUMBER = ("affirm", "deny", "inform", "choose_option", "more_slots")
VIDEO = re.compile(r"\b(?:visio\w*|vid[ée]o\w*|teams|zoom|skype|whatsapp)\b", re.IGNORECASE)
SWITCHES_OF_EXISTING = ("move_appointment", "cancel_appointment")
NAMED = {"move": "move_appointment", "cancel": "cancel_appointment"}
# "J'en veux un autre en plus": a reason is booked once.
ONE_MORE = re.compile(
    r"\ben plus\b|\bun de plus\b|\b(?:un autre|un deuxi[eè]me|un second)(?! (?:jour|horaire|moment))\b"
)


class Book(Details):
    """The booking form (RULES: reason, channel, agency, time, recap, three outcomes)."""

    operation = "book"

    def stays(self, turn: Turn) -> bool:
        """ "Mettez plutôt jeudi" sounds like moving, "annulez tout" like cancelling: not with nothing booked."""
        if turn.intent == "update_contact":
            return turn["channel"] == "phone" and turn["requested_slot"] in ("phone", "confirm", "change", "slot_id")
        if turn["requested_slot"] == "existing":
            return turn.intent in SWITCHES_OF_EXISTING
        held = {a.reason for a in self.core.upcoming(turn.person)}
        if turn["reason"] not in turn.reasons and held & set(turn.reasons):
            # "Déplacez plutôt mon rendez-vous C2S", said while another is being booked.
            return False
        nothing_booked = not held
        correcting = turn.intent == "move_appointment" and bool(turn.moments) and bool(self.offered(turn))
        return nothing_booked or correcting

    # -- taking what was said ------------------------------------------------------------------------

    def take(self, turn: Turn, started: bool) -> None:
        """Everything said at once is taken at once; then the first thing missing is asked."""
        if started and turn.intent == "inform" and turn.reference("phone") and len(turn.entities) == 1:
            # A number and nothing else: it is to be kept.
            turn.start("contact_form", turn.entities)
            return
        person = turn.person
        asked = turn["requested_slot"]
        if asked == "existing" and turn.reasons and turn["reason"] not in turn.reasons:
            # "Celui-là je le garde, j'en veux un pour la C2S": another booking begins.
            turn["reason"] = turn["appointment_id"] = turn["requested_slot"] = asked = None
        if asked == "existing" and ONE_MORE.search(turn.text.lower()):
            self.ask_again(turn)
            return
        if asked == "existing" and any(m.role == "wanted" for m in turn.moments):
            # "Mercredi matin": when it is to be instead.
            self.change_existing(turn, "move_appointment")
            return
        if asked == "existing" and (other := self.asked_of_existing(turn)):
            self.change_existing(turn, other)
            return
        if not started and turn.intent in ("cancel_appointment", "goodbye") and not turn.moments:
            self.abandon(turn)
            return
        placed = turn["channel"] == "phone" or (turn["channel"] == "in_person" and turn["agency"])
        if turn.intent == "join_waitlist" and turn["reason"] and placed:
            self.join_waiting_list(turn, person)
            return
        if asked == "existing" and turn.intent in (*REFUSES, "affirm") and not turn.entity("reason"):
            self.leave_existing(turn)
            return
        if asked == "reason" and turn.intent == "deny" and not turn.entity("reason") and not turn.chosen("reason"):
            turn.say("utter_reason_not_listed")
            self.which_reason(turn)
            return
        questions = self.take_details(turn)
        if not turn["reason"] and not questions and self.names_another_subject(turn, asked):
            say_where(turn, "utter_reason_not_listed")
        if questions:
            if turn.moments and not turn["slot_id"]:
                times.revise(turn, turn.moments, [])
            questions[0]()
        elif self.take_time(turn):
            self.go_on(turn, person)

    # -- asking what is missing ----------------------------------------------------------------------

    def go_on(self, turn: Turn, person: str) -> None:
        """Ask for the first thing missing, offer slots, read back, or book."""
        asked = turn["requested_slot"]
        if not turn["reason"]:
            self.which_reason(turn, self.between(turn) if asked == "reason" else None)
        elif existing := self.core.upcoming_for(person, turn["reason"]):
            self.already_booked(turn, existing)
        elif not turn["channel"]:
            self.which_channel(turn)
        elif turn["channel"] == "in_person" and not turn["agency"]:
            self.which_agency(turn, list(self.core.find_agencies(None, near=None, home=person, limit=3).agencies))
        elif turn["channel"] == "phone" and not self.number(turn):
            turn.say("utter_question_phone")
            turn.ask("phone")
        elif turn["slot_id"]:
            self.settle(turn, asked)
        elif turn.intent == "deny" and asked == "slot_id" and not turn.changed("preferred_time"):
            self.refuse_offer(turn)
        elif self.nothing_new(turn):
            self.ask_again(turn)
        else:
            self.offer_slots(turn, more=turn.intent == "more_slots" and not turn.moments)

    def settle(self, turn: Turn, asked: str | None) -> None:
        """A slot is chosen: read it back, or take the yes or the no to it."""
        if asked == "confirm" and not turn.changed("slot_id"):
            if turn.intent == "affirm" and not turn.changed("contact_reference"):
                self.confirm(turn)
                return
            if turn.intent in REFUSES:
                self.ask_change(turn)
                return
        if turn.intent == "more_slots" and not turn.changed("slot_id"):
            self.leave_out(turn)
            return
        self.hold(turn)

    def aside(self, turn: Turn) -> bool:
        """ "C'est sûr qu'on va m'appeler ?": with nothing booked yet, what is being read back is the answer."""
        if turn.intent == "list_appointments" and turn["slot_id"] and not self.core.upcoming(turn.person):
            self.ask_again(turn)
            return True
        if self.old_number(turn):
            self.change(turn, "phone")
            return True
        if turn["requested_slot"] == "channel" and not turn.entity("channel") and VIDEO.search(turn.text):
            turn.say("utter_no_video")
            self.ask_again(turn)
            return True
        return super().aside(turn) or self.without_number(turn)

    def old_number(self, turn: Turn) -> bool:
        """ "Ce numéro n'est plus le bon", without the good one, of the number just read back."""
        read_back = turn["requested_slot"] == "confirm" and turn["channel"] == "phone"
        return read_back and turn.intent == "update_contact" and not turn.reference("phone") and not turn.moments

    def without_number(self, turn: Turn) -> bool:
        """ "À quel numéro ?" was answered by nothing that can be taken: said so; who gives none may come instead."""
        said = turn.reference("phone") or any(turn.entity(k) for k in ("reason", "channel", "agency", "moment"))
        if turn["requested_slot"] != "phone" or said or turn.intent not in NO_NUMBER:
            return False
        if turn.intent == "deny" and len(self.core.channels_for(turn["reason"], turn.medium)) > 1:
            turn["channel"] = None
            self.which_channel(turn)
        else:
            self.misunderstood(turn)
        return True

    def change(self, turn: Turn, part: str) -> None:
        """The part that was named is asked for anew; the slot is kept only for another number."""
        if part == "time":
            super().change(turn, part)
        elif part == "phone" and turn["channel"] == "phone":
            turn.say("utter_question_phone")
            turn.ask("phone")
        elif part == "reason":
            self.release_slot(turn)
            turn["reason"] = None
            self.which_reason(turn)
        else:
            self.release_slot(turn)
            turn["channel"] = turn["agency"] = None
            self.which_channel(turn)

    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked; after an emergency, wait in silence."""
        asked = turn["requested_slot"]
        turn["operation"] = self.operation
        if turn.intent == "report_emergency":
            return
        if asked == "confirm" and turn["slot_id"]:
            self.hold(turn)
        elif asked == "slot_id" and self.offered(turn):
            self.offer(turn, self.offer_response, words.slot_buttons(turn, self.offered(turn)))
        elif asked == "change":
            self.ask_change(turn)
        elif asked == "agency" and turn["agencies"]:
            self.which_agency(turn, [self.core.agency(a) for a in turn["agencies"]])
        elif asked == "preferred_time":
            self.ask_time(turn)
        else:
            self.go_on(turn, turn.person)

    def misunderstood(self, turn: Turn) -> None:
        """A subject that is not in the list is told where to go, and the list is shown again."""
        if turn["requested_slot"] == "reason" and turn.intent == "out_of_scope":
            say_where(turn, "utter_reason_not_listed")
            self.which_reason(turn)
            return
        super().misunderstood(turn)

    # -- the slot and the outcomes -------------------------------------------------------------------

    def search_for(self, turn: Turn) -> Search:
        """In person: the agency chosen; by phone: the advisers of the person's own agency."""
        agencies = (turn["agency"],) if turn["channel"] == "in_person" else turn.phone_agencies
        return Search(turn["reason"], turn["channel"], agencies)

    def recap(self, turn: Turn) -> None:
        """Everything that will be booked, and that nothing is yet."""
        slot = turn.slots([turn["slot_id"]])[0]
        values: dict[str, Any] = {"when": words.when(turn, slot), "reason": words.reason(turn, turn["reason"])}
        if turn["channel"] == "phone":
            number = self.number(turn)
            assert number is not None  # noqa: S101 - go_on asks for it before
            turn.say("utter_recap_phone", phone=words.phone(turn, number), **values)
        else:
            agency = self.core.agency(slot.agency_id)
            turn.say("utter_recap_in_person", agency=words.agency(agency), address=agency.address, **values)
        turn.card(kind="recap", slot=slot.id, reason=turn["reason"], phone=turn["contact_reference"])
        turn["options"] = ["intent:affirm", "intent:deny"]

    def confirm(self, turn: Turn) -> None:
        """Book; or say who has the slot, or which appointment is in the way, and offer others."""
        number = self.number(turn) if turn["channel"] == "phone" else None
        try:
            booked = self.core.book(
                turn.person,
                turn["slot_id"],
                turn["reason"],
                holder=turn.conversation,
                key=f"{turn.conversation}:{turn.message_id}",
                medium=turn.medium,
                phone=number,
            )
        except SlotTaken:
            self.slot_taken(turn)
            return
        except ReasonAlreadyBooked as refusal:
            self.already_booked(turn, refusal.appointment)
            return
        except OwnConflict as conflict:
            turn.say("utter_own_conflict", appointment=words.appointment(turn, conflict.appointment))
            self.leave_out(turn)
            return
        if turn["contact_reference"] and number:
            contact.save(turn, "phone", number)
        values: dict[str, Any] = {"when": words.when(turn, booked), "reference": booked.reference}
        if booked.channel == "phone":
            turn.say("utter_booked_phone", phone=words.phone(turn, booked.phone or ""), **values)
        else:
            turn.say(
                "utter_booked_in_person", agency=words.agency(booked.agency), address=booked.agency.address, **values
            )
        turn.card(kind="booked", appointment=booked.id)
        turn.say(f"utter_documents_{booked.reason}")
        self.end(turn)

    def already_booked(self, turn: Turn, existing: Appointment) -> None:
        """One upcoming appointment per reason (RULES §2.1): move it, cancel it or leave it."""
        self.core.release(turn.conversation)
        turn["appointment_id"] = existing.id
        turn.say("utter_reason_already_booked", appointment=words.appointment(turn, existing))
        turn["options"] = ["intent:move_appointment", "intent:cancel_appointment", "intent:deny"]
        turn.ask("existing")

    def asked_of_existing(self, turn: Turn) -> str | None:
        """ "Ah oui, déplacez-le": the verb says it, a yes before it or not; otherwise what is likeliest."""
        named = [NAMED[r.operation] for r in requests(turn.text) if r.operation in NAMED]
        if len(named) == 1 and turn.intent in ("affirm", *SWITCHES_OF_EXISTING):
            return named[0]
        return turn.best(SWITCHES_OF_EXISTING)

    def change_existing(self, turn: Turn, intent: str) -> None:
        """Move or cancel the appointment already booked for this reason."""
        chosen = {"entity": "reference", "value": f"appointment:{turn['appointment_id']}"}
        entities = [chosen, *(e for e in turn.entities if e["entity"] == "moment")]
        form = "move_form" if intent == "move_appointment" else "cancel_form"
        turn.start(form, entities)

    def leave_existing(self, turn: Turn) -> None:
        """The appointment already booked for this reason stays as it is."""
        appointment = self.core.appointment(turn.person, turn["appointment_id"])
        turn.say("utter_move_kept", appointment=words.appointment(turn, appointment))
        self.end(turn)

    def no_slot(self, turn: Turn) -> None:
        """Another channel, another agency, the waiting list, 3646 – in that order (RULES §2.4)."""
        channel = turn["channel"]
        other = words.channel(turn, "in_person") if channel == "phone" else words.word(turn, "another_agency")
        turn.say("utter_no_slot", channel=words.channel(turn, channel), other=other)
        turn["options"] = ["intent:join_waitlist", "intent:abandon"]
        turn.ask("preferred_time")

    def join_waiting_list(self, turn: Turn, person: str) -> None:
        """On the list for this reason and channel; nothing is booked."""
        search = self.search_for(turn)
        self.core.join_waiting_list(person, search.reason, search.channel, search.agencies, medium=turn.medium)
        turn.say("utter_waitlist_joined")
        self.end(turn)
