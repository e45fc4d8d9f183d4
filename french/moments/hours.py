"""Hours: "14h", "deux heures et demie", "midi et quart", "3h de l'aprem", "entre 10 et 11h", "en fin de matinée"."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Optional, Tuple

from french.model import Reading
from french.moments.piece import COUNTED, LEFT, Parser, Said, at, number

# Day parts: first and last hour (MOMENTS). The edges rank lower, they are not left out: minutes on both sides.
EDGE = 30
PARTS: dict[str, tuple[float, float]] = {
    "matin": (8, 12), "matinee": (8, 12), "aprem": (12, 18), "apres midi": (12, 18), "soir": (18, 20), "soiree": (18, 20),
    "journee": (8, 18), "nuit": (20, 24), "midi": (12, 14),
}  # fmt: skip
EARLY: dict[str, tuple[float, float]] = {
    "matin": (8, 10),
    "matinee": (8, 10),
    "aprem": (12, 15),
    "apres midi": (12, 15),
    "journee": (8, 10),
    "soir": (18, 19),
    "soiree": (18, 19),
}
MIDDLE: dict[str, tuple[float, float]] = {
    "matin": (9.5, 11),
    "matinee": (9.5, 11),
    "aprem": (15, 16.5),
    "apres midi": (15, 16.5),
    "journee": (11, 15),
}
LATE: dict[str, tuple[float, float]] = {
    "matin": (10, 12),
    "matinee": (10, 12),
    "aprem": (16.5, 19),
    "apres midi": (16.5, 19),
    "journee": (16.5, 19),
    "soir": (20, 22),
    "soiree": (20, 22),
}
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


def part_of_day(m: re.Match[str], now: datetime) -> Said:
    """ "le matin", "en fin d'après-midi", "ce soir", "tôt le matin"."""
    part = m["part"].replace("-", " ")
    edge = m["edge"] or ("fin " if m["late"] else "")
    if edge.startswith(("debut", "tout debut", "tot ", "petit", "tres", "de bonne")):
        hours = EARLY.get(part, PARTS[part])
    elif edge.startswith(("milieu", "mi")):
        hours = MIDDLE.get(part, PARTS[part])
    elif edge.endswith("fin "):
        hours = LATE.get(part, PARTS[part])
    else:
        hours = PARTS[part]
    since, until = (at(min(int(60 * h), 1439)) for h in hours)
    today = now.date() if m["det"] in ("ce ", "cet ", "cette ") else None
    return Said((Reading("daypart", first=today, last=today, since=since, until=until, edge=EDGE),))


def around_lunch(m: re.Match[str], now: datetime) -> Said:
    """ "entre midi et deux", "à l'heure du déjeuner"."""
    return _daypart(time(12), time(14))


def after_work(m: re.Match[str], now: datetime) -> Said:
    """ "après le travail", "après manger", "avant le travail"."""
    if m["before"]:
        return _daypart(time(8), time(9) if m["work"] else time(12))
    return _daypart(time(17), time(20)) if m["work"] or m["out"] else _daypart(time(13, 30), time(15))


def tantot(m: re.Match[str], now: datetime) -> Said:
    """ "tantôt", as it is said in the west and the north: in the afternoon."""
    return _daypart(time(12), time(18))


def early(m: re.Match[str], now: datetime) -> Said:
    """ "de bonne heure", "à l'ouverture", "à la fermeture", "le plus tard possible dans la journée"."""
    if "tard" in m[0] and "matinee" in m[0]:
        return _daypart(time(10), time(12))
    return _daypart(time(16), time(19)) if "fermeture" in m[0] or "tard" in m[0] else _daypart(time(8), time(10))


def in_part(minutes: int, part: str) -> int:
    """A time said with a part of the day: eight in the evening is 20:00."""
    if part not in ("matin", "matinee", "am", "nuit") and minutes < 720:
        return minutes + 720
    if part == "am" and 720 <= minutes < 780:
        return minutes - 720
    return minutes + 720 if part == "nuit" and 480 <= minutes < 720 else minutes


def _daypart(since: time, until: time) -> Said:
    return Said((Reading("daypart", since=since, until=until, edge=EDGE),))


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
    # "De 14 à 16" at the end of what is said of a day.
    (
        frozenset(("de",)),
        re.compile(
            rf"\bde (?P<first>#?(?:[89]|1\d)) a (?P<hour>#?(?:9|1\d|20))(?!\d|e\b)(?! (?:{COUNTED}))(?P<part>){_END}"
        ),
        window,
    ),
    (
        frozenset(("midi", "dejeuner", "pause", "repas")),
        re.compile(
            r"\bentre midi et (?:#?2(?: ?h(?:eures)?)?|deux)\b|\b(?:a |sur |pendant |vers )?(?:l'heures (?:du (?:dejeuner|midi|repas)|de table)|(?:le|mon) temps (?:de midi|du midi|du repas|de pause|du dejeuner)|la pause (?:dejeuner|de midi|repas|midi)|ma pause(?: dejeuner| de midi| midi)?|le midi|ce midi)\b"
        ),
        around_lunch,
    ),
    (
        frozenset(
            ("travail", "ecole", "manger", "dejeuner", "repas", "sieste", "debauche", "usine", "poste", "service")
        ),
        re.compile(
            r"\b(?:(?:apres|(?P<before>avant)) (?:le |mon |ma |la |l'|de |d'aller au |(?:ma |la |une )?journee (?:de |d')|les heures de |d')?(?:(?P<work>travail|ecole|debauche|sortie d'ecole|usine|poste|service)|manger|dejeuner|repas(?: de midi)?|sieste)"
            r"|(?P<out>(?:en (?:sortant|rentrant|revenant)|a (?:la|ma) sortie|quand je (?:sors|rentre|finis|debauche|quitte)|une fois sortie?|(?:a|en) fin) (?:du |de (?:l'|mon |la )?|le |mon |d')?(?:travail|usine|poste|service)))\b(?! et| ?,? (?:a|vers|c'est) ?(?:vers )?(?:#?\d|midi))"
        ),
        after_work,
    ),
    # Not "à tantôt", nor "tantôt le matin, tantôt le soir".
    (
        frozenset(("tantot",)),
        re.compile(r"(?<!\ba )\btantot\b(?! (?:le|la|les|l'|c'est|il|elle|oui|j'|je|on)\b)"),
        tantot,
    ),
    (
        frozenset(("heures", "ouverture", "fermeture", "tot", "tard")),
        re.compile(
            r"\b(?:de bonne heures|(?:a|aux|des) (?:la |les )?1es? heures|(?:a|des|avant|juste avant) (?:l'ouverture|la fermeture)|(?:le )?plus (?:tot|tard) (?:possible )?(?:dans|de) la (?:journee|matinee))\b(?! de(?! l'agence| la caisse)| des)"
        ),
        early,
    ),
    (
        frozenset(("matin", "matinee", "apres", "aprem", "soir", "soiree", "journee", "nuit")),
        re.compile(
            r"(?:(?:\b|(?<=\d))(?P<edge>(?:tres |assez )?tot |de bonne heures |(?:toute? )?debut |petit |milieu |mi |(?:toute? )?fin )(?:de |d'|du |dans |en )?(?:la |le |l')?)?(?:\b(?P<det>ce |cet |cette |le |la |en |dans la |dans l'|un |une |l'|d'|n'importe quel |chaque |tous les |les ))?\b(?P<part>matinee|matin|apres midi(?! (?:et (?:demi|quart)|#(?:15|20|30|40|45)\b))|aprem|soiree|soir|journee(?<=fin de journee)|journee(?<=debut de journee)|journee(?<=fin de la journee)|journee(?<=debut de la journee)|journee(?<=milieu de journee)|journee(?<=milieu de la journee)|journee(?<=\bmi journee)|journee(?<=en journee)|nuit)\b(?P<late> tard)?(?! de travail| type)"
        ),
        part_of_day,
    ),
)
