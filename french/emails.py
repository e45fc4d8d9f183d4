"""E-mail addresses, typed or spoken."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from typing import Iterator, List, Optional, Tuple

from french.model import Entity, Span
from french.numbers import FILLERS, WORDS, runs

AT = re.compile(r" ?@ ?| ?[\[(](?:at|a|arobase)[\])] ?")
LOCAL = re.compile(r"[\w.+%-]{1,64}$")
DOMAIN = re.compile(r"[\w-]{1,63}(?:[.,][\w-]{1,63}){0,4}")
# More addresses than anybody gives.
MOST = 50
# "marcel[point]tanguy[arobase]free.fr", against robots: read as if it were spoken.
BRACKETED = re.compile(r"[\[(](point|dot|arobase|tiret)[\])]")
SPOKEN_AT = re.compile(
    r"\b(?:arr?obb?as(?:e|se)?|arr?obaze|a robase|la robase|robase|arobace|a commercial)\b|\b(?:at|chez)(?= [\w-]+ (?:point|dot) [a-z]{2,4}\b)"
)
# "S comme Suzanne": the letter is meant.
AS_IN = re.compile(r"\b([a-z]) comme [a-z]+\b")
TLDS = frozenset(
    [
        "fr",
        "com",
        "net",
        "org",
        "eu",
        "be",
        "ch",
        "lu",
        "de",
        "re",
        "nc",
        "pf",
        "gp",
        "mq",
        "it",
        "es",
        "uk",
        "info",
        "bzh",
        "paris",
        "io",
        "pro",
        "me",
        "gouv",
    ]
)
TOKEN = re.compile(r"[^\s,;:!?()]+")
JOINERS = (
    ("tiret du bas", "_"), ("tiret bas", "_"), ("tiret souligne", "_"), ("souligne", "_"), ("barre du bas", "_"), ("tiret du 8", "_"), ("tiret du huit", "_"), ("trait du bas", "_"),
    ("underscore", "_"), ("under score", "_"), ("tiret du milieu", "-"), ("tiret du 6", "-"), ("tiret du six", "-"),
    ("tiret", "-"), ("trait d'union", "-"), ("point", "."), ("dot", "."), ("plus", "+"),
)  # fmt: skip
SIGNS = frozenset("_-.+")
TOGETHER = re.compile(r"\b(?:tout attache|tout colle|en un (?:seul )?mot|attache|tout ensemble)\b")
STOPS = frozenset(
    [
        "chiffre",
        "lettre",
        "c'est",
        "cest",
        "est",
        "mail",
        "mails",
        "email",
        "e-mail",
        "adresse",
        "mon",
        "ma",
        "mes",
        "le",
        "la",
        "les",
        "l'",
        "de",
        "du",
        "donc",
        "alors",
        "mettre",
        "mettez",
        "mets",
        "notez",
        "perso",
        "nouveau",
        "nouvelle",
        "voici",
        "voila",
        "suis",
        "ecris",
        "ecrivez",
        "a",
        "pour",
        "par",
        "sur",
        "et",
        "que",
        "qui",
        "en",
        "euh",
        "heu",
        "c",
        "ce",
        "au",
        "suivante",
        "internet",
        "maintenant",
        "desormais",
        "dorenavant",
        "plutot",
        "mais",
        "non",
        "utilisez",
        "vous",
        "moi",
    ]
)
INTRODUCING = frozenset(
    ("donc", "alors", "soit", "c'est", "cest", "est", "mail", "email", "e-mail", "adresse", "suivante", "sera")
)

Piece = Tuple[str, Span]


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """Addresses in lower case; `valid` is False when the end is missing ("jean@gmail")."""
    if "point" in folded or "dot" in folded:
        folded = BRACKETED.sub(r" \1 ", folded)
    return [Entity("email", value, text[slice(*span)], span, valid) for value, span, valid in _all(folded)]


def _all(folded: str) -> Iterator[Tuple[str, Span, bool]]:
    for m in islice(AT.finditer(folded), MOST):
        local = LOCAL.search(folded, max(0, m.start() - 64), m.start())
        local = local and re.compile(r"[\w.+%-]+").fullmatch(folded, local.start(), m.start())
        domain = DOMAIN.match(folded, m.end())
        if local and domain:
            name, host = local[0].strip("."), domain[0].replace(",", ".")
            if "," in domain[0] and host.rpartition(".")[2] not in TLDS:
                host = domain[0].partition(",")[0]
            end = domain.start() + len(host.rstrip(".-"))
            # "L'adresse en @free.fr" names no address.
            apart = m[0][0] == " " and name in STOPS
            if name and not apart and ("." in host or (m[0].strip() == "@" and host[0].isalpha())):
                yield f"{name}@{host.rstrip('.-')}", (local.start(), end), "." in host
    for m in islice(SPOKEN_AT.finditer(folded), MOST):
        before, after = _local(folded, m.start()), _host(folded, m.end())
        if before and after:
            yield f"{before[0]}@{after[0]}", (before[1], after[1]), "." in after[0]


def _pieces(folded: str, start: int, end: int) -> List[Piece]:
    """What is said between two places as atoms and joiners: "point" is ".", "quatre-vingt-huit" is "88"."""
    numbers = {r.groups[0][1][0]: r for r in runs(folded[start:end])}
    tokens = [(m[0], m.start(), m.end()) for m in TOKEN.finditer(folded[start:end])]
    pieces: List[Piece] = []
    skip = -1
    spelt = {m.start(1) - start: m.end() - start for m in AS_IN.finditer(folded, start, end)}
    for word, begin, stop in tokens:
        if begin < skip or word in FILLERS:
            continue
        joiner = next(
            (j for j in JOINERS if folded.startswith(j[0], start + begin) and _ends(folded, start + begin + len(j[0]))),
            None,
        )
        if joiner:
            skip = begin + len(joiner[0])
            pieces.append((joiner[1], (start + begin, start + skip)))
        elif begin in numbers and (word.split("-")[0] in WORDS) and word not in ("un", "une"):
            skip = numbers[begin].span[1]
            pieces.append((numbers[begin].digits, (start + begin, start + skip)))
        else:
            skip = spelt.get(begin, stop)
            pieces.append((word, (start + begin, start + skip)))
    return pieces


def _ends(folded: str, at: int) -> bool:
    return at >= len(folded) or not folded[at].isalnum()


def _local(folded: str, end: int) -> Optional[Tuple[str, int]]:
    """What stands before the @, and where it begins."""
    start = max(0, end - 120)
    start = folded.find(" ", start, end) + 1 if start else 0
    together = max((m.end() for m in TOGETHER.finditer(folded, start, end)), default=None)
    pieces = _pieces(folded, start if together is None else together, end)
    said: List[Piece] = []
    while pieces and _belongs(pieces[-1][0], said[0][0] if said else None, together is not None):
        said.insert(0, pieces.pop())
    if together is None and said and said[0][0] not in SIGNS:
        said = _introduced(pieces) + said
    while said and said[0][0] in SIGNS:
        said.pop(0)
    name = "".join(word for word, _ in said).strip(".-_+'")
    return (name, said[0][1][0]) if re.fullmatch(r"[\w.+-]{1,64}", name) else None


def _belongs(word: str, following: Optional[str], together: bool) -> bool:
    """True when a word is part of the address that goes on with `following`."""
    if word in SIGNS or (following in SIGNS and following is not None):
        return True
    if together:
        return word not in INTRODUCING
    if following is None:
        return word not in STOPS or len(word) == 1
    if len(word) == 1 and word.isalpha():
        return len(following) == 1 or word not in STOPS
    return word not in STOPS and (word.isdigit() or following[0].isdigit() or len(following) == 1)


def _introduced(pieces: List[Piece]) -> List[Piece]:
    """Words right after "c'est" or "mail" that an engine wrote apart ("mon mail c'est papi robert arobase …")."""
    said: List[Piece] = []
    for word, span in reversed(pieces[-4:]):
        if word in INTRODUCING:
            return said[::-1]
        if not word.isalpha() or word in STOPS:
            break
        said.append((word, span))
    return []


def _host(folded: str, start: int) -> Optional[Tuple[str, int]]:
    """What stands after the @, and where it ends: up to the last known ending ("point fr")."""
    pieces = _pieces(folded, start, min(len(folded), start + 80))[:9]
    host = ""
    best: Optional[Tuple[str, int]] = None
    for n, (word, span) in enumerate(pieces):
        host += word
        if (n and pieces[n - 1][0] == "." and word in TLDS) or ("." in word and word.rpartition(".")[2] in TLDS):
            best = (host, span[1])
            if n + 1 >= len(pieces) or pieces[n + 1][0] != ".":
                break
    if best is None and pieces and pieces[0][0].isalnum():
        best = (pieces[0][0], pieces[0][1][1])
        if len(pieces) > 1 and pieces[1][0] in ("fr", "com", "net"):  # "arobase free fr"
            best = (f"{best[0]}.{pieces[1][0]}", pieces[1][1][1])
    return best if best and re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", best[0]) else None
