"""Choices in a list: "le deuxième", "2", "le dernier"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import List, Optional, Tuple, Union

from french.model import Entity, Span
from french.numbers import UNITS
from french.spelling import respelt

Option = Union[int, str]
ORDINALS = {
    "premier": 1, "premiere": 1, "1er": 1, "1ere": 1, "1re": 1, "deuxieme": 2, "second": 2, "seconde": 2, "2nd": 2, "2nde": 2,
    "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10, "prems": 1, "preums": 1, "deuz": 2, "deuzio": 2,
}  # fmt: skip
NTH = r"(?P<nth>\d{1,2}) ?(?:e|eme|ieme|em|er|ere|re|nd|nde)\b"
LISTED = (
    r"(?:creneaux?|crenau|choix|options?|lignes?|propositions?|proposes?|horaires?|dates?|rendez vous|agences?|heures?|cases?|boutons?|"
    r"numeros?|possibilites?|disponibilites?|dispos?|places?|reponses?|lieux?|villes?|adresses?|jours? proposes?|motifs?|rdv)"
)
HESITATES = r"(?:(?:euh|heu|hum|ben|bon) )*"
ORDINAL = re.compile(
    rf"(?P<det>\b(?:le|la|au|du|l'|ce|mon|pour|sur|pren|prends?) ?(?:tout|toute)? ?{HESITATES})?\b(?:(?P<word>{'|'.join(ORDINALS)})\b|{NTH})(?: (?P<noun>{LISTED}))?"
)
LAST = re.compile(
    rf"(?P<avant>avant )?(?P<det>\b(?:le|la|au|du|l'|ce) (?:tout |toute )?{HESITATES})?\bderniere?\b(?: (?P<noun>{LISTED}))?|\bcel(?:ui|le) (?:tout )?(?:du|en|d'en|le plus) bas\b|\btout en bas\b|\bcel(?:ui|le) (?:de |d)?(?:tout )?(?:a )?la fin\b|\b(?:dite?s?|lue?|propose|cite)(?: tout)? en dernier\b"
)
TOP = re.compile(
    r"\b(?:dite?s?|lue?|propose|cite)(?: tout)? en premier\b|\bcel(?:ui|le) (?:tout )?(?:du|en|d'en|le plus) haut\b|\btout en haut\b"
)
# What follows an ordinal that counts something else than choices.
OTHERS = re.compile(
    r" ?(?:de |du |d'|des )?(?:janv|fevr|mars\b|avril|mai\b|juin|juil|aout|sept|octo|nove|dece|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"semaine|sem\b|week|wk\b|mois|jour|annee|trimestre|semestre|quinzaine|categorie|etage|arrond|enfant|bebe|fois|grossesse|mari\b|femme|"
    r"disponible|dispo\b|libre|possible|venu|pour (?:un|une|mon|ma)\b|appel|connexion|message|phrase|courrier|demande|question|degre|partie|personne|accident|arret|conge|emploi|salaire|bulletin|chiffre|\d)"
)
ANOTHER = re.compile(r"\b(?:une?|d'une?|cet(?:te)?|aucune?) (?:tout )?(?:nouveau |nouvelle )?$")
BEFORE_OTHERS = re.compile(
    r"(?:\b(?:mois|semaine|annee|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|week end|weekend|week-end|trimestre|semestre|nuit|noel|an|ete|hiver|printemps|automne|fois|en|votre|vos|ma|ta|sa|leur|notre|de|juin|mai|mars) )$"
)
# "Lundi matin première heure": early, not the first of a list.
DAWN = re.compile(r"\b(?:matin|a(?: la)?|des(?: la)?|aux?|jour) ?$")
DENIED = re.compile(r"\b(?:pas|ni|sauf|plutot que|au lieu du?|non pas) (?:le |la |du |de la |au )?(?:tout )?$")
REJECTED = re.compile(
    r" (?:(?:est|c'est|me parait|serait|fait) (?:beaucoup |bien |un peu )?trop|(?:ne |n')?(?:me )?(?:va|convient|plait|arrange) pas)\b"
)
CORRECTED = re.compile(r"\b(?:non|pardon|plutot|finalement|attendez|enfin|en fait|mais)\b")
NUMBER = rf"(?P<number>[1-9]\d?|{'|'.join(w for w in UNITS if w != 'zero')})"
NAMED = re.compile(
    rf"\b(?:numero|num|nº|n°|n|choix|options?|opt|ligne|proposition|reponse|touche|creneau|tape[rz]?|taper|case|bouton|solution|le creneau)(?: (?:le |la |numero )?|)?#? ?{NUMBER}\b(?! ?(?:h\b|heures?|[:/]\d|\d| (?:ma|mon|sa|son|notre)\b))(?<!\bune)(?<!\bun)"
    rf"|\b(?:le|la) (?P<listed>[1-9]) (?:de|dans) (?:la|ta|votre|cette|ces|vos) (?:liste|propositions?)\b"
    # "Je touche une retraite" names no key.
    rf"|\b(?:numero|num|choix|option|ligne|proposition|reponse|touche|creneau|case|bouton|solution) (?:le |la |numero )?(?P<one>une?)\b(?=\W*$|\W+(?:svp|s'il|merci|me|c'est|ca|je|convient)\b)"
)
# None of them is others joined: two ways to read the same words make a match take for ever.
POLITE = (
    r"(?:oui|ouais|g|j'ai|jai|pris|ok|okay|oki|dac|dacc|dak|dakor|daccord|non|plutot|alors|euh|heu|bon|ben|bah|et|hop|donc|finalement|d'accord|parfait|allez|va|pour|moi|je|j|jprends?|jpren|jpr|jveux?|jvx|me|mon choix|choix|jvais|vais|"
    r"vai|choisi[rst]*|prends?|prendre|pren|prenez|preferes?|voudrais|veux|veu|mettez|mets|mette|donnez|reserve[rz]?|retiens|garde|attendez|attends|on part|partons|part|on prend|on va|c'est|ca sera|ce sera|sera|"
    r"sur|dis|dirais|disons|le|la|l|numero|n°|svp|stp|merci|bien|ca me va|ira|ca ira|bonjour|madame|monsieur|"
    r"parfaitement|s'il|te|vous|plait|opte|au|du coup|je confirme|valide)"
)
# "Quatre, le quatre".
REPEATED = (
    rf"(?:(?P<first>[1-9]|{'|'.join(w for w in UNITS if w != 'zero')})\W+(?:oui\W+)?(?=(?:le |la )?(?P=first)\b))?"
)
GIVEN_UP = rf"(?:(?:[1-9]|{'|'.join(w for w in UNITS if w != 'zero')})\W+(?:euh\W+|ah\W+)*(?:non|pardon|plutot|enfin|attendez)\W+)?"
ALONE = re.compile(
    rf"[^\w<]*(?:{POLITE}\W+)*(?:(?:et )?(?:ni|pas) (?:le |la )?(?:{'|'.join(w for w in UNITS if w != 'zero')}|[1-9])\W+)*(?:{POLITE}\W+)*{GIVEN_UP}{REPEATED}(?:{POLITE}\W+)*#?{NUMBER}(?:\W+{POLITE})*(?:\W+(?:et )?(?:surtout )?pas (?:le |la |l')?(?:{'|'.join(w for w in UNITS if w != 'zero')}|[1-9]|autre))?\W*"
)


# "Déplacer le 2 à mercredi": the second of the list.
MOVED = re.compile(r"\b(?:deplac|decal|report|repouss)\w* (?:le|la) (?P<moved>[1-9]) (?:a|au|vers|pour) ")


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """The choice that counts: not one that is refused, the last when corrected, the first of "le premier ou le deuxième"."""
    spelt = respelt(folded)
    said = sorted(_said(spelt.text))
    kept = [
        s
        for s in said
        if not DENIED.search(spelt.text, max(0, s[0][0] - 24), s[0][0]) and not REJECTED.match(spelt.text, s[0][1])
    ]
    if not kept:
        return []
    span, value = kept[0]
    before = span[1]
    for (start, end), later in kept[1:]:
        if CORRECTED.search(spelt.text, before, start):
            span, value = (start, end), later
        before = end
    place = spelt.span(span)
    return [Entity("option", value, text[slice(*place)], place)]


def _said(text: str) -> List[Tuple[Span, Option]]:
    found: List[Tuple[Span, Option]] = []
    if "derni" in text or "bas" in text or "fin" in text:
        found += [(m.span(), "last") for m in LAST.finditer(text) if not m["avant"] and _chooses(text, m)]
    if "haut" in text or "premier" in text:
        found += [(m.span(), 1) for m in TOP.finditer(text)]
    for m in ORDINAL.finditer(text):
        value = ORDINALS[m["word"]] if m["word"] else int(m["nth"])
        if value and _chooses(text, m):
            found.append((m.span(), value))
    # The verb is part of the choice: "le 2 à mercredi" alone would be a date.
    found += [(m.span(), int(m["moved"])) for m in MOVED.finditer(text)]
    for m in NAMED.finditer(text):
        found.append((m.span(), 1 if m["one"] else _number(m["number"] or m["listed"])))
    alone = None if found else _alone(text)
    return [*found, alone] if alone else found


def _alone(text: str) -> Optional[Tuple[Span, Option]]:
    """A bare number up to nine: "2", "jpren le 4", "plutôt le 3 svp", "le 2 non le 3"."""
    if len(text) > 80:
        return None
    m = ALONE.fullmatch(text)
    if not m or _number(m["number"]) > 9 or (m["number"] == "une" and "la une" not in text):
        return None
    return m.span("number"), _number(m["number"])


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else UNITS[said]


def _chooses(text: str, m: re.Match[str]) -> bool:
    """True when an ordinal picks from a list: it has a determiner or a noun of lists, or is about all that is said."""
    groups = m.groupdict()
    start, end = m.span()
    if groups.get("noun") == "heure" and DAWN.search(text, max(0, start - 12), start):
        return False
    if OTHERS.match(text, end) or (
        "det" in groups and not groups["det"] and BEFORE_OTHERS.search(text, max(0, start - 12), start)
    ):
        return False
    if "det" not in groups or groups["noun"] or groups["det"]:
        return not ANOTHER.search(text, max(0, start - 20), start)
    return len(re.findall(r"\w+", text)) <= 4
