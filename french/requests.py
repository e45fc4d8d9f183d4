"""What a sentence asks to be done: one thing, or two ("annulez celui de mardi et prenez-m'en un autre")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import List

from french.text import fold

# Verbs and nouns that name an operation on an appointment or on the address book.
VERBS = {
    # "Je ne peux pas me déplacer" moves no appointment, "pouvez-vous me déplacer mon rdv" does.
    "move": r"(?:(?<!\bme )(?<!\bnous )(?<!\bse )|(?=\w+ (?:mon|ma|ce|le (?:rdv|rendez))\b))(?:de|re)plac\w*|decal\w*|report(?:er|ez|e)\b|repouss\w*|avancer|avancez|deplacement (?:de|du) (?:mon|mes|ce|rdv|rendez)",
    "cancel": r"annul\w*|supprim\w*",
    "contact": r"(?:chang\w*|modifi\w*|mettre a jour|mets? a jour|mettez a jour|actualis\w*|corrig\w*)"
    r"(?: \w+){0,3} (?:numero|num|telephone|tel|portable|mobile|fixe|mail|e-?mail|adresse)\b",
    "book": r"(?:re)?pren(?:dre|ds|ez|d)\b(?: \w+){0,2}|reserv\w*|fixer|(?:avoir|obtenir|un autre) (?:un |une |autre )*"
    r"(?:rdv|rendez-?vous|rendez vous|creneau|entretien)"
    # "Annulez celui-ci et donnez-m'en un autre", "pouvez-vous m'en fixer un".
    r"|(?:m['’]|nous )en (?:re)?(?:donner|fixer|trouver|proposer|caler|mettre) une?\b"
    r"|(?:re)?(?:donne|fixe|trouve|propose|cale|mette)[zs]?[- ](?:m['’]|nous[- ])en une?\b"
    # "Donnez-moi un rendez-vous", "il me faut un rdv pour ma C2S".
    r"|(?:donne|mette|trouve|fixe|propose|note)z?[- ]moi (?:un |une |autre |nouveau )*(?:rdv|rendez)"
    r"|j?(?:veu[xt]|voudrais|souhait\w*|faut|faudrait|aimerais|besoin d['’ ]) ?(?:aussi |bien |ensuite )*(?:un |une |autre |nouveau )*"
    r"(?:rdv|rendez-?vous|rendez vous)(?: \w+){0,3} (?:pour|pr) (?!annul|deplac|decal|report|chang|modif|supprim)",
}
REQUEST = re.compile("|".join(f"(?P<{name}>\\b(?:{pattern}))" for name, pattern in VERBS.items()))
# Taken and told is not asked: "j'ai pris", "le rendez-vous que j'ai annulé".
DONE = re.compile(r"\b(?:ai|a|as|avez|avais|avait|ont|est|ete|etait|sera|j'avais) (?:deja |bien |ete )*$")
# "Ne réservez rien", "pas annuler, déplacer".
REFUSED = re.compile(r"\b(?:ne |n['’]|pas |sans |plus )(?:(?:me|m['’]|le|la|les|l['’]|l|veux|voulais|pas|plus) ?)*$")
JOINT = re.compile(r"\b(?:et|puis|ensuite|apres|aussi|plus|ainsi que)\b|[,;.&+]")


@dataclass(frozen=True)
class Request:
    """One operation asked for ("book", "move", "cancel", "contact") and the part of the text that speaks of it."""

    operation: str
    start: int
    end: int


def requests(text: str) -> List[Request]:
    """The different operations that a text asks for, in order; the parts meet where the text is joined.

    Text in, at most one request for each operation out; empty when none is named.
    """
    plain = fold(text)
    named = [m for m in REQUEST.finditer(plain) if not any(said.search(plain[: m.start()]) for said in (DONE, REFUSED))]
    first = {m.lastgroup: m for m in reversed(named)}
    if not first:
        return []
    found = sorted(first.items(), key=lambda item: item[1].start())
    cuts = [_joint(plain, a[1].end(), b[1].start()) for a, b in pairwise(found)]
    starts, ends = [0, *cuts], [*cuts, len(text)]
    return [Request(str(name), start, end) for (name, _), start, end in zip(found, starts, ends, strict=True)]


def _joint(plain: str, after: int, before: int) -> int:
    """Where one part ends and the next begins: at the last joining word between two verbs."""
    joints = [m.start() for m in JOINT.finditer(plain, after, before)]
    return joints[-1] if joints else before
