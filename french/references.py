"""References: what the gateway puts in the place of a personal number, a choice or a button."""

from __future__ import annotations

import re
from datetime import datetime
from typing import List

from french import phones
from french.model import Entity

REFERENCE = re.compile(r"⟦([a-z_]{1,20}:[\w:.-]{1,80})⟧")


def find(text: str, folded: str, now: datetime) -> List[Entity]:
    """`⟦phone:1⟧`, `⟦slot:42⟧`, `⟦intent:affirm⟧`; of two phones the one given up is "former:phone:2"."""
    found = [Entity("reference", m[1], m[0], m.span()) for m in REFERENCE.finditer(text)]
    numbers = [e for e in found if e.value.startswith("phone:")]
    if len(numbers) < 2:
        return found
    new = phones.chosen(folded, [e.span for e in numbers])
    former = {e.span for n, e in enumerate(numbers) if n != new}
    return [Entity("reference", f"former:{e.value}", e.text, e.span) if e.span in former else e for e in found]
