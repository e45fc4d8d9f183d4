"""The other way in: OpenID Connect, as FranceConnect speaks it (authorization code, PKCE, state, nonce)."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

import jwt
from aiohttp import web
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx2 import AsyncClient, HTTPError

from gateway.account import caller, keep
from gateway.http import CORE, SETTINGS, ApiError, answer
from gateway.settings import Settings

log = logging.getLogger(__name__)

SCOPE = "openid"
ALGORITHMS = ["RS256", "ES256"]
PENDING = "rdv_oidc"
PENDING_SECONDS = 600
LEEWAY = 30
BACK = "/api/oidc/callback"


def add_routes(app: web.Application) -> None:
    """The endpoints, where a provider is set."""
    if app[SETTINGS].oidc_issuer:
        app.router.add_get("/api/oidc/start", answer(start))
        app.router.add_get(BACK, answer(callback))
        app.router.add_post("/api/oidc/link", answer(link))


def back_url(request: web.Request) -> str:
    """Where the provider sends people back to."""
    settings = request.app[SETTINGS]
    return (settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}") + BACK


async def provider(settings: Settings) -> dict[str, Any]:
    """The provider's own description; raises HTTPError."""
    async with AsyncClient(timeout=10) as client:
        answered = await client.get(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
        answered.raise_for_status()
        found: dict[str, Any] = answered.json()
    if found["issuer"].rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise HTTPError("another issuer")
    return found


async def start(request: web.Request) -> web.StreamResponse:
    """Send the person to the provider; what the answer must match stays with their browser, signed."""
    settings = request.app[SETTINGS]
    try:
        known = await provider(settings)
    except (HTTPError, KeyError, ValueError) as failure:
        log.warning("the identity provider does not answer: %s", type(failure).__name__)
        raise ApiError("provider_unavailable", 503) from None
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    async with client_of(settings, back_url(request)) as client:
        url, state = client.create_authorization_url(
            known["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    response = web.Response(status=302, headers={"Location": url})
    # Lax, not Strict: the provider sends the person back from its own site.
    response.set_cookie(
        PENDING,
        request.app[CORE].crypt.seal(json.dumps({"state": state, "nonce": nonce, "verifier": verifier})),
        max_age=PENDING_SECONDS,
        httponly=True,
        secure=not settings.demo,
        samesite="Lax",
        path="/api/oidc",
    )
    return response


async def callback(request: web.Request) -> web.StreamResponse:
    """The person is back: signed in when they are known; otherwise they sign in once by code, which links them."""
    core, settings = request.app[CORE], request.app[SETTINGS]
    try:
        pending = json.loads(core.crypt.open(request.cookies[PENDING]))
        if not secrets.compare_digest(pending["state"], request.query["state"]):
            raise ValueError("state")
        subject = await _subject(request, pending)
    except Exception as failure:  # whatever the provider or the browser sent: nobody is signed in
        log.warning("an identity was refused: %s", type(failure).__name__)
        return _to("/?refus=oidc")
    person = await asyncio.to_thread(core.federated, settings.oidc_issuer, subject)
    if person is None:
        response = _to("/?relier=oidc")
        response.set_cookie(
            PENDING,
            core.crypt.seal(json.dumps({"link": subject, "until": core.clock.now().timestamp() + PENDING_SECONDS})),
            max_age=PENDING_SECONDS,
            httponly=True,
            secure=not settings.demo,
            samesite="Lax",
            path="/api/oidc",
        )
        return response
    token = await asyncio.to_thread(core.sign_in_as, person)
    response = keep(_to("/agenda"), settings, token)
    response.del_cookie(PENDING, path="/api/oidc")
    return response


async def link(request: web.Request) -> dict[str, Any]:
    """Link the identity that came back from the provider to the person who has signed in by code since."""
    who, core = await caller(request), request.app[CORE]
    if who.session is None:
        raise web.HTTPForbidden
    try:
        pending = json.loads(core.crypt.open(request.cookies[PENDING]))
        subject, until = str(pending["link"]), float(pending["until"])
    except Exception:
        raise ApiError("nothing_to_link", 409) from None
    if until < core.clock.now().timestamp():
        raise ApiError("nothing_to_link", 409)
    await asyncio.to_thread(core.federate, who.person, request.app[SETTINGS].oidc_issuer, subject)
    return {"linked": True}


def client_of(settings: Settings, back: str) -> AsyncOAuth2Client:
    """A client of the provider, with PKCE."""
    return AsyncOAuth2Client(
        settings.oidc_client,
        settings.oidc_secret,
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=10,
    )


async def _subject(request: web.Request, pending: dict[str, str]) -> str:
    """The subject of the ID token that the code is exchanged for; raises what is wrong with it."""
    settings = request.app[SETTINGS]
    known = await provider(settings)
    async with client_of(settings, back_url(request)) as client:
        try:
            tokens = await client.fetch_token(
                known["token_endpoint"], code=request.query["code"], code_verifier=pending["verifier"]
            )
        except OAuthError as refused:
            raise ValueError("code") from refused
        keys = jwt.PyJWKSet.from_dict((await client.request("GET", known["jwks_uri"], withhold_token=True)).json())
    id_token = tokens["id_token"]
    header = jwt.get_unverified_header(id_token)
    key = next(k for k in keys.keys if k.key_id == header.get("kid") or len(keys.keys) == 1)
    if header["alg"] not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    claims = jwt.decode(
        id_token,
        key.key,
        algorithms=[header["alg"]],
        audience=settings.oidc_client,
        issuer=known["issuer"],
        leeway=LEEWAY,
        options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce"]},
    )
    if not secrets.compare_digest(str(claims["nonce"]), pending["nonce"]):
        raise jwt.InvalidTokenError("nonce")
    return str(claims["sub"])


def _to(path: str) -> web.Response:
    # A page of our own: seen as coming from ourselves, so that the strict cookie goes with what it asks for.
    assert not urlsplit(path).netloc  # noqa: S101 - our own paths only
    return web.Response(status=303, headers={"Location": path})
