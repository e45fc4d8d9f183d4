"""Parts of the day: "en fin de matinée", "entre midi et deux", "après le travail", "pas trop tôt"."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Tuple

from french.model import Reading
from french.moments.piece import Parser, Said, at

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


def too_early(m: re.Match[str], now: datetime) -> Said:
    """ "pas trop tôt", "pas trop tard": an edge of the day, whose hours nobody says exactly."""
    return _daypart(time(17), time(23, 59)) if m["late"] else _daypart(time(0), time(9, 30))


def early(m: re.Match[str], now: datetime) -> Said:
    """ "de bonne heure", "à l'ouverture", "à la fermeture", "le plus tard possible dans la journée"."""
    if "tard" in m[0] and "matinee" in m[0]:
        return _daypart(time(10), time(12))
    return _daypart(time(16), time(19)) if "fermeture" in m[0] or "tard" in m[0] else _daypart(time(8), time(10))


def _daypart(since: time, until: time) -> Said:
    return Said((Reading("daypart", since=since, until=until, edge=EDGE),))


PARSERS: Tuple[Parser, ...] = (
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
    # "Pas trop tôt", not of an hour, a week or a month: what is refused is the edge of the day.
    (
        frozenset(("tot", "tard")),
        re.compile(
            r"(?<=pas )(?<!est pas )(?<!c'est pas )(?:que (?:ce|ca) (?:soit|tombe) )?(?:trop|tres|si) (?:tot|(?P<late>tard))\b(?!,? (?:pour|d'|de |dans (?:la semaine|le mois|l'annee)|le matin|l'apres midi|en matinee|le soir|l'aprem))"
        ),
        too_early,
    ),
    (
        frozenset(("tot", "tard")),
        re.compile(
            r"(?:(?<=que c'est pas )|(?<=que ce n'est pas )|(?<=si c'est pas ))trop (?:tot|(?P<late>tard))\b(?! (?:pour|d'|de ))"
        ),
        too_early,
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
