"""Days told from today: demain, "le lendemain", "mardi en huit", "pas ce mardi, l'autre"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Optional, Tuple

from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta

from french.model import Reading
from french.moments import calendar
from french.moments.dates import DAY_WORDS
from french.moments.piece import (
    LEFT,
    NEXT,
    SHORT_DAY,
    WEEKDAY,
    Parser,
    Said,
    number,
    on,
)

WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)


def near_day(m: re.Match[str], now: datetime) -> Said:
    """ "demain", "après-demain", "hier", "demain en huit"."""
    word, today = m["word"].replace(" ", ""), now.date()
    away = {"demain": 1, "apresdemain": 2, "surlendemain": 2, "hier": -1, "avanthier": -2}.get(word, 0)
    return on(today + timedelta(days=away + {"8": 7, "15": 14}.get((m["plus"] or "").strip("#"), 0)))


def next_day(m: re.Match[str], now: datetime) -> Said:
    """ "le lendemain", "le jour d'après", "la veille": from the day that is said after it, from today otherwise.

    "La veille" of nothing is that of the appointment or slot spoken of: earlier.
    """
    away = -1 if m["before"] or m["beside"] == "avant" else -2 if m["two"] == "avant veille" else 2 if m["two"] else 1
    if m["anchor"] or m["beside"]:
        return Said(shift=relativedelta(days=away))
    minutes = away * 24 * 60
    return (
        Said(kind="earlier", away=minutes)
        if m["before"]
        else on(now.date() + timedelta(days=away))._replace(away=minutes)
    )


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
    if ("suivant" in mod or "d'apres" in mod) and "semaine" not in mod and word in m.string[: m.start()]:
        # "Mardi prochain je ne peux pas, le mardi d'après".
        return on(near + timedelta(days=7))
    if "semaine" in mod or "suivant" in mod or "d'apres" in mod:
        return on(calendar.monday(today, 1) + timedelta(days=day))
    if det == "l'autre ":
        return on(near + timedelta(days=7))
    if "prochain" in mod and near < calendar.monday(today, 1):
        return on(near, near + timedelta(days=7))
    return on(near)


def beside_a_date(m: re.Match[str], now: datetime) -> Said:
    """ "le lundi après le 15", "le vendredi avant le 3 mai": counted from the date that follows."""
    away = -1 if "avant" in m["side"] or "preced" in m["side"] else 1
    return Said(shift=relativedelta(days=away, weekday=WEEKDAYS[calendar.weekday_number(m["day"])](away)))


def this_not_that(m: re.Match[str], now: datetime) -> Said:
    """ "pas ce mardi, l'autre": the one after the nearest."""
    return on(calendar.nearest(calendar.weekday_number((m["day"] or m["day_"])[:3]), now.date()) + timedelta(days=7))


_WEEKS_AWAY = r"(?:dans (?:les )?(?P<weeks>#?\d|une) semaine)"
_WHICH_WEEK = rf"(?:(?:de |dans |sur )?(?:la )?semaine (?:{NEXT})|(?:de )?(?:cette semaine|la semaine (?:en cours|ci)))"

PARSERS: Tuple[Parser, ...] = (
    (
        DAY_WORDS,
        re.compile(
            rf"{LEFT}(?:(?:le |au |du |ce )(?:1e )?(?P<day>{WEEKDAY}) (?P<side>(?:d')?(?:avant|apres)|suivant|precedant|qui (?:suit|precede))) (?=le (?:#?\d|1e))"
        ),
        beside_a_date,
    ),
    (
        frozenset(("demain", "apresdemain", "aujourd'hui", "aujourd", "hier", "jours")),
        re.compile(
            r"\b(?P<word>apres ?demain|demain|aujourd'hui|avant hier|hier|ce jours(?= |$)(?! la))(?: en (?P<plus>#?8|#?15))?\b"
        ),
        near_day,
    ),
    (
        frozenset(("lendemain", "surlendemain", "veille", "jours")),
        re.compile(
            r"\b(?:le |la |au |du |des le |l')?(?:lendemain|(?P<two>surlendemain|avant veille)|(?P<before>veille|jours d'avant)|jours (?:d'apres|suivant|qui suit|apres(?=\W*\Z)))\b(?P<anchor> (?=(?:de |du |d'|des )(?!mon |ma |ce |cette |son |la (?!toussaint|pentecote|saint|chandeleur|fete|rentree)))|(?<=d'apres) (?=le #?\d)|(?<=suivant) (?=le #?\d))?|\ble jours (?P<beside>avant|apres)(?= )(?! (?:mon|ma|mes|ce|cette|son|votre|que)\b)"
        ),
        next_day,
    ),
    (
        frozenset(("journee", "heures")),
        re.compile(
            r"\b(?:dans|durant|au cours de|pendant|tout(?:e)?) la journee\b|(?<!\ba )\btout a l'heures(?= (?:a|vers) #?\d)"
        ),
        today_long,
    ),
    (
        frozenset(("maintenant", "suite", "immediatement", "instant", "champ", "moment")),
        re.compile(
            r"\b(?:maintenant(?=\W*(?:\Z|[.,!?;]|si |svp|ou |c'est possible))|tout de suite|de suite|immediatement|a l'instant|sur le champ|\A\W*en ce moment(?=\W*\Z))\b"
        ),
        now_itself,
    ),
    (
        DAY_WORDS,
        re.compile(
            rf"{LEFT}(?P<det>ce |l'autre |tous les |chaque |n'importe quel |un |les )?(?:(?P<day>{WEEKDAY})|(?P<short>{SHORT_DAY})(?:\.|(?= (?:prochain|en #?(?:8|15)\b|matin|aprem|apres midi|soir|a #?\d|#?\d{{1,2}} ?(?:h|heures)|de la semaine|ou (?:lun|mar|mer|jeu|ven|sam)))|\b(?=\W*\Z)(?:(?<=\A...)|(?<=rai ...)|(?<=rdv ...)|(?<=pour ...)|(?<=ou ...))))(?P<mod>,? (?:{_WHICH_WEEK}|{_WEEKS_AWAY}|en (?P<fortnight>#?8|#?15)\b|dernier(?! delai)|passe|{NEXT}))?"
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
)
