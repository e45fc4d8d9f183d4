"""Which of the person's appointments is meant: shared by moving and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import notices, times, words
from actions.turn import Turn
from booking_core import Appointment
from french.model import Moment

if TYPE_CHECKING:
    from actions.form import Form

# "Annuler", "DÉPLACER svp": an answer to a reminder has few words.
SHORT = 3


def meant(turn: Turn, appointments: list[Appointment]) -> list[Appointment]:
    """The upcoming appointments that fit what was said: a choice, a reason, a place, a day.

    All of them when nothing was said that tells them apart.
    """
    chosen = turn.chosen("appointment")
    if chosen:
        return [a for a in appointments if str(a.id) == chosen]
    reasons = {c for e in turn.entities if e["entity"] == "reason" for c in (e["value"], *e.get("others", ()))}
    fitting = [a for a in appointments if a.reason in reasons] or appointments
    channel = turn.value("channel")
    if channel and len(fitting) > 1:
        fitting = [a for a in fitting if a.channel == channel] or fitting
    if len(fitting) > 1:
        on_day = [a for a in fitting if named(turn, a)]
        fitting = on_day or fitting
    return fitting


def answered(turn: Turn, appointments: list[Appointment]) -> list[Appointment]:
    """The appointment of which one was just reminded, when the message is a bare answer; otherwise as given."""
    return notices.reminded(turn, appointments) if len(turn.text.split()) <= SHORT else appointments


def named(turn: Turn, appointment: Appointment) -> bool:
    """True when a time that was said is that of the appointment ("mon rendez-vous de mardi")."""
    return any(at(appointment, m) for m in turn.moments)


def at(appointment: Appointment, moment: Moment) -> bool:
    """True when a moment is that of the appointment."""
    return any(times.fits(appointment.start, r) for r in moment.readings)


def same_day(appointment: Appointment, moment: Moment) -> bool:
    """True when a moment is on the day of the appointment."""
    days = [(r.first, r.last) for r in moment.readings]
    return any(first == last == appointment.start.date() for first, last in days)


def which(form: Form, turn: Turn, response: str, appointments: list[Appointment]) -> None:
    """Ask which appointment."""
    form.offer(turn, response, words.appointment_buttons(turn, appointments))
    turn.ask("appointment_id")
