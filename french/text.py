"""A text as the parsers read it: lower case, no accents, same length as the original so that spans stay true."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_SAME = {"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "œ": "e", "æ": "e"}


@lru_cache(maxsize=4096)
def _fold(letter: str) -> str:
    if letter in _SAME:
        return _SAME[letter]
    bare = unicodedata.normalize("NFD", letter)[0].lower()
    return bare if len(bare) == 1 else letter


def fold(text: str) -> str:
    """Lower case without accents, one character for each of the original."""
    return "".join(map(_fold, text))
