"""Towns and agencies as they are named: after a word that announces them, or alone as an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import FrozenSet, List, Optional, Tuple

from rapidfuzz import fuzz, process

from french import towns
from french.model import Entity, Place, Span

TOKEN = re.compile(r"[a-z0-9]+")
ARTICLES = {"au": "le", "du": "le", "aux": "les", "des": "les"}
STRONG = re.compile(
    r"\b(?:l?agences?|l?agense|cpam|caisse|guichets?|antenne|site|bureaux?|buro|centre|secu|celles?|celui|accueil|locaux|gare|permanence|ville|commune|secteur|region|cote)"
    r"(?: (?:de|d|2|du|des|a|au|aux|sur|la|le|c'est|est|cpam|ameli|la plus proche de|situee? a|qui est a|pres de))*(?: |')$"
)
PLAIN = re.compile(
    r"(?:\b(?:a|sur|vers|pres de|pres d'|pas loin de|cote de|autour de|cote|direction|habite|habitons|demenage|plutot|sinon|soit|rdv|rendez[- ]vous|rv|dans|pour|horaires?|ouverture|adresse|vis|mettez|mets|choisis|prends|prefere)|"
    r"\b(?:rdv|rendez[- ]vous|creneau) (?:de|d'|du)) ?$"
)
ACCENTED = re.compile(r"(?:^|\W)[àÀ] $")
DENIED = re.compile(r"\b(?:pas|ni|sauf|plutot que|que|quitte|plus) (?:a |celle de |l'agence de |sur |de |d'|au |du )?$")
ELSEWHERE = re.compile(
    r"\b(?:m|mr|mme|mlle|monsieur|madame|mademoiselle|docteur|dr|maitre|cordialement|appelle|appelle \w+|prenom|nom|rue|avenue|boulevard|place|marie|jean|hopital|chu|clinique|universite|ecole|lycee)[ .,:'-]*(?:de |d'|du )?$"
    # Where somebody happens to be.
    r"|\b(?:coincee?|bloquee?|vacances|hospitalisee?|nee?|deplacement|train|enterree?|mutee?) (?:a|sur|pour|pres de) $"
)
APART = re.compile(r"(?:^|[,(;:/\n] ?|- )$")
AFTER = re.compile(r" ?(?:$|[,);.!?/\n])")
AND = re.compile(
    r"[ ,]*\b(?:ou bien|ou alors|ou sinon|ou plutot|ou a defaut|ou|sinon|et|voire|a defaut|soit)(?: a| sur| celle de| l'agence de| bien)? "
)
ARRONDISSEMENT = re.compile(r"(?:1?\d|20)(?:er?|eme|ieme)")
POSTCODE = re.compile(
    r"(?<![\d.,])((?:0[1-9]|[1-8]\d|9[0-8])\d{3}|(?:0[1-9]|[1-8]\d|9[0-8]) \d{3})(?![\d.,]*\d)(?! ?(?:euros?|€|e\b))"
)
DATA = Path(__file__).parent / "data"
# Measured on tests/french/corpus_places.yml: likeness that forgives a typo and takes no other word for a town.
LIKE, LIKE_SHORT = 86, 90


@dataclass(frozen=True)
class Found:
    """A town in the text; `cue` is 3 for "agence de", 2 alone as an answer, 1 for "à", 0 set apart by commas."""

    span: Span
    place: Place
    cue: int


class Words:
    """The words of a text with their places, as towns are looked up."""

    def __init__(self, text: str, folded: str) -> None:
        self.text, self.folded = text, folded
        self.tokens: List[Tuple[str, Span]] = [(m[0], m.span()) for m in TOKEN.finditer(folded)]

    def key(self, at: int, count: int) -> str:
        """The key of some words; the first may be an article contracted with a preposition ("au Mans")."""
        said = [w for w, _ in self.tokens[at : at + count]]
        first = towns.SHORT.get(said[0], said[0]) if said[0] != "s" else "s"
        return " ".join([first, *(towns.SHORT.get(w, w) for w in said[1:])])

    def span(self, at: int, count: int) -> Span:
        """Where some words stand."""
        return self.tokens[at][1][0], self.tokens[at + count - 1][1][1]


@lru_cache(maxsize=1)
def _common() -> FrozenSet[str]:
    """Towns that are ordinary words."""
    return frozenset((DATA / "common.txt").read_text("utf8").split())


@lru_cache(maxsize=1)
def _fillers() -> FrozenSet[str]:
    """Words that say nothing beside the name of a town given as an answer."""
    return frozenset((DATA / "fillers.txt").read_text("utf8").split())


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """One place, with what was named beside it in `others` ("Nîmes ou Alès"); towns refused are left out."""
    words = Words(text, folded)
    found = _postcodes(words) + _towns(words)
    if not found:
        fuzzy = _misspelt(words)
        found = [fuzzy] if fuzzy else []
    if not found:
        return []
    groups: List[List[Found]] = []
    for place in sorted(found, key=lambda f: f.span):
        if groups and AND.fullmatch(folded, groups[-1][-1].span[1], place.span[0]):
            groups[-1].append(place)
        else:
            groups.append([place])
    best = max(groups, key=lambda g: (g[0].cue, g[0].place.postcode is not None, g[0].span))
    start, end = best[0].span[0], best[-1].span[1]
    return [Entity("agency", best[0].place, text[start:end], (start, end), others=tuple(f.place for f in best[1:]))]


def _towns(words: Words) -> List[Found]:
    longest = towns.longest()
    found: List[Found] = []
    at = 0
    while at < len(words.tokens):
        word = words.tokens[at][0]
        most = min(longest.get(ARTICLES.get(word, towns.SHORT.get(word, word)), 1), len(words.tokens) - at)
        for count in range(most, 0, -1):
            match = _town(words, at, count, found)
            if match:
                found.append(match)
                at += count - 1
                break
        at += 1
    return found


def _town(words: Words, at: int, count: int, found: List[Found]) -> Optional[Found]:
    """The town that some words name, when what stands around says that a town is meant."""
    key = words.key(at, count)
    start, end = words.span(at, count)
    known = towns.towns()
    contracted = words.tokens[at][0] in ARTICLES
    if contracted and count > 1:
        key = f"{ARTICLES[words.tokens[at][0]]} {key.partition(' ')[2]}"
        start = words.tokens[at + 1][1][0]
    elif contracted:
        return None
    entry = known.get(key)
    nickname = towns.short().get(key) if count <= 2 else None
    if nickname and (entry is None or entry[1] < 3_000):
        entry = known[nickname]
    if entry is None or (count == 1 and len(key) < 2):
        return None
    entry = _meant(words.text[start:end], key, entry)
    place, population = entry
    folded = words.folded
    before = folded[max(0, words.tokens[at][1][0] - 48) : words.tokens[at][1][0]]
    bare = _bare(words, at, count)
    if DENIED.search(before) or ELSEWHERE.search(before):
        return None
    capital = words.text[start].isupper() and not words.text.isupper()
    bare_name = key.partition(" ")[2] if key.startswith(("le ", "la ", "les ")) else key
    ordinary = (bare_name in _common() or len(bare_name) < 3) and not (capital and start > 0)
    tied = folded[end : end + 1] == "-" or (folded[start - 1 : start] == "-" and start > 0)
    joined = bool(found) and AND.fullmatch(folded, found[-1].span[1], start) is not None
    if joined and not ordinary:
        return Found((start, end), place, found[-1].cue)
    if STRONG.search(before) and not ordinary:
        return Found((start, end), place, 3)
    if tied:
        return None
    if bare and (not ordinary or (population >= 20_000 and not nickname)):
        return Found((start, end), place, 2)
    if (PLAIN.search(before) or contracted) and not ordinary:
        accented = ACCENTED.search(words.text[max(0, start - 3) : start]) is not None
        if accented or population >= 2_000 or capital:
            return Found((start, end), place, 1)
    if population >= 20_000 and not ordinary and not nickname and len(key) > 4 and len(words.tokens) <= 9:
        # "rdv c2s toulon lundi": nothing announces a large town in a telegram.
        return Found((start, end), place, 0)
    if (
        capital
        and population >= 2_000
        and not ordinary
        and not nickname
        and APART.search(before)
        and AFTER.match(folded, end)
    ):
        return Found((start, end), place, 0)
    return None


def _meant(said: str, key: str, entry: Tuple[Place, int]) -> Tuple[Place, int]:
    """A town, or the far larger one whose name lacks a letter ("fougere" is Fougères, "Fougeré" is Fougeré)."""
    if entry[1] >= 3_000 or said.lower() == entry[0].name.lower() or len(key) < 5:
        return entry
    near = process.extractOne(
        key, [n for n in towns.alike(key) if n != key], scorer=fuzz.ratio, score_cutoff=LIKE_SHORT
    )
    larger = towns.towns()[near[0]] if near else entry
    return larger if larger[1] >= 10 * entry[1] else entry


def _bare(words: Words, at: int, count: int) -> bool:
    """True when nothing else is said than a town, or another town."""
    if len(words.tokens) > 10:
        return False
    others = [w for n, (w, _) in enumerate(words.tokens) if not at <= n < at + count and w not in _fillers()]
    others = [w for w in others if not ARRONDISSEMENT.fullmatch(w)]
    return all(w in towns.towns() and w not in _common() for w in others)


def _misspelt(words: Words) -> Optional[Found]:
    """A town with a typo, after "agence de", as the only thing said, or a long name nearly right after "à"."""
    tokens = words.tokens
    if len(tokens) > 60:
        tokens = tokens[:60]
    left = [n for n, (w, _) in enumerate(tokens) if w not in _fillers()]
    alone = 0 < len(left) <= 3 and left[-1] - left[0] == len(left) - 1
    for n in left:
        word, (start, _) = tokens[n]
        before = words.folded[max(0, start - 48) : start]
        if word in _common() or not word.isalpha() or ELSEWHERE.search(before):
            continue
        strong = STRONG.search(before) is not None
        answer = alone and n == left[0]
        announced = not strong and not answer and PLAIN.search(before) is not None
        if not (strong or answer or announced):
            continue
        counts = [len(left)] if answer and not strong else [c for c in (3, 2, 1) if n + c <= len(tokens)]
        for count in counts:
            key = words.key(n, count)
            first = key.split(" ")[0]
            if len(key) < (7 if announced else 5) or (first in _common() and first not in ("saint", "sainte")):
                continue
            near = process.extractOne(
                key,
                towns.alike(key),
                scorer=fuzz.ratio,
                score_cutoff=LIKE if len(key) > (7 if announced else 5) else LIKE_SHORT,
            )
            if near and (strong or towns.towns()[near[0]][1] >= 9_500):
                return Found(words.span(n, count), towns.towns()[near[0]][0], 3 if strong else 2 if answer else 1)
    return None


def _postcodes(words: Words) -> List[Found]:
    found = []
    for m in POSTCODE.finditer(words.folded):
        before = words.folded[max(0, m.start() - 24) : m.start()]
        alone = len(words.folded.strip()) <= len(m[0]) + 24
        named = re.search(
            r"\b(?:code postal|postal|cp|agence|habite|ville|a|sur|dans|le)[ :]*(?:est |c'est |le |a )*\(?$", before
        )
        town = _town_after(words, m.end())
        if alone or named or town:
            postcode = m[1].replace(" ", "")
            place = towns.of_postcode(postcode)
            if town:
                place = Place(town.place.name, town.place.latitude, town.place.longitude, postcode)
            end = town.span[1] if town else m.end()
            found.append(Found((m.start(), end), place, 2))
    return found


def _town_after(words: Words, end: int) -> Optional[Found]:
    """The town written right after a postcode."""
    at = next((n for n, (_, (start, _)) in enumerate(words.tokens) if 0 < start - end <= 2), None)
    if at is None:
        return None
    for count in range(min(5, len(words.tokens) - at), 0, -1):
        entry = towns.towns().get(words.key(at, count))
        if entry and words.key(at, count) not in _common():
            return Found(words.span(at, count), entry[0], 2)
    return None
