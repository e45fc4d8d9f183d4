"""Cards: what an action names by ids and codes, completed for a screen with what only the person may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking_core import Agency, Appointment, Core, Refusal
from french import say
from gateway.responses import response

Card = dict[str, Any]


def complete(
    core: Core, conversation_id: str, person_id: str, card: Mapping[str, Any], values: list[str]
) -> Card | None:
    """A card as a screen shows it, None when what it speaks of is gone. `values`: those of the message's choices."""
    try:
        kind = card["kind"]
        if kind == "slots":
            return slots(core, card, values)
        if kind == "recap":
            return recap(core, conversation_id, person_id, card)
        if kind == "appointments":
            mine = {a.id: a for a in core.upcoming(person_id)}
            return {"kind": kind, "appointments": [view(core, mine[i]) for i in card["appointments"] if i in mine]}
        return {"kind": kind, **view(core, core.appointment(person_id, card["appointment"]))}
    except (KeyError, Refusal):
        return None


def slots(core: Core, card: Mapping[str, Any], values: list[str]) -> Card:
    """Free slots with their times, and what to look for in the calendar."""
    found = core.slots(v.removeprefix("slot:") for v in values if v.startswith("slot:"))
    agencies = card.get("agencies")
    return {
        "kind": "slots",
        "slots": [{"value": f"slot:{s.id}", "start": s.start.isoformat(), "end": s.end.isoformat()} for s in found],
        "search": {"reason": card["reason"], "channel": card["channel"], "agencies": list(agencies or ())},
    }


def recap(core: Core, conversation_id: str, person_id: str, card: Mapping[str, Any]) -> Card | None:
    """What is about to be booked or moved: nothing is yet."""
    found = core.slots([card["slot"]])
    if not found:
        return None
    slot, body = found[0], dict[str, Any]()
    if card.get("appointment"):
        old = core.appointment(person_id, card["appointment"])
        body = {"old": old.start.isoformat(), "phone": spoken(old.phone)}
    elif slot.channel == "phone":
        given = card.get("phone")
        number = core.vault_get(conversation_id, given) if given else core.contact(person_id).for_calls
        body = {"phone": spoken(number)}
    agency = core.agency(slot.agency_id) if slot.channel == "in_person" else None
    return {
        "kind": "recap",
        "reason": core.reasons[card["reason"]].label,
        "channel": slot.channel,
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
        "agency": place(agency),
        "documents": documents(card["reason"]),
        **body,
    }


def view(core: Core, one: Appointment) -> Card:
    """An appointment as screens and the API show it; times are ISO, in the zone of the agency."""
    return {
        "id": one.id,
        "reference": one.reference,
        "reason": {"code": one.reason, "label": core.reasons[one.reason].label},
        "channel": one.channel,
        "agency": place(one.agency) if one.channel == "in_person" else None,
        "phone": spoken(one.phone),
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "status": one.status,
        "documents": documents(one.reason),
    }


def place(agency: Agency | None) -> dict[str, str] | None:
    """An agency as a screen shows it."""
    if agency is None:
        return None
    return {"name": agency.name, "address": agency.address, "hours": agency.hours, "access": agency.access}


def spoken(phone: str | None) -> str | None:
    """A number in groups of two."""
    return say.phone(phone, "web") if phone else None


def documents(reason: str) -> str:
    """What to have at hand for a reason."""
    return response(f"utter_documents_{reason}", "web")["text"]
