"""What carries notices out: SMTP and a text-message gateway; on a laptop, files in a folder."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from booking_core import Core
from booking_core.notices.mail import Mail, message
from booking_core.notices.model import Outgoing, Port, Rendered
from gateway.settings import BadSettingsError, Settings

log = logging.getLogger(__name__)

TEXT_SECONDS = 30
# What nobody asked for when it leaves; the rest answers what a person, or their agency, has just done.
STARTED = ("reminder", "offer")
SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Texter(Protocol):
    """Sends text messages."""

    async def send(self, to: str, text: str, *, started: bool = False) -> None:
        """Send one to an E.164 number; raises when the gateway did not take it.

        `started`: nobody asked for it; STOP and quiet hours keep it back (NotYetError).
        """
        ...


@dataclass(frozen=True)
class TextFolder:
    """A texter that drops each message into a folder: for laptops."""

    folder: Path

    async def send(self, to: str, text: str, *, started: bool = False) -> None:
        """One file a message: the number, an empty line, the text."""
        name = f"{uuid.uuid4().hex}.sms.txt"
        await asyncio.to_thread(_drop, self.folder / name, f"To: {to}\n\n{text}\n".encode())
        log.info("a text message is in %s", name)


@dataclass(frozen=True)
class MailFolder:
    """A port that drops e-mails into a folder, as .eml files: for laptops."""

    folder: Path
    sender: str

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """One file a notice, the same when it is sent again."""
        name = f"{outgoing.message_id}.eml"
        _drop(self.folder / name, message(self.sender, outgoing, rendered).as_bytes())
        log.info("an e-mail (%s) is in %s", outgoing.kind, name)


@dataclass(frozen=True)
class TextPort:
    """Notices by text message: the core calls from a thread, the texter lives on the event loop."""

    texter: Texter
    loop: asyncio.AbstractEventLoop

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Send one; raises what the texter raises, TimeoutError after 30 seconds."""
        sent = self.texter.send(outgoing.to, rendered.text, started=outgoing.kind in STARTED)
        sending = asyncio.run_coroutine_threadsafe(sent, self.loop)
        try:
            sending.result(TEXT_SECONDS)
        finally:
            sending.cancel()


def texter_of(settings: Settings) -> Texter | None:
    """The folder of a laptop; None where RDV_SMS names a gateway, whose desk sends. Raises BadSettingsError."""
    if settings.sms in ("kannel", "twilio"):
        return None
    if settings.sms == "console":
        if settings.env == "production":
            raise BadSettingsError("in production RDV_SMS must name a gateway: text messages would stay in files")
        return TextFolder(_outbox(settings))
    raise BadSettingsError("RDV_SMS names no way to send text messages that we know")


def mail_of(settings: Settings) -> Port:
    """The mail server of RDV_SMTP_URL, or a folder on a laptop; raises BadSettingsError."""
    if not settings.smtp_url:
        if settings.env == "production":
            raise BadSettingsError("in production RDV_SMTP_URL must be set: e-mails would stay in files")
        return MailFolder(_outbox(settings), settings.mail_from)
    try:
        url = urlsplit(settings.smtp_url)
        host, port = url.hostname, url.port or SMTP_PORTS[url.scheme]
    except (ValueError, KeyError):
        host = None
    if not host:
        raise BadSettingsError("RDV_SMTP_URL must be smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]")
    return Mail(
        host,
        port,
        settings.mail_from,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        tls=True if url.scheme == "smtp+starttls" else None,
        implicit_tls=url.scheme == "smtps",
    )


@dataclass(frozen=True)
class Live:
    """A port that also tells the person in the chats they have open on a screen, at once."""

    port: Port
    core: Core
    line: Callable[[Outgoing], Mapping[str, Any]]

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Send one, then tell it; sent again, it is not told again."""
        self.port.send(outgoing, rendered)
        if outgoing.kind in STARTED:
            self.core.tell(outgoing.person_id, self.line(outgoing), mark=outgoing.message_id)


def live(found: dict[str, Port], core: Core, line: Callable[[Outgoing], Mapping[str, Any]]) -> dict[str, Port]:
    """The same ports, which also tell what they carry in the chats that are open."""
    return {name: Live(port, core, line) for name, port in found.items()}


def ports(settings: Settings, texter: Texter) -> dict[str, Port]:
    """The ports of `Core.dispatch`; to be called on the event loop that the texter lives on."""
    return {"email": mail_of(settings), "sms": TextPort(texter, asyncio.get_running_loop())}


def _outbox(settings: Settings) -> Path:
    return Path(settings.var) / "outbox"


def _drop(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
