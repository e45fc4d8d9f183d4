"""The words of notices: a letter for the mailbox and the e-mail, two segments at most by text message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.words import agency as name_of
from booking_core import Agency, Core
from booking_core.notices.model import Outgoing, Rendered
from french import say
from gateway.render import render
from gateway.responses import choices, response

# A letter is typeset as the web is.
MEDIA = {"mailbox": "web", "email": "web", "sms": "sms"}
RESPONSES = {
    "booked": "utter_notice_booked",
    "moved": "utter_notice_moved",
    "cancelled": "utter_notice_cancelled",
    "cancelled_by_agency": "utter_notice_cancelled_by_agency",
    "reminder": "utter_notice_reminder",
    "code": "utter_notice_code",
    "provisional": "utter_notice_provisional",
    "mobile_changed": "utter_notice_mobile_changed",
    "email_changed": "utter_notice_email_changed",
    "offer": "utter_notice_offer",
}

CHAT = {"reminder": "utter_chat_reminder", "offer": "utter_chat_offer"}


class Words:
    """Finds the words of a notice: what `Core.dispatch` calls `render`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def __call__(self, outgoing: Outgoing) -> Rendered:
        """The subject and the text of a notice, fit for the port it leaves by."""
        medium, name, values = MEDIA[outgoing.port], RESPONSES[_kind(outgoing)], self._values(outgoing)
        return Rendered(
            subject=_said(f"{name}_subject", medium, **values),
            text=_said(name, medium, **values),
            summary=_said("utter_notice_calendar", medium, **values) if outgoing.appointment else "",
        )

    def line(self, outgoing: Outgoing) -> dict[str, Any]:
        """The same in a chat open on a screen: a line with its choices, as `Core.tell` takes it."""
        name, values = CHAT[outgoing.kind], self._values(replace(outgoing, port="mailbox"))
        return {"from": "assistant", "text": _said(name, "web", **values), "choices": choices(name, "web")}

    def _values(self, outgoing: Outgoing) -> dict[str, str]:
        medium, appointment, slot = MEDIA[outgoing.port], outgoing.appointment, outgoing.slot
        if outgoing.code is not None:
            settings = self._core.settings
            minutes = settings.provisional_minutes if outgoing.kind == "provisional" else settings.code_minutes
            return {"code": outgoing.code, "minutes": str(minutes)}
        if appointment is not None:
            return {
                "when": self._moment(appointment.start, medium),
                "place": _place(appointment.channel, appointment.agency, appointment.phone, medium),
                "reason": self._core.reasons[appointment.reason].label,
                "reference": appointment.reference,
                "channel": _said(f"utter_word_channel_{appointment.channel}", medium),
                "documents": _said(f"utter_documents_{appointment.reason}", medium),
            }
        if slot is not None and outgoing.until is not None:
            until = outgoing.until.astimezone(slot.start.tzinfo)
            same_day = until.date() == self._core.clock.now().astimezone(slot.start.tzinfo).date()
            return {
                "when": self._moment(slot.start, medium),
                "place": _place(slot.channel, self._core.agency(slot.agency_id), None, medium),
                "until": say.hour(until, medium) if same_day else self._moment(until, medium),
            }
        return {}

    def _moment(self, when: datetime, medium: str) -> str:
        return say.moment(when, self._core.local_now(), medium)


def _kind(outgoing: Outgoing) -> str:
    if outgoing.kind == "cancelled" and outgoing.appointment and outgoing.appointment.cancelled_by == "agent":
        return "cancelled_by_agency"
    return f"{outgoing.field}_changed" if outgoing.kind == "contact_changed" else outgoing.kind


def _place(channel: str, agency: Agency, phone: str | None, medium: str) -> str:
    if channel == "phone" and phone:
        return _said("utter_notice_by_phone", medium, phone=say.phone(phone, medium, masked=True))
    if channel == "phone":
        return _said("utter_notice_slot_by_phone", medium)
    fields = {"agency": name_of(agency), "address": agency.address, "postcode": agency.postcode, "town": agency.town}
    return _said("utter_notice_in_person", medium, **fields)


def _said(name: str, medium: str, **values: str) -> str:
    return render([response(name, medium, **values)], medium).text
