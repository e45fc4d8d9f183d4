"""Questions asked along the way: agencies and documents."""

from __future__ import annotations

from actions import words
from actions.base import Action
from actions.book import position
from actions.turn import Turn


class AgencyInfo(Action):
    """Address, hours and access of an agency."""

    action = "action_agency_info"

    def act(self, turn: Turn) -> None:
        """The agency named, the one of the booking under way, or which one."""
        place = turn.value("agency")
        if place:
            found = self.core.find_agencies(place["name"], near=position(place), home=None, limit=1)
            agency = found.agencies[0] if found.agencies else None
            if agency and not found.exact:
                turn.say("utter_agency_nearest", place=place["name"])
        else:
            agency = self.core.agency(turn["agency"]) if turn["agency"] else None
        if agency is None:
            turn.say("utter_agency_general")
            return
        turn.say(
            "utter_agency_info",
            agency=words.agency(agency),
            address=agency.address,
            hours=agency.hours,
            access=agency.access,
        )


class Documents(Action):
    """What to have at hand, for the reason said or the one of the booking under way."""

    action = "action_documents"

    def act(self, turn: Turn) -> None:
        """The documents for the reason, or which reason."""
        reason = turn.value("reason") or turn["reason"]
        turn.say(f"utter_documents_{reason}" if reason else "utter_documents_ask")
