"""The reason of an appointment, in the words of people who never heard its official name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import yaml

from french.model import Entity, Span
from french.spelling import respelt
from french.text import fold

WEIGHTS = {"sure": 3, "likely": 2, "hint": 1}
YIELDING = "arret_travail"
LEAST = 2
# "ça concerne pas un arrêt", "pas pour la C2S, pour…", "plutôt que l'arrêt"; but "j'ai pas mes indemnités" is one.
DENIED = re.compile(
    r"(?:\b(?:concerne|c'est|est|suis|s'agit|parle|pour|question|agit|etait|demande|veux) pas (?:du tout )?|(?:^|[,.;!?] ?|\bnon |\bmais |\bet )pas |\bni |\brien a voir avec |"
    r"\bplutot qu[e'] ?|\bau lieu d[eu'] ?|\bsauf |\bn'ai pas d' ?|\bj'ai pas d' ?|\bnon pas )"
    r"(?:(?:pour|de|du|d'|un|une|la|le|l'|les|mon|ma|mes|celui|a|au|rendez vous|cause|question|cet|cette) ?){0,4}$"
)


# "Mon accident du travail, pas l'arrêt": between two reasons the second one is refused.
CONTRAST = re.compile(
    r"[^a-z]*(?:et |mais |non |surtout )*(?:pas|et non)(?: (?:pour|de|du|la|le|les|une?|mon|ma|mes|celui|celle))* (?:l'|d')?"
)


@dataclass(frozen=True)
class Hit:
    """One reason found: `span` is that of its strongest words in the respelt text."""

    code: str
    weight: int
    span: Span


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """The reason meant; `others` holds further ones that are meant as clearly, when one must ask."""
    spelt = respelt(folded)
    hits = [h for h in _hits(spelt.text) if h.weight >= LEAST]
    hits = [h for h in hits if not any(CONTRAST.fullmatch(spelt.text, o.span[1], h.span[0]) for o in hits)]
    if not hits:
        return []
    best, *others = sorted(hits, key=lambda h: (-h.weight, h.code == YIELDING, h.span))
    apart = [h.code for h in others if not _inside(h.span, best.span)]
    place = spelt.span(best.span)
    return [Entity("reason", best.code, text[slice(*place)], place, others=tuple(apart))]


def hints(text: str) -> List[str]:
    """The codes of all reasons that a word may point at, however weakly: enough among the few that were offered."""
    return [h.code for h in _hits(respelt(fold(text)).text)]


@lru_cache(maxsize=1)
def _patterns() -> Dict[str, Tuple[Tuple[int, re.Pattern[str]], ...]]:
    data = yaml.safe_load((Path(__file__).parent / "data" / "reasons.yml").read_text("utf8"))
    return {
        code: tuple((WEIGHTS[name], re.compile("|".join(f"(?:{p})" for p in said))) for name, said in strengths.items())
        for code, strengths in data.items()
    }


def _hits(text: str) -> Iterator[Hit]:
    for code, strengths in _patterns().items():
        for weight, pattern in strengths:
            m = next(
                (m for m in pattern.finditer(text) if not DENIED.search(text, max(0, m.start() - 60), m.start())), None
            )
            if m:
                yield Hit(code, weight, m.span())
                break


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
