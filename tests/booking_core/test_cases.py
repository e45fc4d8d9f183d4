"""The hard cases of public booking systems are numbered: each number is named by a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
# The numbers left out are of cases that the list itself drops.
NUMBERED = (
    "1 2 3 5 6 8 9 11 12 14 15 17 18 19 20 21 23 24 25 27 28 30 32 33 34 34b 35 36 38 39 40 41 43 44 45 46 48 50 52 53 "
    "55 56 58 60"
)
NAMED = re.compile(r"\bcases?[ _](\d+b?(?:(?:, | and )\d+b?)*)", re.IGNORECASE)


def named() -> Iterator[str]:
    """The numbers that the tests say they are about."""
    for path in TESTS.rglob("test_*.py"):
        for found in NAMED.findall(path.read_text("utf8")):
            yield from re.findall(r"\d+b?", found)


def test_each_case_has_a_test() -> None:
    assert set(NUMBERED.split()) - set(named()) == set()
