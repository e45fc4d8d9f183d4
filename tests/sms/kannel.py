"""Real Kannel for tests: bearerbox, smsbox, and fakesmsc in the place of the operator and its phones."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote_plus, unquote_to_bytes

from tests.stack import free_port

BEARERBOX, SMSBOX, FAKESMSC = "/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"
INSTALLED = all(shutil.which(program) for program in (BEARERBOX, SMSBOX, FAKESMSC))
GOT = re.compile(r"Got message \d+: <(.*)>$")
US = "+33939390001"

CORE = """
group = core
admin-port = {admin}
admin-password = {secret}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {boxes}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-level = 2
store-type = spool
store-location = {folder}/spool
dlr-storage = internal
sms-resend-freq = 1

group = smsc
smsc = fake
smsc-id = operator
port = {operator}
connect-allow-ip = 127.0.0.1

"""


def until(done: Callable[[], object], seconds: float, what: str = "") -> None:
    """Wait for something; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"after {seconds} s: {what}"
        time.sleep(0.05)


class Kannel:
    """bearerbox and smsbox with the configuration that `rdv sms kannel` prints."""

    def __init__(self, folder: Path, ours: str, secret: str) -> None:
        self.folder, self.operator = folder, free_port()
        (folder / "spool").mkdir(parents=True)
        self.conf = folder / "kannel.conf"
        ports = {"admin": free_port(), "boxes": free_port(), "operator": self.operator}
        self.conf.write_text(CORE.format(folder=folder, secret=secret, **ports) + ours)
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both; returns when the operator can connect."""
        for program in (BEARERBOX, SMSBOX):
            with (self.folder / f"{Path(program).name}.log").open("ab") as log:
                command = [program, "-v", "2", str(self.conf)]
                self.running.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder))
            time.sleep(1)
        assert all(box.poll() is None for box in self.running), (self.folder / "bearerbox.log").read_text()

    def stop(self) -> None:
        """Stop both as an upgrade does: smsbox first, each with the time that it takes."""
        for box in reversed(self.running):
            box.terminate()
            try:
                box.wait(20)
            except subprocess.TimeoutExpired:
                box.kill()
                box.wait()
        self.running.clear()


class Phones:
    """One fakesmsc: sends what people write, shows what they get. One at a time can be connected."""

    def __init__(self, kannel: Kannel, *messages: str, options: Sequence[str] = ()) -> None:
        self.log = kannel.folder / f"fakesmsc-{time.monotonic_ns()}.log"
        command = [FAKESMSC, "-H", "127.0.0.1", "-r", str(kannel.operator), *options, *messages]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def __enter__(self) -> Phones:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()

    def sent(self, count: int = 1) -> bool:
        """True when so many messages have left."""
        return f"sent message {count}\n" in self.log.read_text("utf8", errors="replace")

    def got(self, by: str) -> list[str]:
        """The texts that a number received so far."""
        return [text for number, text in self.all_got() if number == by]

    def all_got(self) -> list[tuple[str, str]]:
        """The text messages received so far, whole ones: (number, text)."""
        received: list[tuple[str, str]] = []
        parts: dict[tuple[str, int], list[str]] = {}
        for line in self.log.read_text("utf8", errors="replace").splitlines():
            if not (found := GOT.search(line)):
                continue
            if not found[1].startswith(f"{US} +"):
                # fakesmsc shows each line of a text as a message.
                number, text = received.pop()
                received.append((number, f"{text}\n{found[1]}"))
                continue
            _, number, kind, rest = found[1].split(" ", 3)
            if kind == "text":
                received.append((number, rest))
                continue
            header, _, data = rest.split(" ", 2)
            # A byte that is a letter or a digit is shown as it is: reference 0x41 is "A".
            *_, reference, total, _ = unquote_to_bytes(header.replace("+", " "))
            mine = parts.setdefault((number, reference), [])
            mine.append(unquote_plus(data))
            if len(mine) == total:
                received.append((number, "".join(parts.pop((number, reference)))))
        return received


def written(number: str, text: str) -> str:
    """A message as fakesmsc takes it."""
    return f"{number} {US} text {text}"


def cut(number: str, text: str, reference: int) -> list[str]:
    """A long message as a phone cuts it: chained parts, for as many fakesmsc."""
    pieces = [text[n : n + 153] for n in range(0, len(text), 153)]
    head = f"%05%00%03%{reference:02x}%{len(pieces):02x}"
    return [f"{number} {US} udh-text {head}%{n:02x} {piece}" for n, piece in enumerate(pieces, 1)]


def talk(kannel: Kannel, *messages: str, number: str, answers: int, seconds: float = 30) -> list[str]:
    """Send messages in this order, wait for so many answers to the number; what it received."""
    received: list[str] = []
    for place, message in enumerate(messages, 1):
        wanted = answers if place == len(messages) else 0
        with Phones(kannel, message, options=("-m", "1")) as phones:
            deadline = time.monotonic() + seconds
            while not phones.sent() or len(received) + len(phones.got(number)) < wanted:
                assert time.monotonic() < deadline, f"{len(received)} of {answers} answers after {seconds} s"
                time.sleep(0.05)
            time.sleep(0.1)
            received += phones.got(number)
    return received
