"""Calendar files (RFC 5545, RFC 5546): one stable UID an appointment, a SEQUENCE that rises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from booking_core.model import Appointment

PRODUCT = "-//rdv//booking core//FR"


def invitation(
    appointment: Appointment, *, summary: str, description: str, organizer: str, attendee: str | None, now: datetime
) -> tuple[bytes, str]:
    """The file that puts an appointment in the person's calendar, moves it or takes it out; and its METHOD.

    `organizer`, `attendee`: e-mail addresses. `now`: aware, the DTSTAMP.
    """
    method = "CANCEL" if appointment.status == "cancelled" else "REQUEST"
    event = _event(appointment, summary, description, now)
    event["organizer"] = vCalAddress(f"mailto:{organizer}")
    if attendee:
        address = vCalAddress(f"mailto:{attendee}")
        address.params["PARTSTAT"] = vText("ACCEPTED")
        event.add("attendee", address, encode=False)
    return _calendar([event], method), method


def feed(appointments: Iterable[Appointment], *, summary: str, now: datetime) -> bytes:
    """An agency's calendar: its appointments, nobody named."""
    return _calendar([_event(a, summary, a.reference, now) for a in appointments], "PUBLISH")


def _event(appointment: Appointment, summary: str, description: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{appointment.reference}@rdv")
    event.add("sequence", appointment.version - 1)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.start)
    event.add("dtend", appointment.end)
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CANCELLED" if appointment.status == "cancelled" else "CONFIRMED")
    if appointment.channel == "in_person":
        event.add("location", f"{appointment.agency.name}, {appointment.agency.address}")
        event.add("geo", (appointment.agency.latitude, appointment.agency.longitude))
    return event


def _calendar(events: Iterable[Event], method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    data: bytes = calendar.to_ical()
    return data
