"""Phone numbers, typed or spoken: the one that counts when somebody corrects it or gives the old one too."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterator, List, Optional, Sequence, Tuple

import phonenumbers

from french.model import Entity, Span
from french.numbers import Run, runs

Number = Tuple[str, Span, bool]
# A word near the number that tells a phone from a date or a code.
CUE = re.compile(
    r"\b(?:numeros?|num|nums|nø|tel|tels|telephone|portable|port|mobile|fixe|ligne|joindre|joignable|appele[rz]|rappele[rz])\b"
)
CORRECTED = re.compile(
    r"\b(?:non|pardon|plutot|enfin|correction|excuse[rz]?|erreur|trompee?|rectifie|reprends)\b|je me suis tromp"
)
OLD = re.compile(
    r"\b(?:ancien(?:ne)?|vieux|remplace[rz]?|remplacement|au lieu du?|a la place du?|plus (?:joignable|valable|bon|utiliser?)|"
    r"supprime[rz]?|enleve[rz]?|retire[rz]?|efface[rz]?|n'est plus|c'est plus|est plus|pas le|pas au|resilie\w*|coupee?|avant c'etait|etait)\b"
)
NEW = re.compile(
    r"\b(?:nouveau|nouvelle|nouvo|desormais|maintenant|dorenavant|par (?:le|mon|ma|celui)|a present|utilise[rz]|mette[rz]|mets|"
    r"mete|note[rz]|prene[rz]|c'est le|plutot|mais (?:le|au))\b"
)
ECHO = re.compile(r"^[ ,)]*(?:(?:ca |ca,? )?c'est )?(?:mon|le|ma)? ?(nouveau|nouvelle|ancien|ancienne|vieux)\b")
ECHO_SAID = re.compile(
    r"^[ ,)]*(?:ca |ca,? )?c'(?:est|etait) (?:mon|le|ma)? ?(nouveau|nouvelle|ancien|ancienne|vieux)\b"
)
# The letter O typed for the first zero.
LETTER_O = re.compile(r"\bo(?=[1-9](?:[ .-]?\d\d){4}\b)")
TAIL = re.compile(r"\W*(?:euh |ah |oups )*(?:non|pardon|enfin)(?: (?:pardon|non|euh|c'est|plutot|pas \w+))*\W*")
# Codes of countries that are said apart from the number: "00 33 6…".
COUNTRIES = ("33", "41", "32", "49", "35", "39", "34", "44")
HOUR = re.compile(r" ?(?:h\b|heures?\b|:)")
DATE_LIKE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])(?: ?[./-] ?(?:0?[1-9]|1[0-2]) ?[./-] ?\d{2}(?:\d{2})?| \d{1,2} (?:\d{4}|1\d|2\d|3[0-5]))"
)


# A date with its hour has ten digits too: "02/12/26 09:30", "2026-12-02T09:30", "09/04 10h15", "13/02 - 15/02", "08:00 - 09:30", "14.08.2027 08:05"; "03/2027" begins like
# a number, and in "03/12 06 39 98 01 02" one begins after the date.
_DAY_MONTH = r"(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])"
DATED = re.compile(
    rf"\b(?:(?<![\d/.-])(?<!\d ){_DAY_MONTH}[/.-](?:(?:19|20)\d\d(?:(?![ .-]{{1,3}}\d\d(?:[ .-]\d\d)*(?!\d|[ .-]\d| ?[:h]))|(?= 0[1-9](?:[ .-]?\d\d){{4}}\b))|\d\d(?=,? \d{{1,2}}[:h]))(?:,? \d{{1,2}}[:h](?:\d{{2}})?)?"
    rf"|20\d\d-\d\d-\d\d[ t]\d\d:\d\d(?::\d\d)?|(?<![\d/.-])(?<!\d ){_DAY_MONTH},? \d{{1,2}} ?(?:h|:\d\d\b)(?:\d\d\b)?"
    r"|20\d\d-\d\d-\d\d|(?<![\d/.-])(?<!\d )\d{1,2}/\d{1,2} ?- ?\d{1,2}/\d{1,2}(?:/(?:20)?\d\d)?|(?<![\d:.-])(?<!\d )[012]?\d:[0-5]\d(?:(?= ?- ?\d)|(?! ?[\d:]))"
    rf"|(?<![\d/.-])(?<!\d ){_DAY_MONTH}(?= 0[1-9](?:[ .-]?\d\d){{4}}\b)|(?<![\d/.-])(?<!\d )(?:0[1-9]|1[0-2])(?:/| ?[.-] ?(?=\d{{4}}(?! ?[.-]? ?\d)))20\d\d)(?![\d.])"
)


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """Complete numbers. With several, the new one carries the old ones in `others`; those are of kind "former".

    A number corrected on the spot ("… euh non pardon zéro six …") is one entity with what was said last.
    """
    folded = LETTER_O.sub("0", folded)
    numbers = [_retold(folded, number) for number in _corrected(folded, list(_complete(folded)))]
    if not numbers:
        return []
    counts = chosen(folded, [span for _, span, _ in numbers]) if len(numbers) > 1 else 0
    others = tuple(value for n, (value, _, _) in enumerate(numbers) if n != counts)
    return [
        Entity("phone", value, text[slice(*span)], span, valid, others)
        if n == counts
        else Entity("former", value, text[slice(*span)], span, valid)
        for n, (value, span, valid) in enumerate(numbers)
    ]


def incomplete(text: str, folded: str, now: datetime) -> List[Entity]:
    """Numbers with digits missing or too many, `valid` False so that one can say so."""
    found = []
    for run in runs(_undated(folded)):
        digits = run.digits
        start, end = run.span
        if not re.match(r"0{1,2}[1-9]", digits) or not 4 <= len(digits) <= 14 or len(digits) == 10:
            continue
        cued = CUE.search(folded, max(0, start - 45), start) is not None
        if not cued and (len(digits) < 6 or DATE_LIKE.fullmatch(folded, start, end)):
            continue
        if len(digits) <= 12 or cued:
            # Two zeros are kept: the phone library would drop one and find the number good.
            national = digits if digits.startswith("00") else digits[1:]
            found.append(Entity("phone", f"+33{national}", text[start:end], (start, end), valid=False))
    return found[-1:]


def chosen(folded: str, spans: Sequence[Span]) -> int:
    """Which of several numbers counts: the one said to be new, else the last that is not said to be old."""
    scores = []
    for n, (start, _) in enumerate(spans):
        since = spans[n - 1][1] if n else 0
        until = spans[n + 1][0] if n + 1 < len(spans) else len(folded)
        before, after = folded[max(since, start - 60) : start], folded[spans[n][1] : min(until, spans[n][1] + 30)]
        old = max((m.end() for m in OLD.finditer(before)), default=-1)
        new = max((m.end() for m in NEW.finditer(before)), default=-1)
        # "… ça c'est mon nouveau"; before another number the word may announce that one.
        told = (ECHO if n + 1 == len(spans) else ECHO_SAID).search(after)
        if told:
            scores.append(2 if told[1].startswith("nouv") else -2)
        else:
            scores.append(0 if old == new else 1 if new > old else -1)
    return max(range(len(spans)), key=lambda n: (scores[n], n))


def _complete(folded: str) -> Iterator[Number]:
    for run in runs(_undated(folded)):
        if _stuttered(folded, run):
            continue
        yield from _of_run(folded, run)


def _undated(folded: str) -> str:
    """The same text with bars in the place of dates that look like numbers."""
    return DATED.sub(lambda m: "|" * len(m[0]), folded)


def _stuttered(folded: str, run: Run) -> bool:
    """True for a digit or a pair too many ("zéro zéro six …"): which one to drop is for the person to say.

    What follows a number may be an hour ("… zéro trois dix heures"); "00 33 6…" and "0 805 …" are other ways to begin.
    """
    digits, (start, end) = run.digits, run.span
    if not re.match(r"0{0,2}[1-9]", digits) or not digits.startswith("0") or len(digits) not in (11, 12):
        return False
    together = len(run.groups[0][0])
    if _international(folded, start, digits, together) or HOUR.match(folded, end):
        return False
    return len(run.groups) > 2


def _of_run(folded: str, run: Run) -> Iterator[Number]:
    at = 0
    while at < len(run.groups):
        number = _from(folded, run, at)
        if number is None:
            at += 1
            continue
        value, upto, start = number
        end = run.groups[upto - 1][1][1]
        yield value, (start, end), _valid(value)
        at = upto


def _from(folded: str, run: Run, at: int) -> Optional[Tuple[str, int, int]]:
    """E.164 of the number that begins at a group, the group after it, and where it begins in the text."""
    groups = run.groups
    first, (start, _) = groups[at]
    international = _international(folded, start, "".join(g for g, _ in groups[at : at + 4]), len(first))
    if international:
        rest = "".join(g for g, _ in groups[at : at + 20])[international[0] :]
        if rest.startswith("33"):
            national = rest[2:].lstrip("0")
            taken = _taken(groups, at, international[0] + len(rest) - len(national) + 9)
            return (f"+33{national[:9]}", taken, international[1]) if taken and len(national) >= 9 else None
        upto = min(len(groups), at + 8)
        digits = "".join(g for g, _ in groups[at:upto])[international[0] :]
        return (f"+{digits}", upto, international[1]) if 8 <= len(digits) <= 15 else None
    tail = "".join(g for g, _ in groups[at : at + 10])
    if re.match(r"0[1-9]", tail):
        taken = _taken(groups, at, 10)
        return (f"+33{tail[1:10]}", taken, start) if taken else None
    alone = len(groups) - at <= 5 and len(tail)
    if alone == 11 and re.match(r"33[1-9]", tail):
        return f"+{tail}", len(groups), start
    if alone == 9 and re.match(r"[67]", tail) and at == 0 and CUE.search(folded, max(0, start - 45), start):
        return f"+33{tail}", len(groups), start
    return None


def _international(folded: str, start: int, digits: str, together: int) -> Optional[Tuple[int, int]]:
    """How many digits of the prefix to drop ("00"), and where the number begins; None for a national one.

    `together`: how many of the digits were written as one group.
    """
    if folded[start - 1 : start] == "+":
        return 0, start - 1
    if folded[max(0, start - 6) : start].endswith(("+ ", "(+")):
        return 0, folded.rindex("+", 0, start)
    if re.search(r"\bplus $", folded[max(0, start - 6) : start]) and digits[:2] in COUNTRIES:
        return 0, start - 5
    return (2, start) if digits.startswith("00") and (together > 2 or digits[2:4] in COUNTRIES) else None


def _taken(groups: Tuple[Tuple[str, Span], ...], at: int, count: int) -> Optional[int]:
    """The group after those that make `count` digits exactly, None when no boundary falls there."""
    while count > 0 and at < len(groups):
        count -= len(groups[at][0])
        at += 1
    return at if count == 0 else None


def _retold(folded: str, number: Number) -> Number:
    """The number with its last pair put right ("… soixante-treize non soixante-quatorze")."""
    value, (start, end), _ = number
    between = TAIL.match(folded, end)
    if not between or between.end() == end:
        return number
    run = next((r for r in runs(folded[between.end() : between.end() + 40]) if r.span[0] == 0), None)
    if run is None or len(run.digits) not in (2, 4) or HOUR.match(folded, between.end() + run.span[1]):
        return number
    value = value[: -len(run.digits)] + run.digits
    return value, (start, between.end() + run.span[1]), _valid(value)


def _valid(value: str) -> bool:
    """True when the number can exist; ranges kept for fiction are possible though nobody holds them."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        return False


def _corrected(folded: str, numbers: List[Number]) -> List[Number]:
    """Join a number, even unfinished, with the one that corrects it right after."""
    if not numbers:
        return []
    partial = [r.span for r in runs(folded) if re.match(r"0[1-9]", r.digits) and 4 <= len(r.digits) < 10]
    kept: List[Number] = []
    for value, (start, end), valid in numbers:
        before = [s for s in partial if s[1] <= start] + [s for _, s, _ in kept]
        last = max(before, default=None)
        if (
            last
            and start - last[1] <= 50
            and CORRECTED.search(folded, last[1], start)
            and not OLD.search(folded, last[1], start)
        ):
            if kept and kept[-1][1] == last:
                kept.pop()
            start = last[0]
        kept.append((value, (start, end), valid))
    return kept
