"""The web chat over HTTP: sessions, messages, what was said before, live events, calendar files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import jwt
from aiohttp import web

import french
from booking_core import Core, Identity, Line, NotYours, Person
from gateway import cards
from gateway.http import CORE, SETTINGS, TURNS, body_of
from gateway.portals import Portals
from gateway.render import Message, typeset
from gateway.responses import response
from gateway.turns import BadTurnError, Turn

log = logging.getLogger(__name__)

# How often a stream looks for lines that another process wrote, and says that it is alive.
LOOK_SECONDS = 2.0
ALIVE_SECONDS = 15.0
STREAMS = 6


class Bell:
    """Rings in this process when something was said in a conversation."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._typing: dict[str, int] = {}
        self.closed = False

    def join(self, conversation: str) -> asyncio.Event | None:
        """An event that is set at each ring, until `leave`; None when too many listen already."""
        listening = self._waiting.setdefault(conversation, set())
        if len(listening) >= STREAMS:
            return None
        listening.add(event := asyncio.Event())
        return event

    def leave(self, conversation: str, event: asyncio.Event) -> None:
        """No longer listen."""
        listening = self._waiting.get(conversation, set())
        listening.discard(event)
        if not listening:
            self._waiting.pop(conversation, None)

    def ring(self, conversation: str) -> None:
        """Something happened."""
        for event in self._waiting.get(conversation, ()):
            event.set()

    def typing(self, conversation: str) -> bool:
        """True while the assistant works on an answer."""
        return self._typing.get(conversation, 0) > 0

    def working(self, conversation: str, change: int) -> None:
        """One more (+1) or one less (-1) answer in the making."""
        count = self._typing.get(conversation, 0) + change
        if count > 0:
            self._typing[conversation] = count
        else:
            self._typing.pop(conversation, None)
        self.ring(conversation)

    def close(self) -> None:
        """End every stream: the process stops."""
        self.closed = True
        for conversation in list(self._waiting):
            self.ring(conversation)


BELL = web.AppKey("bell", Bell)
PORTALS = web.AppKey("portals", Portals)


def add_routes(app: web.Application) -> None:
    """The web chat's endpoints."""
    app[BELL], app[PORTALS] = Bell(), Portals(app[SETTINGS].portals)
    app.on_shutdown.append(_silence)
    app.router.add_post("/web/session", session)
    app.router.add_delete("/web/session", leave)
    app.router.add_post("/web/messages", messages)
    app.router.add_get("/web/messages", history)
    app.router.add_get("/web/events", events)
    app.router.add_get(r"/web/appointments/{id:\d+}.ics", calendar)


async def _silence(app: web.Application) -> None:
    app[BELL].close()


# -- who --------------------------------------------------------------------------------------


async def session(request: web.Request) -> web.Response:
    """Start a conversation: {"demo": "alice"} in demo mode, or {"token": a portal's signed token}."""
    body, core, settings = await body_of(request), request.app[CORE], request.app[SETTINGS]
    if "demo" in body and settings.demo:
        person = await asyncio.to_thread(core.person_by_key, str(body["demo"]))
    elif isinstance(body.get("token"), str):
        person = await asyncio.to_thread(_vouched_for, request.app[PORTALS], core, body["token"])
    else:
        raise web.HTTPUnauthorized
    if person is None:
        raise web.HTTPUnauthorized
    token = secrets.token_urlsafe(32)
    await asyncio.to_thread(
        core.open_conversation, "web", person_id=person.id, level=2, conversation_id=conversation_of(token)
    )
    return web.json_response({"token": token})


def _vouched_for(portals: Portals, core: Core, token: str) -> Person | None:
    try:
        return portals.person(token, core)
    except (jwt.InvalidTokenError, NotYours) as failure:
        log.warning("a portal token was refused: %s", type(failure).__name__)
        return None


def conversation_of(token: str) -> str:
    """The conversation of a session token: what is stored or logged does not give the token."""
    return "web-" + hashlib.sha256(token.encode()).hexdigest()[:40]


async def signed_in(request: web.Request) -> Identity:
    """Who the bearer of the session token is; 401 when nobody."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise web.HTTPUnauthorized
    identity = await asyncio.to_thread(request.app[CORE].identity, conversation_of(token))
    if identity.person_id is None:
        raise web.HTTPUnauthorized
    return identity


async def speaker(request: web.Request) -> tuple[str, str]:
    """The conversation of a request's bearer token, and its person; 401 when there is none."""
    identity = await signed_in(request)
    assert identity.person_id is not None  # noqa: S101 - signed in
    return identity.conversation_id, identity.person_id


async def leave(request: web.Request) -> web.Response:
    """Sign out of the conversation: its token is worth nothing any more."""
    conversation, _ = await speaker(request)
    await asyncio.to_thread(request.app[CORE].close_conversation, conversation)
    request.app[BELL].ring(conversation)
    return web.json_response({})


# -- talking ----------------------------------------------------------------------------------


async def messages(request: web.Request) -> web.Response:
    """One turn: {"text"} or {"value"} (a choice's value), and optionally {"id"} to repeat safely.

    "title": what the choice was called, shown again later. "opening": the turn starts the conversation
    without the person having typed anything.
    """
    conversation, person = await speaker(request)
    body = await body_of(request)
    text, value, message_id = body.get("text"), body.get("value"), body.get("id")
    if (text is None) == (value is None) or not isinstance(text or value or "", str):
        raise web.HTTPBadRequest
    if message_id is not None and not (isinstance(message_id, str) and len(message_id) <= 64):
        raise web.HTTPBadRequest
    bell, core = request.app[BELL], request.app[CORE]
    bell.working(conversation, 1)
    try:
        reply = await request.app[TURNS].handle(
            Turn(conversation, "web", text=text, value=value, message_id=message_id)
        )
        mine = None if body.get("opening") is True else said(body)
        lines = await asyncio.to_thread(_note, core, conversation, person, mine, reply.messages, message_id)
    except BadTurnError:
        raise web.HTTPBadRequest from None
    finally:
        bell.working(conversation, -1)
    shown = [line_json(line) for line in lines]
    answers = [line for line in shown if line["from"] == "assistant"]
    return web.json_response({"messages": answers, "said": next((s for s in shown if s["from"] == "person"), None)})


def said(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the person said as it is shown again: who they are, and codes, are not."""
    text = str(body["text"] if body.get("text") is not None else body.get("title") or "")[:2_000]
    for secret in reversed(french.secrets(text, codes=True)):
        if secret.kind not in ("phone", "email"):
            start, end = secret.span
            text = f"{text[:start]}••••{text[end:]}"
    return {"from": "person", "text": text, "mark": body.get("id")}


def _note(
    core: Core,
    conversation: str,
    person: str,
    mine: dict[str, Any] | None,
    answers: tuple[Message, ...],
    mark: str | None,
) -> list[Line]:
    """Keep what was said in a turn, the cards completed."""
    bodies = [mine] if mine else []
    for message in answers:
        body = {"from": "assistant", **message.to_json()}
        card = body.pop("card", None)
        done = cards.complete(core, conversation, person, card, [c.value for c in message.choices]) if card else None
        bodies.append(body | ({"card": done} if done else {}))
    return core.note_lines(conversation, bodies, mark=mark)


def line_json(line: Line) -> dict[str, Any]:
    """A line as the endpoints give it: `id` rises."""
    return {"id": line.number, "at": line.at.isoformat(timespec="seconds"), **line.body}


async def history(request: web.Request) -> web.Response:
    """What was said, from the line after `?after=` on; and whether an answer is in the making."""
    conversation, _ = await speaker(request)
    lines = await asyncio.to_thread(request.app[CORE].transcript, conversation, after=_after(request))
    return web.json_response(
        {"messages": [line_json(line) for line in lines], "typing": request.app[BELL].typing(conversation)}
    )


def _after(request: web.Request) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise web.HTTPBadRequest
    return int(given)


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: `line` for each line said after `?after=`, `typing`, and `ended` with the session."""
    conversation, _ = await speaker(request)
    bell, last = request.app[BELL], _after(request)
    ring = bell.join(conversation)
    if ring is None:
        raise web.HTTPTooManyRequests
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    try:
        await stream.prepare(request)
        await stream.write(b"retry: 2000\n\n")
        await _stream(request.app, stream, conversation, last, ring)
    except (ConnectionResetError, asyncio.CancelledError):
        pass  # the person closed the page
    finally:
        bell.leave(conversation, ring)
    return stream


async def _stream(
    app: web.Application, stream: web.StreamResponse, conversation: str, last: int, ring: asyncio.Event
) -> None:
    core, bell, typing, quiet = app[CORE], app[BELL], False, 0.0
    while not bell.closed:
        ring.clear()
        for line in await asyncio.to_thread(core.transcript, conversation, after=last):
            last, quiet = line.number, 0.0
            await stream.write(event("line", line_json(line), last))
        if bell.typing(conversation) != typing:
            typing = not typing
            await stream.write(event("typing", {"typing": typing}))
        with suppress(TimeoutError):
            await asyncio.wait_for(ring.wait(), LOOK_SECONDS)
            continue
        quiet += LOOK_SECONDS
        if quiet >= ALIVE_SECONDS:
            quiet = 0.0
            await stream.write(b": alive\n\n")
        if (await asyncio.to_thread(core.identity, conversation)).person_id is None:
            await stream.write(event("ended", {}))
            return


def event(name: str, data: Mapping[str, Any], number: int | None = None) -> bytes:
    """One server-sent event."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


# -- what the cards need ----------------------------------------------------------------------


async def calendar(request: web.Request) -> web.Response:
    """The file that adds an appointment to the person's own calendar."""
    _, person = await speaker(request)
    return await calendar_file(request.app[CORE], person, request.match_info["id"])


async def calendar_file(core: Core, person: str, appointment: str) -> web.Response:
    """The calendar file of an appointment of the person; 404 for anybody else's."""
    try:
        one = await asyncio.to_thread(core.appointment, person, appointment)
        label = core.reasons[one.reason].label
        summary = typeset(response("utter_calendar_summary", "web", reason=label)["text"])
        file = await asyncio.to_thread(
            core.calendar, person, appointment, summary=summary, description=cards.documents(one.reason)
        )
    except NotYours:
        raise web.HTTPNotFound from None
    return web.Response(
        body=file,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'attachment; filename="rendez-vous.ics"',
        },
    )
