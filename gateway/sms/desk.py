"""The desk: keeps what comes in, answers it in order, sends what goes out until the carrier takes it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from booking_core import Core, Text
from booking_core.notices.model import NotYetError
from gateway.rasa import ready
from gateway.render import gsm7, render
from gateway.responses import response
from gateway.sms import words
from gateway.sms.carrier import TEXTS, Carrier, Incoming, NotSentError, Report
from gateway.turns import Turn, Turns

log = logging.getLogger(__name__)

LINES_AT_ONCE = 8
# So that a line taken is done before its lease ends, even when each turn takes all its time.
TURNS_AT_ONCE = 3
FOR_THE_REST = timedelta(seconds=4)
POLL_SECONDS = 1.0
UNTIL_RASA_IS_BACK = timedelta(seconds=5)
TRIES = 6
RASA_STARTS_SECONDS = 60.0
STOP_SECONDS = 3.0


class Desk:
    """Everything durable is in the core: any number of desks may run, and each may die at any time."""

    def __init__(self, core: Core, turns: Turns, carrier: Carrier) -> None:
        self.core, self.turns, self.carrier = core, turns, carrier
        self._came, self._written = asyncio.Event(), asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._stopping = False
        self._busy: set[asyncio.Task[None]] = set()

    async def received(self, incoming: Incoming) -> None:
        """Keep a message; the answer comes later. The same message again is kept once."""
        new = await asyncio.to_thread(
            self.core.text_received, incoming.number, incoming.text, incoming.message_id, age=incoming.age
        )
        TEXTS.labels("in", "received" if new else "repeated").inc()
        self._came.set()

    async def reported(self, report: Report) -> None:
        """Note what became of a message."""
        known = await asyncio.to_thread(
            self.core.text_reported, report.state, message_id=report.message_id, reference=report.reference
        )
        TEXTS.labels("out", report.state if known else "unknown").inc()

    async def send(self, to: str, text: str, *, started: bool = False) -> None:
        """Send to an E.164 number, until the carrier takes it.

        `started`: nobody asked for it (a reminder): STOP keeps it from leaving, raises NotYetError at night.
        """
        if started:
            if await asyncio.to_thread(self.core.text_stopped, to):
                TEXTS.labels("out", "stopped").inc()
                return
            if until := self._quiet():
                raise NotYetError(until)
        for piece in words.pieces(gsm7(text)):
            await asyncio.to_thread(self.core.text_post, to, piece)
        self._written.set()

    def start(self, rasa_url: str) -> None:
        """Start sending, and answering once Rasa is there: what came in meanwhile waits rather than fails."""
        self._loops = [
            asyncio.create_task(self._answering(rasa_url)),
            asyncio.create_task(self._loop(self.core.texts_to_send, self._send, self._written)),
        ]

    async def stop(self) -> None:
        """Take nothing more, finish what is in hand."""
        self._stopping = True
        self._came.set()
        self._written.set()
        # A loop that is cancelled while it claims would leave what it took until its lease ends.
        _, waiting_for_rasa = await asyncio.wait(self._loops, timeout=STOP_SECONDS)
        for loop in waiting_for_rasa:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self.carrier.close()

    # -- inside ---------------------------------------------------------------------------------

    async def _answering(self, rasa_url: str) -> None:
        with contextlib.suppress(TimeoutError):
            await ready(rasa_url, seconds=RASA_STARTS_SECONDS)
        await self._loop(self.core.texts_to_answer, self._answer, self._came)

    async def _loop(
        self,
        claim: Callable[[int], list[list[Text]]],
        work: Callable[[list[Text]], Awaitable[None]],
        wake: asyncio.Event,
    ) -> None:
        mine: set[asyncio.Task[None]] = set()

        def done(task: asyncio.Task[None]) -> None:
            mine.discard(task)
            self._busy.discard(task)
            wake.set()

        while not self._stopping:
            wake.clear()
            room, lines = LINES_AT_ONCE - len(mine), list[list[Text]]()
            try:
                lines = await asyncio.to_thread(claim, room) if room else []
            except Exception as failure:
                log.error("the queue of messages cannot be read: %s", type(failure).__name__)
            for line in lines:
                task = asyncio.create_task(self._carefully(work, line))
                task.add_done_callback(done)
                mine.add(task)
                self._busy.add(task)
            if not lines:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), POLL_SECONDS)

    async def _carefully(self, work: Callable[[list[Text]], Awaitable[None]], line: list[Text]) -> None:
        """Whatever fails is taken again when its lease ends."""
        try:
            await work(line)
        except Exception as failure:
            log.error("a message was left for later: %s", type(failure).__name__)

    async def _answer(self, waiting: list[Text]) -> None:
        for _ in range(TURNS_AT_ONCE):
            places, said, whole = words.parts([t.text for t in waiting])
            mine = [waiting[n] for n in places]
            if not whole and mine[-1].attempts == 1:
                await asyncio.to_thread(self.core.text_wait, waiting, FOR_THE_REST)
                return
            answers = await self._reply(mine, said)
            if answers is None:
                await asyncio.to_thread(self.core.text_wait, waiting, UNTIL_RASA_IS_BACK)
                return
            await asyncio.to_thread(self.core.text_answered, mine, answers)
            TEXTS.labels("in", "answered").inc()
            self._written.set()
            waiting = [t for n, t in enumerate(waiting) if n not in places]
            if not waiting:
                return
        await asyncio.to_thread(self.core.text_wait, waiting, timedelta(0))

    async def _reply(self, mine: list[Text], said: str) -> list[str] | None:
        """The messages to answer with; None when nobody can answer yet: a text may wait, where a call may not."""
        first, word = mine[0], words.keyword(said)
        if word in ("stop", "start"):
            await asyncio.to_thread(self.core.text_stop, first.line, stopped=word == "stop")
            return self._own("utter_sms_stopped" if word == "stop" else "utter_sms_started")
        if word == "help":
            return self._own("utter_sms_help")
        if any(t.late for t in mine):
            return self._own("utter_sms_late")
        conversation = await asyncio.to_thread(self.core.text_conversation, first.line)
        if first.attempts > TRIES:
            return self._own("utter_unavailable")
        reply = await self.turns.handle(Turn(conversation, "sms", text=said, message_id=first.message_id))
        if reply.failed and first.attempts < TRIES:
            return None
        return words.pieces(reply.text)

    def _own(self, name: str) -> list[str]:
        return words.pieces(render([response(name, "sms")], "sms").text)

    async def _send(self, pending: list[Text]) -> None:
        for place, text in enumerate(pending):
            try:
                reference = await self.carrier.send(text.number, text.text, text.message_id)
            except NotSentError as refusal:
                state = await asyncio.to_thread(self.core.text_refused, pending[place:])
                TEXTS.labels("out", "refused" if state == "waiting" else state).inc()
                log.warning("message %s was not taken (try %d): %s", text.id, text.attempts, refusal)
                return
            await asyncio.to_thread(self.core.text_sent, text, reference)
            TEXTS.labels("out", "sent").inc()

    def _quiet(self) -> datetime | None:
        """When the quiet hours that it is now end; None outside them."""
        last, first = self.core.settings.quiet_hours
        now = self.core.local_now()
        if first <= now.hour < last:
            return None
        morning = now.replace(hour=first, minute=0, second=0, microsecond=0)
        return morning if morning > now else morning + timedelta(days=1)


DESK = web.AppKey("desk", Desk)


def texting(app: web.Application, core: Core, carrier: Carrier, *, turns: web.AppKey[Turns], rasa_url: str) -> None:
    """Give the gateway's application a desk and the webhooks of its carrier."""

    async def running(app: web.Application) -> AsyncIterator[None]:
        app[DESK] = desk = Desk(core, app[turns], carrier)
        desk.start(rasa_url)
        yield
        await desk.stop()

    app.cleanup_ctx.append(running)
    app.router.add_routes(carrier.routes(lambda came: app[DESK].received(came), lambda said: app[DESK].reported(said)))
