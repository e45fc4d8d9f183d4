"""Numbers as they are said and typed: words to digits with their place, digits to words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from text_to_num import text2num

from french.model import Span

UNITS: Dict[str, int] = {
    word: value
    for value, words in enumerate(
        ["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"]
    )
    for word in [words]
} | {"une": 1}  # fmt: skip
TENS: Dict[str, int] = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
SCALES = {"cent", "cents", "mille"}
WORDS = {**UNITS, **TENS}
SPOKEN = frozenset(WORDS) | SCALES
FILLERS = frozenset(("euh", "heu", "hum", "bah", "ben", "puis", "alors"))
TOKEN = re.compile(r"\d+|[a-z]+")
GAP = re.compile(r"[\s.,/()_\-:]{0,4}")

ACCENTED = {"zero": "zéro"}
UNIT_WORDS = [ACCENTED.get(w, w) for w in list(UNITS)[:17]]
TEN_WORDS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


@dataclass(frozen=True)
class Run:
    """Numbers that follow each other: `groups` are the digits of each ("zéro six trente-neuf" is 0, 6, 39)."""

    groups: Tuple[Tuple[str, Span], ...]

    @property
    def digits(self) -> str:
        """All the digits."""
        return "".join(g for g, _ in self.groups)

    @property
    def span(self) -> Span:
        """From the first group to the last."""
        return self.groups[0][1][0], self.groups[-1][1][1]


def value(words: str) -> Optional[int]:
    """The number that words or digits say ("quatre-vingt-dix-huit", "98"), None when they say none."""
    if words.isdecimal():
        return int(words)
    try:
        return int(text2num(words.replace("zero", "zéro"), "fr"))
    except ValueError:
        return None


def words(number: int) -> str:
    """A number from 0 to 9999 in words, as the voice says it; raises ValueError outside."""
    if not 0 <= number <= 9999:
        raise ValueError(number)
    if number >= 1000:
        return _scaled(number, 1000, "mille", "mille")
    if number >= 100:
        return _scaled(number, 100, "cent", "cents")
    if number < 17:
        return UNIT_WORDS[number]
    if number < 20:
        return f"dix-{UNIT_WORDS[number - 10]}"
    ten = number // 10 * 10
    if ten in (70, 90):
        ten -= 10
    rest = number - ten
    if rest == 0:
        return "quatre-vingts" if ten == 80 else TEN_WORDS[ten]
    joint = " et " if rest in (1, 11) and ten != 80 else "-"
    return f"{TEN_WORDS[ten]}{joint}{words(rest)}"


def _scaled(number: int, scale: int, one: str, many: str) -> str:
    count, rest = divmod(number, scale)
    if rest == 0:
        return one if count == 1 else f"{words(count)} {many}"
    return f"{one if count == 1 else f'{words(count)} {one}'} {words(rest)}"


def runs(folded: str) -> List[Run]:
    """Every run of numbers of a folded text, typed or spoken; "euh" between two groups does not end one."""
    tokens = [(m[0], m.span()) for m in TOKEN.finditer(folded)]
    found: List[Run] = []
    groups: List[Tuple[str, Span]] = []
    end = at = 0
    while at < len(tokens):
        word, span = tokens[at]
        joined = bool(groups) and GAP.fullmatch(folded, end, span[0]) is not None
        if word in FILLERS and joined:
            end, at = span[1], at + 1
            continue
        group = _group(tokens, at, folded)
        if group is None or not joined:
            if groups:
                found.append(Run(tuple(groups)))
            groups = []
        if group is None:
            at += 1
            continue
        said, at = group
        end = tokens[at - 1][1][1]
        groups.append((said, (span[0], end)))
    return [*found, Run(tuple(groups))] if groups else found


def _group(tokens: List[Tuple[str, Span]], at: int, folded: str) -> Optional[Tuple[str, int]]:
    """The digits said from one token on, and where the next group begins: "39", "6", "085"; None when no number."""
    word = tokens[at][0]
    if word.isdecimal():
        return word, at + 1
    if word not in SPOKEN:
        return None
    # "un" and "une" alone are articles more often than numbers; a run of one group is judged by who reads it.
    total, at = _below_hundred(tokens, at)
    if total is None:
        total = 1
    elif total == 0:
        return "0", at
    for scale, names in ((100, ("cent", "cents")), (1000, ("mille",))):
        # "dix-neuf cent" is a number, "trente-cinq cent" is two.
        if at < len(tokens) and tokens[at][0] in names and (scale == 1000 or total < 20):
            rest, at = _below_thousand(tokens, at + 1) if scale == 1000 else _below_hundred(tokens, at + 1)
            total = total * scale + (rest or 0)
    return str(total), at


def _below_thousand(tokens: List[Tuple[str, Span]], at: int) -> Tuple[Optional[int], int]:
    count, after = _below_hundred(tokens, at)
    if after < len(tokens) and tokens[after][0] in ("cent", "cents"):
        rest, end = _below_hundred(tokens, after + 1)
        return (count or 1) * 100 + (rest or 0), end
    return count, after


def _below_hundred(tokens: List[Tuple[str, Span]], at: int) -> Tuple[Optional[int], int]:
    if at >= len(tokens):
        return None, at
    word = tokens[at][0]
    following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    if word == "quatre" and following in ("vingt", "vingts"):
        return _with_units(tokens, at + 2, 80)
    if word in TENS:
        return _with_units(tokens, at + 1, TENS[word])
    if word == "dix" and following in ("sept", "huit", "neuf"):
        return 10 + UNITS[following], at + 2
    return (UNITS[word], at + 1) if word in UNITS else (None, at)


def _with_units(tokens: List[Tuple[str, Span]], at: int, ten: int) -> Tuple[int, int]:
    """What follows a ten: "et un", "neuf", and "douze" after soixante and quatre-vingt."""
    start = at
    if at + 1 < len(tokens) and tokens[at][0] == "et" and tokens[at + 1][0] in ("un", "une", "onze"):
        at += 1
    rest, after = _below_hundred(tokens, at)
    if rest is None or not 0 < rest < (20 if ten in (60, 80) else 10):
        return ten, start
    if tokens[at][0] == "quatre" and after == at + 2:  # "soixante quatre-vingts": two numbers
        return ten, start
    return ten + rest, after
