"""Times counted from now: demain, "mardi en huit", "dans quinze jours", "la semaine prochaine", "fin mars", "ce week-end"."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments import calendar
from french.moments.dates import DAY_WORDS, MONTH_WORDS
from french.moments.piece import (
    DAY,
    IMPOSSIBLE,
    LEFT,
    LONG_YEAR,
    MONTH,
    NUM,
    SHORT_DAY,
    WEEKDAY,
    Parser,
    Said,
    days,
    number,
    on,
)

WEEKEND = (5, 6)
WORKING = (0, 1, 2, 3, 4)
NEXT = r"prochaine?|suivante?|d'apres(?! midi)|a venir|qui (?:vient|suit|arrive)"
THIS = r"ci|en cours|actuelle"
# Parts of a week, Monday is 0 (MOMENTS: "fin de semaine" is Thursday and Friday in France).
WEEK_PARTS = {"debut": (0, 1), "milieu": (2, 3), "mi": (2, 3), "fin": (3, 4)}
# Parts of a month, in days.
MONTH_PARTS = {"debut": (1, 10), "milieu": (10, 20), "mi": (10, 20), "fin": (21, 31), "courant": (1, 31)}
PART = r"(?:(?P<part>debut|milieu|mi|fin|courant) (?:de |du |d'|de la |de l'|le )?)?"


def near_day(m: re.Match[str], now: datetime) -> Said:
    """ "demain", "après-demain", "hier", "demain en huit"."""
    word, today = m["word"].replace(" ", ""), now.date()
    away = {"demain": 1, "apresdemain": 2, "surlendemain": 2, "hier": -1, "avanthier": -2}.get(word, 0)
    return on(today + timedelta(days=away + {"8": 7, "15": 14}.get((m["plus"] or "").strip("#"), 0)))


def next_day(m: re.Match[str], now: datetime) -> Said:
    """ "le lendemain", "le jour d'après", "la veille": from the day that is said after it, from today otherwise.

    "La veille" of nothing is that of the appointment or slot spoken of: earlier.
    """
    away = timedelta(days=-1 if m["before"] else -2 if m["two"] == "avant veille" else 2 if m["two"] else 1)
    if m["anchor"]:
        return Said(shift=away)
    return Said(kind="earlier") if m["before"] else on(now.date() + away)


def today_long(m: re.Match[str], now: datetime) -> Said:
    """ "dans la journée": today, unless another day is said."""
    return on(now.date())._replace(weak=True)


def now_itself(m: re.Match[str], now: datetime) -> Said:
    """ "maintenant", "tout de suite": as soon as possible."""
    at_once = Reading("minute", first=now.date(), last=now.date(), since=now.time().replace(second=0, microsecond=0))
    return Said((at_once,), kind="soonest")


def weekday(m: re.Match[str], now: datetime) -> Optional[Said]:
    """A weekday with what follows it; two readings for "prochain" said of a day of this week (MOMENTS)."""
    today = now.date()
    word = m["day"] or m["short"]
    day = calendar.weekday_number(word[:3])
    near, mod, det = calendar.nearest(day, today), m["mod"] or "", m["det"] or ""
    if det in ("tous les ", "chaque ", "un ", "les ", "n'importe quel "):
        return Said((Reading("day", weekdays=(day,)),))
    if "dernier" in mod or "passe" in mod:
        last = today - timedelta(days=(today.weekday() - day - 1) % 7 + 1)
        return Said((Reading("day", first=last, last=last),), problem="past")
    if m["weeks"]:
        return on(calendar.monday(today, number(m["weeks"])) + timedelta(days=day))
    if m["fortnight"]:
        counted = near + timedelta(days=7 if m["fortnight"].strip("#") == "8" else 14)
        # Said on the day itself, people count from today or from the next one.
        return on(counted, counted - timedelta(days=7)) if near - today == timedelta(days=7) else on(counted)
    if "cette semaine" in mod or "semaine ci" in mod or "semaine en cours" in mod:
        return on(calendar.monday(today) + timedelta(days=day))
    if "semaine" in mod or "suivant" in mod or "d'apres" in mod:
        return on(calendar.monday(today, 1) + timedelta(days=day))
    if det == "l'autre ":
        return on(near + timedelta(days=7))
    if "prochain" in mod and near < calendar.monday(today, 1):
        return on(near, near + timedelta(days=7))
    return on(near)


def this_not_that(m: re.Match[str], now: datetime) -> Said:
    """ "pas ce mardi, l'autre": the one after the nearest."""
    return on(calendar.nearest(calendar.weekday_number((m["day"] or m["day_"])[:3]), now.date()) + timedelta(days=7))


def within(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "dans quinze jours", "d'ici deux semaines", "dans une heure et demie", "sous huitaine"."""
    count, unit = number(m["count"]), m["unit"]
    to = now + _length(count, unit) + _rest(m, unit)
    if m["lead"].startswith("dans") and not m["the"] and unit[0] in "hm" and not unit.startswith("mois"):
        hour = Reading("minute", first=to.date(), last=to.date(), since=to.time().replace(second=0, microsecond=0))
        return Said((hour,))
    if m["lead"].startswith("dans") and not m["the"] and "delai" not in m["lead"]:
        first = to.date()
        return days(first, first + timedelta(days=number(m["more"]) - count)) if m["more"] else on(first)
    since = now.time().replace(second=0, microsecond=0)
    return Said((Reading("day", first=now.date(), last=to.date(), since=since, across=True),))


def fraction(m: re.Match[str], now: datetime) -> Said:
    """ "dans une demi-heure", "dans 3/4 d'heure", "dans un quart d'heure"."""
    minutes = {"1": 15, "3": 45, "un": 15, "#3": 45, "": 15}[m["quarters"] or ""] if not m["half"] else 30
    to = now + timedelta(minutes=minutes)
    return Said((Reading("minute", first=to.date(), last=to.date(), since=to.time().replace(second=0, microsecond=0)),))


def few(m: re.Match[str], now: datetime) -> Said:
    """ "sous huitaine", "dans une quinzaine", "dans quelques jours"."""
    away = {"huitaine": 7, "quinzaine": 14, "dizaine": 10}.get(m["unit"], 7)
    today = now.date()
    if m["lead"].startswith("dans une"):
        return on(today + timedelta(days=away))
    return days(today + timedelta(days=1), today + timedelta(days=away))


def coming(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "les trois prochains jours", "3 heures suivantes", "dans les prochains jours"."""
    unit = m["unit"] or m["unit_"]
    if not (m["count"] or m["det"]):
        return None
    count, today = number(m["count"]) if m["count"] else {"j": 7, "s": 4, "m": 2, "h": 3}[unit[0]], now.date()
    if unit.startswith("h"):
        since = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        until = since + timedelta(hours=count)
        return Said(
            (
                Reading(
                    "hour", first=since.date(), last=until.date(), since=since.time(), until=until.time(), across=True
                ),
            )
        )
    if unit.startswith("jours"):
        return days(today + timedelta(days=1), today + timedelta(days=count))
    if unit.startswith("semaine"):
        return days(calendar.monday(today, 1), calendar.monday(today, count + 1) - timedelta(days=1), "week")
    first = calendar.month_of(today, None, None, 1)
    return days(first, first + relativedelta(months=count, days=-1), "month")


def away(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "trois jours après" what follows, "2 semaines et 6 jours avant"; "dix jours plus tard" is from now."""
    length = (now + _length(number(m["count"]), m["unit"])) - now
    if m["count2"]:
        length = (now + _length(number(m["count"]), m["unit"]) + _length(number(m["count2"]), m["unit2"])) - now
    if m["side"] == "plus tard":
        return on((now + length).date())
    return Said(shift=-length if m["side"].startswith("avant") else length)


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
        monday = calendar.monday(today, 1)
    else:
        monday = calendar.monday(today)
    return _week_part(m["part"], monday, today)


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
    """ "ce week-end", "le week-end prochain" (this one or the next, said from Monday to Friday), "le week-end" in general."""
    today, which, det = now.date(), m["which"] or "", m["det"] or ""
    saturday = calendar.monday(today) + timedelta(days=5)
    if re.search(r"prochain", which) and today.weekday() < 5:
        return Said(
            tuple(Reading("day", first=d, last=d + timedelta(days=1)) for d in (saturday, saturday + timedelta(days=7)))
        )
    if re.search(NEXT, which):
        saturday += timedelta(
            days=7 if today.weekday() >= 5 or ("prochain" not in which and "vient" not in which) else 0
        )
    elif det in ("les ", "tous les ", "un ", "le ") and not which:
        return (
            Said((Reading("day", first=saturday, last=saturday + timedelta(days=1)),))
            if det == "le "
            else Said((Reading("day", weekdays=WEEKEND),))
        )
    return days(saturday, saturday + timedelta(days=1))


def working_days(m: re.Match[str], now: datetime) -> Said:
    """ "en semaine": Monday to Friday."""
    return Said((Reading("day", weekdays=WORKING),))


def month(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "fin mars", "début janvier 2027", "au mois de mai", "mars 2014"."""
    year = number(m["year"]) if m["year"] else None
    first = calendar.month_of(now.date(), calendar.month_number(m["month"].rstrip(".")), year)
    return _month_part(m["part"], first)


def month_in_digits(m: re.Match[str], now: datetime) -> Said:
    """ "11-2016", "2016-11"."""
    return _month_part(None, date(int(m["year"]), int(m["month"]), 1))


def this_month(m: re.Match[str], now: datetime) -> Said:
    """ "le mois prochain", "fin du mois", "dans le mois"."""
    first = calendar.month_of(now.date(), None, None, 1 if re.search(NEXT, m["which"] or "") else 0)
    found = _month_part(m["part"], first)
    # What is over of this month is meant of the next.
    over = found.readings[0].last and found.readings[0].last < now.date()
    return _month_part(m["part"], calendar.month_of(first, None, None, 1)) if over else found


def year(m: re.Match[str], now: datetime) -> Said:
    """ "l'année prochaine", "en 2027", "cette année"."""
    which = now.year + (1 if re.search(NEXT, m["which"] or "") else 0)
    said = number(m["year"]) if m["year"] else which
    return days(date(said, 1, 1), date(said, 12, 31), "month")


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
    if first + timedelta(days=length) < now.date():
        first = first.replace(year=now.year + 1)
    return days(first, first + timedelta(days=length), "month")


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


def _length(count: int, unit: str) -> relativedelta:
    """A length of time; "quinze jours" are two weeks and "huit jours" one (MOMENTS)."""
    if unit.startswith("jours"):
        return relativedelta(days={8: 7, 15: 14}.get(count, count))
    if unit.startswith("mois"):
        return relativedelta(months=count)
    if unit.startswith("trimestre"):
        return relativedelta(months=3 * count)
    if unit.startswith("an"):
        return relativedelta(years=count)
    if unit.startswith("semaine"):
        return relativedelta(weeks=count)
    if unit.startswith("quinzaine"):
        return relativedelta(weeks=2 * count)
    return relativedelta(hours=count) if unit.startswith("h") else relativedelta(minutes=count)


def _rest(m: re.Match[str], unit: str) -> relativedelta:
    if m["count2"]:
        return _length(number(m["count2"]), m["unit2"])
    if m["half"]:
        half = {
            "h": relativedelta(minutes=30),
            "j": relativedelta(hours=12),
            "a": relativedelta(months=6),
            "m": relativedelta(days=15),
        }
        return half.get(unit[0], relativedelta())
    if m["quarter"]:
        return relativedelta(minutes=15)
    if m["minutes"] and unit.startswith("h"):
        return relativedelta(minutes=number(m["minutes"]) * (-1 if m["less"] else 1))
    return relativedelta()


_UNIT = r"(?:minutes|heures|h(?![a-z])|jours|semaine|quinzaine|mois|ans?\b|annees?|trimestres?)"
_UNIT2 = _UNIT.replace("?:", "?P<unit2>", 1)
_COUNT = rf"(?P<count>{NUM})"
_WEEKS_AWAY = r"(?:dans (?:les )?(?P<weeks>#?\d|une) semaine)"
_WHICH_WEEK = (
    rf"(?:(?:de |dans |sur |a )?(?:la )?semaine (?:{NEXT})|(?:de )?(?:cette semaine|la semaine (?:en cours|ci)))"
)

# Alone, "sept" is a number more often than a month.
_FULL_MONTH = MONTH.replace(
    "sept(?:embre)?", r"septembre|sept(?= (?:19|20)\d\d)|(?<=fin )sept|(?<=debut )sept|(?<=mi )sept"
)

PARSERS: Tuple[Parser, ...] = (
    (
        frozenset(("demain", "aujourd'hui", "aujourd", "hier", "jours")),
        re.compile(
            r"\b(?P<word>apres demain|demain|aujourd'hui|avant hier|hier|ce jours(?= |$)(?! la))(?: en (?P<plus>#?8|#?15))?\b"
        ),
        near_day,
    ),
    (
        frozenset(("lendemain", "surlendemain", "veille", "jours")),
        re.compile(
            r"\b(?:le |la |au |du |des le |l')?(?:lendemain|(?P<two>surlendemain|avant veille)|(?P<before>veille|jours d'avant)|jours (?:d'apres|suivant))\b(?P<anchor> (?:de |du |d'|des )(?!mon |ma |la |ce |cette |son ))?"
        ),
        next_day,
    ),
    (frozenset(("journee",)), re.compile(r"\b(?:dans|durant|au cours de|pendant|tout(?:e)?) la journee\b"), today_long),
    (
        frozenset(("maintenant", "suite", "immediatement", "instant", "champ")),
        re.compile(
            r"\b(?:maintenant(?=\W*(?:\Z|[.,!?;]|si |svp|ou |c'est possible))|tout de suite|de suite|immediatement|a l'instant|sur le champ)\b"
        ),
        now_itself,
    ),
    (
        DAY_WORDS,
        re.compile(
            rf"{LEFT}(?P<det>ce |l'autre |tous les |chaque |n'importe quel |un |les )?(?:(?P<day>{WEEKDAY})|(?P<short>{SHORT_DAY})(?:\.|(?= (?:prochain|en #?(?:8|15)\b|matin|aprem|apres midi|soir|a #?\d|#?\d{{1,2}} ?(?:h|heures)|de la semaine))|\b(?=\W*\Z)(?<=\A...)))(?P<mod>,? (?:{_WHICH_WEEK}|{_WEEKS_AWAY}|en (?P<fortnight>#?8|#?15)\b|dernier|passe|{NEXT}))?"
        ),
        weekday,
    ),
    (
        DAY_WORDS,
        re.compile(
            rf"\b(?:pas (?:ce |le )?(?P<day>{WEEKDAY})(?: (?:la|qui vient|ci|prochain))?|(?P<day_>{WEEKDAY}),? (?:mais )?pas (?:celui(?: la| ci| qui vient)?|ce {WEEKDAY}|le prochain)),? (?:mais )?(?:plutot )?(?:l'autre|le suivant|celui d'apres|le {WEEKDAY} d'apres)(?: d'apres| encore)?"
        ),
        this_not_that,
    ),
    (
        frozenset(("heures", "h")),
        re.compile(
            r"\bdans (?:une (?P<half>demi(?:e)?) ?heures|(?P<quarters>1|3|un|#3)(?: ?/ ?4| quarts?) ?(?:d'|de )?(?:heures|h)\b)"
        ),
        fraction,
    ),
    (
        frozenset(("dans", "ici", "sous", "delai")),
        re.compile(
            rf"\b(?P<lead>dans (?:encore |environ |a peu pres )?|d'ici (?:a )?|sous (?:les )?|dans un delai (?:de |d'))(?P<the>les )?{_COUNT}(?:(?:/| ou | a )(?P<more>#?\d{{1,2}}))? ?(?P<unit>{_UNIT})(?: et (?P<count2>{NUM}) (?P<unit2>{_UNIT})| et (?P<half>demie?)| et (?P<quarter>quart)| ?(?:et )?(?P<less>moins )?(?P<minutes>#?[0-5]?\d)(?!\d| ?[h:/])(?: minutes)?)?"
        ),
        within,
    ),
    (
        frozenset(("huitaine", "quinzaine", "dizaine", "jours")),
        re.compile(
            r"\b(?P<lead>sous |dans une |d'ici une |dans la |dans |)(?P<unit>huitaine|quinzaine|dizaine|quelques jours|ces jours ci)(?: de jours)?\b"
        ),
        few,
    ),
    (
        frozenset(("prochain", "prochaine", "suivant", "suivante", "venir", "viennent", "suivent")),
        re.compile(
            rf"{LEFT}(?:dans |sur |pour |pendant )?(?P<det>les |ces )?(?:(?P<count>#?\d{{1,2}}) )?(?:prochaine?s? (?P<unit>jours|heures|semaine|mois)|(?P<unit_>jours|heures|semaine|mois) (?:suivante?s?|a venir|qui viennent|qui suivent|prochaine?s?))\b"
        ),
        coming,
    ),
    (
        frozenset(("apres", "avant", "tard")),
        re.compile(
            rf"{LEFT}{_COUNT} (?P<unit>{_UNIT})(?: et (?P<count2>{NUM}) (?P<unit2>{_UNIT}))? (?P<side>apres|avant|plus tard)\b"
        ),
        away,
    ),
    (
        frozenset(("semaine",)),
        re.compile(
            rf"\b{PART}(?:de )?(?:la |cette |ma |une )?semaine (?:(?P<which>{NEXT}|{THIS}|dernier|passee)|(?:numero )?(?P<number>#?\d\d?)(?! ?[h/:]))\b"
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
            rf"\b{PART}(?:la |cette )?(?:semaine|celle) du (?:{WEEKDAY} )?(?P<day>{DAY})(?: (?P<month>{MONTH})|/(?P<mm>\d\d?))?(?: (?P<year>{LONG_YEAR}))?(?: au (?:{WEEKDAY} )?{DAY}(?: {MONTH}|/\d\d?)?)?"
        ),
        week_of,
    ),
    (
        frozenset(("weekend", "end")),
        re.compile(
            rf"\b(?P<det>ce |le |les |tous les |un |du )?(?:weekend|week end|w end)(?: (?P<which>{NEXT}|ci))?\b"
        ),
        weekend,
    ),
    (frozenset(("semaine",)), re.compile(r"\b(?:en|jours de) semaine\b"), working_days),
    (
        MONTH_WORDS,
        re.compile(
            rf"\b{PART}(?:(?:le |au |du |en |ce |de )?mois (?:de |d'))?(?:de |d')?(?P<month>{_FULL_MONTH})(?:[ ,]{{1,2}}(?P<year>{LONG_YEAR}))?"
        ),
        month,
    ),
    (
        frozenset("#"),
        re.compile(r"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2]) ?[-/] ?(?P<year>(?:19|20)\d\d)(?![\d/.-])"),
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
            rf"\b{PART}(?:le |ce |du |au |dans le |en )?mois(?: (?P<which>{NEXT}|{THIS})|(?<=ce mois)|(?<=dans le mois)|(?<=fin du mois)|(?<=debut du mois)|(?<=milieu du mois)|(?<=mi mois)|(?<=fin de mois)|(?<=courant du mois)|(?<=debut de mois))\b"
        ),
        this_month,
    ),
    (
        frozenset(("annee", "en", "an")),
        re.compile(rf"\b(?:l'(?:annee|an) (?P<which>{NEXT})|cette annee|en (?P<year>20\d\d)(?!\d))\b"),
        year,
    ),
    (
        frozenset(("printemps", "ete", "automne", "hiver", "rentree")),
        re.compile(
            r"\b(?:cet|au|l'|cette|a la|a l'|en|le|apres la|apres l') ?(?P<season>printemps|ete|automne|hiver|rentree)\b(?<!ai ete)(?<!as ete)(?<!a ete)"
        ),
        season,
    ),
)
