"""The front door over HTTP: web chat, health, metrics. Wiring only; nothing is built at import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from booking_core import Core
from gateway import account, agenda, oidc, pages, security, socket, webchat
from gateway.api import Api
from gateway.feed import Feed
from gateway.http import CORE, LIMITS, SETTINGS, TURNS, Handler
from gateway.limits import Limits
from gateway.rasa import ready
from gateway.settings import Settings
from gateway.sms import carrier_of
from gateway.sms.desk import texting
from gateway.turns import Turns
from gateway.voice.app import CALLS
from gateway.voice.app import add_routes as add_voice
from gateway.voice.calls import Calls
from gateway.voice.telephone import Telephone
from gateway.watch import WATCH, Watch, exposition

log = logging.getLogger(__name__)


def make_app(settings: Settings, core: Core) -> web.Application:
    """The gateway's application."""
    app = web.Application(client_max_size=64 * 1024, middlewares=[errors, security.origins, security.whole])
    app[SETTINGS], app[CORE], app[WATCH], app[LIMITS] = settings, core, Watch(core), Limits(settings)
    app.cleanup_ctx.append(_turns)
    app.on_response_prepare.append(security.headers)
    pages.add_routes(app)
    webchat.add_routes(app)
    account.add_routes(app)
    agenda.add_routes(app)
    oidc.add_routes(app)
    socket.attach(app)
    app.router.add_routes(Api(core, account.identity_of).routes())
    app.router.add_routes(Feed(core).routes())
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    add_voice(app, settings)
    app.router.add_routes(Telephone(settings).routes())
    if carrier := carrier_of(settings):
        texting(app, core, carrier, turns=TURNS, rasa_url=settings.rasa_url)
    return app


async def _turns(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[TURNS] = Turns(app[CORE], rasa_url=settings.rasa_url, secret=settings.shared_secret, limits=app[LIMITS])
    app[CALLS] = Calls(app[CORE], app[TURNS], secret=settings.secret, number=settings.adviser_number)
    yield
    await app[TURNS].close()
    await app[LIMITS].close()


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error is JSON with a code, and says nothing of the inside."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        kept = {name: answer.headers[name] for name in ("Allow", "Retry-After") if name in answer.headers}
        return web.json_response({"error": answer.reason.lower().replace(" ", "_")}, status=answer.status, headers=kept)
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return web.json_response({"error": "failed"}, status=500)


async def healthz(_: web.Request) -> web.Response:
    """Alive."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Ready to answer people, or what is missing."""
    missing = []
    try:
        await asyncio.wait_for(asyncio.to_thread(request.app[CORE].agencies), 2)
    except Exception:
        missing.append("database")
    try:
        await ready(request.app[SETTINGS].rasa_url, seconds=2)
    except TimeoutError:
        missing.append("rasa")
    return web.json_response({"missing": missing}, status=503 if missing else 200)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus metrics: counts and durations, nothing of anybody."""
    body = await asyncio.to_thread(exposition, request.app[WATCH])
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
