"""The account on the web: signing in by NIR and code, the forgotten code, the session's cookie."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from booking_core import Core, Identity, Locked, NotIdentified, NotYours, SignedIn, Unknown
from gateway.http import CORE, SETTINGS, ApiError, answer, body_of, text_of
from gateway.security import address, same, spend
from gateway.settings import Settings
from gateway.webchat import conversation_of, signed_in

WRONG_A_MINUTE = 20
REQUESTS_A_MINUTE = 240
LONGEST_CODE = 200


def add_routes(app: web.Application) -> None:
    """The account's endpoints."""
    app.router.add_post("/api/session", answer(sign_in))
    app.router.add_delete("/api/session", answer(sign_out))
    app.router.add_get("/api/me", answer(me))
    app.router.add_post("/api/code/forgotten", answer(forgotten))
    app.router.add_post("/api/code", answer(choose))
    app.router.add_post("/api/chat", answer(chat))


# -- who --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """Who calls the API: the person, the conversation of their chat, and the session when they came by cookie."""

    person: str
    conversation: str
    session: SignedIn | None = None


def cookie_name(settings: Settings) -> str:
    """The session's cookie; the browser itself ties the name in production to HTTPS and this host."""
    return "rdv" if settings.demo else "__Host-rdv"


def token_of(request: web.Request) -> str:
    """The session's token; 401 when there is none, 403 when a page of another origin sent it along."""
    token = request.cookies.get(cookie_name(request.app[SETTINGS]))
    if not token:
        raise web.HTTPUnauthorized
    if request.method not in ("GET", "HEAD"):
        origin = request.headers.get("Origin")
        if origin is None or not same(origin, request):
            raise web.HTTPForbidden
    return token


def chat_token(settings: Settings, token: str) -> str:
    """The chat's token of a session: the same on every tab, worth nothing for anything else."""
    return hmac.new(settings.secret.encode(), f"chat|{token}".encode(), hashlib.sha256).hexdigest()


async def caller(request: web.Request, *, fresh: bool = False) -> Caller:
    """Who calls, by the session's cookie or a chat's bearer token; 401 when nobody, 429 when too often.

    `fresh`: also someone who has not chosen their code yet, whom everything else is refused to.
    """
    core = request.app[CORE]
    if "Authorization" in request.headers:
        identity: Identity = await signed_in(request)
        assert identity.person_id is not None  # noqa: S101 - signed in
        await spend(request, REQUESTS_A_MINUTE, "requests", identity.conversation_id)
        return Caller(identity.person_id, identity.conversation_id)
    token = token_of(request)
    try:
        session = await asyncio.to_thread(core.signed_in, token)
    except NotIdentified:
        raise web.HTTPUnauthorized from None
    conversation = conversation_of(chat_token(request.app[SETTINGS], token))
    await spend(request, REQUESTS_A_MINUTE, "requests", conversation)
    if session.fresh and not fresh:
        raise ApiError("code_required", 403)
    return Caller(session.person_id, conversation, session)


async def identity_of(request: web.Request) -> Identity:
    """The same as the chat's own: for endpoints that a chat calls too."""
    who = await caller(request)
    return Identity(who.conversation, "web", who.person, 2)


def keep(response: web.Response, settings: Settings, token: str) -> web.Response:
    """Give the browser the session's cookie: out of reach of scripts and of other sites."""
    response.set_cookie(
        cookie_name(settings), token, httponly=True, secure=not settings.demo, samesite="Strict", path="/"
    )
    return response


# -- endpoints --------------------------------------------------------------------------------


async def sign_in(request: web.Request) -> web.Response:
    """{"nir", "code"}, or {"demo": "alice"} in demo mode → {"fresh"} and the cookie."""
    body, core, settings = await body_of(request), request.app[CORE], request.app[SETTINGS]
    if "demo" in body and settings.demo:
        found = await asyncio.to_thread(core.person_by_key, text_of(body, "demo", 40))
        if found is None:
            raise ApiError("unknown", 401)
        token = await asyncio.to_thread(core.sign_in_as, found.id)
    else:
        nir, code = text_of(body, "nir", 40), text_of(body, "code", LONGEST_CODE)
        try:
            token = await asyncio.to_thread(core.sign_in, nir, code)
        except (Unknown, Locked):
            await spend(request, WRONG_A_MINUTE, "wrong answers", address(request))
            raise
    session = await asyncio.to_thread(core.signed_in, token)
    return keep(web.json_response({"fresh": session.fresh}), settings, token)


async def sign_out(request: web.Request) -> web.Response:
    """The session and its chat are over."""
    token, core, settings = token_of(request), request.app[CORE], request.app[SETTINGS]
    await asyncio.to_thread(core.sign_out, token)
    await asyncio.to_thread(core.close_conversation, conversation_of(chat_token(settings, token)))
    response = web.Response(status=204)
    response.del_cookie(cookie_name(settings), path="/", secure=not settings.demo, httponly=True, samesite="Strict")
    return response


async def me(request: web.Request) -> dict[str, Any]:
    """Who is signed in: contact details, whether a code must be chosen, when the session ends unless used."""
    who, core = await caller(request, fresh=True), request.app[CORE]
    body: dict[str, Any] = {
        "fresh": who.session is not None and who.session.fresh,
        "contact": None,
        "ends": who.session.expires.isoformat(timespec="seconds") if who.session else None,
        "today": core.local_now().date().isoformat(),
    }
    if not body["fresh"]:
        contact = await asyncio.to_thread(core.contact, who.person)
        body["contact"] = {"mobile": contact.mobile, "landline": contact.landline, "email": contact.email}
    return body


async def forgotten(request: web.Request) -> web.Response:
    """{"nir", "birth_date"} → {"sent_to"}: an address, masked; the same answer whoever it is."""
    body, core = await body_of(request), request.app[CORE]
    try:
        born = date.fromisoformat(text_of(body, "birth_date", 10))
    except ValueError:
        raise ApiError("bad_parameter", parameter="birth_date") from None
    nir = text_of(body, "nir", 40)
    await spend(request, WRONG_A_MINUTE, "wrong answers", address(request))
    sent_to = await asyncio.to_thread(core.forgot_code, nir, born)
    return web.json_response({"sent_to": sent_to}, status=202)


async def choose(request: web.Request) -> dict[str, Any]:
    """{"code"}: the personal code; 422 {"rules"} with those that it breaks. "check": only tell which."""
    who, body, core = await caller(request, fresh=True), await body_of(request), request.app[CORE]
    code = text_of(body, "code", LONGEST_CODE)
    if who.session is None:
        raise web.HTTPForbidden
    if body.get("check") is True:
        return {"rules": list(await asyncio.to_thread(core.code_rules, who.person, code))}
    await asyncio.to_thread(core.choose_code, token_of(request), code)
    return {"rules": []}


async def chat(request: web.Request) -> dict[str, Any]:
    """The token of the session's chat, for <rdv-chat>: the same conversation on every tab."""
    who, core, settings = await caller(request), request.app[CORE], request.app[SETTINGS]
    if who.session is None:
        raise web.HTTPForbidden
    known = await asyncio.to_thread(core.identity, who.conversation)
    if known.person_id is None:
        await open_chat(core, who)
    return {"session": chat_token(settings, token_of(request))}


async def open_chat(core: Core, who: Caller) -> None:
    """Open the conversation of a session's chat."""
    try:
        await asyncio.to_thread(
            core.open_conversation, "web", person_id=who.person, level=2, conversation_id=who.conversation
        )
    except NotYours:
        raise web.HTTPUnauthorized from None
