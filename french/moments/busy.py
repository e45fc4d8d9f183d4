"""What people say of their own time: when they work, are away, are back, have something else to do, are free every week."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Optional, Tuple

from french.model import Reading, Role
from french.moments.piece import WEEKDAY

# What stands between such words and the time they speak of.
_TO = r"(?: ?(?:le|la|les|l'|tous|toute|tout|du|de|d'|ce|cet|cette|en|a|au|dans|pendant|vers|jusqu'a|jusqu'au|entre|depuis|chaque|souvent|aussi|encore) ?)*"
# What cannot be moved for an appointment.
_ENGAGEMENT = (
    r"(?:kine\w*|cours|ecole|piscine|reunions?|dialyse|reeducation|enterrement|obseques|mariage|bapteme|formations?|stage|examens?|concours|enfants?|petits? enfants?|gosses|gamins|petits|fils|fille|"
    r"medecin|docteur|dentiste|ophtalmo\w*|cardiologue|specialiste|psy\w*|infirmiere?|audience|tribunal|notaire|avocat|avion|train|vol|seances?|soins|chimio\w*|irm|scanner|radio\w*|analyses|prise de sang|"
    r"operation|chose|truc|empechement|imprevu|contretemps|visite|entretien d'embauche|sport|gym|marche|match|repetition|chantier|permanence|garde|travail|service|messe|club|danse|musique|demenagement|livraison|plombier|"
    r"(?:rdv|rendez vous|rv)(?= (?:chez|avec|a l'hopital|medical|a la banque|a l'ecole|au tribunal|ailleurs)))"
)
_HAVE = rf"(?:j'ai|j'aurai|on a|nous avons) (?:(?:deja|aussi|toujours|un|une|mon|ma|mes|les|des|le|la|l'|du|de|d'|autre|quelque|petit|petite|nos|grosse?|cours|seances?|plus) ?)*{_ENGAGEMENT}"
_TAKEN = (
    r"(?:(?:deja|tres|toujours|encore|pas mal|bien) )?(?:prise?|occupee?|retenue?|bloquee?|coincee?|hospitalisee?|absente?|malade|de garde|de service|de permanence|en poste|en reunion|en formation|en stage|en cure|"
    r"en deplacement|en voyage|en vacances|en conges?|a l'hopital|a l'etranger|au travail|a l'usine|a l'ecole|chez le \w+|chez ma \w+|chez mon \w+|chez mes \w+|ailleurs|sur la route|sur un chantier)"
)
_AM = r"(?:je|j'y) (?:suis|serai|reste)|on (?:est|sera)|nous (?:sommes|serons)"
_WORK = r"je (?:travaille|bosse|taffe|suis au travail|suis en poste)"
_DO = r"je (?:(?:m'occupe|garde|dors|travaille|bosse|taffe|embauche|pars|recupere|emmene|accompagne|deménage|demenage)\b|fais (?:la |ma |mes |les |une )?(?:sieste|courses|menage|reeducation|kine|dialyse|sport|gym|nuit)|vais (?:a la |a l'|au |aux |chez )(?!vous|l'agence|guichet))"
BUSY_BEFORE = re.compile(
    rf"\b(?:{_HAVE}(?: (?:de|chez|avec|a|au|pour)(?: [a-z']+){{1,3}}?)?|(?:{_AM}) {_TAKEN})[ ,]{_TO}$"
)
WORK_BEFORE = re.compile(rf"\b{_WORK} {_TO}$")
BUSY_AFTER = re.compile(
    rf"[ ,:]*(?:(?:moi|la|car|parce que|vu que|puisque|mais|c'est que) )*(?:{_HAVE}\b|(?:{_AM}) {_TAKEN}\b|{_DO}|c'est (?:la|le|mon|ma) {_ENGAGEMENT}\b)"
)
SINCE = re.compile(r"\bdepuis (?:le |la )?$")
# The day off: "je ne travaille pas le jeudi", "mon jour de repos c'est le lundi", "je travaille tous les jours sauf le mercredi".
FREE = re.compile(
    r"\b(?:je (?:ne )?(?:travaille|bosse|taffe) (?:pas|jamais)|(?:en|de) repos|(?:mon|mes|le|les) (?:seuls? )?jours (?:de (?:repos|conge|libre)|off|libres?|de libre)(?: (?:c'est|est|sont|ce sont|reste))?"
    r"|je (?:travaille|bosse|taffe) (?:tous les jours|toute la semaine|tout le temps) (?:sauf|a part|hormis|excepte)) (?:que )?(?P<every>le |les |du |chaque )?$"
)
# "Je peux que le lundi", "uniquement le vendredi": every one of them, as "le" with a habit says.
ONLY_EVERY = re.compile(r"\b(?:que|uniquement|seulement|exclusivement|surtout|generalement|toujours|souvent) le $")
ONLY_AFTER = re.compile(r" (?:uniquement|seulement|exclusivement)\b")
# The habit of one day, told after it: "le mercredi j'ai les enfants".
LE = re.compile(r"\b(?:le|les|tous les|chaque) $")
# Back from then on: "je reviens le 30", "de retour lundi".
REFUSED_OF_HELD = re.compile(r" (?:a|pour|au|de) (?:mon|ce|cet|le|l') ?(?:rdv|rendez vous|entretien)")
# "Je ne suis pas rentré avant 18h": not before.
NOT_THEN = re.compile(
    r"\b(?:je|j'|on) ?(?:ne |n')?(?!pourrai[st]|aurai[st])[a-z']+ (?:pas|jamais|plus)(?: [a-z']+){0,3} $"
)
# "Je ne peux pas venir demain".
NOT_COMING = re.compile(
    r"\b(?:pas|plus) (?:pouvoir |du tout |trop |etre en mesure de )?(?:venir|me deplacer|passer|etre la|etre disponible|me liberer|y aller|assister|me rendre|honorer|etre present)e?(?: chez vous)? (?:le |la |l'|ce |cet |cette )?$"
)
BOUND = re.compile(r"(?:avant|apres|a partir)\b")


def role_of(before: str, after: str, said: str, *, hour: bool) -> Tuple[Optional[Role], bool]:
    """The role that such words give a moment, None when there are none, and whether every such weekday is meant.

    `hour`: it is one hour of the clock ("je travaille à 14h" says nothing of how long).
    """
    free = FREE.search(before)
    if free:
        return "wanted", bool(free["every"])
    every = bool(LE.search(before)) and bool(re.match(WEEKDAY, said))
    if ONLY_EVERY.search(before) or (every and ONLY_AFTER.match(after)):
        return None, True
    if NOT_THEN.search(before) and BOUND.match(said):
        return "excluded", False
    if NOT_COMING.search(before) and REFUSED_OF_HELD.match(after):
        return "existing", False
    if SINCE.search(before) or hour:
        return None, False
    if BUSY_BEFORE.search(before) or WORK_BEFORE.search(before):
        return "excluded", every
    if NOT_COMING.search(before):
        return "excluded", False
    if BUSY_AFTER.match(after):
        return "excluded", every
    return None, False


def weekly(readings: Tuple[Reading, ...]) -> Tuple[Reading, ...]:
    """The same weekday of every week, with the same hours."""
    return tuple(
        replace(r, first=None, last=None, weekdays=(r.first.weekday(),)) if r.first and r.first == r.last else r
        for r in readings[:1]
    )
