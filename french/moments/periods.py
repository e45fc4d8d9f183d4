"""Weeks, week-ends, months, seasons and their parts: "la semaine du 7", "fin mars", "ce week-end"."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments import calendar
from french.moments.dates import COMING, MONTH_WORDS
from french.moments.piece import (
    DAY,
    IMPOSSIBLE,
    LEFT,
    LONG_YEAR,
    MONTH,
    NEXT,
    WEEKDAY,
    Parser,
    Said,
    days,
    number,
)

WEEKEND = (5, 6)
WORKING = (0, 1, 2, 3, 4)
THIS = r"ci|en cours|actuelle|courante?"
# Parts of a week, Monday is 0 (MOMENTS: "fin de semaine" is Thursday and Friday in France).
WEEK_PARTS = {"debut": (0, 1), "milieu": (2, 3), "mi": (2, 3), "fin": (3, 4)}
# Parts of a month, in days.
MONTH_PARTS = {"debut": (1, 10), "milieu": (10, 20), "mi": (10, 20), "fin": (21, 31), "courant": (1, 31)}
# Parts of a year, in months.
YEAR_PARTS = {"": (1, 12), "debut": (1, 3), "milieu": (5, 8), "mi": (5, 8), "fin": (10, 12), "courant": (1, 12)}
PART = r"(?:(?P<part>debut|milieu|mi|fin|courant) (?:de |du |d'|de la |de l'|le )?)?"


def week(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "la semaine prochaine", "cette semaine", "la semaine 48"."""
    today, which = now.date(), m["which"] or ""
    if m["number"]:
        if not 1 <= number(m["number"]) <= 53:
            return None
        monday = date.fromisocalendar(today.isocalendar()[0], min(number(m["number"]), 52), 1)
        if monday + timedelta(days=6) < today:
            monday = date.fromisocalendar(today.isocalendar()[0] + 1, number(m["number"]), 1)
    elif "dernier" in which or "passe" in which:
        monday = calendar.monday(today, -1)
    elif re.search(NEXT, which):
        monday = calendar.monday(today, 2 if m.groupdict().get("after") or "apres la" in which else 1)
    else:
        monday = calendar.monday(today)
        # "D'ici la fin de la semaine", said at the week-end, is of the next one.
        if m["part"] and monday + timedelta(days=WEEK_PARTS.get(m["part"], (0, 6))[1]) < today and "cette" not in m[0]:
            monday += timedelta(days=7)
    return _week_part(m["part"], monday, today)


def week_after_next(m: re.Match[str], now: datetime) -> Said:
    """ "pas la semaine prochaine, celle d'après", "ou celle d'après": the week after the next one."""
    monday = calendar.monday(now.date(), 2)
    return days(monday, monday + timedelta(days=6), "week")


def the_one_after(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "Je suis absent la semaine prochaine, on peut dire celle d'après ?"; None when no week was named before."""
    return week_after_next(m, now) if "semaine prochaine" in m.string[: m.start()] else None


def part_of_week(m: re.Match[str], now: datetime) -> Said:
    """ "en fin de semaine": of this one, or of the next when that is over."""
    today = now.date()
    first, last = (timedelta(days=d) for d in WEEK_PARTS[m["part"]])
    monday = calendar.monday(today, 0 if calendar.monday(today) + last >= today else 1)
    return days(monday + first, monday + last)


def week_of(m: re.Match[str], now: datetime) -> Said:
    """ "la semaine du 7", "la semaine du lundi 6 octobre": the week whose Monday that is, or that begins after a Sunday."""
    month = calendar.month_number(m["month"].rstrip(".")) if m["month"] else int(m["mm"]) if m["mm"] else None
    day = calendar.dated(number(m["day"]), month, number(m["year"]) if m["year"] else None, now.date())
    if day is None:
        return IMPOSSIBLE
    monday = calendar.monday(day + timedelta(days=1) if day.weekday() == 6 else day)
    return _week_part(m["part"], monday, now.date())


def weekend(m: re.Match[str], now: datetime) -> Said:
    """ "ce week-end", "le week-end prochain" (this one or the next, said from Monday to Friday), "les week-ends"."""
    today, which = now.date(), m["which"] or ""
    saturday, week = calendar.monday(today) + timedelta(days=5), timedelta(days=7)
    if m["day"]:
        month = calendar.month_number(m["month"].rstrip(".")) if m["month"] else None
        day = calendar.dated(number(m["day"]), month, None, today)
        if day is None:
            return IMPOSSIBLE
        # "Le week-end du lundi 14 juillet" ends with it.
        saturday = calendar.monday(day) + timedelta(days=5 if day.weekday() > 1 else -2)
        return days(saturday, saturday + timedelta(days=1))
    if "dernier" in which or "passe" in which:
        saturday -= week if today.weekday() < 6 else 2 * week
    elif "semaine" in which or (today.weekday() >= 5 and re.search(NEXT, which)) or re.match("suivant|d'apres", which):
        saturday += week
    elif "prochain" in which:
        return Said(tuple(Reading("day", first=d, last=d + timedelta(days=1)) for d in (saturday, saturday + week)))
    elif not which and m["det"] in ("les ", "tous les ", "un "):
        return Said((Reading("day", weekdays=WEEKEND),))
    return days(saturday, saturday + timedelta(days=1))


def working_days(m: re.Match[str], now: datetime) -> Said:
    """ "en semaine": Monday to Friday."""
    return Said((Reading("day", weekdays=WORKING),))


def month(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "fin mars", "début janvier 2027", "au mois de mai", "mars 2014"."""
    year = number(m["year"]) if m["year"] else now.year + 1 if m["coming"] else None
    first = calendar.month_of(now.date(), calendar.month_number(m["month"].rstrip(".")), year)
    if m["last"]:
        first -= relativedelta(years=1 if first.month >= now.month else 0)
        first = first.replace(year=now.year - (first.month >= now.month))
    return _month_part(m["part"], first)


def month_in_digits(m: re.Match[str], now: datetime) -> Said:
    """ "11-2016", "2016-11"."""
    return _month_part(None, date(int(m["year"]), int(m["month"]), 1))


def this_month(m: re.Match[str], now: datetime) -> Said:
    """ "le mois prochain", "fin du mois", "dans le mois"."""
    which = m["which"] or ""
    if "dernier" in which or "passe" in which:
        return _month_part(m["part"], calendar.month_of(now.date(), None, None, -1))
    first = calendar.month_of(now.date(), None, None, 1 if re.search(NEXT, which) else 0)
    found = _month_part(m["part"], first)
    # What is over of this month is meant of the next.
    over = found.readings[0].last and found.readings[0].last < now.date()
    return _month_part(m["part"], calendar.month_of(first, None, None, 1)) if over else found


def year(m: re.Match[str], now: datetime) -> Said:
    """ "l'année prochaine", "en 2027", "cette année"."""
    which = m["which"] or m["which_"] or ""
    away = 1 if re.search(NEXT, which) else -1 if "dernier" in which or "passe" in which else 0
    said = number(m["year"]) if m["year"] else now.year + away
    begin, end = YEAR_PARTS[m["part"] or ""]
    return days(date(said, begin, 1), calendar.month_end(date(said, end, 1)), "month")


def part_of_year(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "le deuxième trimestre 2027", "T2", "second semestre", "le trimestre prochain": three or six months."""
    rank, said = m["rank"] or m["rank_"] or m["rank__"], m["year"] or m["year_"]
    months = 3 if (m["what"] or m["what_"] or m["what__"] or m["what___"] or m["this"]).startswith("t") else 6
    first = date(now.year, (now.month - 1) // months * months + 1, 1)
    if rank:
        nth = 12 // months if rank == "dernier" else number(rank)
        if not 1 <= nth <= 12 // months:
            return None
        first = date(number(said) if said else now.year, (nth - 1) * months + 1, 1)
        if not said and first + relativedelta(months=months) <= now.date():
            first += relativedelta(years=1)
    else:
        which = m["which"] or ""
        first += relativedelta(months=months * (1 if re.search(NEXT, which) else -1 if "dernier" in which else 0))
    return days(first, first + relativedelta(months=months, days=-1), "month")


def season(m: re.Match[str], now: datetime) -> Said:
    """ "cet été", "à la rentrée": from its first day, the one to come."""
    starts = {
        "printemps": (3, 20, 93),
        "ete": (6, 21, 93),
        "automne": (9, 22, 90),
        "hiver": (12, 21, 89),
        "rentree": (9, 1, 30),
    }
    begin_month, begin_day, length = starts[m["season"]]
    first = date(now.year, begin_month, begin_day)
    if m["last"]:
        first = first.replace(year=now.year - (first + timedelta(days=length) >= now.date()))
    elif first + timedelta(days=0 if m["next"] else length) < now.date():
        first = first.replace(year=now.year + 1)
    begin, end = {"debut": (0, 1), "milieu": (1, 2), "mi": (1, 2), "fin": (2, 3)}.get(m["part"] or "", (0, 3))
    return days(first + timedelta(days=length * begin // 3), first + timedelta(days=length * end // 3), "month")


def _week_part(part: Optional[str], monday: date, today: date) -> Said:
    if part:
        first, last = WEEK_PARTS.get(part, (0, 6))
        return days(monday + timedelta(days=first), monday + timedelta(days=last))
    return days(monday, monday + timedelta(days=6), "week")


def _month_part(part: Optional[str], first: date) -> Said:
    if not part:
        return days(first, calendar.month_end(first), "month")
    begin, end = MONTH_PARTS[part]
    last = calendar.month_end(first)
    return days(first.replace(day=begin), min(first.replace(day=min(end, last.day)), last))


# Alone, "sept" is a number more often than a month.
_FULL_MONTH = MONTH.replace(
    "sept(?:embre)?", r"septembre|sept(?=\.? (?:19|20)\d\d)|(?<=fin )sept|(?<=debut )sept|(?<=mi )sept"
)

PARSERS: Tuple[Parser, ...] = (
    (
        frozenset(("semaine",)),
        re.compile(
            r"\bpas (?:la |cette )?(?:semaine prochaine|prochaine semaine),? (?:mais )?(?:plutot )?(?:celle (?:d'apres|qui suit|encore apres)|la suivante|l'autre|la semaine (?:d'apres|suivante|qui suit))"
            r"|(?<=semaine prochaine ou )(?:celle|la semaine) (?:d'apres|qui suit|suivante)|(?<=semaine prochaine ou )la suivante"
        ),
        week_after_next,
    ),
    (frozenset(("celle",)), re.compile(r"\bcelle d'apres\b"), the_one_after),
    (
        frozenset(("semaine",)),
        re.compile(rf"\b{PART}(?:la )?(?P<which>prochaine) semaine\b(?P<number>)"),
        week,
    ),
    (
        frozenset(("semaine",)),
        re.compile(
            rf"\b{PART}(?:de )?(?:la |cette |ma |une )?semaine (?:(?P<which>{NEXT}|apres la prochaine|{THIS}|dernier|passee)(?P<after>,? (?:mais |enfin |non |plutot |pas celle la |euh |,)*(?:la|celle) (?:d'apres|suivante|qui suit|encore apres))?|(?:numero )?(?P<number>#?\d\d?)(?! ?[h/:]))\b"
        ),
        week,
    ),
    (
        frozenset(("semaine",)),
        re.compile(
            rf"\b{PART}(?:cette|dans la|(?<=debut de )la|(?<=fin de )la|(?<=milieu de )la|durant la|courant de la) semaine\b(?P<which>)(?P<number>)(?! (?:{NEXT}|du|de\b))"
        ),
        week,
    ),
    (
        frozenset(("semaine",)),
        re.compile(rf"\b(?P<part>debut|milieu|mi|fin) (?:de )?(?:la )?semaine\b(?! (?:{NEXT}|du))"),
        part_of_week,
    ),
    (
        frozenset(("semaine",)),
        re.compile(
            rf"\b{PART}(?:la |cette )?(?:semaine|celle) (?:du|(?:qui )?commenc(?:e|ant)(?: le| au)?|a partir du) (?:{WEEKDAY} )?(?P<day>{DAY})(?: (?P<month>{MONTH})|/(?P<mm>\d\d?))?(?: (?P<year>{LONG_YEAR}))?(?: au (?:{WEEKDAY} )?{DAY}(?: {MONTH}|/\d\d?)?)?"
        ),
        week_of,
    ),
    (
        frozenset(("weekend", "end")),
        re.compile(
            rf"\b(?P<det>ce |le |les |tous les |un |du )?(?:weekend|week end|w end)(?: (?P<which>{NEXT}|dernier|passe|ci|(?:de )?la semaine (?:{NEXT}))| du (?P<day>{DAY})(?: (?P<month>{MONTH}))?)?(?!\w)"
        ),
        weekend,
    ),
    (frozenset(("semaine",)), re.compile(r"\b(?:en|jours de) semaine\b(?! (?:numero )?#?\d)"), working_days),
    (
        MONTH_WORDS,
        re.compile(
            rf"\b{PART}(?:(?:le |au |du |en |ce |de )?mois (?:de |d'))?(?:de |d')?(?P<month>{_FULL_MONTH})(?:(?:[ ,/-]{{1,2}}| de (?:l'annee )?)(?P<year>{LONG_YEAR})|(?P<coming>{COMING})|(?P<last> (?:dernier|passe)\b(?! (?:jours|semaine))))?"
        ),
        month,
    ),
    (
        MONTH_WORDS,
        re.compile(
            rf"(?<![\d/.-])(?P<year>(?:19|20)\d\d)[ /-](?P<month>{_FULL_MONTH})(?! ?-?\d)(?P<part>)(?P<coming>)(?P<last>)"
        ),
        month,
    ),
    (
        frozenset("#"),
        re.compile(r"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2])(?: ?[-/] ?|\.)(?P<year>(?:19|20)\d\d)(?![\d/.-])"),
        month_in_digits,
    ),
    (
        frozenset("#"),
        re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d\d) ?[-/] ?(?P<month>0?[1-9]|1[0-2])(?![\d/.-])"),
        month_in_digits,
    ),
    (
        frozenset(("mois",)),
        re.compile(
            rf"\b{PART}(?:le |ce |du |au |dans le |en )?mois(?: (?P<which>{NEXT}|{THIS}|dernier|passee?)|(?<=ce mois)|(?<=dans le mois)|(?<=fin du mois)|(?<=debut du mois)|(?<=milieu du mois)|(?<=mi mois)|(?<=fin de mois)|(?<=courant du mois)|(?<=debut de mois))\b"
        ),
        this_month,
    ),
    (
        frozenset("#"),
        re.compile(
            r"(?:\b(?:en|la|pour|sur|courant|des) |\A\W*)s(?:em)?(?P<number>[1-5]?\d)(?P<part>)(?P<which>)(?=\W*\Z| )"
        ),
        week,
    ),
    (
        frozenset(("annee", "en", "an", "debut", "mi", "fin", "courant", "depuis")),
        re.compile(
            rf"\b{PART}(?:l'(?:annee|an) (?P<which>{NEXT}|dernier|passee?)|annee (?P<which_>prochaine)|cette annee|(?:(?<=debut de )l'|(?<=fin de )l'|(?<=milieu de )l'|(?<=debut d')|(?<=fin d'))annee(?! (?:{NEXT}|dernier|passee|20))|(?:en |l'annee |annee |(?<=depuis )|(?<=debut )|(?<=fin )|(?<=mi )|(?<=courant ))(?P<year>20\d\d)(?!\d))\b"
        ),
        year,
    ),
    (
        frozenset(("trimestre", "semestre", "t", "s")),
        re.compile(
            rf"{LEFT}(?:(?:le |au |du |ce |l'|en )?(?:(?P<rank>\d{{1,2}}e|dernier) (?P<what>trimestre|semestre)s?\b(?: (?:de )?(?:l'annee )?(?P<year>{LONG_YEAR}))?|(?P<what_>trimestre|semestre) (?P<which>{NEXT}|dernier|en cours)|(?<=ce )(?P<this>trimestre|semestre)\b)"
            rf"|(?:(?P<what__>[ts])(?P<rank_>[1-4]) (?P<year_>{LONG_YEAR})|(?:au|du|en|le) (?P<what___>t)(?P<rank__>[1-4])\b))"
        ),
        part_of_year,
    ),
    (
        frozenset(("printemps", "ete", "automne", "hiver", "rentree")),
        re.compile(
            rf"\b{PART}(?:cet|au|l'|cette|a la|a l'|en|le|la|apres la|apres l'|(?<=d')|(?<=de )) ?(?P<season>printemps|ete|automne|hiver|rentree)\b(?:(?P<last> (?:dernier|passee?)\b)|(?P<next> (?:{NEXT})\b))?(?<!ai ete)(?<!as ete)(?<!a ete)"
        ),
        season,
    ),
)
