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
_HAVE = rf"(?:j'ai|j'aurai|on a|nous avons|(?:il )?y a) (?:(?:deja|aussi|toujours|un|une|mon|ma|mes|les|des|le|la|l'|du|de|d'|autre|quelque|petit|petite|nos|grosse?|cours|seances?|plus) ?)*{_ENGAGEMENT}"
_TAKEN = (
    r"(?:(?:deja|tres|toujours|encore|pas mal|bien) )?(?:prise?|occupee?|retenue?|bloquee?|coincee?|hospitalisee?|absente?|malade|de garde|de service|de permanence|en poste|en reunion|en dialyse|en reeducation|en cours|en classe|en mission|en seminaire|en tournee|en soins|en examen|convoquee?(?: (?:a la|a l'|au|chez|par)(?: la| le)? ?\w+)?|attendue?|en formation|en stage|en cure|"
    rf"(?:a la|au|a l'|aux|chez l[ea]|de|chez l') ?{_ENGAGEMENT}|"
    r"en deplacement|en voyage|en vacances|en conges?|a l'hopital|a l'etranger|au travail|a l'usine|a l'ecole|chez le \w+|chez ma \w+|chez mon \w+|chez mes \w+|ailleurs|sur la route|sur un chantier)"
)
_AM = r"(?:je|j'y) (?:suis|serai|reste)|on (?:est|sera)|nous (?:sommes|serons)"
_WORK = r"je (?:travaille|bosse|taffe|suis au travail|suis en poste)"
_DO = r"(?:je |j')(?:(?:m'occupe|garde|dors|travaille|bosse|taffe|embauche|pars|recupere|emmene|depose|amene|conduis|promene|accompagne|demenage)\b(?! (?:entre les|avant|apres|sinon|le reste|les autres|donc|la semaine|en semaine|tous|toute|tout|du lundi|de lundi))|fais (?:la |ma |mes |les |une |des )?(?:sieste|courses|tournees?|livraisons?|nuits?|menage|reeducation|kine|dialyse|sport|gym|nuit)|vais (?:a la |a l'|au |aux |chez )(?!vous|l'agence|guichet))"
_PARS = r"je (?:pars|m'absente|m'en vais)(?: (?:en|a|au|chez)(?: l'| la| ma| mon)? ?\w+)?"
# "Je garde mes petits-enfants jeudi", never "je garde mon rendez-vous de jeudi".
_CARE = r"(?:je |j')(?:m'occupe de|garde|recupere|emmene|accompagne|depose|amene|conduis) (?:ma|mon|mes|les|le|la|leurs?|un|une|l')(?: ?(?!rdv|rendez|creneau|date|heure|meme|premier|deuxieme|dernier|numero|place|entretien|celui|donc|alors|mais|et|ou|sinon|plutot)[a-z']+){1,3}?"
BUSY_BEFORE = re.compile(
    rf"\b(?:{_PARS}|j'ai (?:du mal|des difficultes)(?: a (?:me )?[a-z']+)?|{_HAVE}(?: (?:de|chez|avec|a|au|pour)(?: [a-z']+){{1,3}}?)?|(?:{_AM}) {_TAKEN}|{_CARE})[ ,]{_TO}$"
)
WORK_BEFORE = re.compile(
    rf"\b(?:{_WORK}|je dors|je fais (?:mes|ma|la|les|des) (?:tournees?|livraisons?|menages?|courses|sieste|seances?)) {_TO}$"
)
BUSY_AFTER = re.compile(
    rf"[ ,:]*(?:(?:moi|la|mais) )*(?:(?:je n'|j')ai (?:personne|pas (?:la|ma|de) (?:voiture|nounou|garde))\b|{_HAVE}\b|(?:{_AM}) {_TAKEN}\b|{_DO}|c'est (?:la|le|mon|ma) {_ENGAGEMENT}\b)"
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
BUSY_TWICE = re.compile(rf"{BUSY_AFTER.pattern}[ ,]*(?:car |et |parce que |vu que )?(?:{_WORK}|{_AM})\b")
# Back from then on: "je reviens le 30", "de retour lundi".
REFUSED_OF_HELD = re.compile(r" (?:a|pour|au|de) (?:mon|ce|cet|le|l') ?(?:rdv|rendez vous|entretien)")
# "Je ne suis pas rentré avant 18h": not before.
NOT_THEN = re.compile(
    r"\b(?:je|j'|on) ?(?:ne |n')?(?!pourrai[st]|aurai[st])[a-z']+ (?:pas|jamais|plus)(?: (?!mais |donc |sauf )[a-z']+){0,3} $"
)
# "Je ne peux pas venir demain".
NOT_COMING = re.compile(
    r"\b(?:pas|plus) (?:pouvoir |du tout |trop |etre en mesure de )?(?:venir|me deplacer|passer|etre la|etre disponible|me liberer|y aller|assister|me rendre|honorer|etre present)e?(?: chez vous)? (?:le |la |l'|ce |cet |cette )?$"
)
# "D'équipe du matin"; "le 8 je me fais opérer donc pas ce jour-là".
SHIFT = re.compile(r"\b(?:d'|en )(?:equipe|poste|service|astreinte) (?:du |de |de l'|le |la |l')$")
THAT_DAY = re.compile(
    r"[ ,]*(?:donc |alors |mais |et )*(?:surtout )?pas (?:possible )?(?:ce jours|ce matin|ce soir)(?: la)?\b"
)
BOUND = re.compile(r"(?:avant(?! hier)|apres(?! ?(?:demain|midi))|a partir)\b")


# "Je suis en congé cette semaine donc disponible", "le lundi c'est mon jour de repos".
SO_FREE = re.compile(
    r"[ ,]*(?:(?:donc|alors|et)(?: (?:je|j'y|tres|suis|la|tout|completement|facilement))* (?:disponible|dispo|libre)\b"
    r"|(?P<every>(?:c'est|ce sont|est|sont) (?:mon|mes|notre) (?:seuls? )?jours (?:de (?:repos|conge|libre)|off|libres?)))"
)
OPEN = re.compile(
    r"[ ,]*(?:(?:la|ca|moi|je|c'est|suis|serai|serais|par contre|en revanche|mais) ?)*(?:libre|dispo\w*|ok|oui|possible|va|bon|bien|marche|parfait|peux)\b"
)
BECAUSE = re.compile(r"[ ,:]*(?:car|parce que|vu que|puisque|comme|c'est que|sinon|donc|alors)\b")


# "En décembre, je suis à l'étranger en ce moment": not then.
FOR_NOW = re.compile(r"\b(?:en ce moment|actuellement|pour (?:le moment|l'instant)|d'ici la|jusque la)\b")


def engaged(gap: str, following: Optional[str]) -> bool:
    """True when the words after a moment say that something else takes place then.

    `following` is what comes after the next moment, None when there is none: "mardi je travaille mercredi je suis
    libre" tells of Tuesday, "lundi matin je travaille l'après-midi" of the afternoon.
    """
    if BECAUSE.match(gap) or not BUSY_AFTER.match(gap) or FOR_NOW.search(gap):
        return False
    # "L'après-midi je dors, je travaille de nuit": the second is told of the next, the first of this one.
    rest = gap if following is None or BUSY_TWICE.match(gap) is None else ""
    to_the_next = following is not None and (BUSY_BEFORE.search(rest) or WORK_BEFORE.search(rest))
    return not to_the_next or bool(OPEN.match(following or ""))


def role_of(
    before: str, after: str, said: str, *, hour: bool, following: Optional[str] = None, spent: bool = False
) -> Tuple[Optional[Role], bool]:
    """The role that such words give a moment, None when there are none, and whether every such weekday is meant.

    `hour`: it is one hour of the clock ("je travaille à 14h" says nothing of how long). `following` as in `engaged`;
    `spent`: the words before it speak of the moment before them.
    """
    free, so = FREE.search(before), SO_FREE.match(after)
    if free or so:
        return "wanted", bool((free or so)["every"])  # type: ignore[index]
    every = bool(LE.search(before)) and bool(re.match(WEEKDAY, said))
    if ONLY_EVERY.search(before) or (every and ONLY_AFTER.match(after)):
        return None, True
    if NOT_THEN.search(before) and BOUND.match(said):
        return "excluded", False
    if NOT_COMING.search(before) and REFUSED_OF_HELD.match(after):
        return "existing", False
    if SINCE.search(before) or hour:
        return None, False
    if not spent and (BUSY_BEFORE.search(before) or WORK_BEFORE.search(before) or SHIFT.search(before)):
        return "excluded", every
    if NOT_COMING.search(before) or THAT_DAY.match(after):
        return "excluded", False
    return ("excluded", every) if engaged(after, following) else (None, False)


def weekly(readings: Tuple[Reading, ...]) -> Tuple[Reading, ...]:
    """The same weekday of every week, with the same hours."""
    return tuple(
        replace(r, first=None, last=None, weekdays=(r.first.weekday(),)) if r.first and r.first == r.last else r
        for r in readings[:1]
    )
