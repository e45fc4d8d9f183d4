"""Dates of birth: written, in digits, spoken."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Dict, Iterator, List, Optional, Tuple

from french.model import Entity, Span
from french.numbers import Run, runs

MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
BORN = re.compile(r"\b(?:nee?s?|naissance|naquis|ddn)\b")
MONTH = re.compile(rf"\b({'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?")
# After a social security number there is no mistaking it for the rest of a phone number.
NUMERIC = re.compile(
    r"(?<![\d/.+-])(?:(?<=\d{13} )|(?<!\d[ ./-]))(\d{1,2})([ /.\-]{1,3})(\d{1,2})\2(\d{4}|\d{2})(?![ .\-/]?\d)"
)
ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
BLOCK = re.compile(r"(?<!\d)(\d\d)(\d\d)((?:19|20)\d\d)(?!\d)")
# Without "né le", a year this early cannot be that of an appointment; account holders are older than sixteen.
LAST_YEAR_ALONE = 2009
# Two digits: whoever was born before 1926 says the four.
PIVOT = 25


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """Dates of birth; a date of these days is one only after "né le" or "naissance"."""
    found = []
    for span, day, month, year, digits in _dates(folded):
        born = BORN.search(folded, max(0, span[0] - 40), span[0]) is not None
        full = year if digits == 4 else year + (2000 if year <= PIVOT else 1900)
        early = 1900 <= full <= LAST_YEAR_ALONE and (digits == 4 or year >= 40)
        if not (early or (born and full >= 1900)):
            continue
        try:
            found.append(Entity("birth_date", date(full, month, day), text[slice(*span)], span))
        except ValueError:
            continue
    return found


def _dates(folded: str) -> Iterator[Tuple[Span, int, int, int, int]]:
    """Place, day, month, year as said, number of digits of the year."""
    for m in NUMERIC.finditer(folded):
        yield m.span(), int(m[1]), int(m[3]), int(m[4]), len(m[4])
    for m in ISO.finditer(folded):
        yield m.span(), int(m[3]), int(m[2]), int(m[1]), 4
    for m in BLOCK.finditer(folded):
        yield m.span(), int(m[1]), int(m[2]), int(m[3]), 4
    said = runs(folded)
    ending, starting = {r.span[1]: r for r in said}, {r.span[0]: r for r in said}
    for m in MONTH.finditer(folded):
        day, year = _before(folded, ending, m.start()), _after(starting, m.end())
        if day and year and ":" not in folded[m.end() : year[0]]:  # "13 novembre 19:15"
            yield (day[0], year[0]), day[1], MONTHS[m[1]], int(year[1]), len(year[1])
    for run in said:
        spoken = _spoken(folded, run)
        if spoken:
            yield (run.span, *spoken)


def _before(folded: str, ending: Dict[int, Run], start: int) -> Optional[Tuple[int, int]]:
    """Where the day begins and which it is; `ending` has the runs by where they end."""
    first = re.search(r"\b(?:premier|1 ?er) ?$", folded[max(0, start - 10) : start])
    if first:
        return start - len(first[0]), 1
    run = ending.get(start) or ending.get(start - 1)
    if run is None or len(run.groups[-1][0]) > 2:
        return None
    return run.groups[-1][1][0], int(run.groups[-1][0])


def _after(starting: Dict[int, Run], end: int) -> Optional[Tuple[int, str]]:
    """Where the year ends and its digits, two or four ("dix-neuf cent", "quatre-vingt-cinq", "1985")."""
    run = next((starting[at] for at in (end, end + 1, end + 2) if at in starting), None)
    digits = ""
    for group, (_, stop) in run.groups if run else ():
        digits += group
        if len(digits) == 4 or (len(digits) == 2 and digits not in ("19", "20")):
            return stop, digits
    return None


def _spoken(folded: str, run: Run) -> Optional[Tuple[int, int, int, int]]:
    """Day, month, year of "douze zéro trois quatre-vingt-cinq": words only, and nothing else in the run."""
    if folded[run.span[0]].isdigit():
        return None
    digits = run.digits
    if not 6 <= len(digits) <= 8 or (digits[0] == "0" and len(digits) == 6 and len(run.groups) == 3):
        return None
    for year in (4, 2):
        day, month = digits[: len(digits) - year][:2], digits[: len(digits) - year][2:]
        if len(day) == 2 and month and 1 <= int(day) <= 31 and 1 <= int(month) <= 12 and len(month) <= 2:
            return int(day), int(month), int(digits[-year:]), year
    return None
