"""The life of an appointment: hold, book, move, cancel."""

from __future__ import annotations

from booking_core.model import Appointment, Hold
from booking_core.part import Part


class Booking(Part):
    """Each write takes an idempotency key: the same key gives the same answer and changes nothing more."""

    def hold(self, slot_id: str, holder: str) -> Hold:
        """Keep a slot for a conversation for some minutes; its other holds are released.

        Raises SlotTaken, TooLate (the start is too near), TooFar.
        """
        raise NotImplementedError

    def release(self, holder: str) -> None:
        """Free whatever a conversation holds."""
        raise NotImplementedError

    def book(
        self,
        person_id: str,
        slot_id: str,
        reason: str,
        *,
        holder: str,
        key: str,
        medium: str,
        phone: str | None = None,
    ) -> Appointment:
        """Book a slot; returns after the commit.

        `phone`: E.164, for a phone appointment; the number on file when None. Raises SlotTaken,
        OwnConflict, ReasonAlreadyBooked, NoPhone, InvalidPhone, NotEligible, ChannelNotAllowed, TooLate, TooFar.
        """
        raise NotImplementedError

    def upcoming(self, person_id: str) -> list[Appointment]:
        """The person's upcoming appointments, soonest first."""
        raise NotImplementedError

    def upcoming_for(self, person_id: str, reason: str) -> Appointment | None:
        """The person's upcoming appointment for a reason, None when there is none."""
        raise NotImplementedError

    def history(self, person_id: str) -> list[Appointment]:
        """All the person's appointments, of every status, by start."""
        raise NotImplementedError

    def appointment(self, person_id: str, appointment_id: str) -> Appointment:
        """One appointment of the person, by id or reference; raises NotYours."""
        raise NotImplementedError

    def check_move(self, person_id: str, appointment_id: str, *, medium: str) -> None:
        """Say before what `move` would refuse: raises NotYours, Closed, ChannelNotAllowed, TooLate."""
        raise NotImplementedError

    def check_cancel(self, person_id: str, appointment_id: str, *, medium: str) -> None:
        """Say before what `cancel` would refuse: raises NotYours, Closed, ChannelNotAllowed, TooLate."""
        raise NotImplementedError

    def move(
        self, person_id: str, appointment_id: str, slot_id: str, *, holder: str, key: str, medium: str
    ) -> Appointment:
        """Move to another slot of the same reason, channel and agency, in one step: the old is kept until then.

        Raises NotYours, Closed, SlotTaken, OwnConflict, NotEligible (another reason, channel or agency),
        ChannelNotAllowed, TooLate, TooFar.
        """
        raise NotImplementedError

    def cancel(self, person_id: str, appointment_id: str, *, key: str, medium: str, by: str = "person") -> Appointment:
        """Cancel; the slot is free again at once. Raises NotYours, Closed, ChannelNotAllowed, TooLate."""
        raise NotImplementedError
