"""Everything said in a text: one ordered list of parsers, and what to do where they overlap."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import datetime
from typing import Callable, Iterable, List, Tuple

from french import answers, births, channels, emails, moments, nirs, options, phones, places, reasons, references
from french import codes as one_time_codes
from french.model import Entity, Understanding
from french.moments import roles
from french.text import fold

Parser = Callable[[str, str, datetime], List[Entity]]
# A secret needs no clock: a date of birth is told by its year or by "né le".
NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - naive as everywhere in french


def times(text: str, folded: str, now: datetime) -> List[Entity]:
    """Moments; `now` is naive local time. `text` has bars where a reason stands, `folded` has its words."""
    found = moments.find(text, now)
    found = [
        # "Décédé dimanche": the story that the reason comes from.
        replace(m, role="other")
        if m.role == "wanted" and roles.happened(folded[: m.span[0]], folded[slice(*m.span)])
        else m
        for m in found
    ]
    return [Entity("moment", m, m.text, m.span) for m in found]


def choices(text: str, folded: str, now: datetime) -> List[Entity]:
    """Choices, but not the first word of a date ("du 1er au 4 avril")."""
    said = options.find(text, folded, now)
    longer = [m.span for m in moments.find(text, now) if m.kind == "time"] if said else []
    return [e for e in said if not any(a <= e.span[0] and (e.span[1] < b or _early(folded, e, b)) for a, b in longer)]


def _early(folded: str, choice: Entity, end: int) -> bool:
    """ "à la première heure": no choice, though it ends where the moment does."""
    return choice.span[1] == end and folded[:end].endswith(("heure", "heures"))


# What comes first wins where two overlap; within one parser the longer wins.
SECRETS: Tuple[Parser, ...] = (emails.find, nirs.find, births.find, phones.find, phones.incomplete)
PARSERS: Tuple[Parser, ...] = (
    references.find,
    *SECRETS,
    # A time inside the story of a reason ("blessé hier au travail") is no wish.
    reasons.find,
    choices,
    times,
    channels.find,
    places.find,
    answers.find,
)
# What somebody wants stands in the first pages; references and secrets are looked for to the end.
READ = 1_600
TO_THE_END = frozenset((references.find, *SECRETS, one_time_codes.find))


def understand(text: str, now: datetime) -> Understanding:
    """Everything understood in a text; `now` is naive local time. A number given up is of kind "former"."""
    return Understanding(text, tuple(_settled(PARSERS, text, now)))


def secrets(text: str, *, codes: bool = False) -> List[Entity]:
    """The personal numbers of a text, in order: phone, email, nir, birth_date, and code when one was asked for.

    A phone given up ("plus joignable au …") is one too: all that must be kept out of Rasa is here.
    """
    found = _settled((*SECRETS, one_time_codes.find) if codes else SECRETS, text, NEVER)
    return [Entity("phone", e.value, e.text, e.span, e.valid) if e.kind == "former" else e for e in found]


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


def _without(text: str, taken: Iterable[Entity]) -> str:
    """The text of the same length in which what is already understood stands as bars."""
    for entity in taken:
        start, end = entity.span
        text = text[:start] + "|" * (min(end, len(text)) - start) + text[end:]
    return text


def _settled(parsers: Iterable[Parser], text: str, now: datetime) -> List[Entity]:
    """What the parsers found, without overlaps, in order."""
    folded = fold(text)
    opening, folded_opening = text[:READ], folded[:READ]
    taken: List[Entity] = []
    starts: List[int] = []
    for parser in parsers:
        whole = parser in TO_THE_END
        if parser is times:
            # "Congé mat vendredi": what is a reason already is no part of a time.
            opening = _without(opening, taken)
        found = parser(text if whole else opening, folded if whole else folded_opening, now)
        for entity in sorted(found, key=lambda e: e.span[0] - e.span[1]):
            at = bisect_left(starts, entity.span[0])
            free = at == 0 or taken[at - 1].span[1] <= entity.span[0]
            if free and (at == len(taken) or entity.span[1] <= starts[at]):
                taken.insert(at, entity)
                starts.insert(at, entity.span[0])
    return taken
