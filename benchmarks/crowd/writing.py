"""Ways of writing and speaking: a plain sentence in, what one person types or what a speech recogniser hears out."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from french.numbers import words

VOWELS = "aeiouyéèêàâ"


@cache
def ways() -> dict[str, Any]:
    """ways.yml."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("ways.yml").read_text("utf8"))
    return loaded


@dataclass(frozen=True)
class Hand:
    """How one person writes: probabilities for each letter, word or sentence."""

    typos: float = 0.0  # for each letter
    by_ear: float = 0.0  # for each place where it could be
    short: float = 0.0  # for each word that has a short form
    dropped: float = 0.0  # for each small word
    unaccented: bool = False
    unpunctuated: bool = False
    capitals: str = "sentence"  # "sentence", "none", "all"

    @classmethod
    def of(cls, medium: str, rng: random.Random) -> Hand:
        """Somebody who writes by this medium: careful, quick, by ear, or with everything short."""
        careful = cls(typos=0.002, unaccented=rng.random() < 0.1)
        quick = cls(typos=rng.choice((0.01, 0.02, 0.03)), dropped=0.15, unaccented=rng.random() < 0.6,
                    unpunctuated=True, capitals="none", short=0.2)  # fmt: skip
        by_ear = cls(typos=0.008, by_ear=0.12, dropped=0.05, unaccented=rng.random() < 0.5, unpunctuated=True,
                     capitals="none")  # fmt: skip
        short = cls(typos=0.01, short=0.85, dropped=0.25, by_ear=0.02, unaccented=True, unpunctuated=True,
                    capitals=rng.choice(("none", "none", "all")))  # fmt: skip
        weights = (2, 3, 2, 5) if medium == "sms" else (4, 4, 2, 2)
        return rng.choices((careful, quick, by_ear, short), weights)[0]

    def write(self, text: str, rng: random.Random, *, first: bool = False) -> str:
        """The sentence as this person types it."""
        text = shortened(text, self.short, rng)
        text = " ".join(w for w in text.split() if w.lower() not in ways()["dropped"] or rng.random() >= self.dropped)
        text = misspelt(text, self.by_ear, rng)
        if self.unaccented:
            text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        if self.unpunctuated:
            text = re.sub(r"['’]", lambda _: rng.choice(("'", " ", "")), text)
            text = re.sub(r"(?<=\D)[,.?!](?=\D|$)", "", text)
        text = mistyped(text, self.typos, rng)
        if self.capitals == "all":
            return text.upper()
        return text[:1].upper() + text[1:] if self.capitals == "sentence" else text.lower()


def shortened(text: str, rate: float, rng: random.Random) -> str:
    """With the short forms of text messages."""
    for word, forms in ways()["short"].items():
        pattern = rf"(?<![\w'-]){re.escape(word)}(?![\w'-])"
        text = sometimes(pattern, forms, rate, text, rng)
    return text


def misspelt(text: str, rate: float, rng: random.Random) -> str:
    """Written as it sounds, here and there."""
    for sound, letters in ways()["by_ear"]:
        text = sometimes(sound, [letters], rate, text, rng)
    return text


def sometimes(pattern: str, forms: Sequence[str], rate: float, text: str, rng: random.Random) -> str:
    """With a part of what the pattern finds put in one of these forms."""
    return re.sub(pattern, lambda found: rng.choice(forms) if rng.random() < rate else found[0], text)


def mistyped(text: str, rate: float, rng: random.Random) -> str:
    """Letters left out, doubled, swapped or taken from the next key; never a digit, which would be another number."""
    letters, out, i = list(text), [], 0
    while i < len(letters):
        letter = letters[i]
        if not letter.isalpha() or rng.random() >= rate:
            out.append(letter)
        else:
            fault = rng.choice(("out", "double", "swap", "key"))
            if fault == "double":
                out.append(letter * 2)
            elif fault == "swap" and i + 1 < len(letters) and letters[i + 1].isalpha():
                out += [letters[i + 1], letter]
                i += 1
            elif fault == "key":
                out.append(neighbour(letter, rng))
        i += 1
    return "".join(out).strip() or text


def neighbour(letter: str, rng: random.Random) -> str:
    """A key beside this one."""
    for row in ways()["keyboard"]:
        place = row.find(letter.lower())
        if place >= 0:
            return str(rng.choice([row[p] for p in (place - 1, place + 1) if 0 <= p < len(row)]))
    return letter


@dataclass(frozen=True)
class Voice:
    """How one person speaks, as a recogniser writes it down."""

    hesitant: float = 0.0  # a filler between two words
    repeats: float = 0.0  # a word said twice
    misheard: float = 0.0  # each place where the recogniser could be wrong

    @classmethod
    def of(cls, rng: random.Random) -> Voice:
        """Fluent, hesitant, or badly heard."""
        return rng.choices(
            (cls(0.01, 0.0, 0.05), cls(0.10, 0.05, 0.1), cls(0.04, 0.02, 0.3)),
            (4, 3, 3),
        )[0]

    def write(self, text: str, rng: random.Random, *, first: bool = False) -> str:
        """What is heard: no capital, no punctuation, numbers in words."""
        text = text.lower()
        for pattern, heard in ways()["misheard"]:
            text = sometimes(pattern, [heard], self.misheard, text, rng)
        text = re.sub(r"\b(\d+)h(\d*)\b", lambda m: hours(m[1], m[2]), text)
        text = text.replace("1er ", "premier ")
        text = re.sub(r"\b(\d{1,4})\b", lambda m: words(int(m[1])), text)
        said: list[str] = []
        for word in re.sub(r"[,.?!]", "", text).split():
            if said and rng.random() < self.hesitant:
                said.append(rng.choice(ways()["fillers"]))
            said += [word, word] if len(word) < 5 and rng.random() < self.repeats else [word]
        text = " ".join(said)
        if rng.random() < (0.5 if first else 0.25):
            text = f"{rng.choice(ways()['starts' if first else 'turns'])} {text}"
        if len(said) > 2 and rng.random() < 0.2:
            text = f"{text} {rng.choice(ways()['ends'])}"
        return text


def hours(hour: str, minute: str) -> str:
    """ "10h30" as people say it."""
    spoken = f"{'une' if hour == '1' else words(int(hour))} heure{'s' if int(hour) > 1 else ''}"
    if minute and int(minute):
        spoken += " et demie" if minute == "30" and int(hour) <= 12 else f" {words(int(minute))}"
    return spoken
