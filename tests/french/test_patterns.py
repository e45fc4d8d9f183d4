"""No pattern takes for ever on words of its own, said again and again (`re` holds every other thread up meanwhile)."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

SECONDS = 1.0  # of processor time
TIMES = 40


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps, by its place."""
    seen: set[str] = set()
    for package in ("french", "actions", "gateway", "booking_core"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if "migrations" in module.name or module.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                for pattern in _within(value):
                    if pattern.pattern not in seen:
                        seen.add(pattern.pattern)
                        yield f"{module.name}.{name}", pattern


def _within(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (p for v in value.values() for p in _within(v))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (p for v in value for p in _within(v))


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def slowest(pattern: re.Pattern[str]) -> tuple[float, str]:
    """The longest search, in seconds, among the pattern's own words said again and again, and what was said."""
    words = {*re.findall(r"[a-zà-ÿ0-9']+", pattern.pattern), " ", "a", "1", ".", "("}
    worst = (0.0, "")
    for said in (f"{word}{between}" for word in sorted(words) for between in (" ", ", ", "")):
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, 1.5 * SECONDS)
        try:
            pattern.search(said * TIMES + "\x00")
        except TimeoutError:
            pass
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        worst = max(worst, (time.process_time() - began, said))
        if worst[0] > SECONDS:
            break
    return worst


def test_no_pattern_takes_for_ever() -> None:
    before = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        slow = [(place, *worst) for place, pattern in patterns() if (worst := slowest(pattern))[0] > SECONDS]
        assert slow == []
        # The kind of mistake that it is for.
        assert slowest(re.compile(r"(?:non ?[,.]* ?)*!"))[0] > SECONDS
    finally:
        signal.signal(signal.SIGVTALRM, before)
