"""Days that a calendar tells: "le premier mercredi de mars", "la deuxième quinzaine d'avril", "le dernier jour d'octobre", Noël."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Optional, Tuple

from french.moments import calendar
from french.moments.dates import year_of
from french.moments.piece import IMPOSSIBLE, LEFT, LONG_YEAR, MONTH, WEEKDAY, YEAR, Parser, Said, days, number, on


def nth(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "le premier mercredi du mois prochain", "la dernière semaine de septembre", "la deuxième quinzaine d'avril"."""
    today = now.date()
    rank = -1 if m["nth"].startswith("dernier") else number(m["nth"])
    said_month = calendar.month_number(m["month"].rstrip(".")) if m["month"] else None
    year = year_of(m["year"])
    if m["whole"]:  # "le dernier lundi de l'année" is in December, the first in January
        said_month = 12 if rank < 0 else 1
        year = year_of(m["year_"]) or (today.year + 1 if m["coming"] else None)
    first = calendar.month_of(today, said_month, year, 1 if m["next"] else 0)
    for _ in range(2):
        found = _nth(m["what"], rank, first)
        if found and (found[1] >= today or year or m["next"]):
            break
        # What is over this month is meant of the next one, or of the next year.
        first = first.replace(year=first.year + 1) if said_month else calendar.month_of(first, None, None, 1)
    return days(*found) if found else IMPOSSIBLE


def _nth(what: str, rank: int, first: date) -> Optional[Tuple[date, date]]:
    last = calendar.month_end(first)
    if what.startswith("jours"):
        day = last if rank < 0 else first + timedelta(days=rank - 1)
        return (day, day) if day <= last else None
    if what.startswith("semaine"):
        monday = calendar.nth_week(rank, first)
        return monday, monday + timedelta(days=6)
    if what.startswith("weekend"):
        saturday = calendar.nth_weekday(rank, 5, first)
        return (saturday, saturday + timedelta(days=1)) if saturday else None
    if what.startswith(("quinzaine", "moitie")):
        middle = first.replace(day=15)
        return (first, middle) if rank == 1 else (middle, last)
    day_found = calendar.nth_weekday(rank, calendar.weekday_number(what), first)
    return (day_found, day_found) if day_found else None


def holiday(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "à la Toussaint", "le lundi de Pâques 2027"."""
    name = m["name"].replace("jours de l'an", "jour de l'an").replace("1e de l'an", "jour de l'an")
    day = calendar.holiday(name, year_of(m["year"]), now.date())
    if m["weekday"]:
        # "Le lundi avant Noël", "le mardi après Pâques".
        number_said = calendar.weekday_number(m["weekday"])
        before = (day.weekday() - number_said - 1) % 7 + 1
        return on(day - timedelta(days=before) if "avant" in m["side"] else calendar.nearest(number_said, day))
    if not m["week"]:
        return on(day)
    # Six days before a Sunday is the Monday of its own week: that is the week before Easter.
    monday = calendar.monday(day + timedelta(days={"avant": -6, "apres": 7}.get(m["week"], 0)))
    return days(monday, monday + timedelta(days=6), "week")


def festive(m: re.Match[str], now: datetime) -> Said:
    """ "les fêtes": from Christmas Eve to New Year's Day."""
    last = calendar.holiday("jour de l'an", None, now.date())
    return days(last.replace(year=last.year - 1, month=12, day=24), last)


_M, _Y = rf"(?P<month>{MONTH})", rf"(?P<year>{YEAR})"
_HOLIDAYS = sorted((*calendar.holidays(2026), "jours de l'an", "1e de l'an"), key=len, reverse=True)

PARSERS: Tuple[Parser, ...] = (
    (
        frozenset(("de", "du", "d")),
        re.compile(
            rf"{LEFT}(?:(?:le|la|au|en) )?(?P<nth>\d{{1,2}}e|dernier) (?P<what>{WEEKDAY}|jours|semaine|weekend|quinzaine|moitie)s?\b (?:de |du |d')(?:(?:mois )?(?:de |d')?{_M}(?: {_Y})?|(?P<next>mois (?:prochain|suivant|d'apres))|(?:ce )?mois\b|l'(?P<whole>annee)\b(?: (?P<year_>{LONG_YEAR})|(?P<coming> prochaine))?)"
        ),
        nth,
    ),
    (
        frozenset(w for name in _HOLIDAYS for w in name.replace("'", " ").split())
        - {"de", "la", "l", "1e", "jours", "jour"},
        re.compile(
            rf"\b(?:(?:le )?(?P<weekday>{WEEKDAY}) (?P<side>(?:d')?(?:avant|apres)) (?:la |le |l')?|(?:la )?semaine (?P<week>avant|apres|de|d') ?(?:la |le |l')?)?(?P<name>{'|'.join(_HOLIDAYS)})\b(?: {_Y})?"
        ),
        holiday,
    ),
    (
        frozenset(("fetes",)),
        re.compile(
            r"(?<!bonnes )(?<!joyeuses )\b(?:les |des |ces )?fetes(?: de (?:fin d'annee|noel))?\b(?! (?:des|du|d'))"
        ),
        festive,
    ),
)
