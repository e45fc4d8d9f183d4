"""Rasa's own web clients (rasa-webchat and its kin): Socket.IO with the events of Rasa's `socketio` channel.

`session_request` {"session_id"} → `session_confirm` {"session_id"}; `user_uttered` {"message", "session_id",
"customData": {"token": a portal's token}} → `bot_uttered` {"text", "quick_replies"} for each message.
"""

from __future__ import annotations

import asyncio
import secrets
import uuid
from typing import Any

import jwt
import socketio
from aiohttp import web

from booking_core import NotYours
from gateway.http import CORE, SETTINGS, TURNS
from gateway.turns import Turn
from gateway.webchat import PORTALS, conversation_of

# A session id is what proves who speaks once the token was exchanged: only one of ours is long enough.
SHORTEST_SESSION = 43


def attach(app: web.Application) -> None:
    """Serve /socket.io to this origin and to those that may embed the chat."""
    settings = app[SETTINGS]
    own = {f"http://{settings.host}:{settings.port}", settings.public_url.rstrip("/")} - {""}
    server = socketio.AsyncServer(
        async_mode="aiohttp", cors_allowed_origins=sorted(own | settings.origins), max_http_buffer_size=16 * 1024
    )
    server.attach(app)

    async def session_request(sid: str, data: Any = None) -> None:
        given = data.get("session_id") if isinstance(data, dict) else None
        known = isinstance(given, str) and len(given) == SHORTEST_SESSION
        await server.emit("session_confirm", {"session_id": given if known else secrets.token_urlsafe(32)}, to=sid)

    async def user_uttered(sid: str, data: Any = None) -> None:
        said = data.get("message") if isinstance(data, dict) else None
        conversation = await speaking(app, data) if isinstance(said, str) and said else None
        if conversation is None:
            await server.disconnect(sid)
            return
        # What a button sends is the value of a choice, as by POST /web/messages.
        value = str(said) if app[TURNS].is_choice(str(said)) else None
        turn = Turn(conversation, "web", text=None if value else said, value=value, message_id=uuid.uuid4().hex)
        reply = await app[TURNS].handle(turn)
        for message in reply.messages:
            choices = [{"title": c.title, "payload": c.value, "content_type": "text"} for c in message.choices]
            body = {"text": message.text} | ({"quick_replies": choices} if choices else {})
            await server.emit("bot_uttered", body, to=sid)

    async def close(_: web.Application) -> None:
        await server.shutdown()

    app.on_shutdown.append(close)
    server.on("session_request", session_request)
    server.on("user_uttered", user_uttered)


async def speaking(app: web.Application, data: dict[str, Any]) -> str | None:
    """The conversation of a session id, opened by a portal's token the first time; None for nobody."""
    core, session = app[CORE], data.get("session_id")
    if not isinstance(session, str) or len(session) != SHORTEST_SESSION:
        return None
    conversation = conversation_of(session)
    if (await asyncio.to_thread(core.identity, conversation)).person_id is not None:
        return conversation
    custom = data.get("customData")
    token = custom.get("token") if isinstance(custom, dict) else None
    if not isinstance(token, str):
        return None
    try:
        person = await asyncio.to_thread(app[PORTALS].person, token, core)
    except (jwt.InvalidTokenError, NotYours):
        return None
    await asyncio.to_thread(core.open_conversation, "web", person_id=person.id, level=2, conversation_id=conversation)
    return conversation
