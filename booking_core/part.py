"""What every part of the core stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking_core.clock import Clock
from booking_core.crypt import Crypt
from booking_core.errors import NotYours
from booking_core.model import Reason
from booking_core.settings import Settings
from booking_core.storage.engine import Store


@dataclass(frozen=True)
class Part:
    """One transaction a method; the clock, the settings and the secret are handed in."""

    store: Store
    clock: Clock
    settings: Settings
    crypt: Crypt
    reasons: Mapping[str, Reason]

    def local_now(self) -> datetime:
        """Now, in the zone of the caisse (Europe/Paris unless set)."""
        return self.clock.now().astimezone(ZoneInfo(self.settings.timezone))


def numbers(ids: Iterable[str]) -> list[int]:
    """Ids as the tables have them; what is no id of ours is left out."""
    return [int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < 19]


def number(of: str) -> int:
    """One id as the tables have it; raises NotYours when it is no id of ours."""
    found = numbers([of])
    if not found:
        raise NotYours
    return found[0]
