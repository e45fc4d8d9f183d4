"""Everything said in a text: one ordered list of parsers, and what to do where they overlap."""

from __future__ import annotations

from datetime import datetime
from typing import Callable, Iterable, List, Tuple

from french import answers, births, channels, codes, emails, moments, nirs, options, phones, places, reasons, references
from french.model import Entity, Understanding
from french.text import fold

Parser = Callable[[str, str, datetime], List[Entity]]
# A secret needs no clock: a date of birth is told by its year or by "né le".
NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - naive as everywhere in french


def times(text: str, folded: str, now: datetime) -> List[Entity]:
    """Moments; `now` is naive local time."""
    return [Entity("moment", m, m.text, m.span) for m in moments.find(text, now)]


# What comes first wins where two overlap; within one parser the longer wins.
SECRETS: Tuple[Parser, ...] = (emails.find, nirs.find, births.find, phones.find, phones.incomplete)
PARSERS: Tuple[Parser, ...] = (
    references.find,
    *SECRETS,
    # A time inside the story of a reason ("blessé hier au travail") is no wish.
    reasons.find,
    options.find,
    times,
    channels.find,
    places.find,
    answers.find,
)


def understand(text: str, now: datetime) -> Understanding:
    """Everything understood in a text; `now` is naive local time. A corrected or given up number is of kind "former"."""
    return Understanding(text, tuple(_settled(PARSERS, text, now)))


def secrets(text: str, *, codes: bool = False) -> List[Entity]:
    """The personal numbers of a text, in order: phone, email, nir, birth_date, and code when one was asked for.

    A phone given up ("plus joignable au …") is one too: all that must be kept out of Rasa is here.
    """
    found = _settled((*SECRETS, one_time_code) if codes else SECRETS, text, NEVER)
    return [Entity("phone", e.value, e.text, e.span, e.valid) if e.kind == "former" else e for e in found]


def one_time_code(text: str, folded: str, now: datetime) -> List[Entity]:
    """The code that was asked for."""
    return codes.find(text, folded, now)


def masked(understanding: Understanding) -> str:
    """The text with each span replaced by its kind in capitals: what the intent classifier reads.

    A reference is named after what it stands for, so that "⟦phone:1⟧" and a number read alike; answers stay as said.
    """
    text = understanding.text
    for entity in reversed(understanding.entities):
        if entity.kind != "answer":
            kind = entity.value.partition(":")[0] if entity.kind == "reference" else entity.kind
            start, end = entity.span
            text = f"{text[:start]} {kind.upper()} {text[end:]}"
    return " ".join(text.split())


def _settled(parsers: Iterable[Parser], text: str, now: datetime) -> List[Entity]:
    """What the parsers found, without overlaps, in order."""
    folded = fold(text)
    taken: List[Entity] = []
    for parser in parsers:
        for entity in sorted(parser(text, folded, now), key=lambda e: e.span[0] - e.span[1]):
            if all(e.span[1] <= entity.span[0] or entity.span[1] <= e.span[0] for e in taken):
                taken.append(entity)
    return sorted(taken, key=lambda e: e.span)
