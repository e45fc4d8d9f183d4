"""An agency's private calendar feed: whoever has the address reads it, as calendar programs need."""

from __future__ import annotations

import asyncio

from aiohttp import web

from booking_core import Core
from gateway.responses import response


class Feed:
    """GET /agencies/{token}.ics: `rdv feed AGENCY` prints the address, `--renew` makes another and voids it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [web.get("/agencies/{token}.ics", self._calendar)]

    async def _calendar(self, request: web.Request) -> web.Response:
        """The upcoming appointments, nobody named; 404 for a token that is worth nothing."""
        summary = response("utter_notice_agency_calendar", "web")["text"]
        found = await asyncio.to_thread(self._core.agency_calendar, request.match_info["token"], summary=summary)
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found, content_type="text/calendar", charset="utf-8")
