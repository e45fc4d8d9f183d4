"""What every handler of the gateway shares: its keys in the application, and reading a body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from booking_core import (
    CodeWeak,
    CodeWrong,
    Core,
    InvalidContact,
    Locked,
    NotYours,
    OwnConflict,
    ReasonAlreadyBooked,
    Refusal,
    TooLate,
    Unknown,
)
from gateway.limits import Limits
from gateway.settings import Settings
from gateway.turns import Turns

CORE = web.AppKey("core", Core)
TURNS = web.AppKey("turns", Turns)
SETTINGS = web.AppKey("settings", Settings)
LIMITS = web.AppKey("limits", Limits)
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


class ApiError(Exception):
    """A request that is refused: `code` for programs, and what is needed to mend it. Never personal data."""

    def __init__(self, code: str, status: int = 400, **details: str | int | list[str]) -> None:
        super().__init__(code)
        self.code, self.status, self.details = code, status, details

    def response(self) -> web.Response:
        """As the caller gets it."""
        return web.json_response({"error": self.code, **self.details}, status=self.status)


def refusal_error(refusal: Refusal) -> ApiError:
    """A refusal of the core as an answer: its code, and what is needed to go on."""
    if isinstance(refusal, Locked):
        return ApiError(refusal.code, 429, until=refusal.until.isoformat(timespec="seconds"))
    if isinstance(refusal, NotYours):
        return ApiError("not_found", 404)
    if isinstance(refusal, Unknown):
        return ApiError(refusal.code, 401)
    if isinstance(refusal, CodeWeak):
        return ApiError(refusal.code, 422, rules=list(refusal.rules))
    if isinstance(refusal, InvalidContact):
        return ApiError(refusal.code, 422)
    if isinstance(refusal, CodeWrong):
        return ApiError(refusal.code, 409, left=refusal.left)
    if isinstance(refusal, OwnConflict | ReasonAlreadyBooked):
        return ApiError(refusal.code, 409, appointment=refusal.appointment.id)
    if isinstance(refusal, TooLate):
        return ApiError(refusal.code, 409, deadline=refusal.deadline.isoformat(timespec="seconds"))
    return ApiError(refusal.code, 409)


def answer(of: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """An endpoint: plain data becomes JSON, a refusal a typed error."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            found = await of(request)
        except Refusal as refusal:
            return refusal_error(refusal).response()
        except ApiError as error:
            return error.response()
        return found if isinstance(found, web.StreamResponse) else web.json_response(found)

    return handler


def text_of(body: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of a body; 400 when it is missing, no text, empty or too long."""
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > longest or "\x00" in value:
        raise ApiError("bad_parameter", parameter=name)
    return value
