"""What the gateway reads in bot/domain/: the sentences that it says itself, without Rasa, and the intents' names."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from gateway.settings import ROOT


@cache
def _domain() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text("utf8")) for path in sorted((ROOT / "bot" / "domain").glob("*.yml"))]


@cache
def _responses() -> dict[str, list[dict[str, Any]]]:
    responses: dict[str, list[dict[str, Any]]] = {}
    for part in _domain():
        responses |= part.get("responses") or {}
    return responses


@cache
def intents() -> frozenset[str]:
    """The names of the intents that there are."""
    # An intent with options is a mapping of one key.
    return frozenset(
        name
        for part in _domain()
        for intent in part.get("intents") or ()
        for name in (intent if isinstance(intent, dict) else [intent])
    )


def _variant(name: str, medium: str) -> dict[str, Any]:
    variants = _responses()[name]
    return next((v for v in variants if v.get("channel") == medium), variants[0])


def response(name: str, medium: str, **values: str) -> dict[str, str]:
    """A response of bot/domain/ in its variant for the medium, filled, as the connector would give it."""
    chosen = _variant(name, medium)
    return {"text": chosen["text"].format(**values).strip()}


def choices(name: str, medium: str) -> list[dict[str, str]]:
    """The buttons of a response, as a screen gets them: `title` and `value`."""
    chosen = _variant(name, medium)
    return [{"title": b["title"], "value": b["payload"]} for b in chosen.get("buttons", [])]
