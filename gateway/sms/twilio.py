"""Twilio: signed webhooks in, the REST API out."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from gateway.sms.carrier import TEXTS, Incoming, NotSentError, Received, Report, Reported, e164

log = logging.getLogger(__name__)

# "queued", "sending" and "sent" say "on its way".
REPORTS = {"delivered": "delivered", "undelivered": "undelivered", "failed": "undelivered"}
TIMEOUT = aiohttp.ClientTimeout(total=10)


class Twilio:
    """`url`: of the REST API. `account`, `token`: as in Twilio's console. `number`: ours.

    `callback`: our address as Twilio calls it, without a path: what it signs.
    """

    def __init__(self, *, url: str, account: str, token: str, number: str, callback: str) -> None:
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._account, self._number, self._callback = account, number, callback.rstrip("/")
        self._login = {"Authorization": aiohttp.encode_basic_auth(account, token)}
        self._validator = RequestValidator(token)
        self._session: aiohttp.ClientSession | None = None

    def routes(self, received: Received, reported: Reported) -> list[web.RouteDef]:
        """POST /sms/twilio, POST /sms/twilio/report."""

        async def message(request: web.Request) -> web.Response:
            form = await self._signed(request)
            if not (form.get("MessageSid") and form.get("From") and "Body" in form):
                log.warning("twilio's call was refused: malformed")
                raise web.HTTPBadRequest
            number = e164(form["From"])
            if number is None:
                TEXTS.labels("in", "unanswerable").inc()
            else:
                await received(Incoming(number, form["Body"], f"twilio-{form['MessageSid']}"))
            return web.Response(text=str(MessagingResponse()), content_type="text/xml")

        async def report(request: web.Request) -> web.Response:
            form = await self._signed(request)
            state = REPORTS.get(form.get("MessageStatus", ""))
            if state and form.get("MessageSid"):
                await reported(Report(state, reference=form["MessageSid"]))
            return web.Response(status=204)

        return [web.post("/sms/twilio", message), web.post("/sms/twilio/report", report)]

    async def send(self, to: str, text: str, message_id: str) -> str | None:
        """Hand it to Twilio; returns the Sid by which its reports name it."""
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._login, timeout=TIMEOUT)
        form = {"From": self._number, "To": to, "Body": text, "StatusCallback": f"{self._callback}/sms/twilio/report"}
        try:
            async with self._session.post(self._url, data=form) as answer:
                if answer.status != 201:
                    raise NotSentError(f"status {answer.status}")
                reference: str = (await answer.json())["sid"]
                return reference
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as failure:
            raise NotSentError(type(failure).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def _signed(self, request: web.Request) -> Mapping[str, str]:
        """The form of a call that Twilio signed, for this account; 403 otherwise."""
        try:
            form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        except (ValueError, UnicodeDecodeError, AssertionError):
            log.warning("twilio's call was refused: malformed")
            raise web.HTTPBadRequest from None
        signature = request.headers.get("X-Twilio-Signature", "")
        if not self._validator.validate(f"{self._callback}{request.path_qs}", form, signature) or (
            form.get("AccountSid") != self._account
        ):
            TEXTS.labels("in", "forged").inc()
            log.warning("a call to the twilio webhook was refused: forged")
            raise web.HTTPForbidden
        return form
