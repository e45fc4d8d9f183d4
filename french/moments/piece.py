"""What one parser of moments saw, before it is joined with its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Callable, FrozenSet, NamedTuple, Optional, Tuple, Union

from dateutil.relativedelta import relativedelta

from french.model import Grain, Kind, Problem, Reading


class Said(NamedTuple):
    """The meaning of a match: readings, or a wish without a time; `weak` gives way to another day ("dans la journée").

    `shift` moves the day that follows: "la veille de", "trois jours après". `away`: minutes from the appointment spoken of.
    """

    readings: Tuple[Reading, ...] = ()
    kind: Kind = "time"
    problem: Optional[Problem] = None
    weak: bool = False
    shift: Optional[relativedelta] = None
    away: Optional[int] = None


# The words one of which must be there ("#" is any number), the pattern, and what a match means.
Parser = Tuple[FrozenSet[str], "re.Pattern[str]", Callable[["re.Match[str]", datetime], Optional[Said]]]


@dataclass(frozen=True)
class Piece:
    """What was said from `start` to `end` of the normal text."""

    start: int
    end: int
    said: Said

    @property
    def days(self) -> bool:
        """True when it says which days."""
        return any(r.first or r.last or r.weekdays for r in self.said.readings)

    @property
    def hours(self) -> bool:
        """True when it says which hours."""
        return any(r.since or r.until for r in self.said.readings)

    @property
    def point(self) -> bool:
        """True when it is one day or one hour, not a window."""
        return bool(self.said.readings) and all(
            r.open is None and r.until is None and (r.first is None or r.first == r.last) and not r.weekdays
            for r in self.said.readings
        )


def days(first: date, last: date, grain: Grain = "day") -> Said:
    """All the days from the first to the last."""
    return Said((Reading(grain, first=first, last=last),))


def on(*dates: date) -> Said:
    """One day, or one of two."""
    return Said(tuple(Reading("day", first=d, last=d) for d in dict.fromkeys(dates)))


def at(minutes: int, grain: Grain = "minute") -> time:
    """The time of so many minutes after midnight, past midnight begun again."""
    return time(minutes // 60 % 24, minutes % 60)


# Readings of one moment: more would be a guess.
MOST = 2
IMPOSSIBLE = Said(problem="impossible")


def number(said: Union[str, None]) -> int:
    """The value of "12", "#12", "1e"; a missing one is 1."""
    return int(said.strip("#e")) if said and said not in ("un", "une") else 1


# Pieces of patterns. A number must not be the tail of a longer one.
LEFT = r"(?<![\w#/.,:'-])"
NUM = r"(?:#?\d{1,3}|une?)"
DAY = r"(?:1e|#?(?:[12]\d|3[01]|0?[1-9]))(?!\d)"
WEEKDAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
SHORT_DAY = r"(?:lun|mar|mer|jeu|ven|sam|dim)"
MONTH = r"(?:janvier|fevrier|mars|avril|mai|juin|jui|juillet|aout|sept(?:embre)?|octobre|novembre|decembre)\b\.?"
LONG_YEAR = r"(?:#?(?:19|20)\d\d(?![\d:h]))"
# Two digits are a year at the end only: "4 déc. 26".
YEAR = rf"(?:{LONG_YEAR}|[1-3]\d(?=\W*(?:\Z|[,;!?]))|2[3-9](?= a #?\d))"
# What numbers count that is no time.
COUNTED = (
    r"jours|semaine|ans?\b|annees|euros?|enfants?|personnes?|fois|rue|avenue|bis\b|km|eme|rdv|rendez|creneaux?|trimestre|semestre|etage|"
    r"dossiers?|documents?|papiers?|attestations?|formulaires?|questions?|pieces?|agences?|choses?"
)
NOT_COUNTED = rf"(?! ?(?:h\b|h\d|heures|[:/%€]|[.,]\d|\d|e\b|minutes|mois|ter\b|{COUNTED}))"
NEXT = r"prochaine?|suivante?|d'apres(?! midi)|a venir|qui (?:vient|suit|arrive)"
