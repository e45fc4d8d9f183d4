"""Yes or no: the answer that counts in the end."""

from __future__ import annotations

import re
from datetime import datetime
from typing import List

from french.model import Entity
from french.spelling import respelt
from french.text import fold

NEGATED_YES = r"(?:confirme|valide|accepte|d'accord|bon|sur|possible|bien|ca|correct|exact|interesse)"
CUES = re.compile(
    r"(?P<neither>\b(?:oui ou non|d'accord ou pas|non plus|pas non plus|sinon|pas encore)\b)"
    # Said with a negation and yet a yes.
    r"|(?P<yes1>\bpourquoi pas\b|\bpas de (?:probleme|souci|soucis|pb|pblm)\b|\baucun (?:probleme|souci)\b|\b(?:mais|ah|bien sur que|que|bah|ben) oui\b|\bje dis pas non\b|"
    r"\bsans (?:probleme|souci|hesit\w+)\b)"
    r"|(?P<no1>\bbien sur que non\b|\bmais non\b|\bjamais(?: de la vie)?\b|\bpas (?:du tout|question|bon|d'accord|ok|d'ac|possible|la peine|vraiment|maintenant|exactement|celui|celle|ce|la bonne|le bon|ca)\b|"
    r"\bsurtout pas\b|\bcertainement pas\b|\bhors de question\b|\bsans facon\b|\bau contraire\b|"
    rf"\b(?:je )?(?:ne |n')?{NEGATED_YES}(?: me)?(?: va| convient| conviens)? pas\b|\b(?:ne |n')?(?:me|nous) (?:va|convient|dit|plait|conviennent|vont|arrange) pas\b|"
    r"\bc'est (?:faux|inexact|incorrect|errone|une erreur|pas)\b|\bn'?est pas\b|\b(?:je )?(?:refuse|m'oppose|renonce)\b|\bgarde[rz]? le\b|\bgarde[rz]?-le\b|\bne (?:le |la |l')?(?:touche[rz]?|change[rz]?|annule[rz]?)|"
    r"\bn'annule[rz]? pas\b|\b(?:annule[rz]?|touche[rz]?|change[rz]?|supprime[rz]?) (?:pas|rien)\b|\blaisse[rz]?(?: tel| comme| tomber)\b|\bc'est mort\b)"
    r"|(?P<no2>\b(?:non|nan|nn|nope|nop|no|negatif|naan|nann|nonon|noon|nooon|nah)\b)"
    r"|(?P<yes2>\b(?:oui|ouais|ouai|ouaip|ouep|yep|yes|yeah|ok|okay|oki|okey|okk|dac|dacc|dak|dakor|daccord|d'accord|d'acc|d'ac|absolument|exactement|exact|tout a fait|effectivement|"
    r"parfait|parfaitement|impec|impeccable|nickel|super|genial|tip top|banco|volontiers|entendu|affirmatif|evidemment|certainement|bien sur|biensur|bien entendu|carrement|go|amen|"
    r"c'?est (?:bien |tout )?(?:ca|bon|ok|correct|exact|juste|parfait|note|bien|cela|d'accord|entendu|nickel|mon numero)|c ?(?:bon|ok)|ca (?:me |nous )?(?:va|convient|marche|roule|joue|ira|colle|le fait)|"
    r"(?:ca|cela|il|elle|tout)? ?(?:me|nous) (?:va|convient)|va pour|je (?:vous )?(?:le |la |l')?(?:confirme|valide|prends|garde|accepte|veux bien|suis d'accord|souscris)|je l'accepte|"
    r"confirme[rz]?|valide[rz]?|allez ?-?y|vas ?-?y|vazy|faites?(?: donc| comme ca|-le| le)?|on (?:y va|fait comme ca|valide|confirme|part (?:la ?dessus|sur ca))|marche conclu|tope la|sure? et certaine?|"
    r"ca roule|ca marche|reservez?(?: le)?|prenez(?: le)?|exactement ce qu\w*|voila c'est ca|c'est ce (?:que|qu)\w*)\b)"
)
LONGEST = 160
UNSURE = re.compile(
    r"(?:(?:euh|heu|hum|ben|bah|bon|oh|ah|bof|la|alors|mais|franchement|desolee?|non|pfff?)[ ,.]*)*"
    r"(?:jsp|(?:ch|sch?)(?:ais|ai|e) ?pas?|(?:je|j'|j|on) ?(?:ne |n'|n )?(?:(?:en|y) )?(?:sais|sait|c|ses|sai) (?:pas|plus|rien)(?: (?:trop|du tout|vraiment|encore|moi|du|bien|quoi (?:dire|choisir|mettre|repondre|prendre)|(?:lequel|laquelle|quelle?)(?: (?:choisir|prendre))?))*"
    r"|(?:j'ai |je n'ai )?(?:aucune |pas d')idee|(?:c'est |ce sera )?(?:comme |a )?vous (?:qui )?(?:de )?(?:voyez|voir|decidez|choisissez|choisir)|comme vous voyez"
    r"|j'hesite|(?:je n'arrive|j'arrive) pas a (?:choisir|decider|me decider)|(?:vous )?(?:me )?conseillez quoi|(?:qu'est ce que |que )vous me conseillez|vous me conseillez (?:quoi|lequel|laquelle))"
    r"(?:[ ,.]*(?:desolee?|moi|en fait|honnetement|franchement|la|alors|encore|du coup|a vrai dire|pardon|justement|et vous))*[ .!?…]*"
)


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """The last word on the matter in a short text; "oui ou non" and long stories give none."""
    if len(folded) > LONGEST:
        return []
    spelt = respelt(folded)
    value = None
    span = (0, 0)
    for m in CUES.finditer(spelt.text):
        kind = m.lastgroup or ""
        if kind == "neither":
            continue
        said = "yes" if kind.startswith("yes") else "no"
        # "non c'est bon", "non merci ça va": the first word decides unless a plain yes follows.
        weak = value == "no" and said == "yes" and m.end() - m.start() > 4 and kind == "yes2"
        if not weak:
            value, span = said, m.span()
    if value is None:
        return []
    place = spelt.span(span)
    return [Entity("answer", value, text[slice(*place)], place)]


def unsure(text: str) -> bool:
    """True when a sentence says that its author does not know: "euh je sais pas trop", "c'est vous qui voyez"."""
    return len(text) <= LONGEST and bool(UNSURE.fullmatch(fold(text).strip().replace("’", "'").replace("-", " ")))
