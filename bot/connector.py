"""The only door into Rasa: our gateway, with the shared secret, on behalf of one medium."""

from __future__ import annotations

import asyncio
import hmac
import logging
from itertools import islice
from types import SimpleNamespace
from typing import Any, Awaitable, Callable, Dict, List, Optional

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.engine.runner import dask as runner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa.version import __version__
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Rdv-Secret"  # noqa: S105 - the name of the header, not a secret
MEDIA = ("web", "app", "sms", "voice")


class MediumOutput(CollectingOutputChannel):
    """Collects the answer under the name of the medium, so that responses can differ by medium."""

    def __init__(self, medium: str) -> None:
        """`medium`: one of MEDIA."""
        super().__init__()
        self.medium = medium

    def name(self) -> str:  # type: ignore[override]
        """The medium: Rasa picks the variant of a response whose `channel` it is."""
        return self.medium

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """One message a response: paragraphs stay together."""
        await self._persist_message(self._message(recipient_id, text=text.strip()))


class RdvInput(InputChannel):
    """POST /webhooks/rdv/webhook {"sender", "text", "medium", "message_id", "metadata"} → messages.

    Rasa's own channels check no signature, trust the sender they are given and accept "/intent{…}" from anyone.
    """

    @classmethod
    def name(cls) -> str:
        """The name in the path of the webhook."""
        return "rdv"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> RdvInput:
        """`secret`: shared with the gateway; without it nothing is served."""
        secret = (credentials or {}).get("secret")
        if not secret:
            raise ValueError("bot.connector.RdvInput needs a secret in credentials.yml")
        return cls(str(secret))

    def __init__(self, secret: str) -> None:
        """`secret`: shared with the gateway."""
        self.secret = secret.encode()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of this channel."""
        routes = Blueprint("rdv_webhook")

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), self.secret):
                return response.json({"error": "forbidden"}, status=403)
            turn = request.json
            medium = turn["medium"] if turn["medium"] in MEDIA else "web"
            output = MediumOutput(medium)
            try:
                # A leading "/" would be read by Rasa as an intent: it is only text.
                text = turn["text"].lstrip("/ ") or "…"
                message = UserMessage(
                    text,
                    output,
                    turn["sender"],
                    input_channel=medium,
                    message_id=turn.get("message_id"),
                    metadata=turn.get("metadata"),
                )
                # When the gateway is gone Sanic cancels this: not in the middle of what an action has already done.
                await asyncio.shield(on_new_message(message))
            except Exception:
                log.exception("a turn failed")
                return response.json({"error": "failed"}, status=500)
            return response.json(output.messages)

        return routes


def _quicker_action_calls() -> None:
    """Three costs of each action call that a turn can do without.

    It checks the answer against a JSON schema, and the schema against its meta-schema (measured: almost half of
    a turn; rasa-sdk's model has just made that answer, and Rasa reports an event that it cannot read), it opens
    a new HTTP session, so a new TCP connection, and it sends every event of the conversation, where our actions
    read those since the latest message, and the few sentences before it that an adviser may be told.
    """
    sessions: List[aiohttp.ClientSession] = []

    class Shared:
        """`async with` over a session that stays open."""

        def __init__(self, session: aiohttp.ClientSession) -> None:
            self.session = session

        async def __aenter__(self) -> aiohttp.ClientSession:
            return self.session

        async def __aexit__(self, *_: Any) -> None:
            return None

    def session(self: EndpointConfig) -> Any:
        if not sessions or sessions[-1].closed:
            sessions.append(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
        return Shared(sessions[-1])

    def call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[str, Any]:
        state = tracker.current_state()
        state["events"] = earlier_texts(tracker) + [event.as_dict() for event in latest_turn(tracker)]
        return {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": state, "version": __version__}

    RemoteAction._action_call_format = call
    RemoteAction._validate_action_result = lambda self, result: True
    EndpointConfig.session = session


def _quicker_graphs() -> None:
    """A graph of a few nodes in a row needs no scheduler: dask's own bookkeeping took a third of its run."""

    def get(graph: Dict[str, Any], targets: List[str]) -> List[Any]:
        done: Dict[str, Any] = {}

        def value(name: str) -> Any:
            if name not in graph:
                return name  # what nobody provides is told by its name
            if name not in done:
                node = graph[name]
                # An input is (its name, its value); a node is (what to call, the names of what it needs).
                done[name] = node[0](*map(value, node[1:])) if callable(node[0]) else node
            return done[name]

        return [value(name) for name in targets]

    runner.dask = SimpleNamespace(get=get)


def latest_turn(tracker: DialogueStateTracker) -> List[Event]:
    """The events from the latest message of the person on, in order."""
    events: List[Event] = []
    for event in reversed(tracker.events):
        events.append(event)
        if isinstance(event, UserUttered):
            break
    return events[::-1]


def earlier_texts(tracker: DialogueStateTracker, most: int = 5) -> List[Dict[str, Any]]:
    """The sentences before the latest one, in order, without what was understood of them."""
    said = (event.text for event in reversed(tracker.events) if isinstance(event, UserUttered))
    return [{"event": "user", "text": text} for text in list(islice(said, 1, most + 1))[::-1]]


_quicker_action_calls()
_quicker_graphs()
