"""What jambonz takes: its vendor's own schema of verbs, checked as its own library does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPECS: dict[str, Any] = json.loads((Path(__file__).parent / "jambonz" / "specs.json").read_text("utf8"))
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def check(name: str, data: dict[str, Any]) -> None:
    """As `validateVerb` of @jambonz/verb-specifications does."""
    spec = SPECS[name]
    assert set(spec.get("required", [])) <= set(data), name
    for key, value in data.items():
        kind = spec["properties"][key]
        if isinstance(kind, dict):
            assert isinstance(value, TYPES[kind["type"]])
            assert value in kind.get("enum", [value])
        elif isinstance(kind, list):
            for item in value:
                check(kind[0].removeprefix("#"), item)
        elif kind.startswith("#"):
            check(kind.removeprefix("#"), value)
        else:
            wanted: list[Any] = [TYPES[k.strip()] for k in kind.split("|")]
            assert any(isinstance(value, w) for w in wanted), (name, key)


def check_all(document: str) -> list[str]:
    """The names of the verbs of an answer; AssertionError or KeyError for what jambonz would refuse."""
    verbs: list[dict[str, Any]] = json.loads(document)
    for verb in verbs:
        check(verb["verb"], {k: v for k, v in verb.items() if k != "verb"})
    return [v["verb"] for v in verbs]
