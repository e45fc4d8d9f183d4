"""Dates reckoned from now: the next third, the nearest Tuesday, the last week of a month, Easter."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Dict, Iterator, Optional

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
# A weekday said with a day of the month must come within this time, else the number was perhaps a slip.
SOON = timedelta(days=62)


def month_number(word: str) -> int:
    """1 to 12; "sept" is September, "jui" may be June or July and is taken for June."""
    return {"sept": 9, "jui": 6}.get(word) or MONTHS.index(word) + 1


def weekday_number(word: str) -> int:
    """Monday is 0; "mar" is Tuesday."""
    return next(n for n, day in enumerate(DAYS) if day.startswith(word))


def dated(day: int, month: Optional[int], year: Optional[int], today: date) -> Optional[date]:
    """The first such date from today on, or in the year said; None when there is none ("31 septembre")."""
    if month is None:
        return next((d for d in _monthly(day, today) if d >= today), None)
    for candidate in (year,) if year else range(today.year, today.year + 2):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None


def on_weekday(day: int, weekday: int, today: date) -> Iterator[date]:
    """The dates ahead that are this day of the month and this weekday."""
    return (d for d in _monthly(day, today) if d >= today and d.weekday() == weekday)


def _monthly(day: int, today: date) -> Iterator[date]:
    for ahead in range(36):
        month = today.year * 12 + today.month - 1 + ahead
        try:
            yield date(month // 12, month % 12 + 1, day)
        except ValueError:
            continue


def nearest(weekday: int, today: date) -> date:
    """The next such day, never today (MOMENTS: on the same day, a week later)."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday(today: date, weeks: int = 0) -> date:
    """The Monday of this week, or of the one so many weeks later."""
    return today + timedelta(days=7 * weeks - today.weekday())


def month_of(today: date, month: Optional[int], year: Optional[int], months: int = 0) -> date:
    """The first day of a month: of the year said, else the one to come; without a month, so many months ahead."""
    if month is None:
        return today.replace(day=1) + relativedelta(months=months)
    if year is None:
        year = today.year + (month < today.month)
    return date(year, month, 1)


def month_end(first: date) -> date:
    """The last day of the month of a day."""
    return first.replace(day=1) + relativedelta(months=1, days=-1)


def nth_weekday(nth: int, weekday: int, first: date) -> Optional[date]:
    """The nth such day of a month, the last one for -1."""
    if nth < 0:
        last = month_end(first)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return found if found.month == first.month else None


def nth_week(nth: int, first: date) -> date:
    """The Monday of the nth whole week of a month, of the last whole one for -1."""
    if nth < 0:
        last = month_end(first)
        return last - timedelta(days=(last.weekday() + 1) % 7 + 6)
    return first + timedelta(days=-first.weekday() % 7 + 7 * (nth - 1))


@lru_cache(maxsize=16)
def holidays(year: int) -> Dict[str, date]:
    """The days that people name; names as `french.moments.normal` writes them."""
    sunday = easter(year)
    mothers = nth_weekday(-1, 6, date(year, 5, 1))
    # The fête des mères gives way to Pentecost (code de l'action sociale et des familles, D215-1).
    if mothers == sunday + timedelta(days=49):
        mothers = date(year, 6, 1) + timedelta(days=(6 - date(year, 6, 1).weekday()) % 7)
    fathers = nth_weekday(3, 6, date(year, 6, 1))
    fixed = {
        "jour de l'an": (1, 1), "nouvel an": (1, 1), "epiphanie": (1, 6), "saint valentin": (2, 14), "fete du travail": (5, 1),
        "armistice": (11, 11), "fete nationale": (7, 14), "assomption": (8, 15), "toussaint": (11, 1), "halloween": (10, 31),
        "reveillon de noel": (12, 24), "noel": (12, 25), "saint sylvestre": (12, 31), "reveillon": (12, 31),
        "fete de la musique": (6, 21), "saint nicolas": (12, 6), "chandeleur": (2, 2), "fete des rois": (1, 6),
    }  # fmt: skip
    moving = {"mardi gras": -47, "mercredi des cendres": -46, "rameaux": -7, "jeudi saint": -3, "vendredi saint": -2, "paques": 0,
              "lundi de paques": 1, "ascension": 39, "vendredi de l'ascension": 40, "pont de l'ascension": 40, "pentecote": 49, "lundi de pentecote": 50}  # fmt: skip
    days = {name: date(year, *on) for name, on in fixed.items()}
    days |= {name: sunday + timedelta(days=away) for name, away in moving.items()}
    days |= {name: day for name, day in (("fete des meres", mothers), ("fete des peres", fathers)) if day}
    return days


def holiday(name: str, year: Optional[int], today: date) -> date:
    """The next one of that name, or the one of the year said."""
    return next(
        d
        for y in ((year,) if year else (today.year, today.year + 1))
        for d in (holidays(y)[name],)
        if year or d >= today
    )
