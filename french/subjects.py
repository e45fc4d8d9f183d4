"""Subjects that cannot be booked: what people take for the business of an appointment and is done elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from french.spelling import respelt
from french.text import fold


def elsewhere(text: str) -> bool:
    """True when a text names something that is no reason of the list: a lost carte Vitale, a refund, the CAF."""
    return _pattern().search(respelt(fold(text)).text) is not None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    said = yaml.safe_load((Path(__file__).parent / "data" / "subjects.yml").read_text("utf8"))
    return re.compile("|".join(f"(?:{p})" for p in said))
