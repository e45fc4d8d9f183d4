"""Wishes without a time: the soonest, any time, earlier, later, another day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Tuple

from french.model import Kind
from french.moments.piece import Parser, Said


def _wish(kind: Kind, words: str, pattern: str) -> Parser:
    def said(m: re.Match[str], now: datetime) -> Said:
        return Said(kind=kind)

    return frozenset(words.split()), re.compile(pattern), said


_SOMETHING = r"(?:rien|quelque chose|creneaux?|place|dispo\w*|mieux|possible)"
_NOTHING_MORE = r"(?=\W*(?:\Z|[.?!]|par hasard|s'il vous plait|svp|stp|si possible|merci))"
# "Non, plutôt avant": a whole answer.
_ALONE = r"(?:\A(?:(?:non|mais|plutot|un peu|bien|beaucoup|euh|alors|et|ou|quelques jours)[ ,]+)*)"
_FREE = r"(?:creneaux?|dispo\w*|date|rendez vous|rdv|horaire|jours|heures|moment|place)"

PARSERS: Tuple[Parser, ...] = (
    _wish(
        "soonest",
        "des tot vite possible delais delai brefs urgence rapidement asap 1e prochain prochaine urgent rapide tarder attendre",
        r"\b(?:(?:le |au )?plus (?:tot|vite|rapidement|rapide)(?: que)?(?: (?:possible|que vous (?:pouvez|pourrez|avez)|vous pouvez|sera le mieux))|(?:le|au|o) plus (?:tot|vite|rapidement)(?! (?:le|dans|en|a |apres|mardi|lundi|vers))"
        r"|des que (?:possible|vous (?:pouvez|pourrez|avez|aurez)|(?:ca|ce) (?:est|sera) possible|(?:une place|un creneau) (?:se libere|est libre))|des qu'(?:il y a|vous avez) (?:de la place|une place|un creneau)|(?:aussi(?:tot| vite| rapidement)|des) que (?:possible|vous (?:pouvez|pourrez))|assez vite|(?:dans )?(?:les|le) (?:meilleurs?|plus brefs?|plus court) delais?"
        rf"|(?:le |la |au )?(?:tout |toute )?1es? {_FREE}(?: (?:libre|dispo\w*|possible|venue?))?|(?:le |la )prochaine? (?:creneau|dispo\w*|date|place|rendez vous|rdv)(?: (?:libre|dispo\w*|possible))?"
        r"|(?:d'|en |c'est |tres |assez )urgen(?:ce|t)|asap|(?:assez |tres |plutot )?rapidement|sans (?:trop |plus |plus trop )?(?:tarder|attendre|delai)|(?:tres |bien |au plus |faire )vite|un (?:rendez vous |rdv )?rapide)\b",
    ),
    _wish(
        "anytime",
        "n'importe importe egal voulez pouvez convenance arrange preference moment heures",
        r"\b(?:n ?'?importe (?:quand|quel(?:le)? (?:jours|heures|moment|date|creneau|horaire)|a quelle heures)|peu ?importe(?: (?:quand|(?:le |la |l')?(?:jours|heures|date|moment|horaire|creneau)))?"
        r"|(?:ca |cela )?m'est (?:completement |totalement |bien )?egal|(?:le |l')(?:jours|heures|horaire) (?:m'est egal|importe peu|m'importe peu)|quand (?:vous (?:voulez|pouvez|voudrez|pourrez)|ca vous arrange)|(?:le jours |l'heures )que vous voulez|comme (?:vous voulez|ca vous arrange)|a votre convenance|(?:je n'ai )?(?:aucune|pas de) preference|(?:a )?(?:tout|toute) (?:moment|heures))\b",
    ),
    _wish(
        "other_day",
        "autre autres different differente changer",
        r"\b(?:(?:un|d'|\A)[ ']?autres? (?:jours|moments?|horaires?)|(?:une|d')[ ']?autres? (?:dates?|heures)|un jours different|une date differente)\b(?! (?:pour mon|du mois))",
    ),
    _wish(
        "earlier",
        "tot avant proche pres",
        rf"\b(?:(?<!finis )(?<!termine )(?<!sors )(?:un peu |beaucoup |bien )?plus tot(?: que (?:ca|cela|prevu))?(?! possible| que| dans l[ae'] ?(?:soiree|matin|apres midi|aprem|journee))|avant (?:ca|cela)|(?:{_SOMETHING} |{_ALONE})avant{_NOTHING_MORE}|plus (?:proche|pres|rapproche)e? (?:comme date|dans le temps)|(?:date|creneau|rdv|rendez vous) plus (?:proche|rapproche)e?)(?!\w)",
    ),
    _wish(
        "later",
        "tard apres",
        rf"\b(?<!au )(?<!\Aa )(?<!merci a )(?:(?:un peu |beaucoup |bien |le )?plus tard(?: que (?:ca|cela|prevu))?(?: dans la journee| dans la semaine)?(?! possible| que| dans l[ae'] ?(?:soiree|matin|apres midi|aprem|journee))|apres (?:ca|cela)|le plus tard possible|(?:{_SOMETHING} |{_ALONE})apres{_NOTHING_MORE})(?!\w)",
    ),
)
