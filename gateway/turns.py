"""One turn: from what a medium received to what it has to say. Every medium comes through here."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from prometheus_client import Counter, Histogram

import french
from actions import logs, traces
from booking_core import CHANNELS, Core, NotYours
from french import say
from gateway.limits import Limits
from gateway.render import Message, Reply, render
from gateway.responses import intents, response

log = logging.getLogger(__name__)

TURNS = Counter("rdv_turns_total", "Turns by medium and outcome", ["medium", "outcome"])
LATENCY = Histogram("rdv_turn_seconds", "Time to answer a turn", ["medium"])
STAGES = Histogram("rdv_stage_seconds", "Time of a turn by stage; rasa holds its actions", ["stage"])

SECRET_HEADER = "X-Rdv-Secret"  # noqa: S105 - the name of the header, not a secret
VALUE = re.compile(
    r"(?:reason|channel|intent):\w{1,80}|(?:agency|slot|appointment):\d{1,18}|option:\d{1,2}|day:\d{4}-\d\d-\d\d",
    re.ASCII,
)
SAID = re.compile(r"⟦((?:phone|email):\d+)⟧")
COMMAND = re.compile(r"^\s*/\s*\w*\s*\{.*")
# Stands where a number was that the vault no longer keeps.
LAPSED = "••••"
KEYS = {"*": "⟦intent:repeat⟧", "0": "⟦intent:ask_human⟧"}
LONGEST = 2_000
TURNS_A_MINUTE = 30
# On the phone a waiting phrase is said long before (gateway/voice/calls.py).
PATIENCE = {"web": 15.0, "app": 15.0, "sms": 15.0, "voice": 8.0}
REMEMBERED_CONVERSATIONS = 10_000


@dataclass(frozen=True)
class Turn:
    """What a medium received: a text, the value of a choice, keys pressed, a one-time code, or silence.

    `message_id`: the medium's own id of the message; the same one again gets the same answer again.
    """

    conversation: str
    medium: str
    text: str | None = None
    value: str | None = None
    digits: str | None = None
    code: str | None = None
    silence: bool = False
    message_id: str | None = None


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A stage of a turn, in the metrics and in the trace."""
    with STAGES.labels(name).time(), traces.span(name):
        yield


class BadTurnError(ValueError):
    """The value is not one that a choice can have."""


class Turns:
    """Limits, vault, Rasa, rendering; one turn at a time per conversation."""

    def __init__(self, core: Core, *, rasa_url: str, secret: str, limits: Limits | None = None) -> None:
        self.core = core
        self._url = f"{rasa_url.rstrip('/')}/webhooks/rdv/webhook"
        self._headers = {SECRET_HEADER: secret}
        self._session: aiohttp.ClientSession | None = None
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._limits = limits or Limits()

    async def close(self) -> None:
        """Close the connections to Rasa."""
        if self._session:
            await self._session.close()

    def is_choice(self, value: str) -> bool:
        """True for a value that a choice can have: what a page makes up is not for Rasa."""
        kind, _, name = value.partition(":")
        known = {"reason": self.core.reasons, "channel": CHANNELS, "intent": intents()}.get(kind)
        return VALUE.fullmatch(value) is not None and (known is None or name in known)

    async def handle(self, turn: Turn) -> Reply:
        """The answer to a turn, always: when Rasa fails or is late, the truth and a way to a human.

        Raises BadTurnError for a value that no choice can have.
        """
        logs.about(turn.conversation)
        async with self._lock(turn.conversation):
            if turn.message_id:
                seen = await asyncio.to_thread(self.core.reply_seen, turn.conversation, turn.message_id)
                if seen is not None:
                    return Reply(tuple(Message.from_json(m) for m in seen))
            with traces.span("turn", medium=turn.medium, conversation=logs.mark(turn.conversation)) as work:
                with LATENCY.labels(turn.medium).time():
                    raw, outcome = await self._answer(turn)
                TURNS.labels(turn.medium, outcome).inc()
                work.set_attribute("outcome", outcome)
                with stage("render"):
                    if any(SAID.search(m.get("text") or "") for m in raw):
                        raw = await asyncio.to_thread(self._spoken, turn, raw)
                    reply = render(raw, turn.medium)
            reply = replace(reply, failed=outcome in ("unavailable", "empty"))
            if turn.message_id and outcome == "answered":
                stored = [m.to_json() for m in reply.messages]
                await asyncio.to_thread(self.core.reply_store, turn.conversation, turn.message_id, stored)
            return reply

    async def _answer(self, turn: Turn) -> tuple[list[dict[str, Any]], str]:
        if await self._limits.wait(TURNS_A_MINUTE, "turns", turn.conversation):
            return [response("utter_too_fast", turn.medium)], "too_fast"
        if len(turn.text or "") > LONGEST or len(turn.digits or "") > 30:
            return [response("utter_too_long", turn.medium)], "too_long"
        with stage("mask"):
            text = await asyncio.to_thread(self._safe_text, turn)
        try:
            with stage("rasa"):
                raw = await asyncio.wait_for(self._rasa(turn, text), PATIENCE[turn.medium])
        except (TimeoutError, aiohttp.ClientError) as failure:
            # The status tells a secret that is not shared (403) from a turn that failed (500).
            log.warning("rasa did not answer: %s %s", type(failure).__name__, getattr(failure, "status", ""))
            return [response("utter_unavailable", turn.medium)], "unavailable"
        if not any(m.get("text") for m in raw):
            log.error("rasa answered nothing")
            return [response("utter_unavailable", turn.medium)], "empty"
        return raw, "answered"

    def _safe_text(self, turn: Turn) -> str:
        """The text for Rasa: every personal number in it is in the vault, references stand in its place."""
        if turn.silence:
            return "⟦intent:silence⟧"
        if turn.value is not None:
            if not self.is_choice(turn.value):
                raise BadTurnError("not the value of a choice")
            return f"⟦{turn.value}⟧"
        if turn.code is not None:
            return f"⟦{self.core.vault_put(turn.conversation, 'code', turn.code)}⟧"
        if turn.digits is not None:
            digits = turn.digits.rstrip("#")
            if digits in KEYS:
                return KEYS[digits]
            if len(digits) <= 3:
                return f"⟦option:{digits}⟧" if digits.isascii() and digits.isdigit() else "⟦intent:repeat⟧"
            return self.vaulted(turn.conversation, digits, keys=True)
        # "/inform{…}" is no sentence: what is in its braces was not said by anybody.
        said = COMMAND.sub(" ", turn.text or "")
        text = said.replace("⟦", " ").replace("⟧", " ").lstrip("/ ").strip()
        return self.vaulted(turn.conversation, text) or "…"

    def _spoken(self, turn: Turn, raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answer with the numbers and addresses that its references stand for."""

        def said(reference: re.Match[str]) -> str:
            try:
                value = self.core.vault_get(turn.conversation, reference[1])
            except NotYours:  # it lapsed between the action and now
                return LAPSED
            if reference[1].startswith("phone:"):
                return say.phone(value, turn.medium)
            return say.email(value, turn.medium)

        return [m | {"text": SAID.sub(said, m["text"])} if m.get("text") else m for m in raw]

    def vaulted(self, conversation: str, text: str, *, keys: bool = False) -> str:
        """A text, or `keys` pressed, whose phones, e-mails, NIRs, dates of birth and codes are put in the vault."""
        secrets = french.secrets(text, codes=True)
        if not keys and any(s.kind == "code" for s in secrets) and not self.core.awaits_code(conversation):
            # A number is a code only when one has been sent: "2026" is a year otherwise.
            secrets = french.secrets(text)
        for secret in reversed(secrets):
            value = secret.value.isoformat() if hasattr(secret.value, "isoformat") else str(secret.value)
            reference = self.core.vault_put(conversation, secret.kind, value)
            start, end = secret.span
            text = f"{text[:start]}⟦{reference}⟧{text[end:]}"
        return text

    async def _rasa(self, turn: Turn, text: str) -> list[dict[str, Any]]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        body: dict[str, Any] = {
            "sender": turn.conversation,
            "text": text,
            "medium": turn.medium,
            "message_id": turn.message_id or uuid.uuid4().hex,
            "metadata": {"now": self.core.local_now().replace(tzinfo=None).isoformat(timespec="seconds")},
        }
        if trace := traces.carried():
            body["metadata"][traces.CARRIED] = trace
        # Balancers keep a conversation with its worker by it.
        headers = {"X-Rdv-Conversation": logs.mark(turn.conversation)}
        async with self._session.post(self._url, json=body, headers=headers) as answer:
            answer.raise_for_status()
            messages: list[dict[str, Any]] = await answer.json()
            return messages

    def _lock(self, conversation: str) -> asyncio.Lock:
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._locks.move_to_end(conversation)
        while len(self._locks) > REMEMBERED_CONVERSATIONS and not next(iter(self._locks.values())).locked():
            self._locks.popitem(last=False)
        return lock
