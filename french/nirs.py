"""Social security numbers: 13 characters, or 15 with the key, typed or spoken."""

from __future__ import annotations

import re
from datetime import datetime
from typing import List

from stdnum.fr import nir

from french.model import Entity, Span
from french.numbers import runs

_S = r"[ .\-]{0,2}"
TYPED = re.compile(
    rf"(?<![\d+])[1-478]{_S}\d{_S}\d{_S}\d{_S}\d{_S}(?:\d{_S}\d|2 ?[ab]){_S}"
    + _S.join([r"\d"] * 6)
    + rf"(?:{_S}/?{_S}\d{_S}\d)?(?!{_S}\d(?!\d?[/.\-]\d))"
)
# The key is computed with 19 for 2A and 18 for 2B, which stand in while the digits are counted.
CORSICAN = re.compile(r"\b(?:deux|2) ([ab])\b")
# "2027-07-06 9:00 - 12:00" is a time.
CLOCK = re.compile(r"\d:[0-5]\d\b")
CUE = re.compile(r"\b(?:secu|securite sociale|nir|vitale|immatriculation)\b")
MONTHS = frozenset((*range(1, 13), 20, *range(30, 43), *range(50, 100)))


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """Numbers of 13 or 15 characters; `valid` is False when the key or the length is wrong."""
    found = [_entity(text, m.span(), re.sub(r"[ .\-/]", "", m[0])) for m in TYPED.finditer(folded)]
    found = [e for e in found if int(e.value[3:5]) in MONTHS]
    if found:
        return found
    corsican = CORSICAN.search(folded)
    plain = CORSICAN.sub(lambda m: ("19" if m[1] == "a" else "18").ljust(len(m[0])), folded)
    for run in runs(plain):
        digits, span = run.digits, run.span
        if CLOCK.search(plain, *span):
            continue
        if digits[0] in "123478" and len(digits) in (13, 15) and int(digits[3:5]) in MONTHS:
            if corsican and span[0] < corsican.start() < span[1]:
                digits = f"{digits[:5]}2{corsican[1]}{digits[7:]}"
            found.append(_entity(text, span, digits))
        elif len(digits) in (11, 12, 14, 16) and digits[0] in "12" and CUE.search(folded):
            found.append(Entity("nir", digits, text[slice(*span)], span, valid=False))
    return found


def _entity(text: str, span: Span, value: str) -> Entity:
    value = value.upper()
    valid = nir.is_valid(value) if len(value) == 15 else len(value) == 13
    return Entity("nir", value, text[slice(*span)], span, valid)
