"""What is forged, replayed, late, malformed; and a dead or slow Rasa, core, database: the gateway alone, for real."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from booking_core import Core, FixedClock, open_core
from gateway.app import make_app
from gateway.settings import Settings
from gateway.voice.jambonz import signature
from tests.conftest import NOW
from tests.stack import free_port
from tests.voice.conftest import CALLER, SECRET, TOKEN

NIR = "1850335238001"
SAID = f"je suis né le 12 mars 1985 et mon numéro est le {NIR}"
SETTINGS = {"twilio_auth_token": TOKEN, "jambonz_secret": SECRET, "adviser_number": "+33199001234"}


@pytest.fixture
def core(tmp_path: Path) -> Any:
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


@asynccontextmanager
async def rasa(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Something in Rasa's place."""
    app = web.Application()
    app.router.add_post("/webhooks/rdv/webhook", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


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
        return answer.status, await answer.text()


# -- refused --------------------------------------------------------------------------------------


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


# -- dead and slow --------------------------------------------------------------------------------


def break_files(folder: Path) -> None:
    for path in folder.glob("rdv.db*"):
        path.write_bytes(b"this is not a database any more" * 1000)


async def timed(request: Awaitable[tuple[int, str]]) -> tuple[str, float]:
    began = time.monotonic()
    status, body = await request
    assert status == 200
    return body, time.monotonic() - began


async def test_a_dead_rasa_is_said_and_a_human_is_called(core: Core) -> None:
    async with gateway(core) as client:
        await twilio(client)
        body, seconds = await timed(twilio(client, "/voice/twilio?step=1", SpeechResult="un rendez-vous"))
        assert "problème technique" in body
        assert "+33199001234" in body
        assert seconds < 3
        body, _ = await timed(twilio(client, "/voice/twilio?step=2", DialCallStatus="busy"))
        assert "être rappelé" in body
        body, _ = await timed(twilio(client, "/voice/twilio?step=3", Digits="2"))
        assert "numéro d'où vous appelez" in body
        body, _ = await timed(twilio(client, "/voice/twilio?step=4", Digits="1"))
        assert "vous rappellera" in body
        assert "un matin" in body


async def test_a_dead_rasa_without_advisers_still_leaves_a_call_back(core: Core) -> None:
    async with gateway(core, adviser_number="") as client:
        await jambonz(client, {"call_sid": "j1", "from": CALLER})
        said = {"call_sid": "j1", "reason": "speechDetected", "speech": {"alternatives": [{"transcript": "bonjour"}]}}
        body, seconds = await timed(jambonz(client, said, "/voice/jambonz?step=1"))
        assert "être rappelé" in body
        assert seconds < 3


@pytest.mark.parametrize("number", ["+33199001234", ""])
async def test_a_dead_database_is_said_and_there_is_a_way_out(core: Core, number: str, tmp_path: Path) -> None:
    async with gateway(core, adviser_number=number) as client:
        await twilio(client)
        core.close()
        break_files(tmp_path)
        for webhook, form in (("/voice/twilio?step=1", {"Digits": "1"}), ("/voice/twilio", {"call": "CA9"})):
            body, seconds = await timed(twilio(client, webhook, **form))
            assert "problème technique" in body
            assert ("<Dial" in body) if number else ("<Hangup" in body)
            assert seconds < 3
        ended, _ = await timed(twilio(client, "/voice/twilio?step=2", DialCallStatus="completed"))
        assert "<Hangup" in ended
        summary, _ = await timed(twilio(client, "/voice/twilio/summary?call=x&step=1"))
        assert summary.endswith("<Response />")


async def test_a_slow_rasa_gets_a_waiting_phrase_and_its_answer_is_not_lost(core: Core) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.json_response([{"text": "Me voilà.", "custom": {"asking": "reason"}}])

    async with rasa(slow) as url, gateway(core, url) as client:
        await twilio(client)
        body, seconds = await timed(twilio(client, "/voice/twilio?step=1", SpeechResult="un rendez-vous"))
        assert "Un instant" in body
        assert "tapez 0" in body
        assert "step=1&amp;wait=1" in body
        assert seconds < 2
        body, seconds = await timed(twilio(client, "/voice/twilio?step=1&wait=1"))
        while "wait=" in body:
            assert seconds < 2
            body, seconds = await timed(twilio(client, "/voice/twilio?step=1&wait=2"))
        assert "Me voilà." in body
        # The platform asks for the first event again: the answer, not another turn.
        assert "Me voilà." in (await twilio(client, "/voice/twilio?step=1", SpeechResult="un rendez-vous"))[1]


async def test_a_hung_rasa_can_be_left_for_a_human_with_a_key(core: Core) -> None:
    hung = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await hung.wait()
        return web.json_response([])

    async with rasa(never) as url, gateway(core, url) as client:
        await twilio(client)
        body, seconds = await timed(twilio(client, "/voice/twilio?step=1", SpeechResult="un rendez-vous"))
        assert "tapez 0" in body
        assert seconds < 3
        body, seconds = await timed(twilio(client, "/voice/twilio?step=1&wait=1", Digits="0"))
        assert "<Dial" in body
        assert seconds < 1
        assert "être rappelé" in (await twilio(client, "/voice/twilio?step=2", DialCallStatus="no-answer"))[1]
        hung.set()


async def test_a_hung_rasa_is_given_up(core: Core) -> None:
    hung = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await hung.wait()
        return web.json_response([])

    async with rasa(never) as url, gateway(core, url) as client:
        await jambonz(client, {"call_sid": "j1", "from": CALLER})
        said = {"call_sid": "j1", "reason": "speechDetected", "speech": {"alternatives": [{"transcript": "bonjour"}]}}
        body, _ = await timed(jambonz(client, said, "/voice/jambonz?step=1"))
        waited = 0
        while "wait=" in body:
            waited += 1
            assert waited < 10
            body, seconds = await timed(jambonz(client, {"call_sid": "j1"}, f"/voice/jambonz?step=1&wait={waited}"))
            assert seconds < 2
        assert "problème technique" in body
        assert json.loads(body)[-1]["verb"] == "dial"
        hung.set()
