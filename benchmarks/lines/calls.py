"""Calls by Twilio and by jambonz, signed as they sign."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from benchmarks.lines.people import BORN, Insured, Mobiles
from gateway.voice.jambonz import signature

TOKEN = "the token of a benchmark"
FORM = "application/x-www-form-urlencoded"
SHOWN = "+33199005678"


@dataclass
class Call:
    """One call by Twilio; every event goes where the answer before said."""

    url: str
    think: float
    session: aiohttp.ClientSession
    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    next: str = "/voice/twilio"
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    text: str = ""

    async def event(self, *, speech: str = "", digits: str = "") -> str:
        """One event, after a pause; waiting phrases count as answers, and their seconds too."""
        await asyncio.sleep(random.uniform(0.5, 1.5) * self.think)
        while True:
            body, headers = self.signed(speech, digits)
            began = time.perf_counter()
            async with self.session.post(self.url + self.next, data=body, headers=headers) as answer:
                said = await answer.text()
            self.seconds.append(time.perf_counter() - began)
            if answer.status != 200:
                self.errors += 1
                return ""
            self.read(said)
            if "wait=" not in self.next:
                return self.text
            speech = digits = ""

    def signed(self, speech: str, digits: str) -> tuple[bytes, dict[str, str]]:
        """The body of an event and its headers."""
        form = {"CallSid": self.id, "From": SHOWN}
        form |= {"SpeechResult": speech, "Confidence": "0.9"} if speech else {"Digits": digits} if digits else {}
        mac = RequestValidator(TOKEN).compute_signature(self.url + self.next, form)
        return urlencode(form).encode(), {"X-Twilio-Signature": mac, "Content-Type": FORM}

    def read(self, body: str) -> None:
        """What was said, and where the next event goes."""
        document = ET.fromstring(body)
        self.text = " ".join(e.text or "" for e in document.iter("Say"))
        self.next = next((e.attrib["action"] for e in document.iter() if "action" in e.attrib), self.next)

    async def play(self, person: Insured, mobiles: Mobiles, day: date) -> None:
        """A whole call about a day; what is not booked or not cancelled is an error."""
        await self.event()
        await self.event(speech=f"un rendez-vous téléphonique le {day:%d/%m} pour mon arrêt de travail")
        await self.event(digits=person.number)
        await self.event(digits=BORN.strftime("%d%m%Y"))
        await self.event(digits=(await mobiles.read(person.mobile, r"code est (\d{6})"))[1])
        await self.event(digits="1")
        booked = await self.event(digits="1")
        await self.event(speech="annulez mon rendez-vous")
        cancelled = await self.event(digits="1")
        await self.event(speech="non merci")
        self.errors += ("confirmé" not in booked) + ("annulé" not in cancelled)


@dataclass
class Jambonz(Call):
    """The same call by jambonz."""

    next: str = "/voice/jambonz"

    def signed(self, speech: str, digits: str) -> tuple[bytes, dict[str, str]]:
        """The body of an event and its headers."""
        heard = {"alternatives": [{"transcript": speech, "confidence": 0.9}]}
        happened = {"reason": "speechDetected", "speech": heard} if speech else {"digits": digits} if digits else {}
        body = json.dumps({"call_sid": self.id, "from": SHOWN} | happened).encode()
        mac = signature(TOKEN, body, int(time.time()))
        return body, {"Jambonz-Signature": mac, "Content-Type": "application/json"}

    def read(self, body: str) -> None:
        """What was said, and where the next event goes."""
        for verb in json.loads(body):
            self.text = (verb.get("say") or verb).get("text") or self.text
            self.next = verb.get("actionHook", self.next)
