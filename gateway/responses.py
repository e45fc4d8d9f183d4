"""The sentences that the gateway says itself, without Rasa: they live with the others in bot/domain/."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from gateway.settings import ROOT


@cache
def _responses() -> dict[str, list[dict[str, Any]]]:
    responses: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        responses |= yaml.safe_load(path.read_text("utf8")).get("responses") or {}
    return responses


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
