"""How the appointment takes place: by phone or at the desk."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterable, List, Optional, Pattern, Tuple

from french.model import Entity, Span
from french.spelling import respelt

# What "rappelez-moi" is followed by when it means "remind me".
REMIND = r"\b(?! (?:l'|le (?!\d|lundi|mardi|mercredi|jeudi|vendredi|samedi|matin|soir)|la |les |sur (?:le|ce|mon|un) |que |ma |mon |mes |quand|quel|ou |si |comment|combien|un (?!de ces|soir|matin|jour|apres midi)|une |a quel|de quel|dans quel|pour quel|sur quel|votre |notre |au 0|au zero|au ⟦))"
VERBS = r"(?:appeler|rappeler|telephoner|contacter|joindre|passer un appel)"
SAID = r"(?:appelez|appelle|appeliez|appellerez|appelleras?|rappelez|rappelle|rappeliez|rappellerez|telephon(?:ez|e|iez)|contact(?:ez|e|iez)|joign(?:ez|e|iez))"
ASKS = r"(?:pouvez|pourriez|pourrez|peux|peu|peut|pourrait|allez|va|vas|doit|devez|devrait|voulez|preferez|souhaitez|puisse)"
ONE = r"(?:vous|tu|on|quelqu'un|conseillere?s?|monsieur|dame|il|elle|agent|qu'on|lui)"
POLITE = r"(?:oui|non|euh|heu|alors|bon|bah|ben|plutot|le|la|par|au|svp|stp|merci|s'il (?:vous|te) plait|je|prefere|choisis|veux|voudrais|ca sera|ce sera|c'est|pour|moi|ok|mieux|rendez vous)"


def _any(patterns: Iterable[str]) -> Pattern[str]:
    return re.compile("|".join(patterns))


PHONE = _any(
    (
        r"\b(?:par|part|au|en|via|rendez vous|entretien|creneau|rencontre|consultation|echange|point) telephone\b(?! (?:portable|fixe|est|sera|ne|quel))",
        r"\btelephonique(?:ment)?\b|\btelephone possible\b|\btelephone rendez vous\b",
        rf"^\W*(?:{POLITE}\W+)*telephone(?:\W+{POLITE})*\W*$",
        r"(?<=[,;.] )(?:par )?telephone\W*$|^\W*telephone,? pour (?:m(?:on|a|es)|un|une|la|le|l'|les|des)\b",
        r"\btelephone (?:c'est|ce serait|ca serait) (?:mieux|plus|bien|parfait)",
        r"\b(?:prefere|plutot|choisis|opte pour|mettez) (?:le |un |par )?telephone\b",
        rf"\b{ONE} (?:me |m'|nous )?(?:{ASKS} )+(?:pas )?(?:me |m'|nous |le |la )?(?:{VERBS}\b){REMIND}",
        rf"\b{ONE} (?:me |m'|nous ){SAID}{REMIND}|\b{ASKS} {ONE} (?:me |m'|nous ){VERBS}{REMIND}",
        r"\bon s(?:e telephone|e rappelle|'appelle)\b",
        rf"\b(?:qu'un|un|qu'une|une|votre|vos|le|la) \w+ (?:me |m'|nous ){SAID}{REMIND}",
        rf"\b{SAID} (?:moi|nous)\b{REMIND}|\b(?:appeler|rappeler|rappele|joindre) moi\b{REMIND}",
        r"^\W*(?:bonjour\W+)?me (?:appeler|rappeler|contacter|telephoner?|joindre)\b(?! (?:le |la |l'|les |que |mon |ma |mes |quand|quel))",
        r"\b(?:souhaite|demande|voudrais|veux|veut|aimerais|propose[rz]?|prefere|besoin|merci|svp) (?:d'un |un |etre |de )?rappel\b(?! (?:de (?:mon|ma|mes|vaccin|rendez)|par (?:sms|mail|message)|du rendez|sms))",
        r"\bm'appeler\b(?! (?:monsieur|madame|par mon))",
        rf"\b(?:etre|soit|suis|serai|serais) (?:appeler|rappeler|contacte|appelee?|rappelee?)\b{REMIND}",
        r"\b(?:un|par|d'un|en|l'|rendez vous|prefere) ?appel\b(?! (?:en absence|manque|de votre|de vos|d'offre|a temoin))",
        r"\bcoups? (?:de|2|d) (?:fil|telephone|bigo)\b|\bau bout du fil (?:c'est|ca|mieux|svp|merci)|\brendez vous au bout du fil\b|\ba distance\b|\ben distanciel\b",
        # Who cannot or will not come.
        r"\bsans (?:avoir a )?(?:me |se |nous |devoir me )?(?:deplacer|bouger)\b",
        r"\b(?:peux|peu|puis|pourrai|pourrais|arrive|veux|voudrais|compte|capable de) (?:vraiment |absolument )?(?:plus|pas|point|difficilement) (?:a )?(?:me |m'|nous )?(?:deplacer|bouger de chez)\b",
        r"\b(?:moins|eviter|evite|sans|pas) (?:de |les |trop de |le moins de )?deplacements?\b",
        r"\b(?:pas|eviter|evite|besoin|peine|sans) (?:de |d'avoir a |a )?(?:me |m'|nous )(?:deplacer|bouger)\b|\bme deplacer (?:plus|pas)\b",
    )
)
DESK = _any(
    (
        r"\b(?:en|a l'|pour l'|pr l |pour l |a l |dans l'|dans une|dans votre|a votre|a une|vers l'|en votre|rendez vous|chez vous en|dans mon|a mon|direct) ?agence\b(?! en ligne)",
        r"\bsur (?:place|site)\b|\b(?:au|a un|a votre|a vos|rendez vous) (?:guichets?|comptoir|bureaux?)\b|\bface ?a ?face\b|\bface a (?:quelqu'un|un|une)\b|\ben face (?:avec|d'une?)\b|\ben tete a tete\b|\b(?:qu'on|nous|on) (?:se|nous) voi[est]\b|^\W*a l'accueil directement\W*$|\bm'ass(?:eoir|oir) (?:avec|a|devant|en face)\b",
        r"\b(?:dans|a|vers|chez) (?:vos|les|votre|un|l'un de vos) (?:bureaux|locaux|murs)\b",
        r"\b(?:passer|venir|viens|passe|aller|rendre|vient|vienne|viennent|viendrai|passerai|viendrais) (?:vous )?(?:voir|rencontrer)\b",
        r"\bvous (?:rencontrer|voir)\b(?! (?:ce que|si|pour|comment))|\ben face de (?:moi|quelqu'un|vous)\b",
        r"\b(?:peux|peu|puis|pourrais|prefere|souhaite|vais|voudrais|veux|veu|dois|aimerais|possible de|envie de|compte) (?:y )?(?:venir|passer)\b"
        r"(?! (?:avec|sans|a autre|commande|par|a la place|au suivant|la semaine|le rendez|en journee|un|l'|mon|ma|accompagne))",
        r"\b(?:prefere|veux|veux bien|peux|souhaite|aime mieux|aimerais|dois|faut que) (?:je )?(?:me |m')(?:deplacer?|rendre)\b(?! (?:mon|le|ce|la|pas|plus|compte))",
        r"\bje me (?:deplacer|deplacerai|deplacerais)\b(?! (?:pas|plus|mal|difficilement|en))|\bje m'y rends?\b|\bme rendre (?:sur|a l'|en agence|dans|chez|au|directement)\b",
        r"\ben personne\b|\bpresentiel\b|\bde vive voix\b|\bde visu\b|\ben chair et en os\b|\ben vrai\b|\ben physique\b|\bphysiquement\b|\bles yeux dans les yeux\b",
        r"\b(?:rendez vous|rencontrer?|rencontre|entretien|entrevue|entrevu) physiques?\b",
        r"\b(?:etre|sois|serai|me) (?:recue?s?|recevoir)\b|\brecevez moi\b|\bvous me recevez\b|\b(?:peux|viens|venir|passer|aller|prefere|vais) a l'accueil\b|\ba l'accueil .{0,20}\b(?:je peux|venir|passer)\b",
        r"(?:^|\bvais |\baller |\bpasser |\bviens |\bprefere )\W*a la (?:cpam|secu|caisse)\W*(?:svp|merci)?$|^\W*(?:a l'|l'|au? |le )?(?:accueil|agence|guichet)\W*(?:svp|merci|s'il vous plait)?\W*$",
        r"^\W*(?:(?:plutot|directement|je prefere|ben|euh|oui|venir|aller|a|direct)\W+)*chez vous(?:\W+(?:directement|plutot|svp|merci|c'est mieux|direct|je prefere))*\W*$",
        r"\b(?:voir|devant) (?:quelqu'un|un conseiller|une conseillere|un agent|un de vos|vos conseillers?|vos services)\b",
        r"(?<!notre )(?<!votre )(?<!cette )(?<!la )\brencontrer\b(?! (?:par|au|en visio|telephon|a distance|(?:un |une |des |le |de |ce |quelques )?(?:autre |gros )?(?:medecin|docteur|specialiste|probleme|difficulte|souci|bug|erreur)))",
    )
)
# "Téléphone ou sur place, qu'est-ce qui est mieux ?" chooses none.
EITHER = re.compile(
    r"\btelephone,? ou (?:bien |alors |plutot )?(?:en agence|sur place|a l'agence|au guichet|au bureau|venir|en personne)\b"
    r"|\b(?:en agence|sur place|a l'agence|au guichet|en personne),? ou (?:bien |alors |plutot )?(?:par |au |le )?telephone\b"
)
PREFERS = re.compile(r"\b(?:prefere|plutot|mieux (?:en|par|sur|a|au)|je choisis|je prends|finalement)\b")
OR = re.compile(r"[ ,]*\bou(?: bien| alors| plutot)? ?")
# "C2s tel lundi": in so few words no telephone is spoken of for itself.
SHORTLY = re.compile(
    r"^(?!.*\b(?:chang\w*|nouveau|nouvelle|numeros?|num|le|mon|ma|ce|son|votre|perdu\w*|modif\w*|panne|casse\w*|vole|fixe|portable)\b)"
    r"(?:\w+ ){1,3}(?P<said>telephone)(?! quel)(?: [^\W\d]+){0,4}\W*$"
)
REFUSED_PHONE = re.compile(
    r"\b(?:pas|ni|plutot que|jamais|eviter) (?:par |au |le |d'|de |du |un )?(?:rendez vous |entretien |appel )?(?:telephone|telephonique)\b(?! (?:portable|fixe))"
    # Who hears, speaks or understands badly on the phone, or does not like it.
    r"|\b(?:pas|plus|mal|rien|difficile|dur|complique|impossible|peine|honte|peur|horreur|deteste)(?: (?:bien|trop|tres|vraiment|forcement|tellement|pour moi|du tout|a l'aise|fan)){0,2}"
    r"(?: (?:a |de |d'|pour )?(?:parler|entendre|repondre|comprendre|discuter|m'exprimer|m'expliquer|me faire comprendre|echanger|entends|comprends|parle))? (?:par|au|le|du|de) telephone\b(?! (?:portable|fixe|de))"
    r"|\b(?:au|le) telephone,? (?:c'est|ca|ce n'est|est|j'ai|je|j'|m'est)(?: ?(?!va |passe |derange|gene|pas )[a-z]+){0,2}? ?(?:pas|mal|rien|complique|impossible|difficile|dur|peur|horreur|stresse|angoisse)\b(?! (?:portable|fixe|grave|de probleme|de souci|mal|derange|trop t))"
)
NOT = r"(?:plus |vraiment |absolument )?(?:de )?(?:pas|plus|ne pas)(?: de| a)?"
DESKS = r"(?:en agence|a l'agence|sur place|chez vous|jusqu'a vous|physiquement|vous voir)"
THEN = r"(?=\W*$|,? (?:mais|donc|alors|parce|car|par|je prefere)\b|, (?:plutot|telephone)\b)"
REFUSED_DESK = re.compile(
    r"\b(?:pas|ni|plutot que|jamais) (?:en agence|sur place|au guichet|a l'agence|dans une agence|en personne|en presentiel|en face a face)\b"
    rf"|\b(?:peux|peu|puis|pourrai|pourrais|arrive|possible) {NOT} (?:venir|passer) {DESKS}{THEN}"
    # "Je ne peux pas venir mardi" gives up a day, not the desk.
    rf"|^\W*(?:(?:non|euh|ben|bah|desolee?|je|moi|ne|mais)\W+)*(?:peux|peu|puis|pourrai|pourrais) {NOT} (?:venir|passer)\W*$"
    rf"|\b(?:peux|peu|puis|pourrai|pourrais) {NOT} (?:venir|passer),? (?:donc|alors|par|je prefere|plutot|telephone)\b"
    rf"|\b(?:veux|prefere|voudrais|envie) {NOT} (?:venir|passer)(?: {DESKS})?{THEN}"
)

# "Par téléphone, euh non, plutôt sur place".
REPAIR = re.compile(r"\b(?:non|pardon|plutot(?! qu[e'])|finalement|en fait|je me trompe|prefere(?! pas))\b")
# "J'ai besoin de voir quelqu'un, par téléphone c'est mieux".
PREFERRED = re.compile(
    r"[ ,]*(?:(?:c'est|c|ce serait|ca serait|ca sera|serait) )?(?:mieux|plus (?:simple|pratique|facile)|de preference)\b"
)


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """One channel: that which is not refused, the first when both are said, the last when it repairs the first."""
    spelt = respelt(folded)
    found = _channel(spelt.text)
    if found is None:
        return []
    code, span = found
    place = spelt.span(span)
    return [Entity("channel", code, text[slice(*place)], place)]


def _channel(text: str) -> Optional[Tuple[str, Span]]:
    no_phone, no_desk = REFUSED_PHONE.search(text), REFUSED_DESK.search(text)
    if EITHER.search(text) and not PREFERS.search(text):
        return None
    phone = None if no_phone else PHONE.search(text)
    desk = None if no_desk else DESK.search(text)
    if phone and desk:
        one, other = sorted((phone.span(), desk.span()))
        if OR.fullmatch(text, one[1], other[0]):
            return None
    said = [(m.start(), code, m.span()) for code, m in (("phone", phone), ("in_person", desk)) if m]
    if said:
        first, last = min(said), max(said)
        _, code, span = (
            last if REPAIR.search(text, first[2][1], last[2][0]) or PREFERRED.match(text, last[2][1]) else first
        )
        return code, span
    if no_phone and not no_desk:
        return "in_person", no_phone.span()
    if shortly := SHORTLY.match(text):
        return "phone", shortly.span("said")
    return ("phone", no_desk.span()) if no_desk and not no_phone else None
