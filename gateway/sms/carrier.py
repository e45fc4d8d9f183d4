"""What carries text messages, and what it hands over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import phonenumbers
from aiohttp import web
from prometheus_client import Counter

TEXTS = Counter("rdv_texts_total", "Text messages by direction and outcome", ["direction", "outcome"])


class NotSentError(Exception):
    """The carrier did not take a message: to be sent again. The words tell why, and nothing of anybody."""


@dataclass(frozen=True)
class Incoming:
    """A message as a carrier hands it over. `number` in E.164; `age`: how long ago it was sent, when known."""

    number: str
    text: str
    message_id: str
    age: timedelta = field(default=timedelta(0))


@dataclass(frozen=True)
class Report:
    """What became of a message: "delivered", "undelivered" or "rejected" (not even tried).

    By our `message_id`, or by the carrier's own `reference`.
    """

    state: str
    message_id: str | None = None
    reference: str | None = None


Received = Callable[[Incoming], Awaitable[None]]
Reported = Callable[[Report], Awaitable[None]]


class Carrier(Protocol):
    """An SMS gateway: its webhooks, and the way to send through it."""

    def routes(self, received: Received, reported: Reported) -> list[web.RouteDef]:
        """The webhooks; they answer once the message or the report is kept."""
        ...

    async def send(self, to: str, text: str, message_id: str) -> str | None:
        """Send to an E.164 number; returns the carrier's reference, if it gives one. Raises NotSentError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def e164(sender: str) -> str | None:
    """The number of a sender, None for what nobody can answer: names ("INFO"), short numbers."""
    plain = sender.strip()
    try:
        number = phonenumbers.parse(f"+{plain[2:]}" if plain.startswith("00") else plain, "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
