"""The gateway's own few sentences, for when Rasa cannot speak: they live with the others in bot/domain/."""

from __future__ import annotations

from functools import cache

import yaml

from gateway.settings import ROOT


@cache
def _responses() -> dict[str, list[dict[str, str]]]:
    path = ROOT / "bot" / "domain" / "shared.yml"
    responses: dict[str, list[dict[str, str]]] = yaml.safe_load(path.read_text("utf8"))["responses"]
    return responses


def response(name: str, medium: str) -> dict[str, str]:
    """A response of bot/domain/shared.yml in its variant for the medium, as the connector would give it."""
    variants = _responses()[name]
    chosen = next((v for v in variants if v.get("channel") == medium), variants[0])
    return {"text": chosen["text"]}
