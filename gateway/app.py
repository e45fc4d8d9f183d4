"""The front door over HTTP: web chat, health, metrics. Wiring only; nothing is built at import."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from booking_core import Core, Identity
from gateway.api import Api
from gateway.feed import Feed
from gateway.rasa import ready
from gateway.settings import Settings
from gateway.sms import carrier_of
from gateway.sms.desk import texting
from gateway.turns import BadTurnError, Turn, Turns
from gateway.voice.app import CALLS
from gateway.voice.app import add_routes as add_voice
from gateway.voice.calls import Calls

log = logging.getLogger(__name__)

CORE = web.AppKey("core", Core)
TURNS = web.AppKey("turns", Turns)
SETTINGS = web.AppKey("settings", Settings)

PAGE = Path(__file__).parent / "web"
PEOPLE = ("alice", "bruno", "chloe", "david")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(settings: Settings, core: Core) -> web.Application:
    """The gateway's application."""
    app = web.Application(client_max_size=64 * 1024, middlewares=[errors])
    app[SETTINGS], app[CORE] = settings, core
    app.cleanup_ctx.append(_turns)
    app.on_response_prepare.append(_headers)
    app.router.add_get("/", page)
    app.router.add_get("/web/people", people)
    app.router.add_post("/web/session", session)
    app.router.add_post("/web/messages", messages)
    app.router.add_routes(Api(core, signed_in).routes())
    app.router.add_routes(Feed(core).routes())
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    add_voice(app, settings)
    app.router.add_static("/static", PAGE)
    if carrier := carrier_of(settings):
        texting(app, core, carrier, turns=TURNS, rasa_url=settings.rasa_url)
    return app


async def _turns(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[TURNS] = Turns(app[CORE], rasa_url=settings.rasa_url, secret=settings.secret)
    app[CALLS] = Calls(app[CORE], app[TURNS], secret=settings.secret, number=settings.adviser_number)
    yield
    await app[TURNS].close()


async def _headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error is JSON with a code, and says nothing of the inside."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return web.json_response({"error": answer.reason.lower().replace(" ", "_")}, status=answer.status)
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return web.json_response({"error": "failed"}, status=500)


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; 400 when it is none."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


async def page(_: web.Request) -> web.StreamResponse:
    """The chat page."""
    return web.FileResponse(PAGE / "index.html")


async def people(request: web.Request) -> web.Response:
    """Whom one can sign in as: the demo's people, nobody elsewhere."""
    return web.json_response({"people": list(PEOPLE) if request.app[SETTINGS].demo else []})


async def session(request: web.Request) -> web.Response:
    """Start a conversation: {"demo": "alice"} in demo mode, or {"token": a portal's signed token}."""
    body, core, settings = await body_of(request), request.app[CORE], request.app[SETTINGS]
    if "demo" in body and settings.demo:
        person = await asyncio.to_thread(core.person_by_key, str(body["demo"]))
    elif isinstance(body.get("token"), str):
        person = await asyncio.to_thread(_portal_person, settings, core, body["token"])
    else:
        raise web.HTTPUnauthorized
    if person is None:
        raise web.HTTPUnauthorized
    token = secrets.token_urlsafe(32)
    await asyncio.to_thread(
        core.open_conversation, "web", person_id=person.id, level=2, conversation_id=conversation_of(token)
    )
    return web.json_response({"token": token})


def _portal_person(settings: Settings, core: Core, token: str) -> Any:
    try:
        claims = jwt.decode(
            token,
            settings.secret,
            algorithms=["HS256"],
            audience="rdv",
            options={"require": ["exp", "aud", "sub", "iss"]},
        )
        return core.person(claims["sub"])
    except Exception as failure:
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


async def messages(request: web.Request) -> web.Response:
    """One turn: {"text"} or {"value"} (a choice's value), and optionally {"id"} to repeat safely."""
    conversation = (await signed_in(request)).conversation_id
    body = await body_of(request)
    text, value, message_id = body.get("text"), body.get("value"), body.get("id")
    if (text is None) == (value is None) or not isinstance(text or value or "", str):
        raise web.HTTPBadRequest
    if message_id is not None and not (isinstance(message_id, str) and len(message_id) <= 64):
        raise web.HTTPBadRequest
    try:
        reply = await request.app[TURNS].handle(
            Turn(conversation, "web", text=text, value=value, message_id=message_id)
        )
    except BadTurnError:
        raise web.HTTPBadRequest from None
    return web.json_response({"messages": [m.to_json() for m in reply.messages]})


async def healthz(_: web.Request) -> web.Response:
    """Alive."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Ready to answer people, or what is missing."""
    missing = []
    try:
        await asyncio.wait_for(asyncio.to_thread(request.app[CORE].agencies), 2)
    except Exception:
        missing.append("database")
    try:
        await ready(request.app[SETTINGS].rasa_url, seconds=2)
    except TimeoutError:
        missing.append("rasa")
    return web.json_response({"missing": missing}, status=503 if missing else 200)


async def metrics(_: web.Request) -> web.Response:
    """Prometheus metrics: counts and durations, nothing of anybody."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
