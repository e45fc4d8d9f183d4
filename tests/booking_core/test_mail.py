"""What is sent, on the wire: calendar files (RFC 5545, 5546), and mail to a real SMTP server."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from booking_core import Core
from booking_core.notices.mail import Mail
from tests.booking_core.post import FRIDAY, Post, on, somebody, words
from tests.booking_core.world import MORNING, book, cancel, free, move, opening


def test_the_calendar_file_follows_the_appointment(post: Post, core: Core) -> None:
    """RFC 5546: one UID, a SEQUENCE that rises, REQUEST then CANCEL, a zone that is defined."""
    mine = on(core, FRIDAY)
    post.go()
    moved = move(core, mine.person_id, mine, free(core, first=FRIDAY, last=FRIDAY)[3])
    post.go()
    cancel(core, mine.person_id, moved)
    post.go()
    calendars = [Calendar.from_ical(r.calendar or b"") for r in post.email.rendered]
    events = [c.walk("VEVENT")[0] for c in calendars]
    assert [str(c["method"]) for c in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(e["uid"]) for e in events}) == 1
    assert [int(e["sequence"]) for e in events] == [0, 1, 2]
    assert [str(e["status"]) for e in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [e.decoded("dtstart") for e in events] == [mine.start, moved.start, moved.start]
    assert events[0].decoded("dtend") == mine.end
    assert events[0]["dtstart"].params["TZID"] == "Europe/Paris"
    assert [str(z["tzid"]) for z in calendars[0].walk("VTIMEZONE")] == ["Europe/Paris"]
    assert str(events[0]["attendee"]) == "mailto:jeanne@exemple.fr"
    for calendar, event in zip(calendars, events, strict=True):
        assert not calendar.errors
        assert not event.errors


def test_ones_own_calendar_and_the_agency_feed(core: Core) -> None:
    opening(core, {**MORNING, "channel": "in_person"})
    person = somebody(core)
    mine = book(core, person, core.search(reason="c2s", channel="in_person").slots[0])
    own = Calendar.from_ical(core.calendar(person, mine.id, summary="RDV", description="…")).walk("VEVENT")[0]
    assert str(own["location"]) == "Agence de Rennes, 1 rue Inventée"
    agency = mine.agency.id
    token = core.feed(agency)
    assert core.feed(agency) == token
    feed = core.agency_calendar(token, summary="RDV")
    assert feed is not None
    assert [str(e["uid"]) for e in Calendar.from_ical(feed).walk("VEVENT")] == [str(own["uid"])]
    assert b"jeanne" not in feed
    assert core.agency_calendar("guess", summary="RDV") is None
    assert core.feed(agency, renew=True) != token
    assert core.agency_calendar(token, summary="RDV") is None


class Smtp(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to take mail."""

    mails: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.mails.append(body)
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def smtp() -> Iterator[tuple[int, list[bytes]]]:
    mails: list[bytes] = []
    handler = type("Handler", (Smtp,), {"mails": mails})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], mails
        server.shutdown()
        thread.join()


def test_real_mail(post: Post, core: Core, smtp: tuple[int, list[bytes]]) -> None:
    port, mails = smtp
    mine = on(core, FRIDAY)
    mail = Mail("127.0.0.1", port, "Caisse <ne-pas-repondre@exemple.fr>", tls=False)
    assert core.dispatch({"email": mail, "sms": post.sms}, words) == {"sent": 2}
    (raw,) = mails
    got = message_from_bytes(raw, policy=default)
    assert got["To"] == "jeanne@exemple.fr"
    assert got["Message-ID"].endswith("@exemple.fr>")
    parts = {part.get_content_type(): part for part in got.walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    event = Calendar.from_ical(parts["application/ics"].get_content()).walk("VEVENT")[0]
    assert event.decoded("dtstart") == mine.start


def test_a_mail_server_that_is_not_there(post: Post, core: Core) -> None:
    on(core, FRIDAY)
    nowhere = Mail("127.0.0.1", 1, "a@exemple.fr", tls=False, timeout=2)
    assert core.dispatch({"email": nowhere, "sms": post.sms}, words) == {"sent": 1, "waiting": 1}
