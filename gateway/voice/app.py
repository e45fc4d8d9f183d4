"""The routes of the phone platforms: signature first, then the call, then the platform's own words."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from types import ModuleType
from typing import Any

from aiohttp import web
from prometheus_client import Counter, Histogram

from gateway.settings import Settings
from gateway.voice import jambonz, twiml
from gateway.voice.calls import Answer, Calls, RefusedEventError, Waiting
from gateway.voice.events import Event

log = logging.getLogger(__name__)

CALLS = web.AppKey("calls", Calls)
SETTINGS = web.AppKey("voice_settings", Settings)
EVENTS = Counter("rdv_voice_events_total", "Webhooks of phone platforms by outcome", ["platform", "outcome"])
LATENCY = Histogram("rdv_voice_webhook_seconds", "Time to answer a webhook of a phone platform", ["platform"])
# The most events that one call can have.
LONGEST_CALL = 500


def add_routes(app: web.Application, settings: Settings) -> None:
    """The webhooks of both platforms; `app[CALLS]` must be there when the first one comes."""
    app[SETTINGS] = settings
    app.router.add_post("/voice/twilio", twilio_event)
    app.router.add_post("/voice/twilio/summary", twilio_summary)
    app.router.add_post("/voice/twilio/status", twilio_status)
    app.router.add_post("/voice/jambonz", jambonz_event)
    app.router.add_post("/voice/jambonz/summary", jambonz_summary)
    app.router.add_post("/voice/jambonz/status", jambonz_status)


# -- Twilio ---------------------------------------------------------------------------------------


async def twilio_event(request: web.Request) -> web.Response:
    """A call that begins, or what the caller did."""
    form = await _twilio(request)
    event = twiml.event(form) if _under_way(request) else twiml.started(form)
    return await _answer(request, twiml, _call(form.get("CallSid")), event)


async def twilio_summary(request: web.Request) -> web.Response:
    """What the adviser hears before being connected."""
    await _twilio(request)
    return await _summary(request, twiml)


async def twilio_status(request: web.Request) -> web.Response:
    """News of the call; its end counts."""
    form = await _twilio(request)
    if twiml.hung_up(form):
        await _over(request, "twiml", _call(form.get("CallSid")))
    return web.Response(status=204)


async def _twilio(request: web.Request) -> dict[str, str]:
    """The form of a request that Twilio signed."""
    settings = request.app[SETTINGS]
    try:
        form = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    except (ValueError, AssertionError):
        raise _refused(request, "twiml", "not a form", web.HTTPBadRequest) from None
    base = settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not settings.phone_token or not twiml.signed(settings.phone_token, f"{base}{request.path_qs}", form, signature):
        raise _refused(request, "twiml", "not signed", web.HTTPForbidden)
    return form


# -- jambonz --------------------------------------------------------------------------------------


async def jambonz_event(request: web.Request) -> web.Response:
    """A call that begins, or what the caller did."""
    body = await _jambonz(request)
    event = jambonz.event(body) if _under_way(request) else jambonz.started(body)
    return await _answer(request, jambonz, _call(body.get("call_sid")), event)


async def jambonz_summary(request: web.Request) -> web.Response:
    """What the adviser hears before being connected."""
    await _jambonz(request)
    return await _summary(request, jambonz)


async def jambonz_status(request: web.Request) -> web.Response:
    """News of the call; its end counts."""
    body = await _jambonz(request)
    if jambonz.hung_up(body):
        await _over(request, "jambonz", _call(body.get("call_sid")))
    return web.Response(status=204)


async def _jambonz(request: web.Request) -> dict[str, Any]:
    """The body of a request that jambonz signed a moment ago."""
    secret, raw = request.app[SETTINGS].jambonz_secret, await request.read()
    header = request.headers.get("Jambonz-Signature", "")
    # The platform's clock is the machine's, whatever the clock of the service is set to.
    if not secret or not jambonz.signed(secret, raw, header, time.time()):
        raise _refused(request, "jambonz", "not signed", web.HTTPForbidden)
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _refused(request, "jambonz", "not a JSON object", web.HTTPBadRequest)
    return body


# -- shared ---------------------------------------------------------------------------------------


async def _answer(request: web.Request, platform: ModuleType, call_id: str, event: Event) -> web.Response:
    """The answer in the platform's words; a spoken apology when everything is broken."""
    name, calls = _name(platform), request.app[CALLS]
    step, waited = _number(request, "step"), _number(request, "wait")
    conversation = calls.conversation(name, call_id)
    base = request.app[SETTINGS].public_url.rstrip("/")
    path = f"{base}/voice/{request.path.split('/')[2]}"
    with LATENCY.labels(name).time():
        try:
            answer = await calls.answer(conversation, step, event, waited=waited)
            outcome = "answered" if isinstance(answer, Answer) else "waiting"
        except RefusedEventError as refused:
            raise _refused(request, name, str(refused), web.HTTPConflict) from None
        except Exception as failure:
            # Whatever fails, the caller hears a sentence and a way out.
            log.error("call %s: %s", conversation, type(failure).__name__)
            answer, outcome = calls.broken(event), "broken"
    EVENTS.labels(name, outcome).inc()
    if isinstance(answer, Waiting):
        text = platform.wait(answer.text, following=f"{path}?step={step}&wait={waited + 1}")
    else:
        text = platform.render(
            answer.verbs,
            following=f"{path}?step={step + 1}",
            summary=f"{path}/summary?call={conversation}&step={step}",
            number=calls.number,
        )
    return web.Response(text=text, content_type=platform.CONTENT_TYPE)


async def _summary(request: web.Request, platform: ModuleType) -> web.Response:
    """The summary, or nothing: the adviser is connected all the same."""
    try:
        said = asyncio.wait_for(request.app[CALLS].summary(request.query.get("call", ""), _number(request, "step")), 2)
        summary = await said
    except Exception as failure:
        log.error("no summary of a call: %s", type(failure).__name__)
        summary = None
    return web.Response(text=platform.read_aloud(summary), content_type=platform.CONTENT_TYPE)


async def _over(request: web.Request, name: str, call_id: str) -> None:
    calls = request.app[CALLS]
    await calls.over(calls.conversation(name, call_id))
    EVENTS.labels(name, "over").inc()


def _name(platform: ModuleType) -> str:
    return platform.__name__.rpartition(".")[2]


def _call(given: Any) -> str:
    """The platform's id of the call."""
    if not isinstance(given, str) or not 0 < len(given) <= 100:
        raise web.HTTPBadRequest
    return given


def _under_way(request: web.Request) -> bool:
    """False for the first event of a call."""
    return bool(_number(request, "step") or _number(request, "wait"))


def _number(request: web.Request, name: str) -> int:
    given = request.query.get(name, "0")
    if not given.isascii() or not given.isdigit() or int(given[:9]) > LONGEST_CALL:
        raise web.HTTPBadRequest
    return int(given)


def _refused(request: web.Request, name: str, why: str, error: type[web.HTTPException]) -> web.HTTPException:
    log.warning("a %s webhook to %s was refused: %s", name, request.path, why)
    EVENTS.labels(name, "refused").inc()
    return error()
