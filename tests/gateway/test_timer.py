"""The timer: real mail by a real server, servers that die and come back, processes that are killed."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar

from booking_core import Core, FixedClock, open_core
from booking_core.notices.mail import Mail
from booking_core.notices.model import Outgoing, Port, Rendered
from booking_core.storage import outbox
from gateway.notices import Words
from gateway.ports import MailFolder, TextFolder, TextPort, mail_of, ports, texter_of
from gateway.settings import BadSettingsError
from gateway.settings import Settings as GatewaySettings
from gateway.timer import Timer
from tests.booking_core.world import MOBILE, NOW, PARIS, SECRET, book, cancel, free, opening, someone
from tests.stack import free_port

FRIDAY = date(2026, 3, 6)
EMAIL = "jeanne@exemple.fr"


class Inbox:
    """The handler of a real SMTP server: keeps mails; `before` is called with each, in the middle of its delivery."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.mails: list[EmailMessage] = []
        self.before = before

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its API
        content = envelope.content
        assert isinstance(content, bytes)
        await asyncio.to_thread(self.before)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def served() -> Iterator[Callable[..., Controller]]:
    """Starts mail servers, and stops those that the test left running."""
    running: list[Controller] = []

    def serve(inbox: Inbox, port: int) -> Controller:
        controller = Controller(inbox, hostname="127.0.0.1", port=port)
        controller.start()
        running.append(controller)
        return controller

    yield serve
    for controller in running:
        if not controller.loop.is_closed():
            controller.stop()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rdv.db'}"


@pytest.fixture
def core(url: str, clock: FixedClock) -> Iterator[Core]:
    core = open_core(url, clock, secret=SECRET)
    core.upgrade()
    opening(core, {"since": "9:00", "until": "12:00"})
    yield core
    core.close()


class Silent:
    """A text port that takes everything."""

    def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
        """Nothing to do."""


def timer_with(core: Core, email: Port) -> Timer:
    return Timer(core, {"email": email, "sms": Silent()}, Words(core))


def states(core: Core) -> list[tuple[str, str]]:
    with core.store.read() as connection:
        return sorted((row.port, row.state) for row in outbox.everything(connection) if "reminder" not in row.kind)


def test_a_booking_is_told_by_mail_and_in_the_mailbox(core: Core, served: Callable[..., Controller]) -> None:
    inbox, port = Inbox(), free_port()
    served(inbox, port)
    person = someone(core, mobile=MOBILE, email=EMAIL)
    mine = book(core, person, free(core, first=FRIDAY)[0])
    timer = timer_with(core, Mail("127.0.0.1", port, "Caisse <ne-pas-repondre@exemple.fr>"))
    for _ in range(2):
        timer.round()
    (mail,) = inbox.mails
    text = mail.get_body(("plain",))
    assert text is not None
    assert mail["Subject"] == "Votre rendez-vous est confirmé\u00a0: vendredi 6 mars à 9\u00a0h"
    assert mine.reference in text.get_content()
    assert "par téléphone, au 06 ** ** ** 07" in text.get_content()
    calendar = next(part for part in mail.walk() if part.get_content_type() == "application/ics")
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert str(event["summary"]) == "Rendez-vous Assurance Maladie par téléphone"
    (letter,) = core.letters(person)
    assert (letter.subject, "Complémentaire Santé Solidaire" in letter.text) == (str(mail["Subject"]), True)


def test_a_mail_server_that_dies_and_comes_back(
    core: Core, clock: FixedClock, served: Callable[..., Controller]
) -> None:
    """Nothing is lost and nothing is sent twice; the mailbox does not wait for the mail server."""
    port = free_port()
    person = someone(core, mobile=MOBILE, email=EMAIL)
    book(core, person, free(core, first=FRIDAY)[0])
    timer = timer_with(core, Mail("127.0.0.1", port, "caisse@exemple.fr", timeout=2))
    for minutes in (0, 1, 2):
        clock.tick(minutes=minutes)
        timer.round()
    assert states(core) == [("email", "waiting"), ("mailbox", "sent")]
    inbox = Inbox()
    first = served(inbox, port)
    timer.round()
    assert inbox.mails == []  # not due yet: it backs off
    clock.tick(minutes=4)
    timer.round()
    assert len(inbox.mails) == 1
    first.stop()
    cancel(core, person, core.upcoming(person)[0])
    timer.round()
    served(inbox, port)
    clock.tick(minutes=1)
    timer.round()
    timer.round()
    assert [str(m["Subject"]).split("\u00a0:")[0] for m in inbox.mails] == [
        "Votre rendez-vous est confirmé",
        "Votre rendez-vous est annulé",
    ]
    assert states(core) == [("email", "sent"), ("email", "sent"), ("mailbox", "sent"), ("mailbox", "sent")]


def test_killed_while_it_sends_and_started_again(
    core: Core, clock: FixedClock, url: str, served: Callable[..., Controller], tmp_path: Path
) -> None:
    """`rdv serve` dies by kill -9 while the server takes the mail: the next one sends it, with the same Message-ID."""
    port, taken, go_on = free_port(), threading.Event(), threading.Event()

    def slow() -> None:
        taken.set()
        go_on.wait(20)

    inbox = Inbox(slow)
    served(inbox, port)
    book(core, someone(core, mobile=MOBILE, email=EMAIL), free(core, first=FRIDAY)[0])

    def serve(now: datetime) -> subprocess.Popen[bytes]:
        environ = os.environ | {
            "RDV_DATABASE_URL": url,
            "RDV_SECRET": SECRET,
            "RDV_NOW": now.isoformat(),
            "RDV_PORT": str(free_port()),
            "RDV_ACTIONS_PORT": str(free_port()),
            "RDV_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "RDV_TICK_SECONDS": "1",
            "RDV_VAR": str(tmp_path),
        }
        return subprocess.Popen([sys.executable, "-m", "gateway", "serve"], env=environ)

    first = serve(NOW)
    assert taken.wait(30)
    first.kill()
    first.wait(10)
    go_on.set()
    second = serve(NOW + timedelta(minutes=6))
    _until(lambda: ("email", "sent") in states(core))
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
    assert {str(m["To"]) for m in inbox.mails} == {EMAIL}
    assert 1 <= len(inbox.mails) <= 2
    assert len({str(m["Message-ID"]) for m in inbox.mails}) == 1


def test_a_job_that_fails_stops_no_other(core: Core, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    """The database refuses the outbox: the freed slot is offered all the same, and nothing personal is logged."""
    person = someone(core, mobile=MOBILE, email=EMAIL)
    core.join_waiting_list(person, "c2s", "phone", medium="sms")
    core.store.transact(lambda c: c.exec_driver_sql("ALTER TABLE notice RENAME COLUMN due TO later"))
    clock.tick(hours=1)
    with caplog.at_level(logging.INFO):
        timer_with(core, Mail("127.0.0.1", 1, "caisse@exemple.fr")).round()
    assert "notices failed: OperationalError" in caplog.text
    assert "purged:" in caplog.text
    assert EMAIL not in caplog.text


def test_offers_each_minute_and_purge_each_day(core: Core, clock: FixedClock) -> None:
    clock.set(datetime(2026, 3, 3, 9, 30, tzinfo=PARIS))
    timer = timer_with(core, Mail("127.0.0.1", 1, "caisse@exemple.fr"))
    timer.round()
    core.join_waiting_list(someone(core, mobile=MOBILE), "c2s", "phone", medium="sms")
    timer.round()
    assert "offer" not in _kinds(core)
    clock.tick(minutes=1)
    timer.round()
    timer.round()
    assert _kinds(core).count("offer") == 1
    clock.tick(days=core.settings.keep_notices_days + 1)
    clock.set(clock.now().astimezone(PARIS).replace(hour=2))
    timer.round()
    assert "offer" in _kinds(core)
    clock.tick(hours=1)
    timer.round()
    assert "offer" not in _kinds(core)


async def test_it_stops_at_once_and_finishes_its_round(core: Core) -> None:
    stopped = asyncio.Event()
    timer = timer_with(core, Mail("127.0.0.1", 1, "caisse@exemple.fr"))
    running = asyncio.create_task(timer.run(600, stopped))
    person = someone(core, mobile=MOBILE)
    await asyncio.to_thread(book, core, person, free(core, first=FRIDAY)[0])
    await asyncio.sleep(0.2)
    stopped.set()
    await asyncio.wait_for(running, 5)


# -- ports --------------------------------------------------------------------------------------


async def test_on_a_laptop_everything_lands_in_a_folder(
    core: Core, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Readable by the owner alone; the log tells file names and kinds, nobody's address, number or code."""
    settings = GatewaySettings(var=str(tmp_path / "var"))
    person = someone(core, mobile=MOBILE, email=EMAIL)
    core.start_contact_change(person, "phone", "06 39 98 02 02", key="k", medium="web")
    book(core, person, free(core, first=FRIDAY)[0])
    texter = texter_of(settings)
    assert texter is not None
    timer = Timer(core, ports(settings, texter), Words(core))
    with caplog.at_level(logging.INFO):
        await asyncio.to_thread(timer.round)
    folder = tmp_path / "var" / "outbox"
    (text,), (mail,) = folder.glob("*.sms.txt"), folder.glob("*.eml")
    assert folder.stat().st_mode & 0o077 == 0
    to, _, said = text.read_text("utf8").partition("\n\n")
    code = said.split("code est ")[1][:6]
    assert to == "To: +33639980202"
    assert core.confirm_contact_change(person, code, key="c").mobile == "+33639980202"
    assert message_from_bytes(mail.read_bytes(), policy=default)["To"] == EMAIL
    assert "(booked)" in caplog.text
    for personal in (MOBILE, "639980202", "06 39", EMAIL, "jeanne", code):
        assert personal not in caplog.text


async def test_a_texter_that_fails_is_tried_again(core: Core, clock: FixedClock) -> None:
    sent: list[tuple[str, str]] = []

    class Texter:
        async def send(self, to: str, text: str, *, started: bool = False) -> None:
            if clock.now() == NOW:
                raise ConnectionError
            sent.append((to, text))

    person = someone(core, mobile=MOBILE)
    book(core, person, free(core, first=FRIDAY)[0], medium="sms")
    port = TextPort(Texter(), asyncio.get_running_loop())
    timer = Timer(core, {"email": Silent(), "sms": port}, Words(core))
    await asyncio.to_thread(timer.round)
    assert ("sms", "waiting") in states(core)
    clock.tick(minutes=1)
    for _ in range(2):
        await asyncio.to_thread(timer.round)
    ((to, text),) = sent
    assert to == MOBILE
    assert text.startswith("RDV Assurance Maladie confirmé : vendredi 6/03 à 9h, par téléphone.")


def test_the_mail_server_comes_from_one_address() -> None:
    settings = GatewaySettings(smtp_url="smtps://jeanne%40x:p%2Fw@mail.exemple.fr", mail_from="a@exemple.fr")
    assert mail_of(settings) == Mail(
        "mail.exemple.fr", 465, "a@exemple.fr", username="jeanne@x", password="p/w", implicit_tls=True
    )
    assert mail_of(GatewaySettings(smtp_url="smtp+starttls://h:2525")) == Mail(
        "h", 2525, "rendez-vous@exemple.fr", tls=True
    )
    assert isinstance(mail_of(GatewaySettings()), MailFolder)
    assert isinstance(texter_of(GatewaySettings()), TextFolder)


@pytest.mark.parametrize(
    "changed",
    [
        {"smtp_url": "http://h"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://h:x"},
        {"sms": "pigeon"},
        {"env": "production"},
        {"env": "production", "smtp_url": "smtp://h"},
    ],
)
def test_notices_that_could_not_leave_stop_the_start(changed: dict[str, str]) -> None:
    settings = GatewaySettings(**changed)  # type: ignore[arg-type]
    with pytest.raises(BadSettingsError):
        mail_of(settings), texter_of(settings)


def _kinds(core: Core) -> list[str]:
    with core.store.read() as connection:
        return [row.kind for row in outbox.everything(connection)]


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
