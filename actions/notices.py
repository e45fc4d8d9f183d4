"""Answers to what the caisse sent: OUI, NON, ANNULER, DÉPLACER to a reminder or to an earlier slot."""

from __future__ import annotations

from actions import words
from actions.base import response_of
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
    if offered := turn.core.slot_offered(person):
        key = f"{turn.conversation}:{turn.message_id}"
        try:
            booked = turn.core.accept_offer(person, offered[0], key=key, medium=turn.medium)
        except (SlotTaken, OwnConflict):
            turn.say(response_of(SlotTaken))
            return True
        turn.say("utter_offer_accepted", appointment=words.appointment(turn, booked), reference=booked.reference)
        return True
    reminder = turn.core.reminded(person)
    if reminder:
        turn.say("utter_reminder_kept", appointment=words.appointment(turn, reminder))
    return reminder is not None


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
