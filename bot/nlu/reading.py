"""A sentence as the classifier reads it: words by sound with kinds in the place of values, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import List, Tuple

from bot.nlu.concepts import concepts
from bot.nlu.sounds import spoken
from french import Understanding
from french.spelling import respelt
from french.text import fold

# "repouC", "décalT", "chanG": a last letter that is heard by its name.
NAMED = re.compile(r"(?<=[a-zà-ÿ]{3})[CDGPTV]\b")


@dataclass(frozen=True)
class Reading:
    """What is learnt from: words as heard, words with kinds in capitals, concepts in order, "yes", "no" or ""."""

    heard: Tuple[str, ...]
    words: Tuple[str, ...]
    ideas: Tuple[str, ...]
    answer: str


def read(understanding: Understanding) -> Reading:
    """Read a sentence; concepts are looked for inside values too: "mon arrêt" is a reason, and may be the subject."""
    text = understanding.text
    words: List[str] = []
    at = 0
    for entity in understanding.entities:
        if entity.kind != "answer":
            # A reference is named after what it stands for, so that "⟦phone:1⟧" and a number read alike.
            kind = entity.value.partition(":")[0] if entity.kind == "reference" else entity.kind
            words += [*_heard(text[at : entity.span[0]]), kind.upper()]
            at = entity.span[1]
    words += _heard(text[at:])
    answers = understanding.of("answer")
    whole = _heard(text)
    return Reading(tuple(whole), tuple(words), tuple(concepts(whole)), answers[0].value if answers else "")


def heard(reading: Reading) -> str:
    """The words as one text, values included."""
    return " ".join(reading.heard)


def said(reading: Reading) -> str:
    """The words as one text, kinds in the place of values."""
    return " ".join(reading.words)


def meant(reading: Reading) -> List[str]:
    """The features of meaning: concepts and kinds, alone, two by two, and in their order."""
    kinds = [w for w in reading.words if w.isupper()]
    order = [c for c, before in zip(reading.ideas, ("", *reading.ideas), strict=False) if c != before]
    known = sorted({*order, *kinds})
    rest = len(reading.words) - len(kinds)
    return [
        *known,
        *(f"{a}&{b}" for a, b in combinations(known, 2)),
        *(f"{a}>{b}" for a, b in pairwise(order)),
        f"first={order[0] if order else ''}",
        f"answer={reading.answer}",
        f"kinds={'+'.join(kinds[:3])}",
        f"length={min(12, int(2 * len(reading.words) ** 0.5))}",
        f"rest={min(5, rest)}",
    ]


def _heard(text: str) -> List[str]:
    return spoken(respelt(fold(NAMED.sub(r"\g<0>er", text))).text)
