"""Pieces put together, in order: what moves a day, weeks, ranges, bounds, days with hours, corrections, unions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import List, Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments.bounds import applied, modified, modifier
from french.moments.piece import IMPOSSIBLE, WEEKDAY, Piece, Said, on
from french.moments.ranges import RANGE, ranges
from french.moments.together import TOGETHER, crossed, days_with_hours

UNION = re.compile(
    r"[ ,]*(?:(?:de preference|si possible|idealement)[ ,]+)?(?:ou|et|soit|voire|sinon|comme|/|,)(?: (?:bien|alors|sinon|encore|meme|si|possible|eventuellement|a la rigueur|peut etre|plutot|a|le|la|un|une|au|de|du|les))*[ ,]*(?:l')?"
)
CORRECTION = re.compile(
    r"[ ,.]*(?:(?:euh|heu|ah|oh|mince|zut|ben|bah|mais|et|ou|a|le|la|ce|l|pour|du|je|c'est|merci|excusez moi|desole|oups|attendez|je regarde|je verifie|laissez moi regarder) ?[,.]? ?){0,4}"
    r"(?:non(?: non)?|pardon|plutot|je veux dire|je voulais dire|enfin|finalement|en fait|rectification|je me (?:suis )?trompee?|erreur|correction)"
    r"[ ,.]*(?:(?:euh|heu|ah|non|pardon|plutot|mais|je|voulais|veux|dire|le|la|a|ce|c'est|en fait|finalement|merci|pour|au|du|enfin|mettez|ca|serait|sera|jours|disons) ?[,.]? ?){0,5}"
)
# "Ma pause, c'est-à-dire entre midi et 13h".
EXPLAINED = re.compile(r"[ ,(]*(?:c'est ?a ?dire|autrement dit|a savoir)[ ,:]*(?:le |la |de |a |l')?")
HOUR_FIRST = re.compile(r"(?:a |vers )?(?:#?\d+ ?h|midi)")
BOTH_BOUNDS = re.compile(r"[ ,]*(?:(?:et|mais|puis) ?)*[ ,]*")
WEEKS_AWAY = re.compile(r"dans (?:(?:#?\d|une) semaine|#?(?:8|15) jours)")
OF_A_WEEK = re.compile(rf"(?:le |la |en )?{WEEKDAY}|(?:debut|fin|milieu) de (?:la )?semaine")
SAME_HOUR = re.compile(r"[ ,]*(?:mais |et )?(?:a )?(?:la |cette )?meme heures?\b")
TAKEN_OUT = re.compile(r"\b(?:sauf|pas|hors|hormis|excepte|ni|a part)\b")


def joined(text: str, pieces: List[Piece], now: datetime) -> List[Piece]:
    """The moments of a text from what its parsers saw."""
    pieces = _in_their_week(text, _of_the_same_week(text, _shifted(text, pieces)))
    pieces = ranges(text, pieces, days=False, hours=True)
    pieces = ranges(text, pieces, days=True, hours=False)
    mods = [modifier(text, pieces, n) for n in range(len(pieces))]
    pieces, mods = days_with_hours(text, pieces, mods)
    pieces = [modified(text, p, m, now) for p, m in zip(pieces, mods, strict=True)]
    pieces = ranges(text, pieces, days=True, hours=True)
    return _at_the_same_hour(text, _spread(text, _bounded(text, _corrected(text, pieces))))


def _at_the_same_hour(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "mardi à 10h ou mercredi à la même heure": the hour that was said."""
    done: List[Piece] = []
    for piece in pieces:
        same = SAME_HOUR.match(text, piece.end)
        hours = next((p.said.readings for p in reversed(done) if p.hours), None) if same else None
        if same and hours and piece.days and not piece.hours:
            bare = tuple(replace(r, first=None, last=None, weekdays=()) for r in hours[:1])
            piece = Piece(piece.start, same.end(), crossed(piece.said.readings, bare))
        done.append(piece)
    return done


def _shifted(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "la veille de Noël", "trois jours après jeudi": the day that follows, moved."""
    done: List[Piece] = []
    for piece in pieces:
        before = done[-1] if done else None
        if before and before.said.shift is not None:
            done.pop()
            if piece.said.readings and text[before.end : piece.start].strip() in (
                "",
                "la",
                "le",
                "l'",
                "de",
                "du",
                "d'",
                "de la",
                "de l'",
                "des",
            ):
                piece = Piece(before.start, piece.end, _moved_by(before.said.shift, piece.said.readings))
        done.append(piece)
    return [p for p in done if p.said.shift is None]


def _moved_by(shift: relativedelta, readings: Tuple[Reading, ...]) -> Said:
    """Readings moved by a length of time, to the minute when they have an hour ("une heure avant midi")."""
    try:
        return Said(tuple(_reading_moved(shift, r) for r in readings))
    except (ValueError, OverflowError):  # before the year 1: "999 ans et 999 ans avant 1901"
        return IMPOSSIBLE


def _reading_moved(shift: relativedelta, r: Reading) -> Reading:
    if r.since is None:
        shift = relativedelta(years=shift.years, months=shift.months, days=shift.days, weekday=shift.weekday)
        return replace(r, first=r.first and r.first + shift, last=r.last and r.last + shift)
    to = datetime.combine(r.first or date(2000, 1, 1), r.since) + shift
    day = to.date() if r.first else None
    return replace(r, grain="minute", first=day, last=day, since=to.time(), until=None)


def _of_the_same_week(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "mardi ou mercredi de la semaine prochaine", "dans deux semaines, le jeudi": both are of that week."""
    done = list(pieces)
    for n in range(len(done) - 2, -1, -1):
        a, b = done[n], done[n + 1]
        if (
            WEEKS_AWAY.fullmatch(text, a.start, a.end)
            and re.fullmatch(WEEKDAY, text[b.start : b.end])
            and TOGETHER.fullmatch(text, a.end, b.start)
        ):
            day, of = b.said.readings[0].first, a.said.readings[0].first
            if day and of:
                both = on(of + timedelta(days=day.weekday() - of.weekday()))
                done[n : n + 2] = [Piece(a.start, b.end, both)]
            continue
        if (
            re.fullmatch(WEEKDAY, text[a.start : a.end])
            and re.match(rf"{WEEKDAY},? (?:de |dans )?(?:la |l')?semaine", text[b.start : b.end])
            and (UNION.fullmatch(text, a.end, b.start) or RANGE.fullmatch(text, a.end, b.start))
        ):
            day, of = a.said.readings[0].first, b.said.readings[0].first
            if day and of:
                done[n] = replace(a, said=on(of + timedelta(days=day.weekday() - of.weekday())))
    return done


def _in_their_week(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "la semaine prochaine, plutôt jeudi": the Thursday of that week; the week itself stays when a day is taken out of it."""
    week: Optional[Reading] = None
    done: List[Piece] = []
    for piece in pieces:
        one = piece.said.readings[0] if len(piece.said.readings) == 1 else None
        if one and one.grain == "week":
            week = one
        elif week and one and OF_A_WEEK.fullmatch(text, piece.start, piece.end):
            gap, follows = text[done[-1].end : piece.start], done[-1].said.readings == (week,)
            if follows and re.search(r"\bou\b", gap):
                week = None
            else:
                piece = Piece(piece.start, piece.end, Said((_moved_to(week, one),)))
                if follows and not TAKEN_OUT.search(gap):
                    start = done.pop().start if TOGETHER.fullmatch(gap) else piece.start
                    piece = replace(piece, start=start)
                    done = [p for p in done if p.said.readings != (week,)]
        done.append(piece)
    return done


def _moved_to(week: Reading, days: Reading) -> Reading:
    """The same weekdays in another week."""
    if not (week.first and days.first and days.last):
        return days
    away = week.first - days.first + timedelta(days=days.first.weekday())
    return replace(days, first=days.first + away, last=days.last + away)


def _corrected(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "mardi euh non mercredi" is Wednesday; "mardi 10h non 11h" keeps the day."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if last and EXPLAINED.fullmatch(text, last.end, piece.start) and last.hours == piece.hours:
            done[-1] = Piece(last.start, piece.end, piece.said)
            continue
        if (
            last
            and last.said.kind == piece.said.kind == "time"
            and CORRECTION.fullmatch(text, last.end, piece.start)
            and last.said.readings != piece.said.readings
            and not _denied(text, done)
        ):
            if last.days and piece.hours and not piece.days and last.hours:
                days = tuple(replace(r, since=None, until=None, open=None, grain="day") for r in last.said.readings)
                done[-1] = Piece(last.start, piece.end, crossed(days, piece.said.readings))
                continue
            bound = last.said.readings[0].open if len(last.said.readings) == 1 and not last.days else None
            if bound and piece.point and not piece.days:
                # "Après 14h, non 15h": the bound stays.
                opened = applied(piece.said.readings, "from" if bound == "after" else "before")
                done[-1] = Piece(last.start, piece.end, piece.said._replace(readings=opened))
                continue
            if last.days == piece.days or (last.hours and last.days):
                hours = tuple(replace(r, first=None, last=None) for r in last.said.readings)
                both = last.hours and last.days and piece.days and not piece.hours
                done[-1] = Piece(piece.start, piece.end, crossed(piece.said.readings, hours)) if both else piece
                continue
        done.append(piece)
    return done


def _bounded(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "pas avant 10h et avant midi": one window between both bounds."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if last and not piece.days and BOTH_BOUNDS.fullmatch(text, last.end, piece.start):
            a, b = last.said.readings[:1], piece.said.readings[:1]
            opened = a and b and a[0].open and b[0].open and a[0].open != b[0].open and not a[0].across
            if opened:
                since, until = (a[0].since, b[0].until) if a[0].open == "after" else (b[0].since, a[0].until)
                if since and until and since < until:
                    window = replace(a[0], since=since, until=until, open=None)
                    done[-1] = Piece(last.start, piece.end, Said((window,)))
                    continue
        done.append(piece)
    return done


def _denied(text: str, done: List[Piece]) -> bool:
    before = text[done[-2].end if len(done) > 1 else 0 : done[-1].start]
    return bool(re.search(r"\b(?:(?:pas|sauf|ni|jamais)(?: \w+){0,2}|(?:au lieu|a la place) (?:de|du|d')) ?$", before))


def _every_week(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "les lundis, mercredis ou vendredis": every one of them."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if (
            last
            and any(r.weekdays for r in last.said.readings)
            and (piece.point and not piece.hours)
            and UNION.fullmatch(text, last.end, piece.start)
        ):
            every = [
                replace(r, first=None, last=None, weekdays=(r.first.weekday(),))
                for r in piece.said.readings[:1]
                if r.first
            ]
            piece = replace(piece, said=piece.said._replace(readings=tuple(every)))
        done.append(piece)
    return done


def _spread(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "jeudi ou vendredi après 14h", "mardi matin ou après-midi": what one says holds for the other."""
    done = _every_week(text, pieces)
    for n in range(len(done) - 2, -1, -1):
        a, b = done[n], done[n + 1]
        if (
            not UNION.fullmatch(text, a.end, b.start)
            or not (a.said.readings and b.said.readings)
            or b.said.kind != "time"
        ):
            continue
        if (
            a.days
            and a.said.readings[0].first
            and b.said.away
            and re.search(r"\b(?:ou|sinon)\b", text[a.end : b.start])
        ):
            # "Mardi ou le lendemain": the day after that Tuesday.
            there = a.said.readings[0].first + timedelta(minutes=b.said.away)
            b = done[n + 1] = Piece(b.start, b.end, on(there))
        weekly = any(r.weekdays for r in a.said.readings)
        if weekly and b.days and b.hours and len(b.said.readings) == 1 and re.match(WEEKDAY, text[b.start : b.end]):
            # "Les mardis et jeudis après-midi": every Thursday too.
            r = b.said.readings[0]
            if r.first and r.first == r.last:
                b = replace(b, said=Said((replace(r, first=None, last=None, weekdays=(r.first.weekday(),)),)))
                done[n + 1] = b
        if (
            a.days
            and not a.hours
            and b.days
            and b.hours
            and not text[a.start : a.end].endswith("journee")
            and not any(r.open and r.first is None for r in a.said.readings)
        ):
            hours = tuple(replace(r, first=None, last=None, weekdays=()) for r in b.said.readings[:1])
            done[n] = Piece(a.start, a.end, crossed(a.said.readings, hours))
        elif a.days and a.point and b.days and not b.hours and b.point and HOUR_FIRST.match(text, a.start):
            # "Neuf heures jeudi ou vendredi".
            hours = tuple(replace(r, first=None, last=None, weekdays=()) for r in a.said.readings[:1])
            done[n + 1] = Piece(b.start, b.end, crossed(b.said.readings, hours))
        elif a.days and a.hours and b.hours and not b.days:
            days = tuple(replace(r, since=None, until=None, open=None, grain="day") for r in a.said.readings[:1])
            done[n + 1] = Piece(b.start, b.end, crossed(days, b.said.readings))
    return done
