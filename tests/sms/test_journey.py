"""A whole conversation by signed Twilio webhooks with the real Rasa: identified, booked, moved, cancelled, a human."""

from __future__ import annotations

import asyncio
import re
from datetime import date

from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from booking_core import demo
from gateway.app import make_app
from gateway.notices import Words
from gateway.ports import ports
from gateway.settings import Settings
from gateway.sms import words
from gateway.sms.desk import DESK
from gateway.timer import Timer
from tests.sms.conftest import Carrier
from tests.stack import SECRET, Stack

ACCOUNT, TOKEN, US = "AC00000000000000000000000000000001", "a token of twilio for tests", "+33939390001"
CALLBACK, ALICE = "https://rdv.exemple.fr", "+33639980112"


async def test_from_nobody_to_cancelled(carrier: Carrier) -> None:
    stack = Stack()
    await stack.start()
    demo.load(stack.core)
    settings = Settings(
        secret=SECRET,
        rasa_url=stack.rasa_url,
        rasa_secret=SECRET,
        sms="twilio",
        sms_url=carrier.url,
        sms_user=ACCOUNT,
        sms_number=US,
        twilio_auth_token=TOKEN,
        public_url=CALLBACK,
    )
    client = TestClient(TestServer(make_app(settings, stack.core)))
    await client.start_server()
    timer = Timer(stack.core, ports(settings, client.app[DESK]), Words(stack.core))  # type: ignore[union-attr]

    async def say(text: str, answers: int = 1) -> str:
        stack.clock.tick(seconds=20)
        before = len(carrier.sent)
        form = {"AccountSid": ACCOUNT, "MessageSid": f"SM{before}-{text}", "From": ALICE, "To": US, "Body": text}
        headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(f"{CALLBACK}/sms/twilio", form)}
        assert (await client.post("/sms/twilio", data=form, headers=headers)).status == 200
        async with asyncio.timeout(20):
            while len(carrier.sent) < before + answers:
                await asyncio.sleep(0.02)
                # A turn that a busy machine made late is tried again seconds later.
                stack.clock.tick(seconds=0.02)
                await asyncio.to_thread(timer.round)
        assert all(m["to"] == ALICE and words.length(m["text"]) <= words.TWO_SEGMENTS for m in carrier.sent)
        return "\n".join(carrier.texts[before:])

    try:
        alice = stack.core.person_by_key("alice")
        assert alice is not None
        assert "sécurité sociale" in await say("rdv en agence à Rennes pour ma maternité mardi matin")
        assert "naissance" in await say("mon numéro 2 87 05 35 238 019")
        code = re.search(r"\b\d{6}\b", await say("née le 14 mai 1987", answers=2))
        assert code
        assert "1. mardi 24/11" in await say(code[0])
        assert "réservé" in await say("1")
        assert stack.core.upcoming(alice.id) == []
        await say("ok", answers=2)
        [booked] = stack.core.upcoming(alice.id)
        assert (booked.reason, booked.channel, booked.start.date()) == (
            "maternite_paternite",
            "in_person",
            date(2026, 11, 24),
        )
        assert "1. " in await say("DEPLACER à jeudi de la semaine prochaine")
        await say("2")
        await say("oui", answers=2)
        [moved] = stack.core.upcoming(alice.id)
        assert (moved.id, moved.start.date()) == (booked.id, date(2026, 11, 26))
        await say("ANNULER")
        assert stack.core.upcoming(alice.id) == [moved]
        await say("oui")
        assert stack.core.upcoming(alice.id) == []
        assert "3646" in await say("je veux parler à quelqu'un")
        # Half an hour later the phone may be in other hands.
        assert "sécurité sociale" not in await say("mes rendez-vous")
        stack.clock.tick(minutes=31)
        assert "sécurité sociale" in await say("mes rdv svp")
    finally:
        await client.close()
        await stack.stop()
