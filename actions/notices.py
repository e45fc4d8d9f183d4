"""Answers to what the caisse sent: OUI, NON, ANNULER, DÉPLACER to a reminder or to an earlier slot."""

from __future__ import annotations

from actions import words
from actions.base import Action, response_of
from actions.turn import Turn
from booking_core import Appointment, NotIdentified, OwnConflict, SlotTaken


def accept(turn: Turn) -> bool:
    """Take the slot offered, or keep the appointment that one was reminded of; False when nothing was sent.

    Raises NotIdentified where who answers a text message must be known first.
    """
    if turn.identity.person_id is None and turn.medium == "sms":
        turn.say("utter_yes_from_unknown")
    elif turn.identity.person_id is None:
        return False
    person = turn.person
    if take(turn, person):
        return True
    reminder = turn.core.reminded(person)
    if reminder:
        turn.say("utter_reminder_kept", appointment=words.appointment(turn, reminder))
    return reminder is not None


def take(turn: Turn, person: str) -> bool:
    """Take the slot offered to a person; False when none is."""
    offered = turn.core.slot_offered(person)
    if not offered:
        return False
    key = f"{turn.conversation}:{turn.message_id}"
    try:
        booked = turn.core.accept_offer(person, offered[0], key=key, medium=turn.medium)
    except (SlotTaken, OwnConflict):
        turn.say(response_of(SlotTaken))
        return True
    turn.say("utter_offer_accepted", appointment=words.appointment(turn, booked), reference=booked.reference)
    return True


def decline(turn: Turn) -> bool:
    """Leave the slot offered to the next one; False when none was."""
    try:
        person = turn.person
    except NotIdentified:
        return False
    offered = turn.core.slot_offered(person)
    if offered:
        turn.core.decline_offer(person, offered[0])
        turn.say("utter_offer_declined")
    return offered is not None


def reminded(turn: Turn, appointments: list[Appointment]) -> list[Appointment]:
    """Those of the appointments of which the person was last reminded, all of them when of none."""
    reminder = turn.core.reminded(turn.person)
    return [a for a in appointments if reminder and a.id == reminder.id] or appointments


class TakeOffer(Action):
    """The button of an offer: it means that slot, whatever else is under way."""

    action = "action_take_offer"

    def act(self, turn: Turn) -> None:
        """Take the slot; once the offer has lapsed, say that it is gone."""
        if not take(turn, turn.person):
            turn.say(response_of(SlotTaken))


class LeaveOffer(Action):
    """The other button: the slot goes to the next person."""

    action = "action_leave_offer"

    def act(self, turn: Turn) -> None:
        """Leave the slot, or say that nothing changed."""
        if not decline(turn):
            turn.say("utter_nothing_changed")
