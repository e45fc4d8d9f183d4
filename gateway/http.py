"""What every handler of the gateway shares: its keys in the application, and reading a body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from booking_core import Core
from gateway.settings import Settings
from gateway.turns import Turns

CORE = web.AppKey("core", Core)
TURNS = web.AppKey("turns", Turns)
SETTINGS = web.AppKey("settings", Settings)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; 400 when it is none."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body
