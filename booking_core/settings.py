"""What an operator may change, with defaults that are safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BOTH = frozenset({"phone", "in_person"})
PHONE = frozenset({"phone"})

# RULES §1: which channels of appointment each medium may book, move and cancel.
MEDIA: Mapping[str, Mapping[str, frozenset[str]]] = {
    "web": {"book": BOTH, "move": BOTH, "cancel": BOTH},
    "app": {"book": PHONE, "move": PHONE, "cancel": BOTH},
    "sms": {"book": BOTH, "move": BOTH, "cancel": BOTH},
    "voice": {"book": BOTH, "move": BOTH, "cancel": BOTH},
    "agent": {"book": BOTH, "move": BOTH, "cancel": BOTH},
    "system": {"book": BOTH, "move": BOTH, "cancel": BOTH},
}


@dataclass(frozen=True)
class Settings:
    """Durations are in the unit that the name tells.

    `contact_proof`: a new mobile or e-mail counts only once the code sent to it is given back
    (RULES §3); off in demonstrations, where nothing is sent. `organizer`: the address in calendar files.
    `text_idle_minutes`: after so long without a message, whoever holds the phone proves anew who they are.
    `quiet_hours`: no offer between these two hours of the day.
    """

    timezone: str = "Europe/Paris"
    organizer: str = "rendez-vous@exemple.fr"
    media: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=lambda: MEDIA)
    hold_minutes: int = 10
    horizon_days: int = 84
    contact_proof: bool = True
    code_minutes: int = 10
    code_tries: int = 5
    identify_tries: int = 5
    lock_minutes: int = 30
    provisional_minutes: int = 60
    session_minutes: int = 30
    vault_minutes: int = 60
    conversation_hours: int = 24
    text_idle_minutes: int = 30
    text_late_minutes: int = 60
    texts_per_hour: int = 60
    draft_hours: int = 24
    reminders_minutes: tuple[int, ...] = (48 * 60, 2 * 60)
    offer_minutes: int = 120
    offers_per_day: int = 2
    quiet_hours: tuple[int, int] = (20, 8)
    keep_appointments_days: int = 730
    keep_journal_days: int = 1095
    keep_conversations_days: int = 30
    keep_notices_days: int = 90
    keep_keys_days: int = 7
