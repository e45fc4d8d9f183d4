"""What every answer carries and every request must show: headers, origins, limits by address."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from aiohttp import web

from gateway.http import LIMITS, SETTINGS, Handler

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-store",
}
TLS = "max-age=31536000; includeSubDomains"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}
# What a page of another origin may call: the chat, with its bearer token and never a cookie.
SHARED = "/web/"
# What Rasa's own web clients call, with an origin that their server checks.
SOCKETS = "/socket.io/"
# A whole request is a few kilobytes: whoever needs longer holds a connection for its own sake.
BODY_SECONDS = 10.0


async def headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers of every answer; called when it is prepared."""
    settings = request.app[SETTINGS]
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Which server this is helps only attackers.
    response.headers["Server"] = "rdv"
    if not settings.demo:
        response.headers.setdefault("Strict-Transport-Security", TLS)
    if request.path.startswith("/static/"):
        # The widget's modules, the same for everybody.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-cache"
    elif request.path.startswith(SHARED):
        response.headers["Vary"] = "Origin"
        origin = request.headers.get("Origin")
        if origin in settings.origins:
            response.headers["Access-Control-Allow-Origin"] = origin


@web.middleware
async def origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer preflights; refuse what another origin may not call, and every write that a page elsewhere forged."""
    if request.path.startswith(SOCKETS):
        return await handler(request)  # Socket.IO's server checks the origin itself
    origin = request.headers.get("Origin")
    shared = request.path.startswith(SHARED) and origin in request.app[SETTINGS].origins
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return web.Response(status=204, headers=ALLOWED) if shared else web.Response(status=403)
    if request.method in WRITES and origin is not None and not shared and not same(origin, request):
        raise web.HTTPForbidden
    return await handler(request)


@web.middleware
async def whole(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the body before anything is done; 408 when it trickles in, 413 when it is too large."""
    if request.body_exists:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                if request.path.startswith(SOCKETS):
                    return await handler(request)  # it reads, and limits, the body itself
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
    return await handler(request)


def same(origin: str, request: web.Request) -> bool:
    """True for an origin that is this service: the host of the request, or the public address that is set."""
    public = request.app[SETTINGS].public_url.rstrip("/")
    return origin == public or urlsplit(origin).netloc == request.host


def address(request: web.Request) -> str:
    """Where a request comes from: the address that the last trusted proxy saw (`proxies` of them stand before)."""
    proxies = request.app[SETTINGS].proxies
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else request.remote or ""


async def spend(request: web.Request, most: int, what: str, key: str) -> None:
    """Count one of `most` a minute; 429 when there were too many."""
    wait = await request.app[LIMITS].wait(most, what, key)
    if wait:
        raise web.HTTPTooManyRequests(headers={"Retry-After": str(wait)})
