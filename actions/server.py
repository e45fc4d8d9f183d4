"""The action server: rasa-sdk's executor behind aiohttp and the shared secret."""

from __future__ import annotations

import hmac
import logging

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.base import Action
from actions.book import Book
from actions.callback import Callback
from actions.cancel import Cancel
from actions.contact import Contact
from actions.handoff import Emergency, Handoff
from actions.help import AgencyInfo, Documents, Question, Thank
from actions.identify import Identify
from actions.list import ListAppointments
from actions.move import Move
from actions.notices import LeaveOffer, TakeOffer
from actions.session import Accept, Decline, Greet, Misunderstood, WhatNext
from booking_core import Core

ACTIONS: tuple[type[Action], ...] = (
    Book,
    Move,
    Cancel,
    Contact,
    Callback,
    Identify,
    ListAppointments,
    AgencyInfo,
    Documents,
    Question,
    Thank,
    Handoff,
    Emergency,
    Greet,
    Accept,
    Decline,
    TakeOffer,
    LeaveOffer,
    WhatNext,
    Misunderstood,
)
SECRET_HEADER = "X-Rdv-Secret"  # noqa: S105 - the name of the header, not a secret


def make_app(core: Core, *, secret: str) -> web.Application:
    """The application that Rasa calls: POST /webhook with the secret, 403 without it.

    rasa-sdk's own server checks no secret and answers an error with the whole tracker.
    """
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(core))

    async def webhook(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return web.json_response({"error": "forbidden"}, status=403)
        call = await request.json()
        # Our actions never read the domain: Rasa does not send it, and the executor must not ask for it.
        call["domain"] = {"version": "3.1"}
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            return web.json_response({"error": str(rejection), "action_name": rejection.action_name}, status=400)
        except ActionNotFoundException as missing:
            return web.json_response({"error": str(missing), "action_name": missing.action_name}, status=404)
        return web.json_response(result.model_dump() if result else None)

    # The tracker of a conversation comes with each call; a long one weighs more than aiohttp's 1 MiB.
    app = web.Application(client_max_size=16 * 2**20)
    app.router.add_post("/webhook", webhook)
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    return app
