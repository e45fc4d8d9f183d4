"""Hours: "14h", "deux heures et demie", "midi et quart", "3h de l'aprem", "entre 10 et 11h", "en fin de matinée"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Optional, Tuple

from french.model import Reading
from french.moments.piece import COUNTED, LEFT, Parser, Said, at, number

# From eight in the evening on, a range may end before four in the morning.
NIGHT = 1200
# From one to seven o'clock the afternoon is meant by many.
DOUBTFUL = range(1, 8)


def clock(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "14h30", "sept heures moins dix", "à 8", "dix-neuf trente", "8 du soir"."""
    groups = m.groupdict()
    hour = number(groups["hour"])
    if hour > 24:
        return None
    minutes = hour * 60 + _minutes(groups)
    part = (groups.get("part") or "").strip()
    grain = "minute" if minutes % 60 else "hour"
    if part:
        minutes = in_part(minutes, part)
    readings = [Reading(grain, since=at(minutes))]  # type: ignore[arg-type]
    if not part and hour in DOUBTFUL and not groups["hour"].startswith("0"):
        readings.append(Reading(grain, since=at(minutes + 720)))  # type: ignore[arg-type]
    return Said(tuple(readings))


def noon(m: re.Match[str], now: datetime) -> Said:
    """ "midi", "midi et quart", "minuit moins 23"."""
    minutes = (720 if m["noon"] == "midi" else 1440) + _minutes(m.groupdict())
    return Said((Reading("minute" if minutes % 60 else "hour", since=at(minutes)),))


def window(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "entre 10 et 11h", "de 14 à 16h", "5 à 7 du matin": the first hour without its "h"."""
    first, last = number(m["first"]) * 60, number(m["hour"]) * 60 + _minutes(m.groupdict())
    if max(first, last) > 1440:
        return None
    part = (m["part"] or "").strip()
    if part:
        first, last = in_part(first, part), in_part(last, part)
    return between(first, last)


def since(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "je suis chez moi depuis 16h"."""
    said = clock(m, now)
    return said and Said(tuple(replace(r, grain="hour", open="after") for r in said.readings[:1]))


def five_to_seven(m: re.Match[str], now: datetime) -> Optional[Said]:
    """ "de 5 à 7": in the afternoon."""
    first, last = number(m["first"]), number(m["hour"])
    return between(60 * first + 720, 60 * last + 720) if 0 < last - first < 4 else None


def between(first: int, last: int) -> Optional[Said]:
    """From a minute of the day to another; "de 2 à 4" is in the afternoon too, "11h30 à 1h30" ends at 13:30."""
    if last <= first and last + 720 > first and last <= 720:
        last += 720
    if first >= NIGHT and last <= 1440 - NIGHT:
        last += 1440  # "de 22h à 2h"
    if last <= first:
        return None
    readings = [Reading("hour", since=at(first), until=at(last))]
    if first // 60 in DOUBTFUL and last + 720 <= 1440:
        readings.append(Reading("hour", since=at(first + 720), until=at(min(last + 720, 1439))))
    return Said(tuple(readings))


def in_part(minutes: int, part: str) -> int:
    """A time said with a part of the day: eight in the evening is 20:00."""
    if part not in ("matin", "matinee", "am", "nuit") and minutes < 720:
        return minutes + 720
    if part == "am" and 720 <= minutes < 780:
        return minutes - 720
    return minutes + 720 if part == "nuit" and 480 <= minutes < 720 else minutes


def _minutes(groups: dict[str, Optional[str]]) -> int:
    said = groups.get("minute") or groups.get("minute_")
    if said:
        return number(said.removeprefix("#0 "))
    more = groups.get("more")
    if more:
        return 30 if "demi" in more or more == "1/2" else 45 if "3" in more else 15
    if groups.get("less"):
        return -15 if "quart" in groups["less"] else -number(groups["less"])  # type: ignore[operator]
    return -1 if groups.get("one") else 0


_HOUR = r"(?P<hour>#?(?:2[0-4]|1\d|0?\d))"
_ONE = r"(?P<hour>une)"
_ANY_HOUR = r"#?(?:2[0-4]|1\d|0?\d)"
_SIXTY = r"(?:#[0-5]?\d|[0-5]\d)"
_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|sept|septembre|octobre|novembre|decembre"
_NO_MONTH = rf"(?!\d| ?(?:{_MONTHS}|/(?! ?\d{{1,2}} ?h)|h(?![a-z])|heures|jours|personnes|euros|quarts?\b))"
_EXTRA = rf"(?: ?(?:et )?(?P<more>(?<=et )(?:demie?|quart)|(?:un|1) quart|#?3 quarts|1/2|1/4|3/4)(?!\d)| moins (?:(?:le |un )?(?P<less>quart|#?\d{{1,2}})|(?P<one>une?)(?= minutes|\W*\Z))| ?(?:et )?(?P<minute>(?:#0 )?{_SIXTY}|(?<=h)\d|\d(?= minutes)|une(?= minutes)|(?<=heures )une?(?=\W*\Z)|(?<=heures )\d(?=\W*\Z)|(?<=h )\d(?=\W*\Z))(?: ?(?:minutes|m\b))?{_NO_MONTH})?"
_PART = r"(?:matinee|matin|apres midi|aprem|soiree|soir|nuit)"
_IN_PART = rf"(?:,? ?(?:(?:du|de l'|de la|dans la|dans l'|d'|l'|le) ?(?![ap]m\b)|(?=[ap]m\b))(?P<part>{_PART}|[ap]m)\b)"
# A length of time, not an hour: "pendant 2h", "2h de route", "24h/24".
_LENGTH_BEFORE = r"(?<!pendant )(?<!durant )(?<!depuis )(?<!toutes les )(?<!retard de )(?<!retard d')(?<!retard d )(?<!dure )(?<!il y a )(?<!plus de )(?<!moins de )(?<!attendu )(?<!attends )(?<!attendre )(?<!duree de )(?<!h pour )(?<!h, pour )(?<!heures pour )"
_LENGTH_AFTER = r"(?! ?(?:/ ?(?:24|7)\b|(?:de|d'|par|sur) ?(?:route|retard|trajet|marche|travail|bus|train|queue|attente|voiture|vol|jours|semaine|mois|repos|plus|cours|sport|24)|avant (?:le|la|mon|ma|l')\b|apres (?:le|la|mon|ma|l')\b(?! ?(?:travail|ecole|service|poste|usine))|plus tard|par\b))"
_END = r"(?=\W*(?:\Z|[.,;!?)]|\b(?:le|ce|du|demain|aujourd'hui|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|svp|merci|si|pour|ou|et|stp|s'il|max|pile|environ|ca|c'est|please)\b))"

PARSERS: Tuple[Parser, ...] = (
    (
        frozenset("#"),
        re.compile(
            rf"(?<![\w#.,:']){_LENGTH_BEFORE}{_HOUR}(?:[.,](?P<minute_>[0-5]\d))? ?(?:h(?![a-z])|heures\b){_EXTRA}(?: ?(?:pile|precises?|environ|tapantes))?{_IN_PART}?{_LENGTH_AFTER}"
        ),
        clock,
    ),
    (
        frozenset("#"),
        re.compile(rf"(?<![\w#/.,:']){_HOUR} ?: ?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d/:]){_IN_PART}?"),
        clock,
    ),
    (
        frozenset("#"),
        re.compile(rf"(?:\b(?:a|vers|pour|des)) {_HOUR}[.,](?P<minute>[0-5]\d)(?![\d./]){_IN_PART}?"),
        clock,
    ),
    (
        frozenset(("une",)),
        re.compile(
            rf"\b(?:(?<=a )|(?<=vers )|(?<=pour )|(?<=des )|(?<=avant )|(?<=apres )|(?=une heures (?:#?\d|du |de l'|et (?:quart|demi|#?\d+ minutes)|moins))){_ONE} heures{_EXTRA}{_IN_PART}?(?! (?:de|plus|par)\b)"
        ),
        clock,
    ),
    # Said in words, without "heures": "dix-neuf trente", "huit quarante ce matin", "neuf heures" is above.
    (
        frozenset("#"),
        re.compile(
            rf"{LEFT}(?P<hour>#(?:2[0-3]|1\d|[1-9])) (?:et )?(?P<minute>#(?:[1-5]\d|5))(?! ?(?:#|\d|jours|h\b|heures|euros|ans\b|minutes|mois|semaine|{_MONTHS})){_IN_PART}?"
        ),
        clock,
    ),
    (
        frozenset("#"),
        re.compile(
            rf"{LEFT}(?:(?:a|vers) )?{_HOUR} (?:et (?P<more>demie?|quart|#?3 quarts?)|moins (?:le |un )?(?P<less>quart))\b(?! ?(?:d'|de ))(?: ?heures)?{_IN_PART}?"
        ),
        clock,
    ),
    (frozenset("#"), re.compile(rf"{LEFT}{_HOUR}{_IN_PART}"), clock),
    (
        frozenset("#"),
        re.compile(
            rf"\b(?:l'|le |dans l'|dans la |en |d')?(?P<part>{_PART}) (?:a |vers )?(?P<hour>#?(?:1[0-2]|0?[1-9])){_END}"
        ),
        clock,
    ),
    (
        frozenset("#"),
        re.compile(
            rf"\b(?:(?<!en )(?<!il )(?<!elle )(?<!on )(?<!y )a|vers|pour les) {_HOUR}(?!\d|[.,]\d|e\b)(?:{_IN_PART}|{_END})"
        ),
        clock,
    ),
    (
        frozenset(("midi", "minuit")),
        re.compile(
            rf"(?:(?<!apres )|(?=minuit)|(?=midi (?:et (?:demi|quart)|#(?:15|20|30|40|45))))(?<!le )(?<!ce )(?<!entre le )\b(?P<noon>midi|minuit)\b(?! et (?:#?2|deux)\b){_EXTRA}(?: (?:pile|environ|precises?))?"
        ),
        noon,
    ),
    (
        frozenset("#"),
        re.compile(
            rf"{LEFT}(?:(?:entre|de|des|d') ?)?(?P<first>{_ANY_HOUR})(?: ?- ?| (?:a|et|jusqu'a) ){_HOUR} ?(?:h(?![a-z])|heures\b){_EXTRA}{_IN_PART}?"
        ),
        window,
    ),
    (
        frozenset("#"),
        re.compile(rf"{LEFT}(?:de |entre |d')?(?P<first>{_ANY_HOUR})(?: ?- ?| (?:a|et) ){_HOUR}{_IN_PART}"),
        window,
    ),
    (
        frozenset(("entre",)),
        re.compile(
            rf"\bentre (?P<first>{_ANY_HOUR}) et {_HOUR}(?!\d| ?(?:{_MONTHS}))(?! (?:{COUNTED})){_EXTRA}(?P<part>)"
        ),
        window,
    ),
    # From then on, every day; elsewhere it is most often how long.
    (
        frozenset(("depuis",)),
        re.compile(
            rf"(?:\b(?:chez moi|a la maison|rentree?|disponible|dispo|libre) |\A\W*)depuis (?P<hour>#?(?:[789]|1\d|20)) ?(?:h(?![a-z])|heures\b(?! ?\Z)){_EXTRA}"
        ),
        since,
    ),
    # "De 5 à 7" is in the afternoon; of less than four hours, to be none of other things.
    (
        frozenset(("de",)),
        re.compile(
            rf"\b(?<!page )(?<!pages )de (?P<first>#?[2-7]) a (?P<hour>#?[3-8])(?!\d|e\b)(?! (?:{COUNTED}))(?P<part>)(?:{_END}|(?= (?:je|j'|moi|on|c'est|tous|apres) ?))"
        ),
        five_to_seven,
    ),
    # "De 14 à 16" at the end of what is said of a day.
    (
        frozenset(("de",)),
        re.compile(
            rf"\bde (?P<first>#?(?:[89]|1\d)) a (?P<hour>#?(?:9|1\d|20))(?!\d|e\b)(?! (?:{COUNTED}))(?P<part>){_END}"
        ),
        window,
    ),
)
