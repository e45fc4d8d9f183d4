"""Kannel, over HTTP both ways: its sms-service calls us, we call its sendsms."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from aiohttp import web

from booking_core import Clock
from gateway.settings import Settings
from gateway.sms.carrier import TEXTS, Incoming, NotSentError, Received, Report, Reported, e164

log = logging.getLogger(__name__)

# Kannel's delivery reports: 1 delivered, 2 not delivered, 16 refused by the operator; 4 and 8 say "on its way".
REPORTS = {"1": "delivered", "2": "undelivered", "16": "rejected"}
WANTED = 1 | 2 | 16
CONFIGURATION = Path(__file__).with_name("kannel.conf")
SENDSMS = "http://127.0.0.1:13013/cgi-bin/sendsms"
TIMEOUT = aiohttp.ClientTimeout(total=10)


def callback_of(settings: Settings) -> str:
    """Where Kannel finds us: this machine, unless told."""
    return settings.sms_callback.rstrip("/") or f"http://127.0.0.1:{settings.port}"


def configuration(settings: Settings) -> str:
    """The groups of Kannel's configuration that make it talk with us, from the same settings as ours."""
    sendsms = urlsplit(settings.sms_url or SENDSMS)
    values = {
        "port": str(sendsms.port or 80),
        "callback": callback_of(settings),
        "key": quote(settings.sms_key, safe=""),
        "user": settings.sms_user,
        "password": settings.sms_password,
        "number": settings.sms_number,
    }
    return re.sub(r"\{(\w+)\}", lambda name: values[name[1]], CONFIGURATION.read_text("utf8"))


class Kannel:
    """`url`: of sendsms. `number`: ours. `callback`: where Kannel finds us.

    Kannel signs nothing: its calls carry a `key` and come from known `addresses` (comma-separated networks).
    """

    def __init__(
        self,
        *,
        url: str,
        user: str,
        password: str,
        number: str,
        key: str,
        addresses: str,
        callback: str,
        clock: Clock,
    ) -> None:
        self._url, self._number, self._key, self._clock = url, number, key, clock
        self._callback = callback.rstrip("/")
        self._networks = [ipaddress.ip_network(a.strip()) for a in addresses.split(",")]
        self._login = {"X-Kannel-Username": user, "X-Kannel-Password": password}
        self._session: aiohttp.ClientSession | None = None

    def routes(self, received: Received, reported: Reported) -> list[web.RouteDef]:
        """POST /sms/kannel?key&id&at (X-Kannel-From, the text as body), GET /sms/kannel/report?key&id&state."""

        async def message(request: web.Request) -> web.Response:
            self._check(request)
            query = request.query
            sender = request.headers.get("X-Kannel-From")
            if not (query.get("id") and sender):
                log.warning("kannel's call was refused: malformed")
                raise web.HTTPBadRequest
            number = e164(sender)
            if number is None:
                TEXTS.labels("in", "unanswerable").inc()
            else:
                # Kannel gives UTF-8, or UCS-2 as it came where it could not recode it.
                charset = "utf-16-be" if (request.charset or "").lower() == "utf-16be" else "utf-8"
                text = (await request.read()).decode(charset, errors="replace")
                await received(Incoming(number, text, f"kannel-{query['id']}", self._age(query.get("at", ""))))
            # Kannel sends the body back as an answer: ours leaves later, by sendsms.
            return web.Response(text="")

        async def report(request: web.Request) -> web.Response:
            self._check(request)
            state = REPORTS.get(request.query.get("state", ""))
            if state and request.query.get("id"):
                await reported(Report(state, message_id=request.query["id"]))
            return web.Response(text="")

        return [web.post("/sms/kannel", message), web.get("/sms/kannel/report", report)]

    async def send(self, to: str, text: str, message_id: str) -> str | None:
        """Hand it to Kannel, by POST: neither the number nor the words are in a URL that could be logged."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        back = urlencode({"key": self._key, "id": message_id})
        headers = self._login | {
            "X-Kannel-From": self._number,
            "X-Kannel-To": to,
            "X-Kannel-Coding": "0",
            "X-Kannel-DLR-Mask": str(WANTED),
            "X-Kannel-DLR-Url": f"{self._callback}/sms/kannel/report?{back}&state=%d",
            "Content-Type": "text/plain; charset=UTF-8",
        }
        try:
            async with self._session.post(self._url, data=text.encode(), headers=headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise NotSentError(type(failure).__name__) from None
        if status not in (200, 202):
            raise NotSentError(f"status {status}")
        return None

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    def _check(self, request: web.Request) -> None:
        remote = ipaddress.ip_address(request.remote or "0.0.0.0")  # noqa: S104 - nobody's address
        given = request.query.get("key", "").encode()
        if not any(remote in n for n in self._networks) or not secrets.compare_digest(given, self._key.encode()):
            TEXTS.labels("in", "forged").inc()
            log.warning("a call to the kannel webhook was refused: forged")
            raise web.HTTPForbidden

    def _age(self, at: str) -> timedelta:
        """How old a message is, from the seconds since 1970 that Kannel gives."""
        if not (at.isascii() and at.isdigit() and len(at) < 12):
            return timedelta(0)
        return timedelta(seconds=max(0.0, self._clock.now().timestamp() - int(at)))
