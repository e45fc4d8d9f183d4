"""What is forged, replayed, late, malformed: refused, and logged without a word of anybody."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from twilio.request_validator import RequestValidator

from booking_core import Core, FixedClock
from gateway.voice.jambonz import signature
from tests.voice.conftest import CALLER, SECRET, TOKEN, gateway
from tests.voice.schema import check_all

NIR = "1850335238001"
SAID = f"je suis né le 12 mars 1985 et mon numéro est le {NIR}"


async def twilio(
    client: TestClient[Any, Any], path: str = "/voice/twilio", *, token: str = TOKEN, call: str = "CA1", **form: str
) -> tuple[int, str]:
    form = {"CallSid": call, "From": CALLER, **form}
    signed = RequestValidator(token).compute_signature(str(client.make_url(path)), form)
    async with client.post(path, data=form, headers={"X-Twilio-Signature": signed}) as answer:
        return answer.status, await answer.text()


async def jambonz(
    client: TestClient[Any, Any], body: Any, path: str = "/voice/jambonz", *, secret: str = SECRET, age: float = 0
) -> tuple[int, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Jambonz-Signature": signature(secret, raw, int(time.time() - age))}
    async with client.post(path, data=raw, headers=headers) as answer:
        if answer.status == 200:
            check_all(await answer.text())
        return answer.status, await answer.text()


async def test_forged_and_unsigned_webhooks_are_refused_and_logged_without_a_word_of_them(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    form = {"CallSid": "CA1", "From": CALLER, "SpeechResult": SAID}
    async with gateway(core) as client:
        assert (await twilio(client, token="another"))[0] == 403
        async with client.post("/voice/twilio", data=form) as unsigned:
            assert unsigned.status == 403
        for path in ("/voice/twilio?step=1", "/voice/twilio/summary?call=x&step=1", "/voice/twilio/status"):
            assert (await twilio(client, path, token="another", SpeechResult=SAID))[0] == 403
        body = {"call_sid": "j1", "from": CALLER, "speech": {"alternatives": [{"transcript": SAID}]}}
        assert (await jambonz(client, body, secret="another"))[0] == 403
        assert (await jambonz(client, body, "/voice/jambonz/status", secret="another"))[0] == 403
        assert (await client.post("/voice/jambonz", json=body)).status == 403
    assert "was refused: not signed" in caplog.text
    for personal in (NIR, "1985", CALLER, "CA1", "j1"):
        assert personal not in caplog.text


async def test_a_signed_webhook_with_a_changed_word_is_refused(core: Core) -> None:
    async with gateway(core) as client:
        form = {"CallSid": "CA1", "From": CALLER, "Digits": "2"}
        signed = RequestValidator(TOKEN).compute_signature(str(client.make_url("/voice/twilio?step=1")), form)
        headers = {"X-Twilio-Signature": signed}
        for path, changed in (("/voice/twilio?step=1", {"Digits": "1"}), ("/voice/twilio?step=2", {})):
            async with client.post(path, data=form | changed, headers=headers) as answer:
                assert answer.status == 403


async def test_without_a_secret_in_production_no_call_is_taken(core: Core) -> None:
    production = {"env": "production", "secret": "x" * 40, "twilio_auth_token": "", "jambonz_secret": ""}
    production |= {"smtp_url": "smtp://localhost"}
    async with gateway(core, **production) as client:
        assert (await twilio(client, token=""))[0] == 403
        assert (await jambonz(client, {"call_sid": "j1"}, secret=""))[0] == 403


@pytest.mark.parametrize("age", [301, -301])
async def test_a_jambonz_webhook_signed_long_ago_or_later_is_refused(core: Core, age: float) -> None:
    async with gateway(core) as client:
        assert (await jambonz(client, {"call_sid": "j1", "from": CALLER}, age=0))[0] == 200
        assert (await jambonz(client, {"call_sid": "j2", "from": CALLER}, age=age))[0] == 403


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"call_sid": 3}', b'{"call_sid": ""}', b"\xff\xfe"])
async def test_malformed_jambonz_bodies_are_refused(core: Core, body: bytes) -> None:
    async with gateway(core) as client:
        assert (await jambonz(client, body))[0] == 400


@pytest.mark.parametrize("path", ["/voice/twilio?step=x", "/voice/twilio?step=-1", "/voice/twilio?step=99999"])
async def test_malformed_twilio_webhooks_are_refused(core: Core, path: str) -> None:
    async with gateway(core) as client:
        assert (await twilio(client, path))[0] == 400
        assert (await twilio(client, call=""))[0] == 400
        assert (await twilio(client, call="C" * 101))[0] == 400


@pytest.mark.parametrize(
    "speech", [3, [], {"alternatives": 3}, {"alternatives": []}, {"alternatives": [3]}, {"alternatives": [{}]}]
)
async def test_odd_speech_is_noise(core: Core, speech: Any) -> None:
    async with gateway(core) as client:
        await jambonz(client, {"call_sid": "j1", "from": CALLER})
        status, body = await jambonz(
            client, {"call_sid": "j1", "reason": "speechDetected", "speech": speech}, "/voice/jambonz?step=1"
        )
        assert status == 200
        assert "pas compris" in body


async def test_an_event_again_gets_the_same_answer_at_once_and_none_later(core: Core) -> None:
    clock = core.clock
    assert isinstance(clock, FixedClock)
    async with gateway(core) as client:
        welcome = await twilio(client)
        assert welcome == await twilio(client)
        silence = await twilio(client, "/voice/twilio?step=1")
        assert silence == await twilio(client, "/voice/twilio?step=1")
        assert (await twilio(client, "/voice/twilio?step=2"))[1] != silence[1]
        clock.tick(minutes=6)
        assert (await twilio(client, "/voice/twilio?step=1"))[0] == 409
        assert (await twilio(client))[0] == 409


async def test_an_event_of_no_call_or_after_the_end_is_refused(core: Core) -> None:
    async with gateway(core) as client:
        assert (await twilio(client, "/voice/twilio?step=3", Digits="1"))[0] == 409
        await twilio(client)
        assert (await twilio(client, "/voice/twilio?step=1", DialCallStatus="completed"))[0] == 409
        assert (await twilio(client, "/voice/twilio/status", CallStatus="ringing"))[0] == 204
        assert (await twilio(client, "/voice/twilio?step=1"))[0] == 200
        assert (await twilio(client, "/voice/twilio/status", CallStatus="completed"))[0] == 204
        assert (await twilio(client, "/voice/twilio?step=2"))[0] == 409
        # Another call of the same person is another call.
        assert (await twilio(client, call="CA2"))[0] == 200


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", ["/voice/twilio", "/voice/twilio/status", "/voice/twilio/summary"])
async def test_a_body_that_is_no_form_is_refused(
    core: Core, caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    async with gateway(core) as client:
        signed = RequestValidator(TOKEN).compute_signature(str(client.make_url(path)), {})
        headers = {"X-Twilio-Signature": signed, "Content-Type": kind}
        async with client.post(path, data=SAID.encode(), headers=headers) as answer:
            assert answer.status == 400
    assert "was refused: not a form" in caplog.text
    assert NIR not in caplog.text
    assert "1985" not in caplog.text


async def test_what_is_late_replayed_or_of_no_call_is_logged_without_anybody(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    clock = core.clock
    assert isinstance(clock, FixedClock)
    heard = {"alternatives": [{"transcript": SAID}]}
    body = {"call_sid": "j1-of-somebody", "from": CALLER, "reason": "speechDetected", "speech": heard}
    form = {"call": "CA1-of-somebody", "SpeechResult": SAID}
    async with gateway(core) as client:
        await twilio(client, **form)
        assert (await twilio(client, "/voice/twilio?step=1", **form))[0] == 200
        clock.tick(minutes=6)
        assert (await twilio(client, "/voice/twilio?step=1", **form))[0] == 409
        assert (await twilio(client, "/voice/twilio?step=7", **form))[0] == 409
        assert (await jambonz(client, body, age=400))[0] == 403
        assert (await jambonz(client, body, "/voice/jambonz?step=2"))[0] == 409
        assert (await jambonz(client, json.dumps(body).encode()[:-1]))[0] == 400
    for why in ("an old event again", "an event of an unknown call", "not signed", "not a JSON object"):
        assert f"was refused: {why}" in caplog.text
    for personal in (NIR, "1985", "12 mars", CALLER, "of-somebody"):
        assert personal not in caplog.text
