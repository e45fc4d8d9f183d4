"""Dates: "le 3", "3 déc.", "03/12", "premier mars", "jeudi 15", "du 13 au 15 juillet"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Callable, Optional, Tuple

from french.model import Reading
from french.moments import calendar
from french.moments.piece import (
    DAY,
    IMPOSSIBLE,
    LEFT,
    MONTH,
    NOT_COUNTED,
    SHORT_DAY,
    WEEKDAY,
    YEAR,
    Parser,
    Said,
    days,
    number,
    on,
)

ANY_DAY = rf"(?:{WEEKDAY}|{SHORT_DAY}\b\.?)"
# "Le 3 mai de l'année prochaine".
COMING = r" (?:de )?l'an(?:nee)? (?:prochaine?|suivante?|d'apres)\b"
MONTH_WORDS = frozenset((*calendar.MONTHS, "sept", "jui"))
# Other words when they stand alone: a month only after its day, and "mar" no Tuesday before another number.
SHORT_MONTHS = {"mar": "mars", "jul": "juillet", "sep": "septembre"}
DAY_WORDS = frozenset(calendar.DAYS) | {"lun", "mar", "mer", "jeu", "ven", "sam", "dim"}
NUMBER = frozenset("#")
# Numbers that are called, and never a day: "appelez le 15".
CALLED = re.compile(r"\b(?:appel\w*|compos\w*|fai[st]\w*|rappel\w*|joindre|numero) $")
# "Le 24 ou 25 9h": an hour follows the days.
HOUR_NEXT = re.compile(
    r",? (?:a |vers )?#?\d{1,2} ?(?:h(?![a-z])|heures\b|:\d\d)|,? (?:le |au )?(?:matin|aprem|apres midi)\b"
)
SPOKEN_MINUTES = re.compile(r" #[0-5]\d(?! heures)")


def written(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "lundi 3 décembre 2026", "3e jour d'octobre", "septembre-2020-23"."""
    month, day, year = m["month"].rstrip("."), number(m["day"]), year_of(m["year"])
    if m.groupdict().get("coming"):
        year = now.year + 1
    month = SHORT_MONTHS.get(month, month)
    if month == "jui":
        return on(*(d for name in ("juin", "juillet") for d in (_read(day, name, year, now.date()),) if d))
    return _with_weekday(_read(day, month, year, now.date()), m.groupdict().get("weekday"))


def numeric(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "03/12", "lundi 8/2/2016", "2014-04-18", "le 17 2"."""
    said = m.groupdict()
    weekday = said.get("weekday") or said.get("weekday_")
    found = _date(number(m["day"]), number(m["month"]), year_of(m["year"]), weekday, now)
    if not said.get("hour"):
        return found
    at = time(int(said["hour"]), int(said["minute"]))  # ISO 8601
    return found._replace(readings=tuple(replace(r, grain="minute", since=at) for r in found.readings))


def weekday_date(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "jeudi 15": the day and the number must agree; when they do so only much later, it is one or the other."""
    weekday, day, today = calendar.weekday_number(m["weekday"].rstrip(".")[:3]), number(m["day"]), now.date()
    agreeing = next(calendar.on_weekday(day, weekday, today), None)
    if agreeing and agreeing - today <= calendar.SOON:
        return on(agreeing)
    if SPOKEN_MINUTES.match(m.string, m.end()):
        return None
    by_number = calendar.dated(day, None, None, today)
    return on(*(d for d in (agreeing, by_number) if d)) if agreeing else IMPOSSIBLE


def day_of_month(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "le 3", "du 27", "le 5 du mois prochain"."""
    if CALLED.search(m.string[: m.start()]) and m["day"] in ("15", "17", "18", "#15", "#17", "#18"):
        return None
    of = m["of"] or ""
    if m["day"] == "1e" and not of:
        return None  # "le premier" is a choice
    if "prochain" in of and "mois" in of:
        month = calendar.month_of(now.date(), None, None, 1)
        return _date(number(m["day"]), month.month, month.year, None, now)
    return _date(number(m["day"]), None, None, None, now)


def between(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "du 13 au dimanche 15 juillet", "14 - 20 sept. 2014", "novembre entre 19 et 20", "du 3 au 8"."""
    groups, today = m.groupdict(), now.date()
    month = groups.get("month") or groups.get("mm")
    bound = m["lead"] in ("du ", "les ") or groups.get("weekday") or "le " in m["link"] or "au" in m["link"]
    if not (month or bound) or (m["lead"] == "de " and not month):
        return None
    if groups.get("of"):
        month = str(calendar.month_of(today, None, None, 1).month)
    last = calendar.dated(number(m["last"]), _month(month), year_of(groups.get("year")), today)
    if last is None:
        return IMPOSSIBLE
    first = _day_before(number(m["first"]), last)
    return days(first, last) if first else IMPOSSIBLE


def one_or_other(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "le 14 ou le 15 décembre"."""
    if not (m["le"] or m["month"] or HOUR_NEXT.match(m.string, m.end())):
        return None
    groups = m.groupdict()
    month = calendar.month_of(now.date(), None, None, 1).month if m["of"] else _month(m["month"])
    found = [calendar.dated(number(groups[key]), month, None, now.date()) for key in ("first", "last")]
    dates = [d for d in found if d]
    if not dates:
        return IMPOSSIBLE
    if len(dates) == 2 and timedelta(0) < dates[1] - dates[0] <= timedelta(days=1):
        return days(dates[0], dates[1])
    return Said(tuple(Reading("day", first=d, last=d) for d in dates))


def _month(said: Optional[str]) -> Optional[int]:
    return None if not said else int(said) if said.isdigit() else calendar.month_number(said.rstrip("."))


def year_of(said: Optional[str]) -> Optional[int]:
    if not said:
        return None
    year = number(said)
    return year + 2000 if year < 100 else year


def _date(day: int, month: Optional[int], year: Optional[int], weekday: Optional[str], now: datetime) -> Said:
    return _with_weekday(calendar.dated(day, month, year, now.date()), weekday)


def _read(day: int, month: str, year: Optional[int], today: date) -> Optional[date]:
    """A date with its month in letters, read by dateparser: of the year said, else the next from today on."""
    for candidate in (year,) if year else (today.year, today.year + 1):
        found = _reader()(f"{day} {month} {candidate}")
        if found and (year or found >= today):
            return found
    return None


@lru_cache(maxsize=1)
def _reader() -> Callable[[str], Optional[date]]:
    # Imported when the first written date is said: it takes 0.4 s that a start should not wait for.
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"}
    parser = DateDataParser(languages=["fr"], settings=settings)

    @lru_cache(maxsize=1024)
    def read(text: str) -> Optional[date]:
        found = parser.get_date_data(text).date_obj
        return found.date() if found else None

    return read


def _with_weekday(found: Optional[date], weekday: Optional[str]) -> Said:
    """A date; when its weekday is said and is another one, also the nearest day of that name."""
    if found is None:
        return IMPOSSIBLE
    if weekday is None:
        return on(found)
    away = (calendar.weekday_number(weekday.rstrip(".")[:3]) - found.weekday() + 3) % 7 - 3
    return on(found, found + timedelta(days=away))


def _day_before(day: int, last: date) -> Optional[date]:
    """The latest such day of the month that is not after `last`."""
    month = last.replace(day=1)
    for _ in range(12):
        try:
            found = month.replace(day=day)
        except ValueError:
            found = last + timedelta(days=1)
        if found <= last:
            return found
        month = (month - timedelta(days=1)).replace(day=1)
    return None


_D, _M, _Y = rf"(?P<day>{DAY})", rf"(?P<month>{MONTH})", rf"(?P<year>{YEAR})"
_ANY_M = rf"(?P<month>{MONTH}|(?:mar|sep|jul)\b\.?(?! #?\d\d?(?!\d)| (?:matin|soir|aprem|apres|midi)))"
_W = rf"(?:(?P<weekday>{ANY_DAY}),? ?(?:le )?)?"
NOT_A_DATE = r"(?![\w/:]|[.,-]\d| (?:h|heures|euros)\b| ?[%€])"
_DD, _MM = r"(?P<day>1e|0?[1-9]|[12]\d|3[01])", r"(?P<month>0?[1-9]|1[0-2])"
# "Le quatre douze" is said as "le 4 12" is typed.
_SAID_D, _SAID_M = r"(?P<day>#?(?:[12]\d|3[01]|0?[1-9])(?!\d))", r"(?P<month>#?(?:1[0-2]|0?[1-9])(?!\d))"
_YY = r"(?P<year>(?:19|20)?\d\d)"

PARSERS: Tuple[Parser, ...] = (
    (
        MONTH_WORDS | SHORT_MONTHS.keys(),
        re.compile(
            rf"{LEFT}(?:le |du |au |ce )?{_W}(?:le )?(?P<day>{DAY}|\d{{1,2}}e(?= (?:jours|{MONTH}))|#?[3-9]\d)(?: jours)?[ /.-]?(?:de |du mois de |du mois d'|d'|du )?{_ANY_M}(?:(?:[ ,/-]{{0,2}}| de (?:l'annee )?){_Y}|(?P<coming>{COMING}))?"
        ),
        written,
    ),
    (MONTH_WORDS, re.compile(rf"{LEFT}{_M}[ -]?(?P<year>\d{{4}})-{_D}"), written),
    (MONTH_WORDS, re.compile(rf"{LEFT}(?P<year>(?:19|20)\d\d)[ /-]{_M}[ /-]{_D}(?![\d:h/])"), written),
    (MONTH_WORDS, re.compile(rf"{LEFT}{_M} (?:le )?{_D}(?:,? {_Y})?{NOT_COUNTED}(?! et| au| a)"), written),
    (
        NUMBER,
        re.compile(
            rf"(?:{LEFT}|(?<=\d{{4}}-))(?:le )?{_W}(?:le )?{_DD}(?P<sep> ?/ ?|\. ?| ?- ?){_MM}(?P=sep){_YY}(?![\d/:h])"
        ),
        numeric,
    ),
    (
        NUMBER,
        re.compile(
            rf"(?<![\w#/.,:'])(?:le )?{_W}(?:le )?{_DD} ?/ ?{_MM}(?P<year>)(?![\d/:h]|[.,]\d| (?:de (?:mon|ma|mes|la|leur|vos|votre|notre)|des|du (?!matin|soir)|d'heures)\b)"
        ),
        numeric,
    ),
    # "Le 15-03", "lundi 02.05": a dash or a point needs a word before it, or to be all that is said.
    (
        NUMBER,
        re.compile(
            rf"{LEFT}(?:(?:le |du |au )(?:(?P<weekday>{ANY_DAY}),? )?|(?P<weekday_>{ANY_DAY}),? (?:le )?){_DD}[.-](?P<month>0[1-9]|1[0-2])(?P<year>){NOT_A_DATE}"
        ),
        numeric,
    ),
    (NUMBER, re.compile(rf"\A\W*{_DD}[.-](?P<month>0[1-9]|1[0-2])(?P<year>)(?=\W*\Z| (?:a|vers) #?\d)"), numeric),
    (NUMBER, re.compile(r"\A\W*(?P<day>0[1-9]|[12]\d|3[01])-(?P<month>[1-9])(?P<year>)(?=\W*\Z)"), numeric),
    (NUMBER, re.compile(rf"{LEFT}(?P<day>[12]\d|3[01])-(?P<month>0[1-9])(?P<year>){NOT_A_DATE}"), numeric),
    (
        NUMBER,
        re.compile(
            rf"{LEFT}(?P<year>(?:19|20)\d\d)[-/.]{_MM}[-/.]{_DD}(?!\d)(?:t(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?)?"
        ),
        numeric,
    ),
    (NUMBER, re.compile(rf"{LEFT}le {_SAID_D} {_SAID_M}(?: {_YY})?(?! ?(?:h\b|h\d|[:/]|heures|\d|{MONTH}))"), numeric),
    (NUMBER, re.compile(rf"(?:{LEFT}le |\A\W*){_SAID_D} du {_SAID_M}(?: {_YY})?(?=\W*\Z| a | vers )"), numeric),
    (NUMBER, re.compile(rf"\A\W*{_DD} {_MM}(?: {_YY})?\W*\Z"), numeric),
    (
        NUMBER,
        re.compile(
            r"(?<![\w#/.,:-])(?P<year>20[2-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?![\w/.-])"
        ),
        numeric,
    ),
    (
        DAY_WORDS,
        re.compile(
            rf"{LEFT}(?:le )?(?P<weekday>{ANY_DAY}),? ?(?:le )?{_D}(?! ?(?:h\b|h\d|heures|[:/]|e\b|moins|et (?:demi|quart)|du (?:matin|soir)\b|de l'ap))"
        ),
        weekday_date,
    ),
    (
        NUMBER,
        re.compile(
            rf"(?:{LEFT}(?:le|du|au|ce) |(?<=jusqu'au )){_D}(?P<of> du mois prochain| (?:du|de ce) mois(?: ci)?| prochain)?{NOT_COUNTED}"
        ),
        day_of_month,
    ),
    (
        NUMBER,
        re.compile(
            rf"{LEFT}(?:a (?:partir|compter) (?=du |de ))?(?P<lead>du |de |depuis |entre |les |)(?:le )?{_W}(?P<first>{DAY})(?P<link> ?(?:au|a|et|-|jusqu'au|jusqu'a) ?(?:le )?)(?:{ANY_DAY} )?(?P<last>{DAY})(?: {_M}| ?/ ?(?P<mm>0?[1-9]|1[0-2])(?![\d/:h])|(?P<of> du mois (?:prochain|suivant)))?(?: {_Y})?{NOT_COUNTED}"
        ),
        between,
    ),
    (
        MONTH_WORDS,
        re.compile(
            rf"{LEFT}{_M} (?P<lead>entre |du |)(?:le )?(?P<first>{DAY})(?P<link> (?:au|et) (?:le )?| ?- ?)(?P<last>{DAY})(?:,? {_Y})?{NOT_COUNTED}"
        ),
        between,
    ),
    (
        frozenset(("ou",)),
        re.compile(
            rf"{LEFT}(?P<le>le )?(?P<first>{DAY}),? ou (?:le )?(?P<last>{DAY})(?: {_M}|(?P<of> du mois (?:prochain|suivant)))?(?:{NOT_COUNTED}|(?= #?\d{{1,2}} ?h))"
        ),
        one_or_other,
    ),
)
