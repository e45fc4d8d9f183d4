"""Booking an appointment: reason, channel, agency or number, slot, then an explicit yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from actions import contact, times, words
from actions.help import position, say_where
from actions.slots import Search, SlotForm
from actions.turn import Turn
from booking_core import (
    Agency,
    Appointment,
    InvalidPhone,
    OwnConflict,
    ReasonAlreadyBooked,
    SlotTaken,
)
from french.subjects import subject
from french.text import fold

REFUSES = ("deny", "abandon")
SWITCHES_OF_EXISTING = ("move_appointment", "cancel_appointment")
# A subject is named, and it is none of ours: "un rendez-vous pour mes impôts".
SUBJECT = re.compile(
    r"\bpour (?:mon|ma|mes|la|le|les|une?|des|l['’]) ?"
    r"(?!dossier|situation|question|cas\b|rendez|rdv|renseign|info|conseil|point|suite|semaine|moment|matin|apr|⟦)"
)
# "J'en veux un autre en plus": a reason is booked once.
ONE_MORE = re.compile(
    r"\ben plus\b|\bun de plus\b|\b(?:un autre|un deuxi[eè]me|un second)(?! (?:jour|horaire|moment))\b"
)
DOUBTFUL = 0.1
# What has to be asked before anything else, None when what was said is clear.
Question = Callable[[], None] | None


class Book(SlotForm):
    """The booking form (RULES: reason, channel, agency, time, recap, three outcomes)."""

    operation = "book"

    def stays(self, turn: Turn) -> bool:
        """ "Mettez plutôt jeudi" sounds like moving, "annulez tout" like cancelling: not with nothing booked."""
        if turn.intent == "update_contact":
            return turn["channel"] == "phone" and turn["requested_slot"] in ("phone", "confirm", "change", "slot_id")
        if turn["requested_slot"] == "existing":
            return turn.intent in SWITCHES_OF_EXISTING
        nothing_booked = not self.core.upcoming(turn.person)
        correcting = turn.intent == "move_appointment" and bool(turn.moments) and bool(self.offered(turn))
        return nothing_booked or correcting

    # -- taking what was said -------------------------------------------------------------------

    def take(self, turn: Turn, started: bool) -> None:
        """Everything said at once is taken at once; then the first thing missing is asked."""
        person = turn.person
        asked = turn["requested_slot"]
        if asked == "existing" and ONE_MORE.search(turn.text.lower()):
            self.ask_again(turn)
            return
        if asked == "existing" and (other := turn.best(SWITCHES_OF_EXISTING)):
            self.change_existing(turn, other)
            return
        if not started and turn.intent in ("cancel_appointment", "goodbye") and not turn.moments:
            self.abandon(turn)
            return
        if turn.intent == "join_waitlist" and turn["reason"]:
            self.join_waiting_list(turn, person)
            return
        if asked == "existing" and turn.intent in (*REFUSES, "affirm") and not turn.entity("reason"):
            self.leave_existing(turn)
            return
        if asked == "reason" and turn.intent == "deny" and not turn.entity("reason") and not turn.chosen("reason"):
            turn.say("utter_reason_not_listed")
            self.which_reason(turn)
            return
        # Everything is taken before the first question that came up is asked.
        takes = (self.take_reason, self.take_channel, self.take_agency, self.take_phone)
        questions = [question for take in takes if (question := take(turn))]
        if not turn["reason"] and not questions and self.names_another_subject(turn, asked):
            say_where(turn, "utter_reason_not_listed")
        if questions:
            if turn.moments and not turn["slot_id"]:
                times.revise(turn, turn.moments, [])
            questions[0]()
        elif self.take_time(turn):
            self.go_on(turn, person)

    def take_reason(self, turn: Turn) -> Question:
        """The reason said, or chosen; two that fit are asked about; a new one releases the slot."""
        code = turn.chosen("reason")
        if not code and (said := turn.reasons):
            if len(said) > 1 and not turn["reason"]:
                turn["reasons_said"] = said if turn.says_two else None
                booked = {a.reason for a in self.core.upcoming(turn.person)}
                free = [c for c in said if c not in booked]
                if len(free) > 1:
                    return partial(self.which_reason, turn, free)
                said = free or said
            code = said[-1]
        if not code or code == turn["reason"]:
            return None
        if turn["reason"]:
            turn.say("utter_noted_change", new=words.reason(turn, code), old=words.reason(turn, turn["reason"]))
            self.release_slot(turn)
        turn["reason"] = code
        self.leave_for_later(turn, code)
        if turn["requested_slot"] in (None, "reason") and not self.core.upcoming_for(turn.person, code):
            turn.say("utter_only_reason", reason=words.reason(turn, code))
        return None

    def names_another_subject(self, turn: Turn, asked: str | None) -> bool:
        """True when the sentence speaks of something that is no reason of the list."""
        if asked == "reason":
            return turn.intent == "inform" and not turn.entities
        doubtful = turn.best(["out_of_scope"], at_least=DOUBTFUL) is not None
        named = SUBJECT.search(turn.text.lower()) is not None or subject(turn.text) is not None
        return asked is None and (doubtful or named)

    def leave_for_later(self, turn: Turn, code: str) -> None:
        """Of two reasons said apart, the one that was not chosen is for a second appointment."""
        others = [c for c in turn["reasons_said"] or [] if c != code]
        if others and code in turn["reasons_said"]:
            turn["second"] = {"action": "book_form", "entities": [{"entity": "reason", "value": others[0]}]}
        turn["reasons_said"] = None

    def take_channel(self, turn: Turn) -> Question:
        """The channel said; an agency named means coming to it."""
        code = turn.chosen("channel") or turn.value("channel")
        if not code and turn.entity("agency") and not turn["channel"]:
            code = "in_person"
        if not code or code == turn["channel"]:
            return None
        if code not in self.core.channels_allowed(turn.medium, "book"):
            turn.say("utter_channel_not_allowed")
            code = "phone"
        if turn["channel"] and turn["channel"] != code:
            turn.say("utter_noted_change", new=words.channel(turn, code), old=words.channel(turn, turn["channel"]))
            self.release_slot(turn)
        turn["channel"] = code
        if code == "phone":
            turn["agency"] = None
        return None

    def take_agency(self, turn: Turn) -> Question:
        """The agency chosen or named; the nearest are offered when there is none at that place."""
        if turn["channel"] == "phone":
            return None
        chosen, place = turn.chosen("agency") or self.agency_of_list(turn), turn.value("agency")
        if not chosen and not place and turn["channel"] == "in_person":
            chosen = self.town_named(turn)
        if chosen:
            self.set_agency(turn, self.core.agency(chosen))
        elif place:
            found = self.core.find_agencies(place["name"], near=position(place), home=turn.person, limit=3)
            if not found.exact:
                turn.say("utter_agency_nearest", place=place["name"])
                return partial(self.which_agency, turn, list(found.agencies))
            self.set_agency(turn, found.agencies[0])
        return None

    def agency_of_list(self, turn: Turn) -> str | None:
        """ "L’autre agence, la deuxième" said once slots are on offer speaks of the agencies shown before."""
        option, agencies = turn.value("option"), turn["agencies"] or []
        if option is None or "agence" not in turn.text.lower() or turn["requested_slot"] == "agency":
            return None
        place = len(agencies) if option == "last" else int(option)
        if not 1 <= place <= len(agencies):
            return None
        turn.entities = [e for e in turn.entities if e["entity"] not in ("reference", "option")]
        chosen: str = agencies[place - 1]
        return chosen

    def understood_anyway(self, turn: Turn) -> bool:
        """The name of a town alone counts too, once it is clear that one comes to an agency."""
        return super().understood_anyway(turn) or (turn["channel"] == "in_person" and bool(self.town_named(turn)))

    def town_named(self, turn: Turn) -> str | None:
        """The agency of the only town of ours that the sentence names, with no word that announces a place."""
        said = set(re.findall(r"\w+", fold(turn.text)))
        named = [a for a in self.core.agencies() if set(re.findall(r"\w+", fold(a.town))) <= said]
        return named[0].id if len(named) == 1 else None

    def set_agency(self, turn: Turn, agency: Agency) -> None:
        """Another agency releases the slot chosen at the first."""
        if turn["agency"] and turn["agency"] != agency.id:
            turn.say("utter_noted_change", new=words.agency(agency), old=words.agency(self.core.agency(turn["agency"])))
            self.release_slot(turn)
        turn["agency"] = agency.id

    def take_phone(self, turn: Turn) -> Question:
        """A number given on the way is the one that will be called, once it is checked."""
        reference = turn.reference("phone")
        if not reference or turn["channel"] == "in_person":
            return None
        had = self.core.contact(turn.person).for_calls or turn["contact_reference"]
        try:
            number = self.core.check_phone(self.core.vault_get(turn.conversation, reference))
        except InvalidPhone:
            turn.say("utter_invalid_phone" if had else "utter_invalid_phone_first")
            return partial(self.ask_again, turn)
        turn["contact_reference"] = reference
        turn.say("utter_phone_noted", phone=words.phone(turn, number))
        return None

    def release_slot(self, turn: Turn) -> None:
        """The slot chosen no longer holds: free it, keep the time wished."""
        self.core.release(turn.conversation)
        turn["slot_id"] = None
        turn["options"] = []
        if turn["preferred_time"]:
            turn["preferred_time"] = {**turn["preferred_time"], "shown": []}

    # -- asking what is missing -----------------------------------------------------------------

    def go_on(self, turn: Turn, person: str) -> None:
        """Ask for the first thing missing, offer slots, read back, or book."""
        asked = turn["requested_slot"]
        if not turn["reason"]:
            self.which_reason(turn)
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
                turn.say("utter_question_change")
                turn.ask("change")
                return
            if turn.intent == "more_slots":
                self.leave_out(turn)
                return
        self.hold(turn)

    def which_reason(self, turn: Turn, codes: list[str] | None = None) -> None:
        """Offer the reasons for which nothing is booked yet (RULES §2.1); of two said, one is for later."""
        booked = {a.reason for a in self.core.upcoming(turn.person)}
        free = [c for c in codes or self.core.reasons if c not in booked]
        if not free:
            turn.say("utter_all_reasons_booked")
            self.end(turn)
            return
        buttons = [{"title": words.reason(turn, c), "payload": f"reason:{c}"} for c in free]
        # Where to go with another subject is said once.
        first = "utter_question_reason" if turn["requested_slot"] == "reason" else "utter_question_reason_first"
        turn.ask("reason")
        self.offer(turn, "utter_question_reason_which" if codes else first, buttons)

    def which_channel(self, turn: Turn) -> None:
        """By phone or in person; where one alone is possible, it is taken and said."""
        possible = self.core.channels_for(turn["reason"], turn.medium)
        if len(possible) == 1:
            turn["channel"] = possible[0]
            turn.say("utter_reason_channel", channel=words.channel(turn, possible[0]))
            self.go_on(turn, turn.person)
            return
        turn["options"] = ["channel:phone", "channel:in_person"]
        turn.say("utter_question_channel")
        turn.ask("channel")

    def which_agency(self, turn: Turn, agencies: list[Agency]) -> None:
        """Offer agencies: the person's own first, then the nearest."""
        buttons = [{"title": words.agency(a), "payload": f"agency:{a.id}"} for a in agencies]
        turn["agencies"] = [a.id for a in agencies]
        turn.ask("agency")
        self.offer(turn, "utter_question_agency", buttons)

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
            turn.say("utter_question_change")
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

    # -- the slot and the outcomes --------------------------------------------------------------

    def search_for(self, turn: Turn) -> Search:
        """In person: the agency chosen; by phone: the advisers of the person's own agency."""
        agencies = (turn["agency"],) if turn["channel"] == "in_person" else self.core.phone_agencies(turn.person)
        return Search(turn["reason"], turn["channel"], agencies)

    def number(self, turn: Turn) -> str | None:
        """The number that will be called: the one given in this conversation, or the one on file."""
        if turn["contact_reference"]:
            return self.core.check_phone(self.core.vault_get(turn.conversation, turn["contact_reference"]))
        return self.core.contact(turn.person).for_calls

    def recap(self, turn: Turn) -> None:
        """Everything that will be booked, and that nothing is yet."""
        slot = self.core.slots([turn["slot_id"]])[0]
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
