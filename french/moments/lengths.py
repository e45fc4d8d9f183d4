"""Lengths of time: "dans quinze jours", "d'ici deux semaines", "trois jours après", "décaler d'une semaine"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments import calendar
from french.moments.piece import (
    LEFT,
    NUM,
    Parser,
    Said,
    days,
    number,
    on,
)

# Units of less than a day.
SHORT = re.compile(r"sec|min|h|demi|quart")
ENDS = re.compile(r"\W*\Z")
PUT_OFF = re.compile(r"\b(?:decal|repouss|report|recul|avanc|deplac|boug|retard)\w*")


def within(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "dans quinze jours", "d'ici deux semaines", "dans une heure et demie", "sous huitaine"."""
    count, unit = number(m["count"]), m["unit"]
    to = now + _length(count, unit) + _rest(m, unit)
    if unit.startswith("jours ouvr"):
        to = _working_day(now, count, 6 if "ouvrable" in unit else 5)
    if m["lead"].startswith("pas avant"):
        # "Pas avant 10h" is an hour.
        return None if SHORT.match(unit) else Said((Reading("day", first=to.date(), open="after"),))
    if (
        m["lead"].startswith("dans")
        and not m["the"]
        and (SHORT.match(unit) or (m["unit2"] and SHORT.match(m["unit2"])))
    ):
        return Said((_instant(to),))
    if m["lead"].startswith("dans") and not m["the"] and "delai" not in m["lead"]:
        first = to.date()
        return days(first, max(first, (now + _length(number(m["more"]), unit)).date())) if m["more"] else on(first)
    soon = replace(_instant(now), grain="day", last=to.date(), across=True)
    return Said((replace(soon, until=_instant(to).since) if SHORT.match(unit) else soon,))


def ago(m: re.Match[str], now: datetime) -> Said:
    """ "il y a trois jours", "ça fait deux heures": what is past, to the day or to the minute."""
    count, unit = number(m["count"]), m["unit"]
    then = now - _length(count, unit) - _rest(m, unit)
    return Said((_instant(then),)) if SHORT.match(unit) else on(then.date())


def last_ones(m: re.Match[str], now: datetime) -> Said:
    """ "les cinq derniers jours", "les deux dernières semaines": up to yesterday, the last whole weeks or months."""
    count, today = number(m["count"]), now.date()
    if m["unit"].startswith("jours"):
        return days(today - timedelta(days=count), today - timedelta(days=1))
    if m["unit"].startswith("semaine"):
        return days(calendar.monday(today, -count), calendar.monday(today) - timedelta(days=1), "week")
    first = calendar.month_of(today, None, None)
    if m["unit"].startswith("mois"):
        return days(first - relativedelta(months=count), first - timedelta(days=1), "month")
    first = first.replace(month=1)
    return days(first - relativedelta(years=count), first - timedelta(days=1), "month")


def fraction(m: re.Match[str], now: datetime) -> Said:
    """ "dans une demi-heure", "dans 3/4 d'heure", "dans un quart d'heure"."""
    minutes = {"1": 15, "3": 45, "un": 15, "#3": 45, "": 15}[m["quarters"] or ""] if not m["half"] else 30
    away = timedelta(minutes=minutes)
    return Said((_instant(now - away if m["past"] else now + away),))


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
    said = m["count"] or m["after"] or ("1" if m["one"] else None)
    if not (said or m["det"]):
        return None
    count, today = (
        number(said) if said else MANY[unit[:3]],
        now.date(),
    )
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
    if unit in ("secondes", "minutes"):
        until = now.replace(second=0, microsecond=0) + timedelta(minutes=count if unit == "minutes" else 1)
        return Said(
            (
                replace(
                    _instant(now + timedelta(minutes=unit == "minutes")),
                    last=until.date(),
                    until=until.time(),
                    across=True,
                ),
            )
        )
    if unit.startswith("jours"):
        return days(today + timedelta(days=1), today + timedelta(days=count))
    if unit.startswith("semaine"):
        return days(calendar.monday(today, 1), calendar.monday(today, count + 1) - timedelta(days=1), "week")
    first = calendar.month_of(today, None, None, 1)
    if unit.startswith("an"):
        first = date(today.year + 1, 1, 1)
        return days(first, first + relativedelta(years=count, days=-1), "month")
    return days(first, first + relativedelta(months=count, days=-1), "month")


def away(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "trois jours après" what follows, "2 semaines et 6 jours avant"; "dix jours plus tard" is from now."""
    more = _length(number(m["count"]), m["unit"])
    if m["count2"]:
        more += _length(number(m["count2"]), m["unit2"])
    length = (now + more) - now
    if m["side"] == "plus tot":
        return Said(kind="earlier", away=-length // timedelta(minutes=1))
    later = m["side"] == "plus tard" or (m["side"] == "apres" and ENDS.match(m.string, m.end()))
    if later and SHORT.match(m["unit"]):
        return Said(kind="later", away=length // timedelta(minutes=1))
    if later:
        return on((now + length).date())._replace(away=length // timedelta(minutes=1))
    return Said(shift=-more if m["side"].startswith("avant") else more)


def put_off(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "décaler d'une semaine", "avancer mon rendez-vous de deux jours": counted from the appointment."""
    verb = PUT_OFF.search(m.string[max(0, m.start() - 60) : m.start()])
    if verb is None:
        return None
    minutes = ((now + _length(number(m["count"]), m["unit"])) - now) // timedelta(minutes=1)
    earlier = verb[0].startswith(("avanc", "plus tot"))
    return Said(kind="earlier" if earlier else "later", away=-minutes if earlier else minutes)


def _working_day(now: datetime, count: int, days_of_week: int) -> datetime:
    """So many working days later; "jours ouvrables" count the Saturday, "jours ouvrés" do not."""
    while count:
        now += timedelta(days=1)
        count -= now.weekday() < days_of_week
    return now


def _instant(when: datetime) -> Reading:
    """A time to the minute."""
    return Reading("minute", first=when.date(), last=when.date(), since=when.time().replace(second=0, microsecond=0))


def _length(count: int, unit: str) -> relativedelta:
    """A length of time; "quinze jours" are two weeks and "huit jours" one (MOMENTS)."""
    if unit.startswith("j"):
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
    if unit.startswith("sec"):
        return relativedelta(seconds=count)
    if unit.startswith(("demi", "quart")):
        return relativedelta(minutes=count * (30 if unit[0] == "d" else 15))
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
            "s": relativedelta(hours=84),
        }
        return half.get(unit[0], relativedelta())
    if m["quarter"] or m["to"]:
        return relativedelta(minutes=15 if m["quarter"] else -15)
    if m["minutes"] and unit.startswith("h"):
        return relativedelta(minutes=number(m["minutes"]) * (-1 if m["less"] else 1))
    return relativedelta()


_UNIT = r"(?:demie? heures|quarts? d'heures|secondes?|minutes|heures|h(?![a-z])|jours ouvr(?:es?|ables?)|jours|j\b(?!')|semaine|quinzaine|mois|ans?\b|annees?|trimestres?)"
# How many "the coming ones" are.
MANY = {"sec": 30, "min": 15, "heu": 3, "jou": 7, "sem": 4, "moi": 2, "ans": 2, "an": 1, "ann": 2}
_MANY = "secondes|minutes|heures|jours|semaine|mois|ans?|annees?"
_COUNT = rf"(?P<count>{NUM})(?: (?:petite|bonne)s?)?"
_REST = rf"(?: et (?P<count2>{NUM}) (?P<unit2>{_UNIT})| et (?P<half>demie?)| et (?P<quarter>quart)| moins (?:le |un )?(?P<to>quart)| ?(?:et )?(?P<less>moins )?(?P<minutes>#?[0-5]?\d)(?!\d| ?[h:/])(?: minutes)?)?"

PARSERS: Tuple[Parser, ...] = (
    (
        frozenset(("heures", "h")),
        re.compile(
            r"\b(?:dans|d'ici|(?P<past>il y a)) (?:(?:un |une )?(?:bonne |petite )?(?P<half>demi(?:e)?|1 ?/ ?2) ?(?:heures|h\b)|(?P<quarters>1|3|un|#3)(?: ?/ ?4| quarts?) ?(?:d'|de )?(?:heures|h)\b)"
        ),
        fraction,
    ),
    (
        frozenset(("dans", "ici", "sous", "delai", "avant")),
        re.compile(
            rf"\b(?P<lead>dans (?:encore |environ |a peu pres |exactement |tout juste |a peine )?|d'ici (?:a )?|sous (?:les )?|pas avant (?:au moins )?|dans un delai (?:de |d'))(?P<the>les )?{_COUNT}(?:(?:/|-| ou | a | (?=#))(?P<more>#?\d{{1,2}}))? ?(?P<unit>{_UNIT}){_REST}"
        ),
        within,
    ),
    (
        frozenset(("y", "fait", "voila")),
        re.compile(
            # "Voilà, quatorze heures trente" picks an hour; "voilà trois heures que j'attends" counts them.
            rf"\b(?:il y a|y a|ca fait|cela fait|voila(?! #?\d{{1,2}} ?heures?\b(?! (?:que|qu')\b))) (?:environ |a peu pres |deja |maintenant |exactement )?{_COUNT} ?(?P<unit>{_UNIT})\b{_REST}(?! (?:de|d'|du)\b)"
        ),
        ago,
    ),
    (
        frozenset(("dernier",)),
        re.compile(
            rf"{LEFT}(?:les |ces |pendant les |au cours des |dans les |sur les )?(?P<count>#?\d{{1,2}}) dernier (?P<unit>jours|semaine|mois|ans|annees)\b"
        ),
        last_ones,
    ),
    (
        frozenset(("huitaine", "quinzaine", "dizaine", "jours")),
        re.compile(
            r"\b(?P<lead>sous |dans une |d'ici une |dans la |dans |)(?P<unit>huitaine|quinzaine|dizaine|quelques jours|ces jours ci)(?: de jours)?\b(?! (?:de |d'))"
        ),
        few,
    ),
    (
        frozenset(("prochain", "prochaine", "suivant", "suivante", "venir", "viennent", "suivent")),
        re.compile(
            rf"{LEFT}(?:dans |sur |pour |pendant |(?:au cours |lors )?(?=des ))?(?P<det>les |ces |des |(?P<one>(?:le |la |cette |au |du )?(?=prochaine? (?:mois|annee|an)\b)))?(?:(?P<count>#?\d{{1,2}}) )?(?:prochaine?s? (?:(?P<after>#?\d{{1,2}}) )?(?P<unit>{_MANY})|(?P<unit_>{_MANY}) (?:suivante?s?|a venir|qui viennent|qui suivent|prochaine?s?))\b"
        ),
        coming,
    ),
    (
        frozenset(("apres", "avant", "tard", "tot", "partir", "compter")),
        re.compile(
            rf"{LEFT}{_COUNT} (?P<unit>{_UNIT})(?: et (?P<count2>{NUM}) (?P<unit2>{_UNIT}))? (?P<side>apres(?! midi\b)|avant|plus tard|plus tot|a (?:partir|compter) (?=d[eu']))\b"
        ),
        away,
    ),
    (
        frozenset(("de", "d")),
        re.compile(rf"(?:\bde |\bd')(?:environ )?{_COUNT} (?P<unit>{_UNIT})\b(?! (?:de|d'|du)\b)"),
        put_off,
    ),
)
