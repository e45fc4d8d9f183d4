"""Lengths of time: "dans quinze jours", "d'ici deux semaines", "trois jours après", "décaler d'une semaine"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
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

PUT_OFF = re.compile(r"\b(?:decal|repouss|report|recul|avanc|deplac|boug|retard)\w*")


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
    said = m["count"] or m["after"]
    if not (said or m["det"]):
        return None
    count, today = number(said) if said else {"j": 7, "s": 4, "m": 2, "h": 3}[unit[0]], now.date()
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
    if m["side"] == "plus tard" and m["unit"][0] in "hm" and not m["unit"].startswith("mois"):
        return Said(kind="later", away=length // timedelta(minutes=1))
    if m["side"] == "plus tard":
        return on((now + length).date())._replace(away=length // timedelta(minutes=1))
    return Said(shift=-length if m["side"].startswith("avant") else length)


def put_off(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "décaler d'une semaine", "avancer mon rendez-vous de deux jours": counted from the appointment."""
    verb = PUT_OFF.search(m.string[max(0, m.start() - 60) : m.start()])
    if verb is None:
        return None
    minutes = ((now + _length(number(m["count"]), m["unit"])) - now) // timedelta(minutes=1)
    earlier = verb[0].startswith(("avanc", "plus tot"))
    return Said(kind="earlier" if earlier else "later", away=-minutes if earlier else minutes)


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
_COUNT = rf"(?P<count>{NUM})"

PARSERS: Tuple[Parser, ...] = (
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
            rf"\b(?P<lead>dans (?:encore |environ |a peu pres )?|d'ici (?:a )?|sous (?:les )?|dans un delai (?:de |d'))(?P<the>les )?{_COUNT}(?:(?:/|-| ou | a )(?P<more>#?\d{{1,2}}))? ?(?P<unit>{_UNIT})(?: et (?P<count2>{NUM}) (?P<unit2>{_UNIT})| et (?P<half>demie?)| et (?P<quarter>quart)| ?(?:et )?(?P<less>moins )?(?P<minutes>#?[0-5]?\d)(?!\d| ?[h:/])(?: minutes)?)?"
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
            rf"{LEFT}(?:dans |sur |pour |pendant )?(?P<det>les |ces )?(?:(?P<count>#?\d{{1,2}}) )?(?:prochaine?s? (?:(?P<after>#?\d{{1,2}}) )?(?P<unit>jours|heures|semaine|mois)|(?P<unit_>jours|heures|semaine|mois) (?:suivante?s?|a venir|qui viennent|qui suivent|prochaine?s?))\b"
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
        frozenset(("de", "d")),
        re.compile(rf"(?:\bde |\bd')(?:environ )?{_COUNT} (?P<unit>{_UNIT})\b(?! (?:de|d'|du)\b)"),
        put_off,
    ),
)
