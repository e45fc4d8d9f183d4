"""Both ports of the outbox as tests see them: boxes that keep what they are given, and somebody who is written to."""

from __future__ import annotations

from collections import Counter
from datetime import date

from booking_core import Appointment, Core
from booking_core.notices.model import Outgoing, Rendered
from tests.booking_core.world import MOBILE, book, free, someone

FRIDAY = date(2026, 3, 6)


class Box:
    """A port that keeps what it is given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.sent: list[Outgoing] = []
        self.rendered: list[Rendered] = []
        self.failures = failures

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.sent.append(outgoing)
        self.rendered.append(rendered)

    def kinds(self) -> list[str]:
        return [outgoing.kind for outgoing in self.sent]


def words(outgoing: Outgoing) -> Rendered:
    return Rendered(outgoing.kind, f"{outgoing.kind} {outgoing.code or ''}")


class Post:
    """Both ports, and the dispatcher that uses them."""

    def __init__(self, core: Core) -> None:
        self.core, self.email, self.sms = core, Box(), Box()

    def go(self) -> Counter[str]:
        return self.core.dispatch({"email": self.email, "sms": self.sms}, words)


def somebody(core: Core) -> str:
    return someone(core, mobile=MOBILE, email="jeanne@exemple.fr")


def on(core: Core, day: date) -> Appointment:
    return book(core, somebody(core), free(core, first=day, last=day)[0])
