"""What fits in a text message: parts joined on the way in, segments counted on the way out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# In the GSM-7 alphabet these take two places.
EXTENDED = frozenset("^{}\\[~]|€")
ONE_SEGMENT, TWO_SEGMENTS = 160, 306
# The lengths at which phones and networks cut: alone or in a chain, in GSM-7 or in UCS-2.
FULL = (160, 153, 70, 67)
NUMBERED = re.compile(r"\s*\((\d)/(\d)\)\s*")
BREAKS = re.compile(r"(?<=[.!?])\s|\n|\s")

STOP = frozenset({"STOP", "STOPSMS", "STOP SMS", "ARRET", "DESABONNER"})
START = frozenset({"START", "REPRENDRE"})
HELP = frozenset({"AIDE", "HELP", "INFO", "INFOS", "?"})


def keyword(text: str) -> str | None:
    """ "stop", "start" or "help" when that is all that a message says; None for what the assistant reads."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    word = " ".join(bare.upper().replace("?", " ? ").split()).strip(" .!,;") or text.strip()
    for name, words in (("stop", STOP), ("start", START), ("help", HELP)):
        if word in words:
            return name
    return None


def parts(texts: Sequence[str]) -> tuple[list[int], str, bool]:
    """The first message of those that wait, in the order sent: which of them make it, its text, is it whole.

    Phones that chain parts have them joined by the carrier. Others cut at a full segment, or number: "(1/2) …".
    """
    if numbered := NUMBERED.match(texts[0]):
        of = numbered[2]
        found = [(int(m[1]), n) for n, t in enumerate(texts) if (m := NUMBERED.match(t)) and m[2] == of]
        places = [n for _, n in sorted(found)]
        text = " ".join(NUMBERED.sub("", texts[n], count=1).strip() for n in places)
        return places, text, len({part for part, _ in found}) >= int(of)
    place = 0
    while len(texts[place]) in FULL and place + 1 < len(texts):
        place += 1
    return list(range(place + 1)), "".join(texts[: place + 1]), len(texts[place]) not in FULL


def length(text: str) -> int:
    """How many places of the GSM-7 alphabet a text takes."""
    return sum(2 if c in EXTENDED else 1 for c in text)


def pieces(text: str) -> list[str]:
    """A GSM-7 text as messages of two segments at most, cut between lines, sentences or words."""
    found = []
    rest = text.strip()
    while length(rest) > TWO_SEGMENTS:
        fits = next(n for n in range(len(rest), 0, -1) if length(rest[:n]) <= TWO_SEGMENTS)
        cuts = [m for m in BREAKS.finditer(rest, 0, fits + 1) if m.start() > 0]
        strongest = max(cuts, key=lambda m: (_strength(rest, m), m.start()), default=None)
        end = strongest.start() if strongest else fits
        found.append(rest[:end].rstrip())
        rest = rest[end:].strip()
    return [*found, rest] if rest else found


def _strength(text: str, cut: re.Match[str]) -> int:
    """Prefer the end of a line, then of a sentence, in the second half of what fits."""
    if cut.start() < TWO_SEGMENTS // 2:
        return 0
    if cut[0] == "\n":
        return 3
    return 2 if text[cut.start() - 1] in ".!?" else 1
