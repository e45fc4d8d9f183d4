"""Socket.IO as Rasa's clients speak it: who may talk; what is said is tried with rasa-webchat in the browser."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import socketio

from tests import portals
from tests.portal.conftest import Front, Person

# The client of these tests leaves the transport of a connection that was refused to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SESSION = "s" * 43


async def talk(front: Front, said: Any, *, origin: str | None = None, by: str = "websocket") -> str:
    """What comes back of one message: the name of the event, or "disconnected"."""
    got: asyncio.Queue[str] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    client.on("bot_uttered", lambda _: got.put_nowait("bot_uttered"))
    client.on("disconnect", lambda *_: got.put_nowait("disconnected"))
    try:
        await client.connect(front.url, headers={"Origin": origin or front.url}, transports=[by])
        await client.emit("user_uttered", said)
        return await asyncio.wait_for(got.get(), 20)
    finally:
        await client.disconnect()
        if client.eio.http is not None:
            await client.eio.http.close()


def with_token(token: str, session: str = SESSION) -> dict[str, Any]:
    return {"message": "bonjour", "session_id": session, "customData": {"token": token}}


async def test_a_token_opens_the_session_and_only_once(front: Front, person: Person) -> None:
    token, session = portals.token(person.id, front.clock.now()), "a" * 43
    assert await talk(front, with_token(token, session)) == "bot_uttered"
    assert await talk(front, {"message": "bonjour", "session_id": session}, by="polling") == "bot_uttered"
    assert await talk(front, with_token(token, "b" * 43)) == "disconnected"


@pytest.mark.parametrize(
    "said",
    [
        with_token("not.a.token"),
        {"message": "bonjour", "session_id": SESSION},
        {"message": "bonjour", "session_id": "short", "customData": {"token": "x"}},
        {"message": "bonjour", "session_id": SESSION, "customData": "x"},
        {"message": 5, "session_id": SESSION},
        "bonjour",
        None,
    ],
    ids=str,
)
async def test_nobody_gets_nothing(front: Front, said: Any) -> None:
    assert await talk(front, said) == "disconnected"


async def test_another_origin_does_not_even_connect(front: Front) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await talk(front, {}, origin="https://mechant.exemple.fr")
