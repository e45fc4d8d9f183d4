"""Offering slots and taking one: shared by booking and moving."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import french
from actions import relative, times, words
from actions.form import Form
from actions.offers import KEPT
from actions.turn import Turn
from booking_core import Appointment, Slot, SlotPage, SlotTaken
from french.model import Moment
from french.wish import Wish

# How many slots a person can take in at once: a screen, a text message, the ear.
SHOWN = {"web": 5, "app": 5, "sms": 3, "voice": 2}

# "La date", "le lieu": what can be named after "que voulez-vous changer ?".
CHANGES = {
    "time": re.compile(r"\b(?:jour|date|heure|horaire|moment|cr[ée]neau)"),
    "reason": re.compile(r"\b(?:motif|raison|sujet)"),
    "place": re.compile(r"\b(?:lieu|agence|endroit)"),
    "phone": re.compile(r"\b(?:num[ée]ro|num|t[ée]l\w*)\b"),
}


@dataclass(frozen=True)
class Search:
    """What is searched for besides the time."""

    reason: str
    channel: str
    agencies: tuple[str, ...] | None


class SlotForm(Form):
    """A form that ends with a slot chosen among those found, held, read back and confirmed."""

    # Responses that differ between booking and moving.
    offer_response = "utter_offer"
    taken_response = "utter_slot_taken"
    change_response = "utter_question_change"

    @abstractmethod
    def search_for(self, turn: Turn) -> Search:
        """What is searched for besides the time."""

    @abstractmethod
    def recap(self, turn: Turn) -> None:
        """Read the slot held back to the person and ask for the yes."""

    @abstractmethod
    def confirm(self, turn: Turn) -> None:
        """The person said yes: do it, and say which of the three outcomes it is."""

    @abstractmethod
    def no_slot(self, turn: Turn) -> None:
        """There is no slot at all: say what else can be done."""

    # -- taking what was said about the time ----------------------------------------------------

    def offered(self, turn: Turn) -> list[Slot]:
        """The slots last shown, in the order shown."""
        return turn.slots([o.removeprefix("slot:") for o in turn["offered_slots"] or []])

    def take_time(self, turn: Turn) -> bool:
        """Take a choice or a time that was said; False when an answer has already been given."""
        if taken_up := turn.value("wish"):
            turn["preferred_time"] = {**taken_up, "shown": [], "gone": []}
            return True
        asked, on_offer = turn["requested_slot"], self.offered(turn)
        if asked == "slot_id":
            relative.on_offered_day(turn, on_offer)
        held = turn.slots([turn["slot_id"] or ""])
        if held:
            # "La semaine d'après, même heure": after what is read back.
            relative.count_from(turn, held[0].start)
            if asked == "confirm" and turn.intent == "affirm":
                # "Oui, je confirme jeudi 9 h": the Thursday that is read back.
                relative.on_offered_day(turn, held)
        chosen, moments = turn.chosen("slot"), turn.moments
        if chosen and (not turn.slots([chosen]) or (turn.intent == "deny" and turn.value("option") is None)):
            chosen = None
        if chosen and all(m.kind == "anytime" or times.just_now(turn, m) for m in moments):
            # "Comme vous voulez, le premier", "le premier que vous proposez maintenant".
            moments = []
        fitting = times.matching(on_offer, moments)
        if chosen and (not moments or any(str(s.id) == chosen for s in fitting) or self.same_time(turn, moments)):
            turn["slot_id"] = chosen
            return True
        if asked == "confirm" and times.matching(held, moments) and turn.intent != "deny":
            return True
        if len(fitting) == 1 and asked in ("slot_id", "confirm", "change") and turn.intent != "deny":
            turn["slot_id"] = str(fitting[0].id)
            return True
        no_day = not any(r.first or r.weekdays for m in moments for r in m.readings[:1])
        if asked == "slot_id" and turn.intent == "affirm" and moments and no_day and fitting == on_offer:
            # "Oui, de l'après-midi bien sûr": yes to what is on offer.
            turn["slot_id"] = str(on_offer[0].id)
            return True
        if moments:
            return self.new_time(turn, on_offer)
        if turn.intent == "affirm" and asked == "slot_id" and on_offer:
            turn["slot_id"] = str(on_offer[0].id)
        return True

    def picks_by_time(self, turn: Turn) -> bool:
        """True when a slot on offer is on the day that a bare number may be."""
        return bool(times.matching(self.offered(turn), turn.moments))

    def same_time(self, turn: Turn, moments: list[Moment]) -> bool:
        """True when the time said changes nothing to what is already wished."""
        before = times.wish(turn)
        return bool(before.revised(Wish.of(moments)) == before)

    def new_time(self, turn: Turn, on_offer: list[Slot]) -> bool:
        """Another time: release what no longer holds; False when it cannot be and this was said."""
        moments = turn.moments
        problem = next((m for m in moments if m.problem and m.role == "wanted"), None)
        if problem and all(m.problem for m in moments if m.role == "wanted"):
            response = "utter_past_date" if problem.problem == "past" else "utter_impossible_date"
            turn.say(response, day=problem.text.strip().capitalize())
            self.ask_time(turn)
            return False
        had, before = turn["slot_id"], times.wish(turn)
        times.revise(turn, [m for m in moments if not m.problem], on_offer or self.measured_from(turn))
        self.say_change(turn, before)
        if had:
            turn["slot_id"] = None
            self.core.release(turn.conversation)
        limit = self.core.horizon()
        days = [r.first for r in times.wish(turn).wanted if r.first]
        if days and min(days) > limit:
            if times.just_passed(turn, min(days)):
                # "Le 3 novembre" said in mid-November is a slip, not next year's.
                turn.say("utter_past_date", day=words.day(turn, times.a_year_before(min(days))).capitalize())
            else:
                turn.say("utter_too_far", limit=words.day(turn, limit))
            turn["preferred_time"] = None
            self.ask_time(turn)
            return False
        return True

    def measured_from(self, turn: Turn) -> Sequence[Slot | Appointment]:
        """What "plus tôt" and "un autre jour" are measured from, when no slot is on offer."""
        return []

    def say_change(self, turn: Turn, before: Wish) -> None:
        """A day or an hour that takes the place of another is said: "mercredi au lieu de mardi"."""
        after = times.wish(turn)
        if turn["slot_id"]:
            old = words.when(turn, turn.slots([turn["slot_id"]])[0])
        else:
            old = times.described(turn, before) if times.replaces(before, after) else ""
        new = times.described(turn, after)
        if old and new and old != new:
            turn.say("utter_noted_change", new=new, old=old)

    def nothing_new(self, turn: Turn) -> bool:
        """True when slots are on offer, and the answer neither chose nor wished nor refused anything."""
        if turn["requested_slot"] != "slot_id" or turn.intent == "more_slots" or not self.offered(turn):
            return False
        return not any(turn.changed(s) for s in KEPT)

    # -- offering -------------------------------------------------------------------------------

    def page(self, turn: Turn) -> SlotPage:
        """The next slots that meet the wish, those already shown left out."""
        search, state = self.search_for(turn), turn["preferred_time"] or {}
        return self.core.search(
            reason=search.reason,
            channel=search.channel,
            agency_ids=search.agencies,
            wanted=times.wanted(turn),
            limit=SHOWN[turn.medium],
            skip=frozenset([*state.get("shown", []), *state.get("gone", [])]),
            holder=turn.conversation,
        )

    def offer_slots(self, turn: Turn, *, more: bool = False) -> None:
        """Show what was found; when nothing meets the wish, say so and show the nearest."""
        page = self.page(turn)
        if page.slots:
            response, values = ("utter_offer_more" if more else self.offer_response), {}
            ambiguous = times.ambiguous_days(turn)
            if ambiguous and not more:
                response = "utter_offer_two_days"
                values = {"said": ambiguous[0], "days": words.either([words.day(turn, d) for d in ambiguous[1]])}
            self.show(turn, list(page.slots), response, **values)
            return
        if (turn["preferred_time"] or {}).get("shown"):
            turn.say("utter_offer_no_more", wish=words.word(turn, "at_that_time"))
            times.forget_shown(turn)
            self.ask_time(turn, quietly=True)
            return
        nearest = [s for s in (page.before, page.after) if s]
        if nearest:
            if closed := times.closed_day(turn):
                turn.say("utter_agency_closed", day=words.day(turn, closed))
            wish = times.said(turn)
            self.show(turn, nearest, "utter_offer_nearest", wish=wish)
        else:
            self.no_slot(turn)

    def show(self, turn: Turn, slots: list[Slot], response: str, **values: str) -> None:
        """Offer these slots and wait for the choice."""
        times.shown(turn, slots)
        buttons = words.slot_buttons(turn, slots)
        turn["slot_id"] = None
        self.offer(turn, response, buttons, **values)
        search = self.search_for(turn)
        turn.card(kind="slots", reason=search.reason, channel=search.channel, agencies=search.agencies)
        turn["offered_slots"] = turn["options"]
        turn.ask("slot_id")

    def aside(self, turn: Turn) -> bool:
        """Who has no day in mind is shown the soonest."""
        if turn["requested_slot"] == "preferred_time" and french.unsure(turn.text) and not turn.moments:
            turn.intent = "inform"
            turn.entities.append({"entity": "moment", "value": Moment("", (0, 0), kind="soonest").to_json()})
        if turn["requested_slot"] == "change" and not self.understood_anyway(turn):
            part = next((name for name, said in CHANGES.items() if said.search(turn.text.lower())), None)
            if part and turn.intent != "abandon":
                self.change(turn, part)
                return True
        return super().aside(turn)

    def change(self, turn: Turn, part: str) -> None:
        """Ask anew for the part that the person wants to change: "la date", "le lieu"; here, for the time."""
        self.core.release(turn.conversation)
        turn["slot_id"] = None
        self.ask_time(turn)

    def ask_change(self, turn: Turn) -> None:
        """After a no to what was read back: what is to be changed; by voice no choice is named."""
        turn.say(self.change_response)
        turn["options"] = [] if turn.medium == "voice" else ["intent:more_slots", "intent:abandon"]
        turn.ask("change")

    def ask_time(self, turn: Turn, *, quietly: bool = False) -> None:
        """Ask for a day."""
        if not quietly:
            turn.say("utter_question_preferred_time")
        turn["options"] = []
        turn.ask("preferred_time")

    def refuse_offer(self, turn: Turn) -> None:
        """None of these: show others; the second time, ask what would suit."""
        turn["refused"] = times_refused = (turn["refused"] or 0) + 1
        if times_refused >= 2:
            turn["refused"] = 0
            self.ask_time(turn)
        else:
            self.offer_slots(turn, more=True)

    # -- holding and confirming -----------------------------------------------------------------

    def hold(self, turn: Turn) -> None:
        """Hold the slot chosen and read it back; when it is gone, offer others."""
        try:
            self.core.hold(turn["slot_id"], turn.conversation)
        except SlotTaken:
            self.slot_taken(turn)
            return
        turn.ask("confirm")
        self.recap(turn)

    def slot_taken(self, turn: Turn) -> None:
        """The second outcome: it leaves the list, the rest is kept."""
        turn.say(self.taken_response)
        self.leave_out(turn)

    def leave_out(self, turn: Turn) -> None:
        """Offer other slots than the one that cannot be had."""
        times.leave_out(turn, turn["slot_id"])
        turn["slot_id"] = None
        self.offer_slots(turn)
