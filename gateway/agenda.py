""" "Mon agenda" as JSON: upcoming appointments, moving, cancelling, the number, the mailbox."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from booking_core import Appointment, Contact, Core, NotYours, Refusal
from gateway import cards
from gateway.account import Caller, caller
from gateway.http import CORE, ApiError, answer, body_of, text_of
from gateway.webchat import calendar_file

MEDIUM = "web"
ONE = r"/api/appointments/{id:\d{1,18}}"


def add_routes(app: web.Application) -> None:
    """The agenda's endpoints."""
    app.router.add_get("/api/appointments", answer(appointments))
    app.router.add_get(ONE, answer(appointment))
    app.router.add_get(f"{ONE}/calendar.ics", answer(calendar))
    app.router.add_post(f"{ONE}/move", answer(move))
    app.router.add_post(f"{ONE}/cancel", answer(cancel))
    app.router.add_post("/api/contact", answer(contact))
    app.router.add_post("/api/contact/confirm", answer(confirm))
    app.router.add_get("/api/letters", answer(letters))


async def appointments(request: web.Request) -> dict[str, Any]:
    """The upcoming appointments, soonest first."""
    who, core = await caller(request), request.app[CORE]

    def work() -> list[dict[str, Any]]:
        return [shown(core, a) for a in core.upcoming(who.person)]

    return {"appointments": await asyncio.to_thread(work)}


async def appointment(request: web.Request) -> dict[str, Any]:
    """One appointment of the person, of whatever status; 404 for anybody else's."""
    who, core = await caller(request), request.app[CORE]
    try:
        return await asyncio.to_thread(lambda: shown(core, core.appointment(who.person, request.match_info["id"])))
    except NotYours:
        raise web.HTTPNotFound from None


def shown(core: Core, one: Appointment) -> dict[str, Any]:
    """An appointment with what can be done to it now."""
    return {
        **cards.view(core, one),
        "agency_id": one.agency.id,
        "can": [name for name in ("move", "cancel") if can(core, one, name)],
    }


def can(core: Core, one: Appointment, operation: str) -> bool:
    """True when the rules allow it now, on the web."""
    check = core.check_move if operation == "move" else core.check_cancel
    try:
        check(one.person_id, one.id, medium=MEDIUM)
    except Refusal:
        return False
    return True


async def calendar(request: web.Request) -> web.Response:
    """The calendar file of an appointment."""
    who = await caller(request)
    return await calendar_file(request.app[CORE], who.person, request.match_info["id"])


async def move(request: web.Request) -> dict[str, Any]:
    """{"slot"}: move to a slot of the same reason, channel and agency; the old one is kept until it is won."""
    who, body, core = await caller(request), await body_of(request), request.app[CORE]
    slot = text_of(body, "slot", 20)

    def work() -> dict[str, Any]:
        moved = core.move(
            who.person,
            request.match_info["id"],
            slot,
            holder=who.conversation,
            key=key_of(request, body, who),
            medium=MEDIUM,
        )
        return shown(core, moved)

    return await asyncio.to_thread(work)


async def cancel(request: web.Request) -> dict[str, Any]:
    """Cancel; the slot is free again at once."""
    who, body, core = await caller(request), await body_of(request), request.app[CORE]

    def work() -> dict[str, Any]:
        return shown(
            core, core.cancel(who.person, request.match_info["id"], key=key_of(request, body, who), medium=MEDIUM)
        )

    return await asyncio.to_thread(work)


async def contact(request: web.Request) -> dict[str, Any]:
    """{"kind": "phone" or "email", "value"} → {"done", "contact"}; not done: a code was sent to the new address."""
    who, body, core = await caller(request), await body_of(request), request.app[CORE]
    kind, value = text_of(body, "kind", 10), text_of(body, "value", 254)
    if kind not in ("phone", "email"):
        raise ApiError("bad_parameter", parameter="kind")
    done = await asyncio.to_thread(
        core.start_contact_change, who.person, kind, value, key=key_of(request, body, who), medium=MEDIUM
    )
    return {"done": done, "contact": contact_json(await asyncio.to_thread(core.contact, who.person))}


async def confirm(request: web.Request) -> dict[str, Any]:
    """{"code"}: the one sent to the new address → {"done", "contact"}."""
    who, body, core = await caller(request), await body_of(request), request.app[CORE]
    code = text_of(body, "code", 10)
    found = await asyncio.to_thread(core.confirm_contact_change, who.person, code, key=key_of(request, body, who))
    return {"done": True, "contact": contact_json(found)}


def contact_json(of: Contact) -> dict[str, str | None]:
    """Contact details as the person sees them."""
    return {"mobile": of.mobile, "landline": of.landline, "email": of.email}


async def letters(request: web.Request) -> dict[str, Any]:
    """The mailbox, newest first."""
    who, core = await caller(request), request.app[CORE]
    found, zone = await asyncio.to_thread(core.letters, who.person), core.local_now().tzinfo
    return {
        "letters": [
            # In the caisse's own time, as every time on the page.
            {"subject": one.subject, "text": one.text, "at": one.at.astimezone(zone).isoformat(timespec="seconds")}
            for one in found
        ]
    }


def key_of(request: web.Request, body: Mapping[str, Any], who: Caller) -> str:
    """The idempotency key of a write: the caller's, so that sending it again changes nothing more, or a new one."""
    given = body.get("key")
    if given is None:
        return uuid.uuid4().hex
    if not isinstance(given, str) or not 1 <= len(given) <= 64:
        raise ApiError("bad_parameter", parameter="key")
    return f"api:{who.person}:{request.path}:{given}"
