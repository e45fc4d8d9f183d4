"""Spelling put right: what people type in a hurry, as the words that parsers look for, with the way back to the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List, Tuple

import yaml
from rapidfuzz import fuzz, process

from french.model import Span

TOKEN = re.compile(r"[a-z0-9]+|\+")
SPACES = re.compile(r"[\s\-_]+")
SHORTEST = 5
# Measured on tests/french/spelling.yml: at 82 no ordinary word is taken for a cue, and few misspellings are lost.
LIKE = 82
ELIDED = ("l", "d", "j", "m", "n", "s", "qu")


@dataclass(frozen=True)
class Spelt:
    """A text respelt: `text` to search in, and for each word of it where it begins and what it stood for."""

    text: str
    starts: Tuple[int, ...]
    sources: Tuple[Span, ...]

    def span(self, found: Span) -> Span:
        """The span in the original of a span found in `text`."""
        first = max(0, bisect_right(self.starts, found[0]) - 1)
        last = max(first, bisect_right(self.starts, found[1] - 1) - 1)
        return self.sources[first][0], self.sources[last][1]


@lru_cache(maxsize=1)
def respelt(folded: str) -> Spelt:
    """A folded text with its words put right, hyphens and spaces as one space; the last one is kept, each parser asks for it."""
    parts: List[str] = []
    starts: List[int] = []
    sources: List[Span] = []
    length = end = 0
    said = ""
    for m in TOKEN.finditer(folded):
        gap = SPACES.sub(" ", folded[end : m.start()])
        word = _right(m[0])
        if gap == " " and said in ELIDED and word[0] in "aeiouy":
            gap = "'"  # "qu on m appelle"
        said = m[0]
        parts += (gap, word)
        length += len(gap)
        starts.append(length)
        sources.append(m.span())
        length += len(word)
        end = m.end()
    parts.append(SPACES.sub(" ", folded[end:]))
    if not starts:
        return Spelt("".join(parts), (0,), ((0, len(folded)),))
    return Spelt("".join(parts), tuple(starts), tuple(sources))


@lru_cache(maxsize=1)
def _lexicon() -> Tuple[Dict[str, str], Dict[str, List[str]], FrozenSet[str]]:
    """Spellings to words, cues by first letter, words never corrected."""
    data = yaml.safe_load((Path(__file__).parent / "data" / "spelling.yml").read_text("utf8"))
    known = {variant: right for right, variants in data["words"].items() for variant in map(str, variants)}
    cues = [c for c in data["cues"] if c.isalpha()]
    for cue in cues:
        if cue[0] in "aeiouh":
            known.update({f"{e}{cue}": f"{e}'{cue}" for e in ELIDED if f"{e}{cue}" not in data["keep"]})
    by_letter: Dict[str, List[str]] = {}
    for cue in cues:
        by_letter.setdefault(cue[0], []).append(cue)
    return known, by_letter, frozenset(data["keep"]) | frozenset(cues)


@lru_cache(maxsize=20_000)
def _right(word: str) -> str:
    known, cues, keep = _lexicon()
    if word in known:
        return known[word]
    if len(word) < SHORTEST or len(word) > 20 or word in keep:
        return word
    near = process.extractOne(
        word, cues.get(word[0], ()), scorer=fuzz.ratio, score_cutoff=LIKE + (8 if len(word) < 7 else 0)
    )
    return str(near[0]) if near else word
