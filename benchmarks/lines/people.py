"""Who calls and who texts, and their mobiles, in the place of the SMS gateway."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from stdnum.fr import nir

from booking_core import Contact, Core

BORN = date(1980, 1, 15)


@dataclass(frozen=True)
class Insured:
    """An invented person: their id, social security number and mobile."""

    id: str
    number: str
    mobile: str


def people(core: Core, first: int, count: int) -> list[Insured]:
    """So many people who hold nothing yet."""
    agency, found = core.agencies()[0].id, []
    for n in range(first, first + count):
        digits, mobile = f"18001352{n:05d}", f"+3363998{n:04d}"
        person = core.register(digits, BORN, agency, Contact(mobile=mobile))
        found.append(Insured(person.id, digits + nir.calc_check_digits(digits), mobile))
    return found


class Mobiles:
    """Takes what our service sends by Kannel or by Twilio, at once, as those do."""

    def __init__(self) -> None:
        self.received: dict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)

    async def start(self, port: int) -> web.AppRunner:
        """Listen until the runner is cleaned up."""
        app = web.Application()
        app.router.add_post("/cgi-bin/sendsms", self._kannel)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._twilio)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def read(self, mobile: str, expected: str, seconds: float = 30) -> re.Match[str]:
        """The next message that matches; raises TimeoutError when none comes."""
        async with asyncio.timeout(seconds):
            while True:
                if found := re.search(expected, await self.received[mobile].get()):
                    return found

    async def _kannel(self, request: web.Request) -> web.Response:
        self.received[request.headers["X-Kannel-To"]].put_nowait(await request.text())
        return web.Response(status=202)

    async def _twilio(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.received[str(form["To"])].put_nowait(str(form["Body"]))
        return web.json_response({"sid": "SM1"}, status=201)
