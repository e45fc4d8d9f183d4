"""The same answer for each medium: typeset on screen, numbered in a text message, plain for the voice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
FOLDED = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
}
NBSP, NNBSP = "\u00a0", "\u202f"


@dataclass(frozen=True)
class Choice:
    """Something the person can pick: `value` comes back as it is."""

    title: str
    value: str


@dataclass(frozen=True)
class Message:
    """One sentence or more, the choices below it, and a structured view for screens that show one."""

    text: str
    choices: tuple[Choice, ...] = ()
    card: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """As the web endpoints give it."""
        body: dict[str, Any] = {
            "text": self.text,
            "choices": [{"title": c.title, "value": c.value} for c in self.choices],
        }
        return body | ({"card": self.card} if self.card else {})

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Message:
        """What `to_json` wrote."""
        return cls(body["text"], tuple(Choice(**c) for c in body["choices"]), body.get("card"))


@dataclass(frozen=True)
class Reply:
    """Everything answered to one turn."""

    messages: tuple[Message, ...] = field(default=())
    # True when Rasa did not answer: this is an apology.
    failed: bool = False

    @property
    def text(self) -> str:
        """All the text, one message a line."""
        return "\n".join(m.text for m in self.messages)


def render(raw: Iterable[dict[str, Any]], medium: str) -> Reply:
    """What the connector collected, made fit for the medium."""
    messages: list[Message] = []
    for item in raw:
        if item.get("custom") and messages:
            last = messages[-1]
            messages[-1] = Message(last.text, last.choices, (last.card or {}) | item["custom"])
            continue
        choices = tuple(Choice(b["title"], b["payload"]) for b in item.get("buttons") or ())
        text = item.get("text") or ""
        if text or choices:
            messages.append(Message(text, choices))
    return Reply(tuple(_for(medium, m) for m in messages))


def _for(medium: str, message: Message) -> Message:
    if medium == "sms":
        listed = [f"{n}. {c.title}" for n, c in enumerate(message.choices, 1)]
        return Message(gsm7("\n".join([message.text, *listed])), message.choices)
    if medium == "voice":
        return Message(re.sub(r"«\s?|\s?»", "", message.text).replace("’", "'"), message.choices, message.card)
    return Message(
        typeset(message.text), tuple(Choice(typeset(c.title), c.value) for c in message.choices), message.card
    )


def gsm7(text: str) -> str:
    """The nearest text in the GSM-7 alphabet: ê becomes e, ’ becomes '."""
    plain = text.replace(NBSP, " ").replace(NNBSP, " ").replace("« ", '"').replace(" »", '"')
    folded = "".join(FOLDED.get(c, c) for c in plain)
    return "".join(c if c in GSM7 else _bare(c) for c in folded)


def _bare(letter: str) -> str:
    bare = unicodedata.normalize("NFD", letter)[0]
    return bare if bare in GSM7 else "?"


def typeset(text: str) -> str:
    """French typography: ’ for apostrophes, no line break before : ; ! ? » or after «."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r" (?=[:»])", NBSP, text)
    text = re.sub(r"(?<=«) ", NBSP, text)
    return re.sub(r" (?=[;!?])", NNBSP, text)
