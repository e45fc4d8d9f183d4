"""The little language in which a dialogue says when an appointment must be: "next tuesday 12:00-19:00 | tomorrow"."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHAPE = re.compile(
    r"(?P<base>any|unchanged|today|tomorrow|next (?P<next>\w+)|(?P<of>\w+) next week|\+(?P<plus>\d+)d)"
    r"(?: \+(?P<shift>\d+)d)?(?: (?P<since>\d\d:\d\d)(?:-(?P<until>\d\d:\d\d))?)?"
)


def day_of(base: str, today: date) -> date:
    """The day of "today", "tomorrow", "+3d", "next tuesday" (strictly after today), "tuesday next week" (ISO week)."""
    shape = SHAPE.fullmatch(base.strip())
    if not shape:
        raise ValueError(f"not a day: {base!r}")
    if shape["next"]:
        ahead = (WEEKDAYS.index(shape["next"]) - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=ahead)
    elif shape["of"]:
        day = today - timedelta(days=today.weekday()) + timedelta(days=7 + WEEKDAYS.index(shape["of"]))
    else:
        named = {"today": 0, "tomorrow": 1}.get(shape["base"])
        day = today + timedelta(days=int(shape["plus"]) if named is None else named)
    return day + timedelta(days=int(shape["shift"] or 0))


def start_of(when: str, today: date) -> datetime:
    """The naive local start that a `given` appointment names: a day and an hour."""
    shape = SHAPE.fullmatch(when.strip())
    if not shape or not shape["since"]:
        raise ValueError(f"not a day and an hour: {when!r}")
    return datetime.combine(day_of(when, today), time.fromisoformat(shape["since"]))


def matches(
    when: str, start: datetime, today: date, *, before: datetime | None = None, taken: Collection[datetime] = ()
) -> bool:
    """True when a naive local start fits; `before` is what the appointment was, for "unchanged"."""
    wanted, _, exception = when.partition(" except ")
    if exception and start in taken:
        return False
    return any(_fits(alternative, start, today, before) for alternative in wanted.split("|"))


def _fits(alternative: str, start: datetime, today: date, before: datetime | None) -> bool:
    shape = SHAPE.fullmatch(alternative.strip())
    if not shape:
        raise ValueError(f"not a time: {alternative!r}")
    if shape["base"] == "unchanged":
        return before is not None and start == before + timedelta(days=int(shape["shift"] or 0))
    if shape["base"] != "any" and start.date() != day_of(alternative, today):
        return False
    if not shape["since"]:
        return True
    since = time.fromisoformat(shape["since"])
    if not shape["until"]:
        return start.time() == since
    return since <= start.time() < time.fromisoformat(shape["until"])
