"""The post of a dialogue: what the core sends while it is played."""

from __future__ import annotations

from datetime import timedelta

from booking_core import Core, FixedClock
from booking_core.notices.model import Outgoing, Rendered

# Until when a notice is waited for.
PATIENCE = timedelta(days=30)


class Postman:
    """Both ports, e-mail and SMS; remembers what went out."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Take one notice."""
        self.sent.append(outgoing)

    def deliver(self, core: Core) -> None:
        """Send what is due."""
        core.dispatch({"email": self, "sms": self}, lambda outgoing: Rendered(outgoing.kind, outgoing.kind))

    def last_code(self, core: Core) -> str:
        """The one-time code last sent."""
        self.deliver(core)
        return next(o.code for o in reversed(self.sent) if o.code)

    def bring(self, kind: str, core: Core, clock: FixedClock) -> bool:
        """Let time pass until a notice of a kind is sent; False when none comes."""
        until = clock.now() + PATIENCE
        self.deliver(core)
        had = len(self.sent)
        while clock.now() < until:
            core.offer_slots()
            self.deliver(core)
            if any(o.kind == kind for o in self.sent[had:]):
                return True
            clock.tick(hours=1)
        return False
