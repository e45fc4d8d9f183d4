"""Calls over a durable store: each event is answered once, whatever is slow, repeated or dead."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import french
from actions import times, words
from booking_core import Core, InvalidPhone
from french.wish import Wish
from gateway.turns import Turn, Turns
from gateway.voice import hints
from gateway.voice.call import MEDIUM, BadEventError, Call, Flow, line
from gateway.voice.events import Ask, CallBack, Digits, End, Event, Say, Started, Transfer, Transferred, Verb

log = logging.getLogger(__name__)

VERBS: Mapping[str, Callable[..., Verb]] = {c.__name__: c for c in (Say, Ask, Transfer, End)}
# Seconds: a caller hears something before; a platform gives up at 5 to 15.
PATIENCE = 1.5
# Waiting phrases and silences of a second or two, before giving up.
MOST_WAITS = 6
# A platform that sends an event again does so at once; later it is somebody else.
REPEATED = timedelta(minutes=5)
HINTS_KEPT = timedelta(hours=1)


class RefusedEventError(ValueError):
    """An event of no call that goes on here; the text says why, with nothing of anybody."""


@dataclass(frozen=True)
class Waiting:
    """The answer is not there yet: play `text`, then ask again."""

    text: str | None


@dataclass(frozen=True)
class Answer:
    """Where the call stands now, and what to play."""

    call: Call
    verbs: tuple[Verb, ...]

    def to_json(self, at: datetime) -> dict[str, Any]:
        """As it is kept, sealed."""
        verbs = [{"verb": type(v).__name__} | asdict(v) for v in self.verbs]
        return {"call": asdict(self.call), "verbs": verbs, "at": at.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Answer:
        """What `to_json` made."""
        verbs = [dict(v) for v in kept["verbs"]]
        call = kept["call"]
        return cls(Call(**call | {"choices": tuple(call["choices"])}), tuple(_verb(v.pop("verb"), v) for v in verbs))


def _verb(name: str, fields: Mapping[str, Any]) -> Verb:
    return VERBS[name](**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})


@dataclass(frozen=True)
class Listener:
    """Who hears the words of a time, at a local time."""

    now: datetime
    medium: str = MEDIUM


class Calls:
    """Every call under way. `number`: of the advisers, "" when none can be connected."""

    def __init__(self, core: Core, turns: Turns, *, secret: str, number: str) -> None:
        self.core, self.turns, self.number = core, turns, number
        self._key = secret.encode()
        self._working: dict[tuple[str, int], asyncio.Task[Answer]] = {}
        self._flow: Flow | None = None
        self._flow_at: datetime | None = None

    def conversation(self, platform: str, call_id: str) -> str:
        """The conversation of a call: a keyed hash, so that neither logs nor tables tell whose call it is.

        It is the call's and not the caller's: a number shown proves nothing, and phones are shared.
        """
        mac = hmac.new(self._key, f"call:{platform}:{call_id}".encode(), hashlib.sha256)
        return f"voice-{mac.hexdigest()[:40]}"

    async def answer(self, conversation: str, step: int, event: Event, *, waited: int = 0) -> Answer | Waiting:
        """What to play after an event, within PATIENCE seconds: the same for the same step.

        `waited`: how often this step was told to wait. Raises RefusedEventError.
        """
        key = (conversation, step)
        if waited and event == Digits("0"):
            return await asyncio.wait_for(self._leave(conversation, step), PATIENCE)
        task = self._working.get(key)
        if task is None:
            answering = self._kept(conversation, step) if waited else self._answer(conversation, step, event)
            task = self._working[key] = asyncio.create_task(answering)
            task.add_done_callback(lambda done: self._settled(key, done))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done:
            return task.result()
        if waited >= MOST_WAITS:
            raise TimeoutError
        return Waiting(line("wait") if waited % 3 == 0 else None)

    async def summary(self, conversation: str, step: int) -> str | None:
        """What the human hears before being connected, None when this call is not being transferred."""
        kept = await asyncio.to_thread(self.core.reply_seen, conversation, _name(step))
        verbs = Answer.from_json(kept).verbs if kept else ()
        return next((v.summary for v in verbs if isinstance(v, Transfer)), None)

    async def over(self, conversation: str) -> None:
        """The caller is gone: what was held for them is free, and nobody goes on with this call."""
        await asyncio.to_thread(self.core.reply_store, conversation, "call:over", True)
        await asyncio.to_thread(self.core.release, conversation)

    def broken(self, event: Event | None = None) -> Answer:
        """What to play when nothing works: it needs neither Rasa nor the core. `event`: what it answers."""
        call = Call(phase="transferring" if self.number else "over")
        if isinstance(event, Transferred):
            return Answer(call, (End(),) if event.answered else (Say(line("call_later")), End()))
        if self.number:
            return Answer(call, (Say(f"{line('broken')} {line('transfer')}"), Transfer(line("summary", summary="…"))))
        return Answer(call, (Say(f"{line('broken')} {line('call_later')}"), End()))

    async def _answer(self, conversation: str, step: int, event: Event) -> Answer:
        flow, before = await asyncio.to_thread(lambda: (self._rules(), self._before(conversation, step, event)))
        if isinstance(before, Answer):
            return before
        try:
            call, result = flow.react(before, event)
        except BadEventError as bad:
            raise RefusedEventError(str(bad)) from None
        for n in range(3):
            if isinstance(result, list):
                break
            if isinstance(result, CallBack):
                phone, when = await asyncio.to_thread(self._call_back, conversation, result)
                call, result = flow.called_back(call, phone, when)
                continue
            turn = Turn(conversation, MEDIUM, message_id=f"{_name(step)}:{n}", **asdict(result))
            call, result = flow.answered(call, await self.turns.handle(turn))
        answer = Answer(call, tuple(result) if isinstance(result, list) else self.broken().verbs)
        await asyncio.to_thread(self._keep, conversation, step, answer)
        return answer

    def _settled(self, key: tuple[str, int], task: asyncio.Task[Answer]) -> None:
        """Forget a task. Its failure counts as seen even when no caller waits: asyncio would log all that it holds."""
        self._working.pop(key, None)
        if not task.cancelled():
            task.exception()

    async def _kept(self, conversation: str, step: int) -> Answer:
        """The answer that came while the caller waited; raises LookupError when it was lost with its process."""
        kept = await asyncio.to_thread(self.core.reply_seen, conversation, _name(step))
        if kept is None:
            raise LookupError
        return Answer.from_json(kept)

    def _before(self, conversation: str, step: int, event: Event) -> Answer | Call:
        """The answer already given to this step, or where the call stood before it."""
        kept = self.core.reply_seen(conversation, _name(step))
        if kept is not None:
            if self.core.clock.now() - datetime.fromisoformat(kept["at"]) > REPEATED:
                raise RefusedEventError("an old event again")
            return Answer.from_json(kept)
        if self.core.reply_seen(conversation, "call:over") is not None:
            raise RefusedEventError("an event after the end")
        if step == 0 or isinstance(event, Started):
            if step or not isinstance(event, Started):
                raise RefusedEventError("a call that does not begin by its beginning")
            self.core.open_conversation(MEDIUM, conversation_id=conversation)
            return Call()
        kept = self.core.reply_seen(conversation, _name(step - 1))
        if kept is None and isinstance(event, Transferred):
            # Of a transfer made while the store was dead.
            return self.broken(event)
        if kept is None:
            raise RefusedEventError("an event of an unknown call")
        return Answer.from_json(kept).call

    def _keep(self, conversation: str, step: int, answer: Answer) -> None:
        self.core.reply_store(conversation, _name(step), answer.to_json(self.core.clock.now()))

    async def _leave(self, conversation: str, step: int) -> Answer:
        """The caller waits no longer: a human. What was under way may still end; its answer counts no more."""
        kept = await asyncio.to_thread(self.core.reply_seen, conversation, _name(step - 1))
        flow = await asyncio.to_thread(self._rules)
        call, verbs = flow.transfer(Answer.from_json(kept).call if kept else Call(), line("transfer"), "")
        answer = Answer(call, tuple(verbs) if isinstance(verbs, list) else ())
        await asyncio.to_thread(self._keep, conversation, step, answer)
        return answer

    def _call_back(self, conversation: str, asked: CallBack) -> tuple[str | None, str]:
        """Note a call back: the number in E.164, None when it cannot be called; when, in words that stay true."""
        listener = Listener(self.core.local_now().replace(tzinfo=None))
        moments = [m for m in french.understand(asked.when, listener.now).moments if m.role == "wanted"]
        wish = Wish.of(moments)
        when = times.described(listener, wish) if any(r.first for r in wish.wanted) else ""
        if not when and wish.wanted:
            when = " ".join(m.text.strip() for m in moments)
        when = when or words.word(listener, "as_soon_as_possible")
        try:
            called = self.core.check_phone(asked.phone)
            self.core.request_callback(conversation, called, when=when, medium=MEDIUM)
        except InvalidPhone:
            return None, when
        return called, when

    def _rules(self) -> Flow:
        now = self.core.clock.now()
        if self._flow is None or self._flow_at is None or now - self._flow_at > HINTS_KEPT:
            self._flow, self._flow_at = Flow(hints.phrases(self.core), transfers=bool(self.number)), now
        return self._flow


def _name(step: int) -> str:
    return f"call:{step}"
