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


def response(name: str, medium: str, **values: str) -> dict[str, str]:
    """A response of bot/domain/ in its variant for the medium, filled, as the connector would give it."""
    variants = _responses()[name]
    chosen = next((v for v in variants if v.get("channel") == medium), variants[0])
    return {"text": chosen["text"].format(**values).strip()}
