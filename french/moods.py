"""Anger, as it is said: it deserves an apology and a way to a human, whatever else the sentence may be taken for."""

from __future__ import annotations

import re

from french.text import fold

# Reproaches and insults; "nul part" and "pas mal" are none.
ANGER = re.compile(
    r"\b(?:c'est|cest|c|vous etes|t'es|tu es|etes|vraiment|trop|completement|service|truc) (?:\w+ )?(?:nul(?:le)?s?(?! part)|incompetente?s?|naze?s?|scandaleux|honteux|inadmissible|lamentable|n'importe quoi|du foutage|une honte|la honte"
    r"|une blague|pitoyable|inacceptable|debile|abuse|relou|penible|pourri\w*)\b"
    r"|\b(?:bande de|espece de) \w+|\b(?:connards?|connasse|salauds?|encules?|abrutis?|cretins?|imbeciles?|voleurs|escrocs|ordures?)\b|\b(?:t'es|tu es|vous etes) (?:vraiment )?(?:con|conne|cons|bete|betes|idiots?)\b"
    r"|\b(?:j'en|on en|en) (?:ai |a )?(?:vraiment |plus que )?(?:marre|ras le bol|plein le cul)\b|\bras le bol\b|\bfait chier\b|\b(?:vous )?(?:foutez|moquez|fichez) de (?:moi|nous|la gueule|ma gueule)\b|\bfoutage de gueule\b"
    r"|\b(?:putain|merde|bordel)\b|\bva te faire|\bta gueule\b|\b(?:ca fait|je vous l'ai dit|je repete) \w+ fois que je (?:le |vous le )?(?:repete|dis|demande)"
)


def angry(text: str) -> bool:
    """True when a sentence is a reproach or an insult."""
    return bool(ANGER.search(fold(text[:500]).replace("’", "'").replace("-", " ")))
