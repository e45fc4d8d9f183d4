"""Why the core says no: one small tree of typed refusals, each with what is needed to go on.

    Refusal
    ├── SlotTaken              the slot is booked, held by someone else, or no longer published
    ├── OwnConflict            appointment: the person's own, at that time, for another reason
    ├── ReasonAlreadyBooked    appointment: the upcoming one for that reason
    ├── NoPhone                a phone appointment needs a number
    ├── NoSlotLeft             nothing at all for that reason, channel and agency
    ├── NotEligible            reason: unknown, not self-service, or not served by that slot
    ├── ChannelNotAllowed      channel, medium, operation: RULES §1, the table is configuration
    ├── TooLate                deadline: the moment after which it could no longer be done
    ├── TooFar                 limit: the last day that can be booked
    ├── NotYours               no such appointment, slot or agency for this person
    ├── Closed                 appointment: already cancelled, fulfilled or missed
    ├── InvalidContact
    │   ├── InvalidPhone
    │   └── InvalidEmail
    ├── NotIdentified          who is speaking is not known well enough (level, needed)
    │   ├── Unknown            NIR and date of birth match nobody: the same for every cause
    │   └── NoAddress          no mobile and no e-mail on file to send a code to
    ├── CodeWrong              left: how many tries remain
    ├── CodeExpired            ask for another one
    ├── CodeWeak               rules: those that a personal code breaks
    └── Locked                 until: when trying again makes sense

A refusal carries data, never a sentence and never personal data in its text: `code` names it, the
attributes tell the rest. People never meet the two others: ScheduleError is for whoever imports a
schedule, ReusedKeyError is a bug. Whatever else is raised is a bug too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from booking_core.model import Appointment


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The base of every refusal. `code` is its name in snake case ("slot_taken") and its whole text."""

    code: ClassVar[str] = "refusal"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self) -> None:
        super().__init__(self.code)


class SlotTaken(Refusal):
    """The slot is booked, held by someone else, or no longer published."""


class OwnConflict(Refusal):
    """The person already has an appointment at that time, for another reason."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__()
        self.appointment = appointment


class ReasonAlreadyBooked(Refusal):
    """The person already has an upcoming appointment for that reason: move it, cancel it or leave it."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__()
        self.appointment = appointment


class NoPhone(Refusal):
    """A phone appointment needs a number: none was given and none is on file."""


class NoSlotLeft(Refusal):
    """No slot at all is published and free for that reason, channel and agency."""


class NotEligible(Refusal):
    """The reason is unknown, cannot be booked by oneself, or is not served by that slot."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class ChannelNotAllowed(Refusal):
    """This operation on this channel of appointment cannot be done through this medium."""

    def __init__(self, channel: str, medium: str, operation: str) -> None:
        super().__init__()
        self.channel = channel
        self.medium = medium
        self.operation = operation


class TooLate(Refusal):
    """The deadline has passed (strictly: at the deadline it is already too late)."""

    def __init__(self, deadline: datetime) -> None:
        super().__init__()
        self.deadline = deadline


class TooFar(Refusal):
    """The slot is beyond the last day that can be booked."""

    def __init__(self, limit: date) -> None:
        super().__init__()
        self.limit = limit


class NotYours(Refusal):
    """There is no such thing for this person; the same answer whether it exists for another or not."""


class Closed(Refusal):
    """The appointment is already cancelled, fulfilled or missed."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__()
        self.appointment = appointment


class InvalidContact(Refusal):
    """The number or address cannot be used."""


class InvalidPhone(InvalidContact):
    """Not a phone number that can be called."""


class InvalidEmail(InvalidContact):
    """Not an e-mail address."""


class NotIdentified(Refusal):
    """Who is speaking is not known well enough. `level` is what is proved, `needed` what is asked."""

    def __init__(self, level: int = 0, needed: int = 2) -> None:
        super().__init__()
        self.level = level
        self.needed = needed


class Unknown(NotIdentified):
    """NIR and date of birth match nobody: the same answer for every cause (RULES §4)."""


class NoAddress(NotIdentified):
    """Neither a mobile nor an e-mail on file to send a code to: the caisse at 3646."""


class CodeWrong(Refusal):
    """Not the code that was sent. `left` tries remain before it is worth nothing."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class CodeExpired(Refusal):
    """No code is waiting, or it has lapsed, or was tried too often: ask for another one."""


class CodeWeak(Refusal):
    """Not a personal code that can be taken. `rules` are codes ("length", "lower", "upper", "other", "personal")."""

    def __init__(self, rules: Sequence[str]) -> None:
        super().__init__()
        self.rules = tuple(rules)


class Locked(Refusal):
    """Too many wrong tries: nothing is looked at before `until` (aware)."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class ScheduleError(ValueError):
    """A schedule file that cannot be taken: nothing of it was. `problems` are (line, code, detail)."""

    def __init__(self, problems: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(f"{len(problems)} bad lines")
        self.problems = tuple(problems)


class ReusedKeyError(ValueError):
    """An idempotency key was used again for another operation or another person: a bug of the caller."""
