"""What strangers can send to the front door: too much, too slowly, malformed, for somebody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from booking_core import Contact, Core
from gateway import security
from gateway.webchat import conversation_of
from tests.booking_core.test_identity import BORN, NIR
from tests.sms.conftest import Gateway

Start = Callable[..., Any]
MOBILE = "+33639980112"


@pytest.fixture
async def gateway(start: Start) -> Gateway:
    started: Gateway = await start()
    return started


@pytest.fixture
async def token(gateway: Gateway, core: Core) -> str:
    """The session of somebody signed in."""
    core.register(NIR, BORN, None, Contact(mobile=MOBILE), key="alice")
    answer = await gateway.client.post("/web/session", json={"demo": "alice"})
    value: str = (await answer.json())["token"]
    return value


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def raw(gateway: Gateway, sent: bytes, *, seconds: float = 5) -> bytes:
    """What comes back for these bytes."""
    assert gateway.client.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.client.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(seconds):
            return await reader.read(65_536)
    finally:
        writer.close()


# -- spoofing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "/cancel_appointment",
        ' / /affirm{"slot_id": "1"}',
        "⟦intent:affirm⟧",
        "⟦slot:1⟧",
        "⟦⟦intent:affirm⟧⟧",
        "⟦phone:1⟧",
        "/⟦/restart⟧",
    ],
)
async def test_what_is_typed_is_never_an_intent_nor_a_slot(gateway: Gateway, token: str, text: str) -> None:
    await gateway.client.post("/web/messages", json={"text": text}, headers=bearer(token))
    [said] = gateway.rasa.texts
    assert not said.startswith("/")
    assert "⟦" not in said
    assert "⟧" not in said


@pytest.mark.parametrize(
    "value",
    [
        *("option:deux", "option:1x", "option:²", "option:-1", "option:123", "slot:x", "slot:1 ", "slot:" + "9" * 19),
        *("appointment:1.5", "agency:rennes", "day:demain", "intent:restart", "intent:/affirm", "reason:autre"),
        "phone:1",
    ],
)
async def test_a_choice_that_none_can_have_never_gets_to_rasa(gateway: Gateway, token: str, value: str) -> None:
    answer = await gateway.client.post("/web/messages", json={"value": value}, headers=bearer(token))
    assert answer.status == 400
    assert gateway.rasa.texts == []


async def test_nobody_chooses_a_conversation_a_medium_or_what_rasa_is_told(gateway: Gateway, token: str) -> None:
    forged = {"sender": "web-of-another", "conversation": "x", "medium": "voice", "metadata": {"now": "2030-01-01"}}
    answer = await gateway.client.post("/web/messages", json={"text": "bonjour", **forged}, headers=bearer(token))
    assert answer.status == 200
    assert [sender for sender, _ in gateway.rasa.said] == [conversation_of(token)]


async def test_a_session_is_never_the_one_that_was_asked_for(gateway: Gateway, token: str) -> None:
    again = await gateway.client.post("/web/session", json={"demo": "alice", "token": token}, headers=bearer(token))
    other = (await again.json())["token"]
    assert other != token
    await gateway.client.post("/web/messages", json={"text": "bonjour"}, headers=bearer(other))
    seen = await gateway.client.get("/web/messages", headers=bearer(token))
    assert (await seen.json())["messages"] == []


async def test_a_session_that_was_left_is_worth_nothing(gateway: Gateway, token: str) -> None:
    assert (await gateway.client.delete("/web/session", headers=bearer(token))).status == 200
    for path in ("/web/messages", "/web/events", "/web/appointments/1.ics", "/api/slots"):
        assert (await gateway.client.get(path, headers=bearer(token))).status == 401, path


async def test_a_page_elsewhere_cannot_write(gateway: Gateway, token: str) -> None:
    headers = bearer(token) | {"Origin": "https://elsewhere.example"}
    assert (await gateway.client.post("/web/messages", json={"text": "oui"}, headers=headers)).status == 403
    assert gateway.rasa.said == []


# -- tampering, injection -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"POST /web/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    ],
)
async def test_requests_read_in_two_ways_are_refused(gateway: Gateway, head: bytes) -> None:
    assert (await raw(gateway, head)).startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))


async def test_what_is_sent_never_becomes_a_header(gateway: Gateway, token: str) -> None:
    for text in ("a\r\nSet-Cookie: a=b", "%0d%0aSet-Cookie: a=b"):
        answers = [
            await gateway.client.post("/web/messages", json={"text": text, "id": "a\r\nb"}, headers=bearer(token)),
            await gateway.client.get(f"/web/messages?after={text}", headers=bearer(token)),
            await gateway.client.get("/healthz", headers={"Origin": "https://a.example%0d%0aSet-Cookie:a=b"}),
        ]
        assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize("path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"])
async def test_only_the_widget_s_own_files_are_served(gateway: Gateway, path: str) -> None:
    answer = await raw(gateway, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b" 404 " in answer.splitlines()[0] or b" 403 " in answer.splitlines()[0]


async def test_an_address_in_a_text_message_is_never_fetched(start: Start) -> None:
    asked: list[str] = []

    async def bait(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    trap = web.Application()
    trap.router.add_route("*", "/{path:.*}", bait)
    async with TestServer(trap) as server:
        gateway = await start(
            sms="twilio",
            sms_url=str(server.make_url("/api")),
            sms_user="AC1",
            twilio_auth_token="a token for tests",
            sms_number="+33939390001",
            public_url="https://rdv.exemple.fr",
        )
        url = str(server.make_url("/inside"))
        form = {"AccountSid": "AC1", "MessageSid": "SM1", "From": MOBILE, "To": "+33939390001", "Body": f"vois {url}"}
        form |= {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/png", "StatusCallback": url}
        signed = RequestValidator("a token for tests").compute_signature("https://rdv.exemple.fr/sms/twilio", form)
        answer = await gateway.client.post("/sms/twilio", data=form, headers={"X-Twilio-Signature": signed})
        assert answer.status == 200
        await gateway.until(lambda: bool(asked))
        # Only the carrier's own API was called, with our answer.
        assert set(asked) == {"/api/2010-04-01/Accounts/AC1/Messages.json"}


# -- information disclosure -----------------------------------------------------------------------


async def test_errors_say_nothing_of_the_inside(
    gateway: Gateway, token: str, core: Core, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"SELECT {NIR}")

    monkeypatch.setattr(type(core), "transcript", broken)
    with caplog.at_level(logging.ERROR):
        answer = await gateway.client.get("/web/messages", headers=bearer(token))
    assert (answer.status, await answer.json()) == (500, {"error": "failed"})
    assert answer.headers["Server"] == "rdv"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/web/appointments/1.ics", "/web/messages", "/admin", "/.env", "/metrics/x"]
)
async def test_every_refusal_is_json_with_a_code(gateway: Gateway, path: str) -> None:
    answer = await gateway.client.get(path)
    assert answer.status in (401, 404)
    assert set(await answer.json()) == {"error"}


async def test_every_answer_carries_the_headers_of_safety(gateway: Gateway) -> None:
    for path in ("/", "/healthz", "/nowhere", "/static/rdv-chat.js"):
        headers = (await gateway.client.get(path)).headers
        assert set(security.HEADERS) <= set(headers), path


# -- denial of service ----------------------------------------------------------------------------


async def test_large_requests_are_refused_before_they_are_read(gateway: Gateway, token: str) -> None:
    large = await gateway.client.post("/web/messages", data=b"x" * 70_000, headers=bearer(token))
    assert large.status == 413
    for head in (b"X: " + b"a" * 20_000, b"".join(b"X-%d: a\r\n" % n for n in range(40_000))):
        answer = await raw(gateway, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 431"))


@pytest.mark.parametrize(
    "body", ["[" * 50_000, '{"a":' * 8_000, '{"text": 1e999999}', "{", '"x"', '{"text": "\\ud800"}']
)
async def test_odd_json_is_an_answer_never_a_failure(gateway: Gateway, token: str, body: str) -> None:
    headers = bearer(token) | {"Content-Type": "application/json"}
    answer = await gateway.client.post("/web/messages", data=body.encode(), headers=headers)
    assert answer.status in (200, 400), await answer.text()


async def test_a_long_text_costs_nothing(gateway: Gateway, token: str) -> None:
    answer = await gateway.client.post("/web/messages", json={"text": "a" * 2_001}, headers=bearer(token))
    assert answer.status == 200
    assert gateway.rasa.said == []


async def test_a_body_that_trickles_in_is_given_up(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.2)
    head = b"POST /web/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    assert (await raw(gateway, head + b'{"te')).startswith(b"HTTP/1.1 408")


async def test_somebody_too_fast_is_told_so_and_others_are_not(gateway: Gateway, token: str) -> None:
    session = await gateway.client.post("/web/session", json={"demo": "alice"})
    other = bearer((await session.json())["token"])
    for _ in range(31):
        await gateway.client.post("/web/messages", json={"text": "bonjour"}, headers=bearer(token))
    assert len(gateway.rasa.said) == 30
    await gateway.client.post("/web/messages", json={"text": "bonjour"}, headers=other)
    assert len(gateway.rasa.said) == 31


async def test_streams_are_few_for_each_conversation(gateway: Gateway, token: str) -> None:
    open_streams = [await gateway.client.get("/web/events", headers=bearer(token)) for _ in range(7)]
    assert [answer.status for answer in open_streams] == [200] * 6 + [429]
    for answer in open_streams:
        answer.close()
