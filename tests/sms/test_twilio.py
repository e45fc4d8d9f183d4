"""Twilio: signatures made by its own library, what is forged or repeated, its REST API."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.sms.conftest import Gateway

ACCOUNT, TOKEN, US = "AC00000000000000000000000000000001", "a token of twilio for tests", "+33939390001"
CALLBACK = "https://rdv.exemple.fr"
ALICE = "+33639980112"


@pytest.fixture
async def twilio(start: Callable[..., Any], carrier: Any) -> Gateway:
    gateway: Gateway = await start(
        sms="twilio",
        sms_url=carrier.url,
        sms_user=ACCOUNT,
        twilio_auth_token=TOKEN,
        sms_number=US,
        public_url=CALLBACK,
    )
    return gateway


async def post(gateway: Gateway, path: str = "/sms/twilio", token: str = TOKEN, url: str = "", **form: str) -> Any:
    """What Twilio posts, signed as it signs."""
    full = {"AccountSid": ACCOUNT, "To": US} | form
    signature = RequestValidator(token).compute_signature(f"{url or CALLBACK}{path}", full)
    return await gateway.client.post(path, data=full, headers={"X-Twilio-Signature": signature})


async def test_a_message_is_acknowledged_and_answered(twilio: Gateway) -> None:
    answer = await post(twilio, MessageSid="SM1", From=ALICE, Body="bonjour été")
    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert "<Message" not in await answer.text()
    await twilio.settled()
    [sent] = twilio.carrier.sent
    assert (sent["to"], sent["From"], sent["text"]) == (ALICE, US, "Lu : bonjour été")
    assert sent["StatusCallback"] == f"{CALLBACK}/sms/twilio/report"
    assert base64.b64decode(sent["auth"].removeprefix("Basic ")).decode() == f"{ACCOUNT}:{TOKEN}"


async def test_a_replayed_message_is_answered_alike_and_once(twilio: Gateway) -> None:
    first = await post(twilio, MessageSid="SM1", From=ALICE, Body="oui")
    await twilio.settled()
    again = await post(twilio, MessageSid="SM1", From=ALICE, Body="oui")
    await twilio.settled()
    assert (await again.text(), again.status) == (await first.text(), first.status)
    assert twilio.rasa.texts == ["oui"]
    assert len(twilio.carrier.sent) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"token": "another token"},
        {"url": "https://elsewhere.example"},
        {"AccountSid": "AC00000000000000000000000000000002"},
    ],
)
async def test_a_forged_message_is_refused(
    twilio: Gateway, caplog: pytest.LogCaptureFixture, forged: dict[str, str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await post(twilio, MessageSid="SM9", From=ALICE, Body="annuler mon code 482915", **forged)
    assert answer.status == 403
    assert "forged" in caplog.text
    assert "39980112" not in caplog.text
    assert "482915" not in caplog.text
    assert twilio.core.texts() == {}


async def test_a_body_changed_on_the_way_is_refused(twilio: Gateway) -> None:
    form = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": ALICE, "Body": "oui"}
    signature = RequestValidator(TOKEN).compute_signature(f"{CALLBACK}/sms/twilio", form)
    headers = {"X-Twilio-Signature": signature}
    changed = await twilio.client.post("/sms/twilio", data=form | {"Body": "non"}, headers=headers)
    unsigned = await twilio.client.post("/sms/twilio", data=form)
    assert (changed.status, unsigned.status) == (403, 403)
    assert twilio.core.texts() == {}


@pytest.mark.parametrize("form", [{"MessageSid": "SM1", "From": ALICE}, {"From": ALICE, "Body": "x"}, {}])
async def test_a_malformed_message_is_refused(twilio: Gateway, form: dict[str, str]) -> None:
    assert (await post(twilio, **form)).status == 400
    assert twilio.core.texts() == {}


async def test_nobody_answers_a_name_or_a_short_number(twilio: Gateway) -> None:
    for number, sender in enumerate(("BANQUE", "36105")):
        assert (await post(twilio, MessageSid=f"SM{number}", From=sender, Body="pub")).status == 200
    assert twilio.core.texts() == {}


async def test_a_report_is_recorded_once(twilio: Gateway) -> None:
    await post(twilio, MessageSid="SM1", From=ALICE, Body="bonjour")
    await twilio.settled()
    assert twilio.core.texts()["out", "sent"] == 1
    for status, state in (("sent", "sent"), ("delivered", "delivered"), ("failed", "delivered")):
        answer = await post(twilio, "/sms/twilio/report", MessageSid="SM1", MessageStatus=status)
        assert answer.status == 204
        assert twilio.core.texts()["out", state] == 1
    assert (
        await post(twilio, "/sms/twilio/report", token="no", MessageSid="SM1", MessageStatus="failed")
    ).status == 403


@pytest.mark.parametrize("status", [429, 500, 401])
async def test_what_twilio_refuses_is_sent_again(twilio: Gateway, clock: Any, status: int) -> None:
    twilio.carrier.refuse = [status, status]
    await post(twilio, MessageSid="SM1", From=ALICE, Body="bonjour")
    await twilio.until(lambda: not twilio.carrier.refuse or clock.tick(seconds=1))
    await twilio.until(lambda: bool(twilio.carrier.sent) or clock.tick(seconds=1))
    await twilio.settled()
    assert twilio.carrier.texts == ["Lu : bonjour"]
