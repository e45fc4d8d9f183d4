"""A notice on its way out, and what carries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.model import Appointment, Slot


@dataclass(frozen=True)
class Outgoing:
    """What is to be told, to whom, by which port ("mailbox", "email", "sms").

    kind          tells
    booked, moved, cancelled, reminder    `appointment` (its `cancelled_by`: "agent" invites to book again)
    code          `code`: a one-time code
    provisional   `code`: that opens the account until a personal one is chosen
    contact_changed    `field`: what was changed, told to the old address
    offer         `slot`: held for the person until `until`

    `to`: an E.164 number, an e-mail address, or a person's id for the mailbox. `message_id` stays the same
    however often the notice is sent.
    """

    message_id: str
    kind: str
    port: str
    to: str
    person_id: str
    appointment: Appointment | None = None
    slot: Slot | None = None
    until: datetime | None = None
    code: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class Rendered:
    """The words of a notice, and the calendar file that goes with it (`method`: REQUEST or CANCEL).

    `summary`: what the appointment is called in a calendar, the subject when empty.
    """

    subject: str
    text: str
    summary: str = ""
    calendar: bytes | None = None
    method: str = "REQUEST"


@dataclass(frozen=True)
class Letter:
    """What the mailbox of the account shows; `at` is aware."""

    subject: str
    text: str
    at: datetime


Render = Callable[[Outgoing], Rendered]


class NotYetError(Exception):
    """A port keeps a notice back until then (aware): quiet hours."""

    def __init__(self, until: datetime) -> None:
        super().__init__("not yet")
        self.until = until


class Port(Protocol):
    """Carries notices: e-mail, text messages. Blocking; whatever it raises is tried again later."""

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Send one; the receiver can tell a repetition by `message_id`."""
        ...
