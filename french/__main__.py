"""`python -m french "mardi en huit vers 10h, pas à Rennes"`: what each parser saw, what was kept, and why."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Iterator, List, Tuple
from zoneinfo import ZoneInfo

from french.model import Entity
from french.text import fold
from french.understand import PARSERS, masked, understand


def main(arguments: List[str]) -> None:
    """Print the reading of a sentence; `--now` is local ISO time, the clock of Paris without it."""
    parser = argparse.ArgumentParser(prog="python -m french", description=__doc__)
    parser.add_argument("text", nargs="+", help="what somebody says")
    parser.add_argument("--now", type=datetime.fromisoformat, help="now, local ISO time (default: now in Paris)")
    asked = parser.parse_args(arguments)
    now = asked.now or datetime.now(ZoneInfo("Europe/Paris")).replace(tzinfo=None)
    for line in told(" ".join(asked.text), now):
        print(line)  # noqa: T201 - a command


def told(text: str, now: datetime) -> Iterator[str]:
    """One line for each thing a parser saw, in the order of the parsers, then what the classifier reads."""
    understanding = understand(text, now)
    kept = set(understanding.entities)
    folded = fold(text)
    for parser in PARSERS:
        name = f"{parser.__module__.rpartition('.')[2]}.{parser.__name__}"
        for entity in parser(text, folded, now):
            yield f"{name:18} {_said(entity)}{'' if entity in kept else _lost(entity, understanding.entities)}"
    yield f"{'masked':18} {masked(understanding)}"


def _said(entity: Entity) -> str:
    value = entity.value.readings or entity.value.kind if entity.kind == "moment" else entity.value
    doubt = "" if entity.valid else " (not valid)"
    others = f" or {entity.others}" if entity.others else ""
    return f"{entity.kind} {entity.text!r} {entity.span} = {value}{doubt}{others}"


def _lost(entity: Entity, kept: Tuple[Entity, ...]) -> str:
    winner = next((k for k in kept if k.span[0] < entity.span[1] and entity.span[0] < k.span[1]), None)
    return f"  — not kept: {winner.kind} {winner.text!r} comes before it" if winner else "  — not kept"


if __name__ == "__main__":
    main(sys.argv[1:])
