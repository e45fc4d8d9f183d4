"""One-time codes: read only when one was asked for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import List

from french.births import MONTHS
from french.model import Entity
from french.numbers import runs

CUE = re.compile(r"\bcodes?\b")


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """The code: 4 to 8 digits, typed or spoken, the one said after "code" when there are several."""
    found = []
    for run in runs(folded):
        start, end = run.span
        before = folded[max(0, start - 12) : start].split()
        if 4 <= len(run.digits) <= 8 and not (before and before[-1] in MONTHS):
            cued = CUE.search(folded, max(0, start - 30), start) is not None
            found.append((cued, start, Entity("code", run.digits, text[start:end], (start, end))))
    return [max(found, key=lambda f: (f[0], f[1]))[2]] if found else []
