"""What a booking is made of: reason, channel, agency, number – taken as they are said, asked when they miss."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from actions import words
from actions.help import position
from actions.slots import SlotForm
from actions.turn import Turn
from booking_core import Agency, InvalidPhone
from french.reasons import hints
from french.subjects import subject
from french.text import fold

# A subject is named, and it is none of ours: "un rendez-vous pour mes impôts".
SUBJECT = re.compile(
    r"\bpour (?:mon|ma|mes|la|le|les|une?|des|l['’]) ?"
    r"(?!dossier|situation|question|cas\b|rendez|rdv|renseign|info|conseil|point|suite|semaine|moment|matin|apr|⟦)"
)
DOUBTFUL = 0.1
BEREAVED = "capital_deces"
POSTCODE = re.compile(r"\b(?:\d{2} ?\d{3}|2[ab] ?\d{3})\b", re.IGNORECASE)
# The first of the list: the person's own, and the nearest to them.
NEAREST = re.compile(
    r"(?:\+ ?|\b(?:plus|au plus) )(?:pr[eèo][sc]\w*|prè?s)\b|\bpr[eè]s de (?:chez moi|la maison|mon domicile)"
    r"|\bmon agence\b"
    # "N'importe laquelle", "peu importe l'agence".
    r"|\b(?:n['’ ]?importe|peu importe)(?: (?:quelle agence|laquelle|l['’]agence|o[uù])\b|\W*$)"
    r"|\b(?:la mienne|l['’]agence habituelle|comme d['’]habitude|celle de (?:chez moi|ma ville|mon quartier))\b"
)
ASKS = re.compile(r"\b(?:o[uù] est|adresse|horaires?|ouver\w+|ferm\w+|quelle est|laquelle|comment)\b")
# What was just spoken of: "OK, celle-là".
THAT_ONE = re.compile(r"\b(?:celle|celui|cel)[- ]?l[aà]\b|\bl[aà][- ]bas\b|\bcette agence\b")
# What has to be asked before anything else.
Question = Callable[[], None]


class Details(SlotForm):
    """The part of a booking that is not its time; each `take_…` gives the question it raises, if any."""

    def take_details(self, turn: Turn) -> list[Question]:
        """Everything that was said is taken, and then the questions that came up are given back."""
        takes = (self.take_reason, self.take_channel, self.take_agency, self.take_phone)
        return [question for take in takes if (question := take(turn))]

    def take_reason(self, turn: Turn) -> Question | None:
        """The reason said, or chosen; two that fit are asked about; a new one releases the slot."""
        code = turn.chosen("reason") or self.reason_hinted(turn)
        if not code and (said := turn.reasons):
            if len(said) > 1 and not turn["reason"]:
                turn["reasons_said"] = said if turn.says_two else None
                booked = {a.reason for a in self.core.upcoming(turn.person)}
                free = [c for c in said if c not in booked]
                if len(free) > 1:
                    return partial(self.which_reason, turn, free)
                said = free or said
            # "L'accident du travail, pas l'arrêt": of two, a correction is the one that was not taken.
            code = next((c for c in reversed(said) if c != turn["reason"]), said[-1])
        if not code or code == turn["reason"]:
            return None
        if turn["reason"]:
            turn.say("utter_noted_change", new=words.reason(turn, code), old=words.reason(turn, turn["reason"]))
            self.release_slot(turn)
        turn["reason"] = code
        self.leave_for_later(turn, code)
        if turn["requested_slot"] in (None, "reason") and not self.core.upcoming_for(turn.person, code):
            if code == BEREAVED:
                turn.say("utter_condolences")
            turn.say("utter_only_reason", reason=words.reason(turn, code))
        return None

    def reason_hinted(self, turn: Turn) -> str | None:
        """Of the reasons on offer, the only one that a word points at: "c'est pour l'accident" after two were named."""
        if turn["requested_slot"] != "reason" or turn.reasons:
            return None
        hinted = [c for c in hints(turn.text) if f"reason:{c}" in (turn["options"] or [])]
        return hinted[0] if len(hinted) == 1 else None

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

    def take_channel(self, turn: Turn) -> Question | None:
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
            turn.say("utter_noted_channel", new=words.channel(turn, code), old=words.channel(turn, turn["channel"]))
            self.release_slot(turn)
        turn["channel"] = code
        if code == "phone":
            turn["agency"] = None
        return None

    def take_agency(self, turn: Turn) -> Question | None:
        """The agency chosen or named; the nearest are offered when there is none at that place."""
        if turn["channel"] == "phone":
            return None
        chosen, place = turn.chosen("agency") or self.agency_of_list(turn), turn.value("agency")
        if not chosen and not place and turn["channel"] == "in_person":
            chosen = self.town_named(turn.text)
            if not chosen and (postcode := POSTCODE.search(turn.text)):
                place = {"name": postcode[0]}
        if not chosen and not place and turn["requested_slot"] == "agency":
            said = turn.text.lower()
            if NEAREST.search(said) and turn["agencies"]:
                chosen = turn["agencies"][0]
            elif turn["channel"] != "phone" and THAT_ONE.search(said):
                chosen = self.town_named(turn.last_texts(2)[0])
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
        said = turn.text.lower()
        points = turn["requested_slot"] == "agency" and (NEAREST.search(said) or THAT_ONE.search(said))
        return bool(
            super().understood_anyway(turn)
            or points
            or self.reason_hinted(turn)
            or (turn["channel"] == "in_person" and self.town_named(turn.text))
        )

    def picks(self, turn: Turn) -> bool:
        """ "L'agence la plus proche" answers "quelle agence ?"."""
        nearest = turn["requested_slot"] == "agency" and turn.intent == "ask_agency_info" and turn["agencies"]
        return bool(
            nearest and NEAREST.search(turn.text.lower()) and not ASKS.search(turn.text.lower())
        ) or super().picks(turn)

    def town_named(self, text: str) -> str | None:
        """The agency of the only town of ours that a sentence names, with no word that announces a place."""
        said = set(re.findall(r"\w+", fold(text)))
        named = [a for a in self.core.agencies() if set(re.findall(r"\w+", fold(a.town))) <= said]
        return named[0].id if len(named) == 1 else None

    def set_agency(self, turn: Turn, agency: Agency) -> None:
        """Another agency releases the slot chosen at the first."""
        if turn["agency"] and turn["agency"] != agency.id:
            turn.say("utter_noted_change", new=words.agency(agency), old=words.agency(self.core.agency(turn["agency"])))
            self.release_slot(turn)
        turn["agency"] = agency.id

    def take_phone(self, turn: Turn) -> Question | None:
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

    def number(self, turn: Turn) -> str | None:
        """The number that will be called: the one given in this conversation, or the one on file."""
        if turn["contact_reference"]:
            return self.core.check_phone(self.core.vault_get(turn.conversation, turn["contact_reference"]))
        return self.core.contact(turn.person).for_calls

    # -- asking what is missing -----------------------------------------------------------------

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

    def between(self, turn: Turn) -> list[str] | None:
        """The reasons of "est-ce l'un ou l'autre ?", asked again when the answer was about something else."""
        listed = [o.removeprefix("reason:") for o in turn["options"] or [] if o.startswith("reason:")]
        return listed if len(listed) in (2, 3) else None

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
