"""A dead or slow Rasa, core or database: a spoken sentence and a way out in time, on both platforms."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from booking_core import Core
from tests.stack import SECRET as SHARED
from tests.stack import Stack
from tests.voice.conftest import Heard, Jambonz, Phone, gateway

BOTH = pytest.mark.parametrize("platform", [Phone, Jambonz])
# With and without advisers who can be connected.
WAYS_OUT = pytest.mark.parametrize(("number", "way_out"), [("+33199001234", "dial"), ("", "hangup")])
LIMIT_SECONDS = 3
GONE = {"DialCallStatus": "no-answer", "dial_call_status": "no-answer"}


@asynccontextmanager
async def rasa(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Something in Rasa's place."""
    app = web.Application()
    app.router.add_post("/webhooks/rdv/webhook", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


class Caller:
    """A phone for asynchronous tests: each answer comes in time, or the test fails."""

    def __init__(self, platform: type[Phone], url: str, call: str = "c1") -> None:
        self.phone = platform(url, call)

    async def dial(self) -> Heard:
        return await self._timed(self.phone.dial)

    async def say(self, text: str) -> Heard:
        return await self._timed(self.phone.say, text)

    async def press(self, digits: str) -> Heard:
        return await self._timed(self.phone.press, digits)

    async def nobody_answers(self) -> Heard:
        return await self._timed(self.phone.event, **GONE)

    async def once(self, **fields: str) -> Heard:
        """One event as it is, without following waiting phrases."""
        self.phone.heard = heard = await asyncio.to_thread(self.phone.post, self.phone.next, **fields)
        assert heard.status == 200
        assert heard.seconds < LIMIT_SECONDS
        self.phone.follow()
        return heard

    @staticmethod
    async def _timed(do: Callable[..., Heard], *args: str, **fields: str) -> Heard:
        heard = await asyncio.to_thread(do, *args, **fields)
        assert heard.seconds < LIMIT_SECONDS
        return heard


def break_files(folder: Path) -> None:
    for path in folder.glob("rdv.db*"):
        path.write_bytes(b"this is not a database any more" * 1000)


def last(heard: Heard) -> str:
    """The last verb of an answer."""
    return heard.verbs[-1].lower()


@BOTH
async def test_a_dead_rasa_is_said_and_a_human_is_called(core: Core, platform: type[Phone]) -> None:
    async with gateway(core) as client:
        caller = Caller(platform, str(client.make_url("")).rstrip("/"))
        await caller.dial()
        heard = await caller.say("un rendez-vous")
        assert "problème technique" in heard.text
        assert "+33199001234" in heard.body
        assert last(heard) == "dial"
        assert "être rappelé" in (await caller.nobody_answers()).text
        assert "numéro d'où vous appelez" in (await caller.press("2")).text
        noted = (await caller.press("1")).text
        assert "vous rappellera" in noted
        assert "un matin" in noted


@BOTH
async def test_a_dead_rasa_without_advisers_still_leaves_a_call_back(core: Core, platform: type[Phone]) -> None:
    async with gateway(core, adviser_number="") as client:
        caller = Caller(platform, str(client.make_url("")).rstrip("/"))
        await caller.dial()
        assert "être rappelé" in (await caller.say("bonjour")).text
        await caller.press("1")
        assert "dès que possible" in (await caller.press("1")).text


@BOTH
@WAYS_OUT
async def test_a_dead_database_is_said_and_there_is_a_way_out(
    core: Core, tmp_path: Path, platform: type[Phone], number: str, way_out: str
) -> None:
    async with gateway(core, adviser_number=number) as client:
        url = str(client.make_url("")).rstrip("/")
        caller, late = Caller(platform, url), Caller(platform, url, "c2")
        await caller.dial()
        core.close()
        break_files(tmp_path)
        for heard in (await caller.press("1"), await late.dial()):
            assert "problème technique" in heard.text
            assert last(heard) == way_out
        if number:
            assert "Rappelez dans quelques minutes" in (await caller.nobody_answers()).text
            where = f"/voice/{caller.phone.next.split('/')[2].partition('?')[0]}/summary?call=x"
            summary = await asyncio.to_thread(caller.phone.post, where)
            assert (summary.status, summary.text.strip()) == (200, "")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[Stack]:
    """A real Rasa, whose core can die or be slow."""
    stack = Stack()
    await stack.start()
    yield stack
    await stack.stop()


class TestWithRasa:
    """Rasa answers; what it asks the core for does not come, or comes late."""

    pytestmark = pytest.mark.asyncio(loop_scope="module")

    @BOTH
    @WAYS_OUT
    async def test_a_dead_core_is_said_and_there_is_a_way_out(
        self, stack: Stack, platform: type[Phone], number: str, way_out: str
    ) -> None:
        await stack.runner.cleanup()
        settings = {"rasa_secret": SHARED, "adviser_number": number}
        async with gateway(stack.core, stack.rasa_url, **settings) as client:
            url = str(client.make_url("")).rstrip("/")
            caller = Caller(platform, url, f"dead-{platform.__name__}{number}")
            await caller.dial()
            heard = await caller.say("je voudrais un rendez-vous")
            if number:
                assert "problème technique" in heard.text
                assert last(heard) == way_out
                heard = await caller.nobody_answers()
            assert "être rappelé" in heard.text
        await stack.use(stack.core)

    @BOTH
    async def test_a_slow_core_gets_a_waiting_phrase_and_its_answer_comes(
        self, stack: Stack, platform: type[Phone]
    ) -> None:
        """Another process holds the database for three seconds, as a backup or a migration does."""
        async with gateway(stack.core, stack.rasa_url, rasa_secret=SHARED) as client:
            caller = Caller(platform, str(client.make_url("")).rstrip("/"), f"slow-{platform.__name__}")
            await caller.dial()
            busy = sqlite3.connect(stack.database_url.removeprefix("sqlite:///"), check_same_thread=False)
            busy.execute("BEGIN IMMEDIATE")
            freed = asyncio.get_running_loop().call_later(3, busy.rollback)
            began = time.monotonic()
            words = {"SpeechResult": "bonjour", "Confidence": "0.9"}
            fields = words if platform is Phone else {"digits": "1", "reason": "dtmfDetected"}
            heard = await caller.once(**fields)
            assert "Un instant" in heard.text
            assert "tapez 0" in heard.text
            while "wait=" in caller.phone.next:
                heard = await caller.once()
            assert time.monotonic() - began > LIMIT_SECONDS - 0.5
            assert last(heard) == "gather"
            assert "problème technique" not in heard.text
            freed.cancel()
            busy.close()


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(3)
    return web.json_response([{"text": "Me voilà.", "custom": {"asking": "reason"}}])


async def hung(_: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.json_response([])


@BOTH
async def test_a_slow_rasa_gets_a_waiting_phrase_and_its_answer_is_not_lost(core: Core, platform: type[Phone]) -> None:
    async with rasa(slow) as url, gateway(core, url) as client:
        caller = Caller(platform, str(client.make_url("")).rstrip("/"))
        await caller.dial()
        asked, keys = caller.phone.next, {"Digits": "1", "digits": "1"}
        heard = await caller.once(**keys)
        assert "Un instant" in heard.text
        assert "tapez 0" in heard.text
        assert "step=1&wait=1" in caller.phone.next
        while "wait=" in caller.phone.next:
            heard = await caller.once()
            assert heard.seconds < 2
        assert "Me voilà." in heard.text
        # The platform asks for the first event again: the answer, not another turn.
        caller.phone.next = asked
        assert (await caller.once(**keys)).body == heard.body


@BOTH
async def test_a_hung_rasa_can_be_left_for_a_human_with_a_key(core: Core, platform: type[Phone]) -> None:
    async with rasa(hung) as url, gateway(core, url) as client:
        caller = Caller(platform, str(client.make_url("")).rstrip("/"))
        await caller.dial()
        assert "tapez 0" in (await caller.once(Digits="1", digits="1")).text
        heard = await caller.once(Digits="0", digits="0")
        assert last(heard) == "dial"
        assert heard.seconds < 1
        assert "être rappelé" in (await caller.nobody_answers()).text


@BOTH
async def test_a_hung_rasa_is_given_up(core: Core, platform: type[Phone]) -> None:
    async with rasa(hung) as url, gateway(core, url) as client:
        caller = Caller(platform, str(client.make_url("")).rstrip("/"))
        await caller.dial()
        began, heard = time.monotonic(), await caller.once(Digits="1", digits="1")
        while "wait=" in caller.phone.next:
            assert time.monotonic() - began < 20
            heard = await caller.once()
        assert "problème technique" in heard.text
        assert last(heard) == "dial"
