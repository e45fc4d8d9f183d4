"""What words mean to the classifier: concepts found by sound, in the order they are said."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import yaml

from bot.nlu.sounds import spoken
from french.text import fold


def concepts(words: List[str]) -> List[str]:
    """The concepts of words by their sound, in order; a word may belong to several."""
    said = f" {' '.join(words)} "
    found: List[Tuple[int, str]] = []
    for name, pattern in _patterns():
        found += [(m.start(), name) for m in pattern.finditer(said)]
    return [name for _, name in sorted(found)]


def unused(sentences: Sequence[Sequence[str]]) -> List[str]:
    """The entries that occur in none of the sentences, each words by their sound."""
    everything = f" {' | '.join(' '.join(words) for words in sentences)} "
    return [
        f"{name}: {entry.strip()}"
        for name, entries in _entries().items()
        for entry in entries
        if not re.search(f" {_heard(entry)} ", everything)
    ]


@lru_cache(maxsize=1)
def _entries() -> Dict[str, List[str]]:
    data = yaml.safe_load((Path(__file__).parent / "concepts.yml").read_text("utf8"))
    return {name: said.split(",") for name, said in data.items()}


@lru_cache(maxsize=1)
def _patterns() -> Tuple[Tuple[str, re.Pattern[str]], ...]:
    # The longest first: "plus tôt si" before "plus tôt".
    return tuple(
        (name, re.compile(f"(?<= )(?:{'|'.join(sorted(map(_heard, entries), key=len, reverse=True))})(?= )"))
        for name, entries in _entries().items()
    )


def _heard(entry: str) -> str:
    """The pattern of an entry: its words by sound."""
    entry = entry.strip()
    words = spoken(fold(entry.rstrip("*")))
    return " ".join(map(re.escape, words)) + ("[a-zX]*" if entry.endswith("*") else "")
