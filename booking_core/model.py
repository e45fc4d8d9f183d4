"""What the core gives back: plain frozen values, named as in FHIR where FHIR has a name.

Ids are opaque strings. Times are aware, in the zone of the agency. `channel` is how the appointment
takes place ("phone", "in_person"); `medium` is how the person talks to us ("web", "app", "sms",
"voice"), "agent" and "system" being those of the caisse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args

Channel = Literal["phone", "in_person"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Status = Literal["booked", "cancelled", "fulfilled", "noshow"]
Actor = Literal["person", "agent", "system"]


@dataclass(frozen=True)
class Reason:
    """Why one comes (FHIR: appointmentType). `documents` are codes; `deadline_minutes` before the start."""

    code: str
    label: str
    short: str
    minutes: int
    channels: tuple[str, ...]
    documents: tuple[str, ...]
    deadline_minutes: int = 0
    self_service: bool = True


@dataclass(frozen=True)
class Agency:
    """A place that receives people (FHIR: Location). `hours` and `access` are shown as they are."""

    id: str
    code: str
    name: str
    town: str
    address: str
    postcode: str
    latitude: float
    longitude: float
    timezone: str
    hours: str
    access: str
    caisse: str


@dataclass(frozen=True)
class Found:
    """Agencies for what was said, best first. `exact`: there is one at that place or of that name."""

    agencies: tuple[Agency, ...]
    exact: bool


@dataclass(frozen=True)
class Person:
    """An insured person. `key` is a name for the demo ("alice"), None for others."""

    id: str
    key: str | None
    agency_id: str | None


@dataclass(frozen=True)
class Slot:
    """A start and an end at one agency, one channel, one desk or adviser, for some reasons."""

    id: str
    agency_id: str
    channel: str
    reasons: tuple[str, ...]
    start: datetime
    end: datetime
    desk: str


@dataclass(frozen=True)
class SlotPage:
    """Slots that fit, best first, no start twice. When none does: the nearest `before` and `after`.

    `more`: others fit that are not in this page.
    """

    slots: tuple[Slot, ...]
    more: bool = False
    before: Slot | None = None
    after: Slot | None = None


@dataclass(frozen=True)
class Hold:
    """A slot kept for one holder until `expires` (aware, UTC)."""

    slot_id: str
    expires: datetime


@dataclass(frozen=True)
class Appointment:
    """One person, one slot, one reason. `reference` is what people read aloud ("K7M-2QD").

    `cancelled_by` is an Actor. `phone` is the number that will be called (E.164), None in person.
    `version` rises with each change.
    """

    id: str
    reference: str
    person_id: str
    reason: str
    channel: str
    agency: Agency
    start: datetime
    end: datetime
    status: str
    cancelled_by: str | None
    phone: str | None
    version: int
    slot_id: str | None = None


@dataclass(frozen=True)
class Contact:
    """How to reach a person: E.164 numbers and an e-mail address, each may be missing."""

    mobile: str | None = None
    landline: str | None = None
    email: str | None = None

    @property
    def for_calls(self) -> str | None:
        """The number called for a phone appointment: the mobile first (RULES §2.5)."""
        return self.mobile or self.landline


@dataclass(frozen=True)
class Identity:
    """Who is speaking in a conversation. Level 0: nobody; 1: NIR and birth date; 2: proved or signed in."""

    conversation_id: str
    medium: str
    person_id: str | None = None
    level: int = 0


@dataclass(frozen=True)
class Range:
    """One window of wished times, in the agency's local time; what is None or empty was not said.

    `first`..`last`: days, both included. `weekdays`: Monday is 0. `since` is the first hour that
    fits, `until` the first that no longer does. `at` is a wished hour: slots within 60 minutes of it,
    nearest first. `edge` widens since..until on both sides, in minutes: slots there rank lower.
    """

    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = ()
    since: time | None = None
    until: time | None = None
    at: time | None = None
    edge: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a person wishes: the union of `ranges` (empty: any time) without `excluded`.

    `not_before`: aware, starts at or after it; `not_after`: aware, starts strictly before it.
    `soonest`: in order of time alone.
    """

    ranges: tuple[Range, ...] = ()
    excluded: tuple[Range, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    soonest: bool = False
