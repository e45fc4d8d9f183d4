"""The demo's telephone: a page that plays Twilio's webhooks as Twilio would. It exists in demo mode only."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from gateway.settings import ROOT, Settings

PAGE = ROOT / "gateway" / "web" / "telephone.html"
WEBHOOK = re.compile(r"(?:https?://[^/?#]+)?(/voice/twilio(?:/summary|/status)?(?:\?[\w=&-]{0,200})?)")
FIELDS = ("CallStatus", "Digits", "SpeechResult", "Confidence", "DialCallStatus")
# A number kept for fiction.
CALLER = "+33199005678"
SHOWN = 3


class Telephone:
    """The page, the platform behind it, and the messages that a person of the demo receives."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[web.RouteDef]:
        """Nothing outside the demo."""
        if not self._settings.demo:
            return []
        return [
            web.get("/telephone", self.page),
            web.post("/telephone/events", self.event),
            web.get("/telephone/messages", self.messages),
        ]

    async def page(self, _: web.Request) -> web.StreamResponse:
        """A telephone with a keypad."""
        return web.FileResponse(PAGE)

    async def event(self, request: web.Request) -> web.Response:
        """{"call", "to": a webhook, "fields"}: signed as Twilio signs, posted to the webhook; its answer comes back."""
        body = await _json(request)
        call, fields = str(body.get("call", "")), body.get("fields")
        webhook = WEBHOOK.fullmatch(str(body.get("to", "")))
        if not re.fullmatch(r"[\w-]{8,64}", call) or webhook is None or not isinstance(fields, dict):
            raise web.HTTPBadRequest
        form = {k: str(v)[:2_000] for k, v in fields.items() if k in FIELDS} | {
            "CallSid": f"demo-{call}",
            "From": CALLER,
            "To": "+333646",
        }
        base = self._settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
        signature = RequestValidator(self._settings.phone_token).compute_signature(base + webhook[1], form)
        assert request.transport is not None  # noqa: S101 - a request being answered has one
        host, port = request.transport.get_extra_info("sockname")[:2]
        headers = {"X-Twilio-Signature": signature, "Host": request.host}
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(address + webhook[1], data=form, headers=headers) as answer,
        ):
            return web.Response(status=answer.status, text=await answer.text(), content_type="application/xml")

    async def messages(self, _: web.Request) -> web.Response:
        """The last text messages and e-mails of the demo, newest first."""
        found = await asyncio.to_thread(_letters, Path(self._settings.var) / "outbox")
        return web.json_response({"messages": found})


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def _letters(folder: Path) -> list[dict[str, str]]:
    newest = sorted(folder.glob("*"), key=lambda p: p.stat().st_mtime, reverse=True)[:SHOWN]
    return [_letter(path) for path in newest]


def _letter(path: Path) -> dict[str, str]:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",)) if isinstance(message, email.message.EmailMessage) else None
    return {"to": str(message["To"]), "text": str(body.get_content() if body else "").strip()}
