"""Moments as people say them to choose an appointment: what a whole sentence asks for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

import french
from french.model import Moment
from french.moments import calendar

NOW = datetime(2026, 11, 18, 9, 0)
CORPUS = yaml.safe_load((Path(__file__).parent / "corpus_sayings.yml").read_text("utf8"))
SAYINGS = [(value, said) for value, sayings in CORPUS.items() for said in sayings]


def told(moment: Moment) -> str:
    """One moment in the form of the corpus."""
    if moment.problem:
        return moment.problem
    if moment.kind != "time":
        return moment.kind
    said = []
    for r in moment.readings:
        if r.weekdays:
            hours = f" {r.since or '-'}/{r.until or '-'}" if r.since or r.until else ""
            said.append(f"every {calendar.DAYS[r.weekdays[0]]}{hours}")
        elif (r.first is None and r.last is None) or r.first != NOW.date() or len(moment.readings) == 1:
            said.append(f"{r.start or '-'}/{r.end or '-'}")
    # An hour without a day is of any day; the reading "today" beside it adds nothing here.
    return f"{moment.role} {' | '.join(said)}"


def asked(text: str) -> str:
    """All that a sentence asks for, in order; the times of other things are left out."""
    found = [m for m in french.understand(text, NOW).moments if m.role != "other"]
    return ", ".join(map(told, found)) or "nothing"


@pytest.mark.parametrize(("value", "said"), SAYINGS)
def test_what_is_asked_for(value: str, said: str) -> None:
    assert asked(said) == value


def test_hours_of_many_are_not_guessed() -> None:
    for said in ("après les vacances scolaires", "à la même heure", "je sais pas trop quand"):
        assert asked(said) == "nothing"
