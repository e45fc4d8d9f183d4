"""Pieces put together: modifiers ("avant jeudi"), ranges ("de lundi à mercredi"), day and hour, unions, corrections."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import List, Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments.hours import between
from french.moments.piece import DAY, WEEKDAY, Piece, Said, on

# What may stand between a day and its hour without parting them.
FILLER = (
    r"(?:a|au|aux|le|la|les|l|de|du|des|d|dans|en|vers|plutot|ce|cet|cette|pour|sur|autour|alentours|environ|euh|heu|hum|ben|bah|si|possible|"
    r"preference|genre|disons|mettons|par|exemple|et|mais|seulement|uniquement|idealement|c'est|serait|sera|soit|plus|tard|que|meme|bien|coup|coups|svp|s'il|vous|plait|un|peu|toujours|aussi|tout|toute)"
)
TOGETHER = re.compile(rf"[ ,.'(@:-]*(?:{FILLER}[ ,']*){{0,6}}")
RANGE = re.compile(r"(?: ?[-/] ?| (?:a|au|aux|et|jusqu'a|jusqu'au|jusque|puis) (?:l'|le |la )?|jusqu'a |jusqu'au )")
PERIODS = re.compile(r" (a|au|et|jusqu'a|jusqu'en)(?: la| le)? ?")
DASH = re.compile(r" ?(?:-|/) ?")
UNION = re.compile(
    r"[ ,]*(?:ou|et|soit|voire|sinon|comme|/|,)(?: (?:bien|alors|sinon|encore|meme|si|possible|eventuellement|a la rigueur|peut etre|plutot|a|le|la|un|une|au|de|du|les))*[ ,]*(?:l')?"
)
CORRECTION = re.compile(
    r"[ ,.]*(?:(?:euh|heu|ah|oh|ben|bah|mais|et|ou|a|le|la|ce|l|pour|du|je|c'est|merci|excusez moi|desole|oups|attendez) ?[,.]? ?){0,4}"
    r"(?:non(?: non)?|pardon|plutot|je veux dire|je voulais dire|enfin|finalement|en fait|rectification|je me trompe|erreur|correction)"
    r"[ ,.]*(?:(?:euh|heu|ah|non|pardon|plutot|mais|je|voulais|veux|dire|le|la|a|ce|c'est|en fait|finalement|merci|pour|au|du|enfin|mettez|ca|serait|sera|jours|disons) ?[,.]? ?){0,5}"
)
# Whoever finishes at 17:00 can come from then on, whoever begins at 14:00 until then.
WORKING = r"je (?:finis|sors|termine|debauche|quitte)|(?:je |j')(?:travaille?|bosse|suis au travail|ai cours) jusqu'a|je (?:commence|embauche|reprends|prends mon poste)"
MODIFIER = re.compile(
    rf"\b(?P<mod>{WORKING}|pas avant|pas plus tot qu[e']|au plus tot|a partir|a compter|a dater|depuis|des|pas apres|pas plus tard qu[e']|au plus tard|plus tard qu[e']|avant la fin|avant|"
    r"d'ici(?: a)?|jusqu'a|jusqu'au|jusqu'en|jusque|apres|passee?(?= ?$))"
    r"(?: ?(?:de|du|d'|le|la|les|l'|a|au|des|vers|mon|ce|travail|que))* ?$"
)
MEANING = {
    "je commence": "before", "je embauche": "before", "je reprends": "before", "je prends": "before", "je ": "from", "j'ai": "from",
    "pas avant": "from", "pas plus tot": "from", "au plus tot": "from", "a partir": "from", "a compter": "from", "a dater": "from",
    "depuis": "since", "des": "from", "pas apres": "until", "pas plus tard": "until", "au plus tard": "until", "plus tard": "after",
    "avant la fin": "until", "avant": "before", "d'ici": "by", "jusqu": "until", "apres": "after", "passe": "after",
}  # fmt: skip
# "10h au plus tard", "lundi minimum".
AFTERWARDS = re.compile(
    r",? (?:(?P<until>au plus tard(?! (?:a|vers) )|max(?:imum)?|grand maximum|dernier delai)|(?P<from>au plus tot|mini(?:mum)?|(?:(?:et|ou) apres|et au dela|et plus)(?=\W*(?:\Z|[.,;!?]|si |svp|merci))))\b"
)
MOST = 2
OF_A_WEEK = re.compile(rf"(?:le |la |en )?{WEEKDAY}|(?:debut|fin|milieu) de (?:la )?semaine")
TAKEN_OUT = re.compile(r"\b(?:sauf|pas|hors|hormis|excepte|ni|a part)\b")
# An appointment that they hold, and what is done to it.
HELD = r"(?:rendez vous|rdv|rv|entretien|visite|celui|celle|appel|creneau)(?: (?:telephonique|physique|deja|pris|chez vous|initial\w*|avec \w+|pour \w+|de mon \w+))*"
OF_HELD = re.compile(
    rf"\b(?:mon|ma|mes|le|la|ce|cet|l'|notre|du|au) ?{HELD}(?: (?:prevue?|fixee?|programmee?))? (?:de |du |d'|des )?(?:l'|la |le )?$"
)
MOVED = re.compile(
    r"\b(?:decal|deplac|boug|report|repouss|avanc|recul|chang|modif|transfer|pass|bascul)\w*(?: \w+){0,4} (?:de |du |d')?(?:l'|la |le )?$"
)


def joined(text: str, pieces: List[Piece], now: datetime) -> List[Piece]:
    """The moments of a text from what its parsers saw."""
    pieces = _in_their_week(text, _of_the_same_week(text, _shifted(text, pieces)))
    pieces = _ranges(text, pieces, days=False, hours=True)
    pieces = _ranges(text, pieces, days=True, hours=False)
    mods = [_modifier(text, pieces, n) for n in range(len(pieces))]
    pieces, mods = _days_with_hours(text, pieces, mods)
    pieces = [_modified(text, p, m, now) for p, m in zip(pieces, mods, strict=True)]
    pieces = _ranges(text, pieces, days=True, hours=True)
    return _spread(text, _corrected(text, pieces))


def moved(before: str) -> bool:
    """True when what follows is from one time to another: "mon rdv [de lundi à mercredi]", "décaler [du 3 au 5]"."""
    return bool(OF_HELD.search(before) or MOVED.search(before))


def _gap(text: str, pieces: List[Piece], n: int) -> str:
    return text[pieces[n - 1].end if n else 0 : pieces[n].start]


def _shifted(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "la veille de Noël", "trois jours après jeudi": the day that follows, moved."""
    done: List[Piece] = []
    for piece in pieces:
        before = done[-1] if done else None
        if before and before.said.shift is not None:
            done.pop()
            if piece.days and text[before.end : piece.start].strip() in ("", "la", "le", "l'"):
                moved = tuple(
                    replace(
                        r, first=r.first and r.first + before.said.shift, last=r.last and r.last + before.said.shift
                    )
                    for r in piece.said.readings
                )
                piece = Piece(before.start, piece.end, piece.said._replace(readings=moved))
        done.append(piece)
    return [p for p in done if p.said.shift is None]


def _of_the_same_week(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "mardi ou mercredi de la semaine prochaine", "de lundi à jeudi la semaine prochaine": both are of that week."""
    done = list(pieces)
    for n in range(len(done) - 2, -1, -1):
        a, b = done[n], done[n + 1]
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


def _ranges(text: str, pieces: List[Piece], *, days: bool, hours: bool) -> List[Piece]:
    """ "de 9h à 11h" (`hours`), "du lundi au jeudi" (`days`), "de lundi 14h à mercredi 10h" (both)."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        kind = (days, hours)
        if days and last and _periods(text, last, piece):
            done[-1] = _period_range(text, last, piece)
            continue
        if last and last.point and piece.point and (last.days, last.hours) == (piece.days, piece.hours) == kind:
            link = text[last.end : piece.start + (3 if text.startswith("au ", piece.start) else 0)]
            before = text[done[-2].end if len(done) > 1 else 0 : last.start]
            lead = re.search(r"\b(?:(entre|de|du|des|d)[ '])(?:le |la |l')?$", before)
            wanted = RANGE.fullmatch(link) and (" et" not in link or (lead and lead[1] == "entre"))
            if wanted and not last.said.problem and not moved(before):
                both = _day_range(last, piece, dash=bool(DASH.fullmatch(link))) if days else _hour_range(last, piece)
                if both:
                    start = last.start - (len(lead[0]) if lead else 0)
                    done[-1] = Piece(start, piece.end, both)
                    continue
        done.append(piece)
    return done


def _periods(text: str, last: Piece, piece: Piece) -> bool:
    """True for two weeks or months with what makes a range of them: "entre décembre et février"."""
    link = PERIODS.fullmatch(text, last.end, piece.start)
    both = all(len(p.said.readings) == 1 and p.said.readings[0].grain in ("week", "month") for p in (last, piece))
    return both and link is not None and (link[1] != "et" or text[: last.start].endswith("entre "))


def _period_range(text: str, first: Piece, last: Piece) -> Piece:
    a, b = first.said.readings[0], last.said.readings[0]
    return Piece(first.start, last.end, Said((replace(a, last=b.last, grain="day"),)))


def _hour_range(first: Piece, last: Piece) -> Optional[Said]:
    since, until = (_minutes(p.said.readings[0].since) for p in (first, last))
    return between(since, until or 1440)


def _minutes(hour: Optional[time]) -> int:
    return hour.hour * 60 + hour.minute if hour else 0


def _day_range(first: Piece, last: Piece, *, dash: bool) -> Optional[Said]:
    a, b = first.said.readings[0], last.said.readings[0]
    if not (a.first and b.first):
        return None
    end = b.first
    while end < a.first and a.first - end < timedelta(days=7):
        end += timedelta(days=7)
    if end < a.first or (dash and end == a.first):
        return None
    if a.since and b.since:
        return Said((replace(a, last=end, until=b.since, across=True),))
    return Said((replace(a, first=a.first, last=end, since=None, until=None),))


def _modifier(text: str, pieces: List[Piece], n: int) -> Tuple[str, int, int]:
    """What "avant", "à partir de" make of a piece, and where the piece begins and ends with them."""
    piece = pieces[n]
    after = AFTERWARDS.match(text, piece.end)
    if after and piece.said.readings:
        return "until" if after["until"] else "from", piece.start, after.end()
    gap = _gap(text, pieces, n)
    m = MODIFIER.search(gap[-40:])
    if m and m["mod"] == "avant" and text.startswith("fin ", piece.start):
        return "until", piece.start - (len(gap[-40:]) - m.start()), piece.end
    if m is None or not piece.said.readings or piece.said.kind != "time":
        return "", piece.start, piece.end
    meaning = next(v for k, v in MEANING.items() if m["mod"].startswith(k))
    return meaning, piece.start - (len(gap[-40:]) - m.start()), piece.end


Mod = Tuple[str, int, int]


def _days_with_hours(text: str, pieces: List[Piece], mods: List[Mod]) -> Tuple[List[Piece], List[Mod]]:
    """A day and the hours said of it, in either order, as one; two parts of one time as one too ("à 8h ce soir")."""
    done: List[Piece] = []
    kept: List[Mod] = []
    for piece, mod in zip(pieces, mods, strict=True):
        last = done[-1] if done else None
        if last and TOGETHER.fullmatch(text, max(last.end, kept[-1][2]), max(last.end, mod[1])):
            both = _both(last, kept[-1], piece, mod, to=" a " in text[last.end : piece.start])
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
        return Piece(start, end, _crossed(day.said.readings, hour.said.readings)), (day_mod[0], start, end)
    days = _apply(day.said.readings, day_mod[0])
    crossed = _crossed(days, _apply(hour.said.readings, hour_mod[0]))
    return Piece(start, end, crossed._replace(away=day.said.away)), ("", start, end)


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
    return _crossed(day.readings, hours) if day else None


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
            if mod in ("from", "after"):
                shared = replace(
                    part, since=bound, until=part.until if bound and part.until > bound else None, open="after"
                )
            else:
                shared = replace(part, until=bound)
            return Said((replace(shared, first=days.first if days else None, last=days.last if days else None),))
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
    if not (part.since and part.until) or inner.said.readings[0].grain == "daypart":
        return None
    inside = [r for r in inner.said.readings if r.since and r.until and part.since <= r.since < part.until]
    days = (day.first, day.last) if day else (None, None)
    return Said((replace(inside[0], first=days[0], last=days[1]),)) if inside else None


def _later(hour: Optional[time]) -> Optional[time]:
    return hour.replace(hour=hour.hour + 12) if hour and hour.hour < 12 else None


def _crossed(days: Tuple[Reading, ...], hours: Tuple[Reading, ...]) -> Said:
    """Each day with each hour, two readings at most: when the day is in doubt, the hour in opening hours is taken."""
    if len(days) > 1 and len(hours) > 1:
        hours = tuple(h for h in hours if h.since and time(8) <= h.since < time(20))[:1] or hours[:1]
    return Said(
        tuple(
            replace(h, first=d.first, last=d.last, weekdays=d.weekdays, open=h.open or d.open)
            for d, h in product(days, hours)
        )[:MOST]
    )


def _apply(readings: Tuple[Reading, ...], mod: str) -> Tuple[Reading, ...]:
    """Readings opened on one side; what follows a day begins after it, or with it for those who say so."""
    found: List[Reading] = []
    for r in readings:
        if not mod or r.open:
            found.append(r)
        elif r.first is None and r.since is not None:
            found.append(_open_hours(r, mod))
        elif r.first is not None and r.last is not None:
            found.extend(_open_days(r, mod))
        else:
            found.append(r)
    return tuple(found)


def _open_hours(r: Reading, mod: str) -> Reading:
    if mod in ("from", "after", "since"):
        bound = r.until if mod == "after" and r.until else r.since
        return replace(r, grain="hour", since=bound, until=None, open="after")
    return replace(r, grain="hour", since=None, until=r.until if mod == "until" and r.until else r.since, open="before")


def _open_days(r: Reading, mod: str) -> List[Reading]:
    assert r.first is not None and r.last is not None  # noqa: S101 - its only caller saw to it
    if r.since is not None:
        if mod in ("from", "after"):
            return [replace(r, last=None, until=None, open="after", across=True)]
        return [replace(r, first=None, since=None, until=r.until or r.since, open="before", across=True)]
    if mod == "from":
        return [replace(r, last=None, open="after")]
    if mod == "after":
        return [
            replace(r, first=r.last + timedelta(days=1), last=None, open="after"),
            replace(r, last=None, open="after"),
        ]
    if mod == "before":
        return [replace(r, first=None, last=r.first - timedelta(days=1), open="before")]
    return [replace(r, first=None, open="before")]


def _modified(text: str, piece: Piece, mod: Mod, now: datetime) -> Piece:
    said = piece.said
    if mod[0] == "since" and said.readings[0].first:
        first = _last_one(said.readings[0].first, text[piece.start : piece.end], now.date())
        return Piece(mod[1], mod[2], Said((replace(said.readings[0], first=first, last=None, open="after"),)))
    if mod[0] == "by" and piece.days:
        since = now.time().replace(second=0, microsecond=0)
        until = [replace(r, first=now.date(), since=since, until=r.since, across=True) for r in said.readings if r.last]
        return Piece(mod[1], mod[2], said._replace(readings=tuple(until)))
    readings = _apply(said.readings, mod[0])
    if mod[0] == "after" and len(said.readings) > 1:
        readings = readings[::2]
    return Piece(min(mod[1], piece.start), max(mod[2], piece.end), said._replace(readings=readings[:MOST]))


def _last_one(day: date, said: str, today: date) -> date:
    """The last time that a day came, not the next: "depuis lundi", "depuis le 3", "depuis le 20 août"."""
    if day <= today:
        return day
    if re.match(WEEKDAY, said):
        return day - timedelta(days=7)
    return day - (relativedelta(months=1) if re.fullmatch(rf"(?:le )?{DAY}", said) else relativedelta(years=1))


def _corrected(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "mardi euh non mercredi" is Wednesday; "mardi 10h non 11h" keeps the day."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if (
            last
            and last.said.kind == piece.said.kind == "time"
            and CORRECTION.fullmatch(text, last.end, piece.start)
            and not _denied(text, done)
        ):
            if last.days and piece.hours and not piece.days and last.hours:
                days = tuple(replace(r, since=None, until=None, open=None, grain="day") for r in last.said.readings)
                done[-1] = Piece(last.start, piece.end, _crossed(days, piece.said.readings))
                continue
            if last.days == piece.days or (last.hours and last.days):
                hours = tuple(replace(r, first=None, last=None) for r in last.said.readings)
                both = last.hours and last.days and piece.days and not piece.hours
                done[-1] = Piece(piece.start, piece.end, _crossed(piece.said.readings, hours)) if both else piece
                continue
        done.append(piece)
    return done


def _denied(text: str, done: List[Piece]) -> bool:
    before = text[done[-2].end if len(done) > 1 else 0 : done[-1].start]
    return bool(re.search(r"\b(?:pas|sauf|ni|jamais)(?: \w+){0,2} $", before))


def _spread(text: str, pieces: List[Piece]) -> List[Piece]:
    """ "jeudi ou vendredi après 14h", "mardi matin ou après-midi": what one says holds for the other."""
    done = list(pieces)
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
            and not a.hours
            and b.days
            and b.hours
            and not any(r.open and r.first is None for r in a.said.readings)
        ):
            hours = tuple(replace(r, first=None, last=None, weekdays=()) for r in b.said.readings[:1])
            done[n] = Piece(a.start, a.end, _crossed(a.said.readings, hours))
        elif any(r.weekdays for r in a.said.readings) and b.point and not b.hours:
            every = tuple(
                replace(r, first=None, last=None, weekdays=(r.first.weekday(),)) for r in b.said.readings[:1] if r.first
            )
            done[n + 1] = Piece(b.start, b.end, b.said._replace(readings=every))
        elif a.days and a.hours and b.hours and not b.days:
            days = tuple(replace(r, since=None, until=None, open=None, grain="day") for r in a.said.readings[:1])
            done[n + 1] = Piece(b.start, b.end, _crossed(days, b.said.readings))
    return done
