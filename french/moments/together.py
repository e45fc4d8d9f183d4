"""A day and its hours as one moment, two parts of one time too: "mardi à 10h", "8h ce soir", "mardi matin de la semaine prochaine"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from itertools import product
from typing import List, Optional, Tuple

from french.model import Reading
from french.moments.bounds import Mod, applied
from french.moments.piece import MOST, Piece, Said

# What may stand between a day and its hour without parting them.
FILLER = (
    r"(?:a|au|aux|le|la|les|l|de|du|des|d|dans|en|vers|plutot|ce|cet|cette|pour|sur|autour|alentours|environs?|euh|heu|hum|ben|bah|si|possible|pile|"
    r"preference|genre|evidemment|forcement|logiquement|disons|mettons|par|exemple|et|mais|seulement|uniquement|idealement|c'est|serait|sera|soit|plus|tard|que|meme|bien|coup|coups|svp|s'il|vous|plait|un|peu|toujours|aussi|tout|toute|juste|pendant|pdt|durant|finalement)"
)
EVENING = time(18)
# "Sauf le mardi, mais après 14h" are two.
TAKEN_OUT = re.compile(
    r"\b(?:sauf|pas|hors|hormis|excepte|jamais|a part)(?: (?:le|la|les|ce|du|cette|tous|possible))* $"
)
# "Pas trop tôt, à partir de 11h" are two.
EDGE_REFUSED = re.compile(r"(?<=pas )(?:que (?:ce|ca) (?:soit|tombe) )?(?:trop|tres|si) (?:tot|tard)\b")
TOGETHER = re.compile(rf"[ ,.'(@:-]*(?:{FILLER}[ ,']*){{0,6}}")


def days_with_hours(text: str, pieces: List[Piece], mods: List[Mod]) -> Tuple[List[Piece], List[Mod]]:
    """A day and the hours said of it, in either order, as one; two parts of one time as one too ("à 8h ce soir")."""
    done: List[Piece] = []
    kept: List[Mod] = []
    for piece, mod in zip(pieces, mods, strict=True):
        last = done[-1] if done else None
        apart = last and (EDGE_REFUSED.match(text, last.start) or EDGE_REFUSED.match(text, piece.start))
        if last and not apart and TOGETHER.fullmatch(text, max(last.end, kept[-1][2]), max(last.end, mod[1])):
            gap = text[last.end : piece.start]
            # "Mardi mais le matin" is one; "le matin mais le jeudi je ne peux pas" is two.
            both = (
                None
                if (last.hours and not last.days and " mais " in gap)
                or (("," in gap or " mais " in gap) and TAKEN_OUT.search(text, max(0, last.start - 30), last.start))
                else _both(last, kept[-1], piece, mod, to=" a " in gap)
            )
            if both:
                done[-1], kept[-1] = both
                continue
        done.append(piece)
        kept.append(mod)
    return done, kept


def _both(a: Piece, a_mod: Mod, b: Piece, b_mod: Mod, *, to: bool) -> Optional[Tuple[Piece, Mod]]:
    """Two pieces as one, None when they are two; `to`: "du 3 à la semaine suivante" goes from one to the other."""
    start, end = min(a.start, a_mod[1]), max(b.end, b_mod[2])
    if a.said.problem == "impossible" and b.hours and not b.days:
        return Piece(start, end, a.said), ("", start, end)
    if a.said.problem or b.said.problem or not all(p.said.kind == "time" or p.said.kind == "anytime" for p in (a, b)):
        return None
    if a.said.kind == "anytime":
        return (Piece(start, end, b.said), (b_mod[0], start, end)) if b.said.readings else None
    if b.said.kind == "anytime" or not (a.said.readings and b.said.readings):
        return None
    if a.days and not a.hours and b.days and not b.hours:
        narrowed = None if to else _narrowed(a, b) or _narrowed(b, a)
        return (Piece(start, end, narrowed), (a_mod[0] or b_mod[0], start, end)) if narrowed else None
    if a.days and b.days and a.hours != b.hours:
        said = None if to else _in_that_week(*((a, b) if b.hours else (b, a)))
        return (Piece(start, end, said), ("", start, end)) if said and not (a_mod[0] or b_mod[0]) else None
    if a.hours and b.hours and not (a.days and b.days):
        said = _hours_agreed(a, b, a_mod[0] or b_mod[0])
        return (Piece(start, end, said), ("", start, end)) if said and not (a_mod[0] and b_mod[0]) else None
    day, day_mod, hour, hour_mod = (a, a_mod, b, b_mod) if a.days and not a.hours else (b, b_mod, a, a_mod)
    if not (day.days and not day.hours and hour.hours and not hour.days):
        return None
    if (
        day_mod[0] in ("before", "until", "from", "after", "by")
        and not hour_mod[0]
        and hour.point
        and day.point
        and a is day
    ):
        return Piece(start, end, crossed(day.said.readings, hour.said.readings)), (day_mod[0], start, end)
    if day.said.weak and not hour.point and day is a:
        # "Dans la journée entre 10h et 16h": of any day.
        return replace(hour, start=start, end=end), (hour_mod[0], start, end)
    days = applied(day.said.readings, day_mod[0])
    said = crossed(days, applied(hour.said.readings, hour_mod[0]))
    return Piece(start, end, said._replace(away=day.said.away)), ("", start, end)


def _narrowed(wide: Piece, day: Piece) -> Optional[Said]:
    """The week or month narrowed to the day said of it: "mercredi la semaine prochaine", "lundi dans le mois"."""
    if wide.said.weak:
        return day.said
    inside = wide.said.readings[0]
    one = day.said.readings[0]
    if not (inside.first and inside.last and one.first and one.first == one.last and len(wide.said.readings) == 1):
        if one.weekdays and inside.first and inside.first != inside.last:
            return Said((replace(inside, weekdays=one.weekdays),))
        return None
    if inside.grain == "week":
        return Said(
            (
                Reading(
                    "day",
                    first=inside.first + timedelta(days=one.first.weekday()),
                    last=inside.first + timedelta(days=one.first.weekday()),
                ),
            )
        )
    if inside.first == inside.last:
        # "demain mardi", "demain le 3": the same day said twice; otherwise they are two.
        return Said(wide.said.readings) if inside.first in {r.first for r in day.said.readings} else None
    return None


def _in_that_week(week: Piece, timed: Piece) -> Optional[Said]:
    """ "mardi matin de la semaine prochaine": the day moved to that week, its hours kept."""
    if [r.grain for r in week.said.readings] != ["week"]:
        return None
    bare = Reading("day", first=timed.said.readings[0].first, last=timed.said.readings[0].last)
    day = _narrowed(week, replace(timed, said=Said((bare,))))
    hours = tuple(replace(r, first=None, last=None, weekdays=()) for r in timed.said.readings)
    return crossed(day.readings, hours) if day else None


def _hours_agreed(a: Piece, b: Piece, mod: str) -> Optional[Said]:
    """An hour and a part of the day: eight with "ce soir" is 20:00; a window with an open bound is what they share."""
    hour, window = (a, b) if a.point or (a.said.readings[0].open and not b.point) else (b, a)
    part = window.said.readings[0]
    if "daypart" in (a.said.readings[0].grain, b.said.readings[0].grain) and not (a.point or b.point):
        return _window_in_part(a, b)
    if hour.point and not window.point and part.since and part.until:
        days = next((r for p in (a, b) for r in p.said.readings if r.first), None)
        if mod:
            bound = hour.said.readings[-1].since if part.since >= time(12) else hour.said.readings[0].since
            if bound and bound < part.since:
                bound = _later(bound) or bound  # "après 8h ce soir"
            if mod in ("from", "after"):
                shared = replace(
                    part, since=bound, until=part.until if bound and part.until > bound else None, open="after"
                )
            else:
                shared = replace(part, until=bound)
            return Said((replace(shared, first=days.first if days else None, last=days.last if days else None),))
        if hour.said.readings[0].since == time(0) and part.since >= EVENING:
            # "Minuit ce soir" is when the day ends.
            day = days.first + timedelta(days=1) if days and days.first else None
            return Said((replace(hour.said.readings[0], first=day, last=day),))
        hours = ((r, moment) for r in hour.said.readings for moment in (r.since, _later(r.since)))
        found = [replace(r, since=m) for r, m in hours if m and part.since <= m <= (part.until or m)]
        chosen = found[:1] or list(hour.said.readings)
        if (
            part.since >= time(12)
            and not found
            and hour.said.readings[0].since
            and hour.said.readings[0].since < time(12)
        ):
            chosen = [replace(hour.said.readings[0], since=_later(hour.said.readings[0].since))]
        return Said(
            tuple(replace(r, first=days.first if days else r.first, last=days.last if days else r.last) for r in chosen)
        )
    return None


def _window_in_part(a: Piece, b: Piece) -> Optional[Said]:
    """ "mardi après-midi de 2h à 4h", "entre 9h et 11h le matin": the window that begins in that part of the day."""
    whole, inner = (a, b) if a.said.readings[0].grain == "daypart" else (b, a)
    part, day = whole.said.readings[0], next((r for p in (a, b) for r in p.said.readings if r.first), None)
    if not (part.since and part.until):
        return None
    if inner.said.readings[0].grain == "daypart":
        return _shared(part, inner.said.readings[0], day)
    until = time.max if part.since >= EVENING else part.until
    read = [r for r in inner.said.readings if r.since and r.until]
    read += [replace(r, since=_later(r.since), until=_later(r.until)) for r in read if _later(r.until)]
    inside = [r for r in read if r.since and part.since <= r.since < until]
    days = (day.first, day.last) if day else (None, None)
    return Said((replace(inside[0], first=days[0], last=days[1]),)) if inside else None


def _shared(a: Reading, b: Reading, day: Optional[Reading]) -> Optional[Said]:
    """ "le matin de bonne heure", "ce soir après le travail": what two parts of a day have in common."""
    since, until = max(a.since or time(0), b.since or time(0)), min(a.until or time(23, 59), b.until or time(23, 59))
    if since >= until:
        return None
    days = (day.first, day.last) if day else (None, None)
    return Said((replace(a, first=days[0], last=days[1], since=since, until=until),))


def _later(hour: Optional[time]) -> Optional[time]:
    return hour.replace(hour=hour.hour + 12) if hour and hour.hour < 12 else None


def past_midnight(r: Reading) -> Reading:
    """ "jeudi de 22h à 2h" ends the day after."""
    if r.since and r.until and r.until < r.since and r.last and r.first == r.last and not r.open:
        return replace(r, last=r.last + timedelta(days=1), across=True)
    return r


def crossed(days: Tuple[Reading, ...], hours: Tuple[Reading, ...]) -> Said:
    """Each day with each hour, two readings at most: when the day is in doubt, the hour in opening hours is taken."""
    if len(days) > 1 and len(hours) > 1:
        hours = tuple(h for h in hours if h.since and time(8) <= h.since < time(20))[:1] or hours[:1]
    return Said(
        tuple(
            past_midnight(replace(h, first=d.first, last=d.last, weekdays=d.weekdays, open=h.open or d.open))
            for d, h in product(days, hours)
        )[:MOST]
    )
