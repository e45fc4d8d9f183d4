"""Words as they sound, so that "annulez", "annuler", "anulé" and "annulé" are one word to the classifier."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Tuple

import yaml

# In order: each spelling of a sound becomes one. Accents are gone already, so "ç" is "c".
SOUNDS: Tuple[Tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(spelt), sound)
    for spelt, sound in (
        (r"(.)\1+", r"\1"),
        (r"ph", "f"),
        (r"sch|sh|ch", "X"),
        (r"(?<=[aeiouy])il(?=l?e?s?$|l?e[rz]$)|il(?=l)", "y"),
        (r"tion|ssion|cion", "sion"),
        (r"qu|q|ck", "k"),
        (r"ge(?=[ao])|g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"sc(?=[eiy])|c(?=[eiy])|z", "s"),
        (r"c", "k"),
        (r"h", ""),
        (r"eau|au", "o"),
        (r"oeu|eu(?!r)", "e"),
        (r"(?:ai|ei)(?![nm](?:$|[^aeiou]))", "e"),
        (r"ay", "ei"),
        (r"y", "i"),
        (r"(?:ain|ein|aim|in|im)(?=$|[^aeiounm])", "in"),
        (r"(?:en|em|am|an)(?=[^aeiounm])", "an"),
        (r"om(?=[pb])", "on"),
        # What is not heard at the end, of words long enough: plurals, verb endings, silent consonants.
        (r"(?<=[a-zX]{4})ent$", "e"),
        (r"(?<=[a-zX]{3})(?:er|es|et|ets|e)$", "e"),
        (r"(?<=[a-zX]{3})[stdpx]+$", ""),
        (r"(?<=[a-zX]{3})e+$", ""),
    )
)
WORD = re.compile(r"[a-z]+|[0-9]+|[^\sa-z0-9'-]")
# "jpeu", "jveu", "jabandonne": je with the word stuck to it; "kon", "kil": que; "davancer", "loperateur".
STUCK = re.compile(
    r"\b(j|k|q)(?=[bcdfglmpqrstv][a-z]{2,})|\b(k|qu)(?=(?:on|il|elle|je|tu)\b)|\b(j)(?=(?:vs|te|le|la|me|ne|se|en|y)\b)"
    r"|\b(j)(?=(?:abandon|anul|annul|ar?ret|at?tend|aimer|habit|envoi|ecri|appel|oubli|entend|accept|avanc|adopt|utilis|efface|enleve|aurai|irai))"
    r"|\b([dl])(?=(?:avanc|annul|entretien|operat|avis|adress|autre|otre|identit|attent|impo|horair|ouvert|itiner|appli|accueil|acueil|acces))"
)
# "kjvs", "kjpasse": que je.
QUE_JE = re.compile(r"\b[kq](?=j[bcdfglmpqrstv][a-z])")
TYPED = re.compile(r"\b(?:2|d)m(?:1|in|ain|un)\b")


def spoken(folded: str) -> List[str]:
    """The words of a folded text by their sound, marks of punctuation kept."""
    text = TYPED.sub("demain", STUCK.sub(_apart, QUE_JE.sub("ke ", folded)))
    return [part for word in WORD.findall(text) for part in sound(word).split()]


def _apart(m: re.Match[str]) -> str:
    return "je " if "j" in (m[1], m[3], m[4]) else f"{m[5]} " if m[5] else "ke "


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """One folded word by its sound; a few need two."""
    typed = _typed()
    if word in typed:
        return typed[word]
    if not word.isalpha() or len(word) < 3:
        return word
    for spelt, heard in SOUNDS:
        word = spelt.sub(heard, word)
    return word


@lru_cache(maxsize=1)
def _typed() -> Dict[str, str]:
    data = yaml.safe_load((Path(__file__).parent / "sounds.yml").read_text("utf8"))
    return {spelling: sound for sound, spellings in data.items() for spelling in spellings}
