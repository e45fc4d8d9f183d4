"""What a caller is likely to say, by what is asked: it makes the recognition of speech much better."""

from __future__ import annotations

from collections.abc import Mapping

from booking_core import Core

ALWAYS = ("oui", "non", "répéter", "conseiller", "au revoir", "stop")
MENU = (
    "prendre un rendez-vous",
    "déplacer mon rendez-vous",
    "annuler mon rendez-vous",
    "mes rendez-vous",
    "changer mon numéro",
)
REASONS = (
    "congé maternité",
    "congé paternité",
    "mutuelle",
    "C2S",
    "accident du travail",
    "maladie professionnelle",
    "indemnités journalières",
    "capital décès",
    "pension d'invalidité",
    "frontalier suisse",
)
CHANNELS = ("par téléphone", "en agence", "sur place")
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "demain", "la semaine prochaine")
TIMES = ("le matin", "l'après-midi", "le plus tôt possible", "un autre jour")
OPTIONS = ("le premier", "le deuxième", "le troisième", "aucun", "d'autres créneaux")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def phrases(core: Core) -> Mapping[str, tuple[str, ...]]:
    """Phrases by what is asked; "menu" for an open question, "" for always."""
    reasons = tuple(part.strip() for r in core.reasons.values() for part in r.label.split("/")) + REASONS
    places = tuple(a.name.removeprefix("Agence de ") for a in core.agencies())
    when = DAYS + TIMES
    return {
        "": ALWAYS,
        "menu": MENU + reasons + when,
        "reason": reasons,
        "existing": ("le déplacer", "l'annuler", "le laisser"),
        "channel": CHANNELS,
        "agency": places,
        "preferred_time": when + MONTHS,
        "slot_id": OPTIONS + when,
        "appointment_id": OPTIONS + reasons,
        "confirm": ("je confirme", "c'est ça", "changer"),
        "change": ("le motif", "le jour", "l'heure", "le lieu", *when),
        "birth_date": MONTHS,
    }
