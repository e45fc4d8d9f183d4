"""Subjects that cannot be booked, and the service that deals with them (RULES: "adresses et contacts")."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import List, Optional, Pattern, Tuple

import yaml

from french.spelling import respelt
from french.text import fold


def subject(text: str) -> Optional[str]:
    """The service that deals with what a text names when no appointment does: "carte_vitale", "care"; None without any."""
    found = respelt(fold(text)).text
    return next((name for name, pattern in _patterns() if pattern.search(found)), None)


@lru_cache(maxsize=1)
def _patterns() -> List[Tuple[str, Pattern[str]]]:
    said = yaml.safe_load((Path(__file__).parent / "data" / "subjects.yml").read_text("utf8"))
    return [(name, re.compile("|".join(f"(?:{p})" for p in patterns))) for name, patterns in said.items()]
