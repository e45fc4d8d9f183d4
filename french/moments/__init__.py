"""Moments: when someone wants to come, as they say it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Callable, Dict, Iterator, Optional, Tuple, Union

from french.model import Moment, Reading
from french.text import fold

DAYS = {"lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}
MONTHS = ("janv", "fev", "mars", "avr", "mai", "juin", "juil", "aou", "sept", "oct", "nov", "dec")
DAY = r"(?P<day>lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?"
MONTH = (
    r"(?P<month>janvier|janv|fevrier|fev|mars|avril|avr|mai|juin|juillet|juil|aout|septembre|sept|octobre|oct|"
    r"novembre|nov|decembre|dec)\.?"
)
WORDS = {
    "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dix-sept": 17, "dix sept": 17,
    "dix-huit": 18, "dix huit": 18, "dix-neuf": 19, "dix neuf": 19, "vingt": 20,
}  # fmt: skip
MINUTES = {"et demie": 30, "et demi": 30, "et quart": 15, "moins le quart": -15, "trente": 30, "quinze": 15}
NUMBER = "|".join(sorted(WORDS, key=len, reverse=True))
PARTS: dict[str, tuple[int, int, int, int]] = {
    "debut de matinee": (8, 0, 10, 0), "milieu de matinee": (9, 30, 11, 0), "fin de matinee": (10, 0, 12, 0),
    "debut d'apres-midi": (13, 30, 15, 0), "milieu d'apres-midi": (15, 0, 16, 30), "fin d'apres-midi": (16, 30, 19, 0),
    "fin de journee": (16, 30, 19, 0), "entre midi et deux": (12, 0, 14, 0),
    "matin": (8, 0, 12, 0), "apres-midi": (12, 0, 18, 0), "soir": (18, 0, 20, 0),
}  # fmt: skip
PART = (
    r"(?P<edge>(?:debut|milieu|fin) (?:de |d'))?(?P<part>matinee|matin|mat\b|apres[- ]?midi|aprem|soiree|soir|journee)"
    r"|(?P<noon>entre midi et deux)"
)
CLOCK = re.compile(
    r"(?P<about>\b(?:a|vers|des|pour|apres|avant|a partir de|jusqu'a) )?"
    rf"\b(?:(?P<hour>[01]?\d|2[0-4]) ?(?:h(?:eures?)?|:) ?(?P<minute>[0-5]\d)?\b"
    rf"|(?P<word>{NUMBER}) heures?|(?P<midi>midi|minuit))"
    rf"(?: (?P<extra>{'|'.join(MINUTES)})\b)?"
)
FAMILIES = re.compile(
    r"(?P<relative>\b(?:apres[- ]?demain|demain|aujourd'?hui|hier)\b)"
    rf"|(?P<weekday>\b{DAY}(?P<next> (?:de )?la (?:semaine|sem) pro\w*| pro(?:chain)?\b| qui vient| en huit| en quinze)?)"
    rf"(?: (?P<weekday_date>[0-3]?\d)(?: {MONTH.replace('month', 'weekday_month')})?\b(?! ?h))?"
    rf"|(?P<date>\b(?:le )?(?P<number>[0-3]?\d|premier|1er) {MONTH}(?: (?P<year>20\d\d))?)"
    r"|(?P<slashed>\b(?P<d>[0-3]?\d)/(?P<m>[01]?\d)(?:/(?P<y>20\d\d))?\b)"
    r"|(?P<monthday>\ble (?P<dom>[12]\d|3[01]|[1-9])\b(?! ?(?:h|/|:|e\b|eme)))"
    r"|(?P<week>\bla (?:semaine|sem) pro\w*|cette semaine\b)"
    r"|(?P<within>\bdans (?P<count>\d+|un|une|" + NUMBER + r") (?P<unit>jours?|semaines?|mois|ans?)\b)"
    r"|(?P<soonest>\b(?:le plus (?:tot|vite) possible|des que possible|au plus (?:tot|vite)|premier creneau)\b)"
    r"|(?P<anytime>\b(?:n'importe (?:quand|quel jour)|peu importe)\b)"
    r"|(?P<earlier>\bplus tot\b)|(?P<later>\bplus tard\b)|(?P<other>\bun autre jour\b)"
)
WINDOW = re.compile(PART)
CANNOT = re.compile(
    r"[ ,]*(?:(?:je|j'|on) (?:ne )?peu\w* (?:pas|plus)|(?:ca|c'est) (?:ne )?(?:me )?(?:va )?(?:pas|impossible))"
)
NOT = re.compile(r"(?:sauf|pas|excepte|hors) (?:le |la |les )?$")


@dataclass(frozen=True)
class Piece:
    """A reading found at a place, before it is joined with its neighbours."""

    span: tuple[int, int]
    reading: Optional[Reading]
    kind: str = "time"
    problem: Optional[str] = None
    others: tuple[Reading, ...] = ()


# A reading, a second one when people understand it differently, and what is wrong with it.
Found = Tuple[Optional[Reading], Tuple[Reading, ...], Optional[str]]


def find(text: str, now: datetime) -> list[Moment]:
    """Every moment said in a text; `now` is naive local time."""
    folded = fold(text)
    pieces = sorted([*_days(folded, now), *_clocks(folded), *_windows(folded)], key=lambda p: p.span)
    return [_moment(text, folded, p) for p in _joined(folded, pieces)]


def _days(folded: str, now: datetime) -> Iterator[Piece]:
    today = now.date()
    for m in FAMILIES.finditer(folded):
        kind = next(k for k in m.groupdict() if k in HANDLED and m[k])
        found = HANDLED[kind](m, today)
        if isinstance(found, str):
            yield Piece(m.span(), None, kind=found)
        else:
            yield Piece(m.span(), found[0], problem=found[2], others=found[1])


def _on(day: date, today: date) -> Found:
    return Reading("day", first=day, last=day), (), "past" if day < today else None


def _relative(m: re.Match[str], today: date) -> Found:
    word = m["relative"].replace("-", "").replace(" ", "")
    return _on(today + timedelta(days={"demain": 1, "apresdemain": 2, "hier": -1}.get(word, 0)), today)


def _weekday(m: re.Match[str], today: date) -> Found:
    ahead = (DAYS[m["day"][:3]] - today.weekday() - 1) % 7 + 1
    near, said = today + timedelta(days=ahead), m["next"] or ""
    monday = today - timedelta(days=today.weekday())
    if m["weekday_date"]:
        month = _month(m["weekday_month"]) if m["weekday_month"] else None
        return _dated(int(m["weekday_date"]), month, None, today)
    if "sem" in said:
        return _on(monday + timedelta(days=7 + DAYS[m["day"][:3]]), today)
    if "huit" in said or "quinze" in said:
        return _on(near + timedelta(days=7 if "huit" in said else 14), today)
    if "pro" in said and near < monday + timedelta(days=7):
        later = near + timedelta(days=7)
        return Reading("day", first=near, last=near), (Reading("day", first=later, last=later),), None
    return _on(near, today)


def _month(word: str) -> int:
    return next(n for n, m in enumerate(MONTHS, 1) if word.startswith(m[:4]) or m.startswith(word[:3]))


def _dated(day: int, month: Optional[int], year: Optional[int], today: date) -> Found:
    for ahead in range(60):
        total = today.month - 1 + ahead
        y, mo = today.year + total // 12, total % 12 + 1
        if (month and mo != month) or (year and y != year):
            continue
        try:
            found = date(y, mo, day)
        except ValueError:
            if month:
                break
            continue
        if found >= today:
            return _on(found, today)
    try:
        return _on(date(year or today.year, month or today.month, day), today)
    except ValueError:
        return Reading("day"), (), "impossible"


def _date(m: re.Match[str], today: date) -> Found:
    day = 1 if m["number"] in ("premier", "1er") else int(m["number"])
    return _dated(day, _month(m["month"]), int(m["year"]) if m["year"] else None, today)


def _slashed(m: re.Match[str], today: date) -> Found:
    return _dated(int(m["d"]), int(m["m"]), int(m["y"]) if m["y"] else None, today)


def _monthday(m: re.Match[str], today: date) -> Found:
    return _dated(int(m["dom"]), None, None, today)


def _week(m: re.Match[str], today: date) -> Found:
    monday = today - timedelta(days=today.weekday()) + timedelta(days=0 if "cette" in m["week"] else 7)
    return Reading("week", first=monday, last=monday + timedelta(days=6)), (), None


def _within(m: re.Match[str], today: date) -> Found:
    count = int(m["count"]) if m["count"].isdigit() else WORDS.get(m["count"], 1)
    days = {"j": 1, "s": 7, "m": 30, "a": 365}[m["unit"][0]] * count
    if m["unit"].startswith("jour") and count in (8, 15):
        days = 7 if count == 8 else 14
    return _on(today + timedelta(days=days), today)


HANDLED: Dict[str, Callable[[re.Match[str], date], Union[str, Found]]] = {
    "relative": _relative, "weekday": _weekday, "date": _date, "slashed": _slashed, "monthday": _monthday,
    "week": _week, "within": _within, "soonest": lambda m, t: "soonest", "anytime": lambda m, t: "anytime",
    "earlier": lambda m, t: "earlier", "later": lambda m, t: "later", "other": lambda m, t: "other_day",
}  # fmt: skip


def _clocks(folded: str) -> Iterator[Piece]:
    for m in CLOCK.finditer(folded):
        if m["midi"]:
            hour, minute = (12, 0) if m["midi"] == "midi" else (0, 0)
            if "apres" in (m["about"] or "") or folded[m.end() : m.end() + 5] == " et d":
                continue
        else:
            hour = int(m["hour"]) if m["hour"] else WORDS[m["word"]]
            minute = int(m["minute"] or 0)
        total = (hour * 60 + minute + MINUTES.get(m["extra"] or "", 0)) % 1440
        at, about = time(total // 60, total % 60), (m["about"] or "").strip()
        grain = "minute" if total % 60 else "hour"
        if about in ("apres", "a partir de", "des"):
            yield Piece(m.span(), Reading("hour", since=at, open="after"))
        elif about in ("avant", "jusqu'a"):
            yield Piece(m.span(), Reading("hour", until=at, open="before"))
        else:
            late = (Reading(grain, since=time(at.hour + 12, at.minute)),) if 1 <= at.hour <= 7 else ()  # type: ignore[arg-type]
            yield Piece(m.span(), Reading(grain, since=at), others=late)  # type: ignore[arg-type]


def _windows(folded: str) -> Iterator[Piece]:
    for m in WINDOW.finditer(folded):
        if m["noon"]:
            name = m["noon"]
        else:
            part = {"matinee": "matin", "mat": "matin", "aprem": "apres-midi", "soiree": "soir"}.get(
                m["part"], m["part"]
            )
            part = "apres-midi" if part.startswith("apres") else part
            name = (m["edge"] or "") + ("matinee" if m["edge"] and part == "matin" else part)
        if name not in PARTS:
            continue
        a, b, c, d = PARTS[name]
        yield Piece(m.span(), Reading("daypart", since=time(a, b), until=time(c, d), edge=30))


JOIN = re.compile(r"[ ,]*(?:(?:a|le|la|l'|de|du|d'|dans|en|vers|plutot|ce|cet|cette|au) ?)*[ ]*")


def _joined(folded: str, pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and piece.span[0] < last.span[1]:
            continue
        between = folded[last.span[1] : piece.span[0]] if last else ""
        both = last and _together(last, piece) if last and JOIN.fullmatch(between) else None
        if both:
            joined[-1] = both
        else:
            joined.append(piece)
    return joined


def _together(a: Piece, b: Piece) -> Optional[Piece]:
    if not (a.reading and b.reading) or a.problem or b.problem:
        return None
    week, one = (a, b) if a.reading.grain == "week" else (b, a)
    if week.reading and one.reading and week.reading.grain == "week" and week.reading.first and one.reading.first:
        if one.reading.grain != "day" or one.reading.first != one.reading.last:
            return None
        on = week.reading.first + timedelta(days=one.reading.first.weekday())
        return Piece((a.span[0], b.span[1]), Reading("day", first=on, last=on))
    day, hour = (a, b) if a.reading.first else (b, a)
    if day.reading is None or hour.reading is None or not day.reading.first or hour.reading.first or day.reading.since:
        return None
    hours = (hour.reading, *hour.others)
    crossed = [replace(h, first=d.first, last=d.last) for d in (day.reading, *day.others) for h in hours]
    return Piece((a.span[0], b.span[1]), crossed[0], others=tuple(crossed[1:]))


def _moment(text: str, folded: str, piece: Piece) -> Moment:
    start, end = piece.span
    readings = (piece.reading, *piece.others) if piece.reading and piece.problem != "impossible" else ()
    role = "excluded" if NOT.search(folded[:start]) or CANNOT.match(folded[end:]) else "wanted"
    return Moment(text[start:end], piece.span, readings, role, piece.kind, piece.problem)  # type: ignore[arg-type]
