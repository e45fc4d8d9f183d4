"""Phones of the platforms, dialling the real service through its webhooks with real signatures."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from stdnum.fr import nir
from twilio.request_validator import RequestValidator

from booking_core import Contact, Core, FixedClock, open_core
from gateway.app import make_app
from gateway.settings import Settings
from gateway.voice.jambonz import signature
from tests.conftest import NOW, Service, running
from tests.stack import free_port
from tests.voice.schema import check_all

TOKEN = "the token of a test, and of nothing else"
SECRET = "the secret of a test, and of nothing else"
CALLER = "+33199005678"
SETTINGS = {"twilio_auth_token": TOKEN, "jambonz_secret": SECRET, "adviser_number": "+33199001234"}
PLACES = itertools.count(1)


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service with both platforms, and advisers who can be reached."""
    voice = {
        "RDV_TWILIO_AUTH_TOKEN": TOKEN,
        "RDV_JAMBONZ_SECRET": SECRET,
        "RDV_ADVISER_NUMBER": "+33199001234",
    }
    with running(tmp_path_factory.mktemp("voice"), voice) as service:
        yield service


ADDRESSES = {"alice": "+33639980112", "david": "+33639980456", "chloe": "chloe@exemple.fr"}


@dataclass
class Insured:
    """Somebody invented for one test: what they type to say who they are, and their id."""

    nir: str
    mobile: str
    id: str
    born: str = "15011980"


def insured(line: Service) -> Insured:
    """A new person, with a mobile and nothing booked."""
    place = next(PLACES)
    first, mobile = f"18001352{place:05d}", f"+33639985{place:03d}"
    person = line.core.register(first, date(1980, 1, 15), line.core.agencies()[0].id, Contact(mobile=mobile))
    return Insured(first + nir.calc_check_digits(first), mobile, person.id)


def code_of(line: Service, person: str) -> str:
    """The code in the text message or e-mail just sent to a person of the demo or a number; taken out of the folder."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        for path in (line.var / "outbox").glob("*"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",)) if path.suffix == ".eml" else message
            code = re.search(r"code est (\d{6})", body.get_content() if body else "")
            if code and message["To"] == ADDRESSES.get(person, person):
                path.unlink()
                return code[1]
        time.sleep(0.1)
    raise AssertionError("no code was sent")


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    core = open_core(f"sqlite:///{tmp_path / 'rdv.db'}", FixedClock(NOW), secret="a secret of tests")
    core.upgrade()
    yield core
    core.close()


@asynccontextmanager
async def gateway(core: Core, rasa_url: str | None = None, **settings: str) -> AsyncIterator[TestClient[Any, Any]]:
    """The gateway, with no Rasa unless told where one is."""
    url = rasa_url or f"http://127.0.0.1:{free_port()}"
    async with TestClient(TestServer(make_app(Settings(**{**SETTINGS, "rasa_url": url, **settings}), core))) as client:
        yield client


@dataclass
class Heard:
    """What a webhook answered."""

    status: int
    body: str
    seconds: float

    @property
    def xml(self) -> ET.Element:
        return ET.fromstring(self.body)

    @property
    def text(self) -> str:
        """Everything said."""
        if self.body.startswith("["):
            return " ".join(re.findall(r'"text": "([^"]*)"', self.body))
        return " ".join(e.text or "" for e in self.xml.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        """The names of the verbs, in order."""
        if self.body.startswith("["):
            return [v["verb"] for v in json.loads(self.body)]
        return [e.tag for e in self.xml]


@dataclass
class Phone:
    """A call by Twilio: every event is posted where the answer before said, signed by Twilio's own library."""

    url: str
    call: str
    caller: str = CALLER
    token: str = TOKEN
    next: str = "/voice/twilio"
    heard: Heard = field(default_factory=lambda: Heard(0, "", 0))

    def post(self, path: str, **fields: str) -> Heard:
        form = {"CallSid": self.call, "From": self.caller, "To": "+333646", "CallStatus": "in-progress", **fields}
        signed = RequestValidator(self.token).compute_signature(f"{self.url}{path}", form)
        return send(self.url + path, urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": signed})

    def event(self, **fields: str) -> Heard:
        """One event; follows waiting phrases to the answer."""
        self.heard = self.post(self.next, **fields)
        assert self.heard.status == 200, self.heard
        self.follow()
        while "wait=" in self.next:
            self.heard = self.post(self.next)
            self.follow()
        return self.heard

    def follow(self) -> None:
        for element in self.heard.xml.iter():
            if "action" in element.attrib:
                self.next = element.attrib["action"]

    def dial(self) -> Heard:
        return self.event(CallStatus="ringing")

    def say(self, text: str, confidence: str = "0.92") -> Heard:
        return self.event(SpeechResult=text, Confidence=confidence)

    def press(self, digits: str) -> Heard:
        return self.event(Digits=digits)

    def wait(self) -> Heard:
        """Say nothing."""
        return self.event()


@dataclass
class Jambonz(Phone):
    """The same call by jambonz."""

    next: str = "/voice/jambonz"

    def post(self, path: str, **fields: Any) -> Heard:
        body = json.dumps({"call_sid": self.call, "from": self.caller, "to": "3646", **fields}).encode()
        return send(
            self.url + path,
            body,
            {"Jambonz-Signature": signature(SECRET, body, int(time.time())), "Content-Type": "application/json"},
        )

    def follow(self) -> None:
        check_all(self.heard.body)
        for verb in json.loads(self.heard.body):
            self.next = verb.get("actionHook", self.next)

    def dial(self) -> Heard:
        return self.event(call_status="ringing")

    def say(self, text: str, confidence: str = "0.92") -> Heard:
        alternatives = [{"transcript": text, "confidence": float(confidence)}]
        return self.event(reason="speechDetected", speech={"is_final": True, "alternatives": alternatives})

    def press(self, digits: str) -> Heard:
        return self.event(reason="dtmfDetected", digits=digits)

    def wait(self) -> Heard:
        return self.event(reason="timeout")


def send(url: str, body: bytes, headers: dict[str, str]) -> Heard:
    """One request."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
            return Heard(answer.status, answer.read().decode(), time.monotonic() - began)
    except urllib.error.HTTPError as error:
        return Heard(error.code, error.read().decode(), time.monotonic() - began)
