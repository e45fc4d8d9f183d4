"""E-mail by SMTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from booking_core.notices.model import Outgoing, Rendered


@dataclass(frozen=True)
class Mail:
    """A port for e-mail, `timeout` in seconds.

    `tls`: None upgrades when the server offers it, True insists; `implicit_tls`: encrypted from the start.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    tls: bool | None = None
    implicit_tls: bool = False
    timeout: float = 10

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Send one e-mail; its Message-ID is that of the notice. Raises what SMTP raises."""
        asyncio.run(
            aiosmtplib.send(
                message(self.sender, outgoing, rendered),
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                start_tls=False if self.implicit_tls else self.tls,
                use_tls=self.implicit_tls,
                timeout=self.timeout,
            )
        )


def message(sender: str, outgoing: Outgoing, rendered: Rendered) -> EmailMessage:
    """The e-mail: text, the calendar as an alternative (so that programs offer it) and as a file."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, outgoing.to, rendered.subject
    domain = sender.rsplit("@", 1)[-1].rstrip(">")
    mail["Message-ID"] = f"<{outgoing.message_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text)
    if rendered.calendar is not None:
        text = rendered.calendar.decode()
        mail.add_alternative(text, subtype="calendar", params={"method": rendered.method})
        mail.add_attachment(rendered.calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail
