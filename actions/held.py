"""Which of the person's appointments is meant: shared by moving and cancelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from actions import notices, relative, times, words
from actions.turn import Turn
from booking_core import Appointment
from french.model import Moment

if TYPE_CHECKING:
    from actions.form import Form

TWO = 2
# "Celui de la C2S, ah non, pas celui-là, l'autre".
NOT_THAT = re.compile(r"\bpas cel(?:ui|le)\b(?!.*\bpas l['’ ]?autre)(?=.*\bl['’ ]?autre\b)")
# "Annuler", "DÉPLACER svp": an answer to a reminder has few words.
SHORT = 3
# "Décaler mon rendez-vous à vendredi" names the new day, not the appointment.
TO = re.compile(
    r"\b(?:(?:d[ée]{1,2}cal|d[ée]{1,2}plac|report|repouss|avanc|met|bascul|chang|modif|pass)\w*\b[^,.;]*"
    r"|rendez[- ]vous|rdv) "
    r"(?:a|à|au|vers) (?:le |la |ce |cet )?$",
    re.IGNORECASE,
)


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
        fitting = on_day or [a for a in fitting if named(turn, a, by_name=True)] or fitting
    if len(appointments) == TWO and len(fitting) == 1 and NOT_THAT.search(turn.text.lower()):
        fitting = [a for a in appointments if a not in fitting]
    return fitting


def say_missing(turn: Turn, appointments: list[Appointment]) -> None:
    """Tell whoever speaks of "mon rendez-vous de demain" and has none then."""
    for moment in turn.moments:
        day = next((r.first for r in moment.readings if r.first == r.last), None)
        if moment.role == "existing" and day and not any(same_day(a, moment) for a in appointments):
            turn.say("utter_no_appointment_then", day=words.day(turn, day))
            return


def answered(turn: Turn, appointments: list[Appointment]) -> list[Appointment]:
    """The appointment of which one was just reminded, when the message is a bare answer; otherwise as given."""
    return notices.reminded(turn, appointments) if len(turn.text.split()) <= SHORT else appointments


def named(turn: Turn, appointment: Appointment, *, by_name: bool = False) -> bool:
    """True when a time that was said is that of the appointment ("mon rendez-vous de mardi").

    `by_name`: that of the day of the week, in whatever week it is.
    """
    existing = [m for m in turn.moments if m.role == "existing"]
    naming = existing or [m for m in turn.moments if not moves_to(turn, m)]
    if by_name:
        return any(relative.names_day(m, turn.now, appointment.start.date()) for m in naming)
    return any(at(appointment, m) for m in naming)


def moves_to(turn: Turn, moment: Moment) -> bool:
    """True when a moment is said as the one to move to."""
    start, end = moment.span
    return turn.text[start:end] == moment.text and TO.search(turn.text[:start]) is not None


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


def picked(turn: Turn) -> str | None:
    """The appointment that a number or "le dernier" stands for in the list just said, as a payload."""
    listed = [o for o in turn["options"] or [] if o.startswith("appointment:")]
    option = turn.value("option")
    place = len(listed) if option == "last" else option
    return listed[place - 1] if isinstance(place, int) and 1 <= place <= len(listed) else None
