"""Text conversations by Kannel's and Twilio's webhooks."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import date

import aiohttp
from twilio.request_validator import RequestValidator

from benchmarks.lines.calls import TOKEN
from benchmarks.lines.people import BORN, Insured, Mobiles

KEY, ACCOUNT, US = "the key of a benchmark", "AC-of-a-benchmark", "+33939390001"
# What Twilio signs: our address as it sees it.
PUBLIC = "https://rdv.exemple.fr"


@dataclass
class Texter:
    """One person who texts through Kannel. `seconds`: of webhooks; `answers`: from a message to its answer."""

    url: str
    think: float
    session: aiohttp.ClientSession
    seconds: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    errors: int = 0

    async def write(self, person: Insured, text: str) -> None:
        """One message, after a pause."""
        await asyncio.sleep(random.uniform(0.5, 1.5) * self.think)
        began = time.perf_counter()
        self.errors += await self.post(person.mobile, text) != 200
        self.seconds.append(time.perf_counter() - began)

    async def post(self, mobile: str, text: str) -> int:
        """The status of our answer to Kannel."""
        query, sender = {"key": KEY, "id": uuid.uuid4().hex}, {"X-Kannel-From": mobile}
        call = self.session.post(f"{self.url}/sms/kannel", params=query, headers=sender, data=text.encode())
        async with call as answer:
            return answer.status

    async def play(self, person: Insured, mobiles: Mobiles, day: date) -> None:
        """A whole conversation about a day; an answer that does not come is an error."""
        code = ""
        for text, expected in (
            (f"rdv téléphonique le {day:%d/%m} pour mon arrêt de travail", "sécurité sociale"),
            (person.number, "naissance"),
            (f"{BORN:%d/%m/%Y}", r"code est (\d{6})"),
            ("", "1\\. "),
            ("1", "réservé"),
            ("OUI", "confirmé"),
            ("annuler mon rendez-vous", "annulé"),
            # The same word again within seconds would be the network's echo.
            ("oui, annulez", "RDV annulé"),
        ):
            await self.write(person, text or code)
            began = time.perf_counter()
            try:
                found = await mobiles.read(person.mobile, expected)
            except TimeoutError:
                self.errors += 1
                return
            self.answers.append(time.perf_counter() - began)
            code = found[1] if found.lastindex else code


@dataclass
class Twilio(Texter):
    """The same through Twilio."""

    async def post(self, mobile: str, text: str) -> int:
        """The status of our answer to Twilio."""
        form = {"AccountSid": ACCOUNT, "MessageSid": uuid.uuid4().hex, "From": mobile, "To": US, "Body": text}
        mac = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/sms/twilio", form)
        headers = {"X-Twilio-Signature": mac}
        async with self.session.post(f"{self.url}/sms/twilio", data=form, headers=headers) as answer:
            return answer.status
