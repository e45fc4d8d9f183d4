"""A text made plain for the parsers of moments: one spelling for each word, "#19" for a number said in words."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List, Tuple

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from french.model import Span
from french.moments.calendar import DAYS, MONTHS
from french.numbers import SPOKEN, runs

# Words that hold a digit are told from numbers; the other tokens are numbers, words and signs.
TOKEN = re.compile(
    r"(?:2m(?:ain|1)|(?<!dans )(?<!encore )2min|dem1|dm1|mat1|[ao][a-z]{3,7} ?d?'? ?hui|aujourd'ui|week[ -]?ends?|w-e)\b|\d{1,2}(?:ers?|eres?|re|i?emes?|nde?|e)\b|\d+|[a-z]+|[^\sa-z\d]"
)
NTH = re.compile(r"(\d{1,2})(?:ers?|eres?|re|i?emes?|nde?|e)")
ARTICLES = frozenset(("un", "une"))
# After these "sept" is a month: "15 sept", "fin sept".
BEFORE_SEPTEMBER = re.compile(r"#?\d+|1e|fin|debut|mi|courant|er")
CALENDAR = frozenset((*DAYS, *MONTHS))
FULL_YEAR = re.compile(r"(?:19|20)\d\d")
# "L'après-midi" in a hurry: "lapres-midi", "aores midi", "apres-idi", "lapresmdi". Its "midi" is no noon.
AFTER, NOON, AFTERNOON = ("apres", "lapres"), "midi", ("apresmidi", "lapresmidi")
AFTER_LIKE, NOON_LIKE = 0.6, 0.6
# Measured on 325,000 French words: with one wrong letter in five, seven that are not kept below are taken for days or months.
LIKE = 0.79
SHORTEST = 5


@dataclass(frozen=True)
class Normal:
    """`text` is what parsers read; `words` its words, with "#" when there is a number; spans lead back to the original."""

    text: str
    words: FrozenSet[str]
    starts: Tuple[int, ...]
    sources: Tuple[Span, ...]

    def span(self, start: int, end: int) -> Span:
        """The span in the original of a span of `text`."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        return self.sources[first][0], self.sources[last][1]


def normal(folded: str) -> Normal:
    """The plain form of a folded text."""
    tokens = [(m[0], m.span()) for m in TOKEN.finditer(folded)]
    if any(word in SPOKEN and word not in ARTICLES for word, _ in tokens):
        tokens = _numbered(folded, tokens)
    tokens = _sounded(_afternoons(tokens))
    parts: List[str] = []
    starts: List[int] = []
    sources: List[Span] = []
    words = set()
    length = end = 0
    previous = ""
    for at, (said, span) in enumerate(tokens):
        following, place = tokens[at + 1] if at + 1 < len(tokens) else ("", span)
        ranged = said == "-" and {previous, _right(following) if following else ""} <= CALENDAR  # "lundi-jeudi"
        linked = said == "-" and previous[-1:].isalpha() and following[:1].isalpha() and not ranged
        if linked and (span[0] == end or place[0] == span[1]):
            continue  # "après-demain", "week-end"
        word = _right(said)
        parted = (word[0].isalpha() and len(word) > 2 and previous[-1:].isdigit()) or (  # "15sept", "lundi9h"
            word[0].isdigit() and len(previous) > 2 and previous.isalpha()
        )
        glued = span[0] == end and not parted and not ranged
        if parts and not glued:
            parts.append(" ")
            length += 1
        parts.append(word)
        starts.append(length)
        sources.append(span)
        length += len(word)
        end = -1 if ranged else span[1]
        previous = word
        words.update(word.replace("'", " ").split())
        if word[0] == "#" or word[0].isdigit():
            words.add("#")
    return Normal("".join(parts), frozenset(words), tuple(starts) or (0,), tuple(sources) or ((0, 0),))


def _numbered(folded: str, tokens: List[Tuple[str, Span]]) -> List[Tuple[str, Span]]:
    """The tokens with each number said in words as one: "dix-sept" is "#17"."""
    said = {span[0]: (digits, span) for run in runs(folded) for digits, span in run.groups}
    found: List[Tuple[str, Span]] = []
    skip = 0
    for at, (word, span) in enumerate(tokens):
        if span[0] < skip:
            continue
        digits, place = said.get(span[0], ("", span))
        following = next((t for t, s in tokens[at + 1 : at + 6] if s[0] >= place[1]), "")
        dotted = "" if following != "." else next((t for t, s in tokens[at + 2 : at + 3]), "")
        month = (
            word == "sept"
            and place == span
            and ((found and BEFORE_SEPTEMBER.fullmatch(found[-1][0])) or FULL_YEAR.fullmatch(dotted or following))
        )
        article = word in ARTICLES and place == span
        if not digits or word.isdigit() or article or (month and not following.startswith("h")):
            found.append((word, span))
        else:
            found.append((f"#{int(digits)}", place))
            skip = place[1]
    return found


def _sounded(tokens: List[Tuple[str, Span]]) -> List[Tuple[str, Span]]:
    """The tokens with a number before "heures" put right as it sounds: "nef heures", "dix nef heures"."""
    sounds = _sounds()
    found: List[Tuple[str, Span]] = []
    for at, (word, span) in enumerate(tokens):
        hour = sounds.get(word) if at + 1 < len(tokens) and _right(tokens[at + 1][0]) == "heures" else None
        if hour is None:
            found.append((word, span))
        elif hour in range(7, 10) and found and found[-1][0] == "#10":
            found[-1] = (f"#{10 + hour}", (found[-1][1][0], span[1]))
        else:
            found.append((f"#{hour}", span))
    return found


@lru_cache(maxsize=1)
def _sounds() -> Dict[str, int]:
    data = yaml.safe_load((Path(__file__).parents[1] / "data" / "moments.yml").read_text("utf8"))
    return {word: hour for hour, words in data["sounds"].items() for word in words}


def _afternoons(tokens: List[Tuple[str, Span]]) -> List[Tuple[str, Span]]:
    """The tokens with both words of a misspelt "après-midi" put right."""
    found = list(tokens)
    for at, (word, span) in enumerate(tokens):
        joined = at + 2 < len(tokens) and tokens[at + 1][0] == "-"
        there = at + (2 if joined else 1)
        if there >= len(tokens):
            break
        noon, place = tokens[there]
        if _afternoon(word, noon, joined=joined):
            found[at], found[there] = ("apres", span), (NOON, place)
    return found


@lru_cache(maxsize=20_000)
def _afternoon(word: str, noon: str, *, joined: bool) -> bool:
    """True when two words are "après" and "midi", one of them at least beyond doubt unless a hyphen joins them."""
    _, _, keep = _lexicon()
    if not noon.isalpha() or (noon != NOON and _right(noon) in keep):
        return False
    after = max(OSA.normalized_similarity(word, a) for a in AFTER)
    likely = after >= AFTER_LIKE and OSA.normalized_similarity(noon, NOON) >= NOON_LIKE
    return likely and (joined or noon == NOON or after == 1)


@lru_cache(maxsize=1)
def _lexicon() -> Tuple[Dict[str, str], Dict[str, List[str]], FrozenSet[str]]:
    """Spellings to words, words looked for by likeness by their first letter, words never corrected."""
    data = yaml.safe_load((Path(__file__).parents[1] / "data" / "moments.yml").read_text("utf8"))
    known = {str(variant): right for right, variants in data["words"].items() for variant in variants}
    by_letter: Dict[str, List[str]] = {}
    for word in data["like"]:
        by_letter.setdefault(word[0], []).append(word)
    return known, by_letter, frozenset(data["keep"]) | frozenset(data["like"])


@lru_cache(maxsize=20_000)
def _right(word: str) -> str:
    known, like, keep = _lexicon()
    if word in known:
        return known[word]
    nth = NTH.fullmatch(word)
    if nth:
        return f"{int(nth[1])}e"
    if word[0] in "ao" and word.endswith(("hui", "d'ui")):
        return "aujourd'hui"
    if word.startswith(("week", "w-")):
        return "weekend"
    if len(word) < SHORTEST or len(word) > 14 or word in keep or not word.isalpha():
        return word
    if any(OSA.normalized_similarity(word, a) >= LIKE for a in AFTERNOON):
        return "aprem"
    near = process.extractOne(word, like.get(word[0], ()), scorer=OSA.normalized_similarity, score_cutoff=LIKE)
    return str(near[0]) if near else word
