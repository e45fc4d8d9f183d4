"""Numbers as they are said and typed: words to digits with their place, digits to words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, List, NamedTuple, Optional, Tuple

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
FILLERS = frozenset(("euh", "heu", "hum", "bah", "ben", "puis", "ensuite", "alors"))
TOKEN = re.compile(r"\d+|[a-z]+")
GAP = re.compile(r"[\s.,/()_\-:]{0,6}")

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


@lru_cache(maxsize=4)
def runs(folded: str) -> Tuple[Run, ...]:
    """Every run of numbers of a folded text, typed or spoken; "euh" between two groups does not end one.

    The last ones are kept: each parser asks for those of the same text.
    """
    tokens = _tokens(folded)
    found: List[Run] = []
    groups: List[Tuple[str, Span]] = []
    end = at = 0
    while at < len(tokens):
        word, span, _ = tokens[at]
        joined = bool(groups) and GAP.fullmatch(folded, end, span[0]) is not None
        if word in FILLERS and joined:
            end, at = span[1], at + 1
            continue
        if word == "et" and joined and at + 1 < len(tokens) and tokens[at + 1][0] == "enfin":
            end, at = tokens[at + 1][1][1], at + 2
            continue
        group = _group(tokens, at, after_zero=joined and groups[-1][0] == "0")
        if group is None or not joined:
            if groups:
                found.append(Run(tuple(groups)))
            groups = []
        if group is None:
            at += 1
            continue
        said, at = group
        end = tokens[at - 1].span[1]
        groups.append((said, (span[0], end)))
    return (*found, Run(tuple(groups))) if groups else tuple(found)


class _Token(NamedTuple):
    """A word or digits, where, and what stands between it and the one before: "-", " ", ", "."""

    word: str
    span: Span
    gap: str


def _tokens(folded: str) -> List[_Token]:
    tokens, end = [], 0
    for m in TOKEN.finditer(folded):
        tokens.append(_Token(m[0], m.span(), folded[end : m.start()]))
        end = m.end()
    return tokens


def _word(tokens: List[_Token], at: int) -> str:
    """The word at a place when it can go on with the one before it, "" otherwise: a comma parts two numbers."""
    return tokens[at].word if at < len(tokens) and tokens[at].gap in (" ", "-") else ""


def _group(tokens: List[_Token], at: int, *, after_zero: bool) -> Optional[Tuple[str, int]]:
    """The digits said from one token on, and where the next group begins; None when no number.

    "zéro trois mille neuf cent" is 03 then 1900, not 03900.
    """
    word = tokens[at].word
    if word.isdecimal():
        return word, at + 1
    if word not in SPOKEN:
        return None
    total, after = _below_hundred(tokens, at)
    if total is None:
        return _scaled_group(tokens, at, 1, first=True)
    return (str(total), after) if total == 0 or after_zero else _scaled_group(tokens, after, total)


def _scaled_group(tokens: List[_Token], at: int, total: int, *, first: bool = False) -> Tuple[str, int]:
    """What "cent" and "mille" make of a number; `first` when the group begins with one of them."""
    for scale, names in ((100, ("cent", "cents")), (1000, ("mille",))):
        word = tokens[at].word if first and at < len(tokens) else _word(tokens, at)
        # "dix-neuf cent" is a number, "trente-cinq cent" is two.
        if word in names and (scale == 1000 or total < 20):
            rest, at = _below_thousand(tokens, at + 1) if scale == 1000 else _rest(tokens, at + 1)
            total, first = total * scale + (rest or 0), False
    return str(total), at


def _rest(tokens: List[_Token], at: int) -> Tuple[Optional[int], int]:
    """A number below a hundred that goes on with what was said before."""
    return _below_hundred(tokens, at) if _word(tokens, at) else (None, at)


def _below_thousand(tokens: List[_Token], at: int) -> Tuple[Optional[int], int]:
    count, after = _rest(tokens, at)
    if _word(tokens, after) in ("cent", "cents"):
        rest, end = _rest(tokens, after + 1)
        return (count or 1) * 100 + (rest or 0), end
    return count, after


def _below_hundred(tokens: List[_Token], at: int) -> Tuple[Optional[int], int]:
    word, following = tokens[at].word, _word(tokens, at + 1)
    if word == "quatre" and following in ("vingt", "vingts"):
        return _with_units(tokens, at + 2, 80)
    if word in TENS:
        return _with_units(tokens, at + 1, TENS[word])
    if word == "dix" and following in ("sept", "huit", "neuf"):
        return 10 + UNITS[following], at + 2
    return (UNITS[word], at + 1) if word in UNITS else (None, at)


def _with_units(tokens: List[_Token], start: int, ten: int) -> Tuple[int, int]:
    """What follows a ten: "et un", "neuf", and "douze" after soixante and quatre-vingt."""
    at = start
    if _word(tokens, at) == "et" and _word(tokens, at + 1) in ("un", "une", "onze"):
        at += 1
    unit = UNITS.get(_word(tokens, at), 0)
    if unit == 4 and _word(tokens, at + 1) in ("vingt", "vingts") and tokens[at].gap != "-":
        return ten, start  # "cinquante quatre-vingts" is two numbers, so is "cinquante-quatre vingt"
    if unit == 10 and _word(tokens, at + 1) in ("sept", "huit", "neuf"):
        unit, at = 10 + UNITS[tokens[at + 1].word], at + 1
    return (ten + unit, at + 1) if 0 < unit < (20 if ten in (60, 80) else 10) else (ten, start)
