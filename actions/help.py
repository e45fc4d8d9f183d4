"""Questions asked along the way: agencies, documents, the account, what is frequently asked."""

from __future__ import annotations

import math

import french
from actions import words
from actions.base import Action
from actions.turn import Turn
from booking_core import Agency, Appointment, NotIdentified
from french.requests import requests
from french.subjects import subject

WHO_CALLS = "utter_faq/who_calls"


class AgencyInfo(Action):
    """Address, hours and access of an agency."""

    action = "action_agency_info"

    def act(self, turn: Turn) -> None:
        """The agency named, the one of the booking under way, the one where the person is expected, or which one."""
        place = turn.value("agency")
        if place:
            found = self.core.find_agencies(place["name"], near=position(place), home=None, limit=1)
            agency = found.agencies[0] if found.agencies else None
            if agency and not found.exact:
                turn.say("utter_agency_nearest", place=place["name"])
        else:
            agency = self.core.agency(turn["agency"]) if turn["agency"] else expected_at(turn)
        if agency is None:
            turn.say("utter_agency_general")
            return
        say_agency(turn, agency)


class Documents(Action):
    """What to have at hand, for the reason said or the one of the booking under way."""

    action = "action_documents"

    def act(self, turn: Turn) -> None:
        """The documents for the reason, that of the only appointment held, or which reason."""
        reason = turn.value("reason") or turn["reason"]
        if not reason and len(booked := held_by(turn)) == 1:
            reason = booked[0].reason
        turn.say(f"utter_documents_{reason}" if reason else "utter_documents_ask")
        asked = [r.operation for r in requests(turn.text)]
        if not turn["operation"] and asked in (["move"], ["cancel"]):
            # "Déplacez mon rendez-vous, et dites-moi quels papiers": both are wanted.
            turn.start(f"{asked[0]}_form")


class Question(Action):
    """A frequent question."""

    action = "action_question"

    def act(self, turn: Turn) -> None:
        """The answer that the classifier points at, filled with what is booked or being booked."""
        phones = [a.phone for a in held_by(turn) if a.phone] if turn.answer == WHO_CALLS else []
        if len(phones) == 1 and not turn["operation"]:
            turn.say("utter_who_calls_at", phone=words.phone(turn, phones[0]))
            return
        known = self.core.reasons.get(turn["reason"]) if turn["reason"] else None
        reasons = [known] if known else list(self.core.reasons.values())
        hours = math.ceil(max(r.deadline_minutes for r in reasons) / 60)
        length = ("until_start", "until_hour")[hours] if hours < 2 else "until_hours"
        until = words.word(turn, length, hours=words.count(turn, hours))
        turn.say(turn.answer, until=until, minutes=words.count(turn, max(r.minutes for r in reasons)))


class AccountHelp(Action):
    """How to get into the account, in the middle of a form."""

    action = "action_account_help"

    def act(self, turn: Turn) -> None:
        """What to do on the sign-in page."""
        turn.say("utter_account_help")


class Thank(Action):
    """Thanks, in the middle of a form."""

    action = "action_thank"

    def act(self, turn: Turn) -> None:
        """Politeness; a reproach that looks like thanks is none."""
        turn.say("utter_anger" if french.angry(turn.text) else "utter_thank")


def say_where(turn: Turn, otherwise: str) -> None:
    """Say where a subject that cannot be booked is dealt with; `otherwise` when it is none that we know."""
    known = subject(turn.text)
    turn.say(f"utter_subject_{known}" if known else otherwise)


def say_agency(turn: Turn, agency: Agency) -> None:
    """Address, hours and access."""
    turn.say(
        "utter_agency_info",
        agency=words.agency(agency),
        address=agency.address,
        hours=agency.hours,
        access=agency.access[:1].upper() + agency.access[1:],
    )


def held_by(turn: Turn) -> list[Appointment]:
    """The upcoming appointments of who is speaking; none while that is not known: these questions need no identity."""
    try:
        return turn.core.upcoming(turn.person)
    except NotIdentified:
        return []


def expected_at(turn: Turn) -> Agency | None:
    """The agency of the next appointment in person."""
    return next((a.agency for a in held_by(turn) if a.channel == "in_person"), None)


def position(place: dict[str, float | None]) -> tuple[float, float] | None:
    """Latitude and longitude of a place that was said, None when it is not a town we know."""
    latitude, longitude = place.get("latitude"), place.get("longitude")
    return (latitude, longitude) if latitude is not None and longitude is not None else None
