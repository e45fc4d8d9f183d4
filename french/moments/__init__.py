"""Moments: when someone wants to come, as they say it.

`normal` writes each word in one way, `dates`, `named`, `days`, `lengths`, `periods`, `hours`, `dayparts` and `wishes` are lists of small parsers, `join` puts what they
saw together (`ranges`, `bounds`, `together`), `roles` tells the wanted from the refused; here they are run, and each moment gets its problem.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import List, Optional, Tuple

from french.model import Moment, Problem, Reading
from french.moments import busy, dates, dayparts, days, hours, lengths, named, periods, roles, wishes
from french.moments.join import joined
from french.moments.normal import normal
from french.moments.piece import Parser, Piece
from french.moments.ranges import moved
from french.moments.together import crossed, past_midnight
from french.text import fold

# Where two begin at the same place the longer wins; of the same length, the first in this list.
PARSERS: Tuple[Parser, ...] = (
    *dates.PARSERS,
    *named.PARSERS,
    *days.PARSERS,
    *lengths.PARSERS,
    *periods.PARSERS,
    *hours.PARSERS,
    *dayparts.PARSERS,
    *wishes.PARSERS,
)

# A past day in a story is no wish that cannot be granted: "hier j'ai appelé".
TOLD = re.compile(
    r"\b(?:j'ai (?!rdv|rendez)|j'avais|j'etais|m'a|m'ont|avez|etait|ete|suis (?:alle|venu|passe|tombe)\w*)\b"
)
# "Bonne soirée", "rue du 11 novembre": no time at all; the bar stands where it would begin.
NO_TIME = re.compile(
    r"\b(?:(?:bonne|agreable|excellente?)(?: fin de| debut de)? \||bon \|(?:apres|week|midi|soir|debut|fin)"
    r"|vacances (?:scolaires )?(?:de |d'|de la )?\|(?:de |d'|a )?(?:la )?(?:janvier|fevrier|avril|mai|juillet|aout|octobre|novembre|decembre|noel|paques|toussaint|ete|hiver|printemps)"
    r"|(?:rue|avenue|av|boulevard|bd|bld|allees?|quai|impasse|chemin|square|(?<!au )cours|faubourg|esplanade|lycee|college|(?<!une )(?<!de )(?<!des )place) \|d[ue] |(?:habite|loge) \|(?:au|le) )"
)
OTHERWISE = re.compile(r"\b(?:mais|par contre|en revanche|plutot|sinon)\b")


def find(text: str, now: datetime) -> List[Moment]:
    """Every moment said in a text; `now` is naive local time."""
    plain = normal(fold(text))
    pieces = joined(plain.text, _seen(plain.text, plain.words, now), now)
    dated = any(p.days for p in pieces)
    found: List[Moment] = []
    for piece, (role, weekly) in zip(pieces, roles.of(plain.text, pieces), strict=True):
        start, end = plain.span(piece.start, piece.end)
        said = piece.said
        readings = () if said.problem == "impossible" else said.readings
        problem = said.problem or _past(piece, now)
        if problem == "past" and TOLD.search(plain.text):
            role = "other"
        if weekly:
            readings = busy.weekly(readings)
        if said.kind == "time" and len(readings) == 1 and _window(readings[0]) and not dated:
            readings = (*readings, past_midnight(replace(readings[0], first=now.date(), last=now.date())))
        found.append(Moment(text[start:end], (start, end), readings, role, said.kind, problem, said.away))
    found = _on_the_day_refused(plain.text, pieces, roles.both_refused(plain.text, pieces, found))
    return _without_empty_wishes(found)


def _seen(text: str, words: frozenset[str], now: datetime) -> List[Piece]:
    """What the parsers see from left to right, without overlaps."""
    waiting: List[Tuple[int, int, int, re.Match[str]]] = []
    for order, (cues, pattern, _) in enumerate(PARSERS):
        if not cues.isdisjoint(words):
            m = pattern.search(text)
            if m:
                waiting.append((m.start(), -m.end(), order, m))
    pieces: List[Piece] = []
    end = 0
    while waiting:
        start, _, order, m = best = min(waiting)
        waiting.remove(best)
        pattern, meaning = PARSERS[order][1:]
        if start < end or m.end() == start:
            following = pattern.search(text, max(end, start + 1))
        else:
            said = meaning(m, now)
            if said is not None and not (
                meaning in (dates.between, hours.window)
                and (moved(text[max(0, start - 80) : start]) or moved(text[max(0, start - 80) : start] + m[0][:3]))
            ):
                end = m.end()
                if not NO_TIME.search(f"{text[max(0, start - 30) : start]}|{m[0]}"):
                    pieces.append(Piece(start, end, said))
            following = pattern.search(text, max(end, start + 1))
        if following:
            waiting.append((following.start(), -following.end(), order, following))
    return pieces


def _window(reading: Reading) -> bool:
    """True for a window of hours without a day: "avant 16h" is of any day, or of today."""
    return not (reading.first or reading.last or reading.weekdays) and (reading.until or reading.open) is not None


def _past(piece: Piece, now: datetime) -> Optional[Problem]:
    """ "past" when nothing of what is said is still to come."""
    readings = [r for r in piece.said.readings if r.first or r.last]
    if piece.said.kind != "time" or not readings or len(readings) < len(piece.said.readings):
        return None
    for r in readings:
        if r.weekdays or r.last is None or r.last > now.date():
            return None
        until = r.until or (r.since if r.open is None and not r.across else None)
        minute = now.time().replace(second=0, microsecond=0)
        if r.last == now.date() and (until is None or until >= minute or until == time(0)):
            return None
    return "past"


def _on_the_day_refused(text: str, pieces: List[Piece], found: List[Moment]) -> List[Moment]:
    """ "mardi matin je suis pris mais l'après-midi je suis libre": the afternoon of that Tuesday."""
    for n in range(1, len(found)):
        a, b = pieces[n - 1], pieces[n]
        if (
            found[n - 1].role == "excluded"
            and found[n].role == "wanted"
            and a.days
            and a.hours
            and b.hours
            and not b.days
            and OTHERWISE.search(text[a.end : b.start])
        ):
            day = replace(a.said.readings[0], since=None, until=None, open=None, grain="day")
            found[n] = replace(found[n], readings=crossed((day,), b.said.readings).readings)
    return found


def _narrowed(found: List[Moment]) -> List[Moment]:
    """ "je finis tôt le vendredi donc vendredi après-midi": the afternoon says more than the day."""
    wanted = [m.readings[0] for m in found if m.role == "wanted" and len(m.readings) == 1]
    # "Je sors de l'hôpital lundi donc pas avant mardi": the later bound says more.
    latest = max((r.first for r in wanted if r.first and r.open == "after" and not r.last), default=None)
    timed = {(r.first, r.last) for r in wanted if r.first and r.first == r.last and (r.since or r.until)}
    return [
        m
        for m in found
        if not (
            m.role == "wanted"
            and len(m.readings) == 1
            and not (m.readings[0].since or m.readings[0].until)
            and (
                (m.readings[0].first, m.readings[0].last) in timed
                or (m.readings[0].open == "after" and not m.readings[0].last and m.readings[0].first != latest)
            )
        )
    ]


def _without_empty_wishes(found: List[Moment]) -> List[Moment]:
    """ "n'importe quel jour, mardi ou jeudi": what is wanted says more than "n'importe quel jour"."""
    if any(m.kind == "time" and m.role == "wanted" for m in found):
        found = _narrowed(found)
        return [m for m in found if m.kind != "anytime"]
    return found
