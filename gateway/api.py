"""The JSON API for the portal's own pages: signed in as the chat is, typed errors, nothing that the chat cannot do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from booking_core import Core, Identity, NotEligible, NotYours, Range, Refusal, Slot, Wanted
from booking_core.model import Channel
from gateway.http import ApiError, refusal_error

MAX_DAYS = 31
MAX_SLOTS = 500
# The largest horizon of slots, a start every quarter of an hour.
MOST_STARTS = 5_000
SignedIn = Callable[[web.Request], Awaitable[Identity]]


class Api:
    """The endpoints under /api; `signed_in` raises 401 for whoever is not."""

    def __init__(self, core: Core, signed_in: SignedIn) -> None:
        self._core, self._signed_in = core, signed_in

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        days = self._answer(self._days)
        # The second address is open to the portals that embed the chat.
        slots = self._answer(self._slots)
        return [web.get("/api/slots", slots), web.get("/api/days", days), web.get("/web/days", days)]

    def _answer(self, of: Callable[[web.Request, Identity], Awaitable[Any]]) -> Callable[..., Awaitable[web.Response]]:
        """An endpoint: who it is first, then JSON or a typed error."""

        async def handler(request: web.Request) -> web.Response:
            try:
                who = await self._signed_in(request)
                return web.json_response(await of(request, who))
            except Refusal as refusal:
                return refusal_error(refusal).response()
            except ApiError as error:
                return error.response()

        return handler

    async def _slots(self, request: web.Request, who: Identity) -> dict[str, Any]:
        """Free slots of a reason and channel on days `from`..`to` (included, 31 days apart at most), soonest first.

        `agency`: an id, may be repeated; everywhere when left out. `limit`: 500 at most; `more` tells whether the
        range holds others.
        """
        query = request.query
        first, last = _day(query.get("from"), "from"), _day(query.get("to"), "to")
        if last < first:
            raise ApiError("bad_parameter", parameter="to")
        if (last - first).days > MAX_DAYS:
            raise ApiError("range_too_long", limit_days=MAX_DAYS)
        reason, channel = _given(query.get("reason"), "reason"), _given(query.get("channel"), "channel")
        if reason not in self._core.reasons:
            raise ApiError("bad_parameter", parameter="reason")
        if channel not in Channel.__args__:  # type: ignore[attr-defined]
            raise ApiError("bad_parameter", parameter="channel")
        page = await asyncio.to_thread(
            self._core.search,
            reason=reason,
            channel=channel,
            agency_ids=query.getall("agency", None),
            wanted=Wanted((Range(first, last),), soonest=True),
            limit=_number(query.get("limit", "100"), "limit"),
            holder=who.conversation_id,
        )
        return {"slots": [_slot(one) for one in page.slots], "more": page.more}

    async def _days(self, request: web.Request, who: Identity) -> dict[str, Any]:
        """The days of `month` (2026-12) with a free slot of a reason and channel, and the days to look between."""
        query, core = request.query, self._core
        try:
            year, month = (int(part) for part in _given(query.get("month"), "month").split("-"))
            wanted = Wanted((month_of(year, month),), soonest=True)
        except ValueError:
            raise ApiError("bad_parameter", parameter="month") from None
        try:
            page = await asyncio.to_thread(
                core.search,
                reason=_given(query.get("reason"), "reason"),
                channel=_given(query.get("channel"), "channel"),
                agency_ids=query.getall("agency", None) or None,
                wanted=wanted,
                limit=MOST_STARTS,
                holder=who.conversation_id,
            )
        except (KeyError, ValueError, NotEligible, NotYours):
            raise ApiError("bad_parameter") from None
        found = sorted({slot.start.date().isoformat() for slot in page.slots})
        return {"days": found, "first": core.local_now().date().isoformat(), "last": core.horizon().isoformat()}


def month_of(year: int, month: int) -> Range:
    """A month as a wish; raises ValueError when there is no such month."""
    first = date(year, month, 1)
    return Range(first=first, last=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "agency": slot.agency_id,
        "channel": slot.channel,
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
    }


def _given(value: str | None, name: str) -> str:
    if not value:
        raise ApiError("missing_parameter", parameter=name)
    return value


def _day(value: str | None, name: str) -> date:
    try:
        return date.fromisoformat(_given(value, name))
    except ValueError:
        raise ApiError("bad_parameter", parameter=name) from None


def _number(value: str, name: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= MAX_SLOTS):
        raise ApiError("bad_parameter", parameter=name)
    return int(value)
