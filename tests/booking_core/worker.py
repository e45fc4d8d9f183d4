"""A process to be killed: `python -m tests.booking_core.worker URL LOG PERSON…`."""

from __future__ import annotations

import os
import sys

from booking_core import FixedClock, open_core
from booking_core.notices.model import Outgoing, Rendered
from tests.booking_core.post import words
from tests.booking_core.world import NOW, SECRET


class Written:
    """A port that writes down what it sent."""

    def __init__(self, log: int) -> None:
        self.log = log

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        if outgoing.port == "email":
            os.write(self.log, f"sent {outgoing.message_id} .\n".encode())


def main(url: str, path: str, people: list[str]) -> None:
    """Hold, book, send, for each person in turn."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    core = open_core(url, FixedClock(NOW), secret=SECRET)
    port = Written(log)
    for person in people:
        slot = core.search(reason="c2s", channel="phone", limit=1).slots[0]
        core.hold(slot.id, person)
        booked = core.book(person, slot.id, "c2s", holder=person, key=f"crash:{person}", medium="web")
        os.write(log, f"booked {person} {booked.id} .\n".encode())
        core.dispatch({"email": port, "sms": port}, words)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
