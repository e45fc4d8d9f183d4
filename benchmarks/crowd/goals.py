"""What simulated people want: an appointment, another time, no appointment any more, a date, another number."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from booking_core import Appointment
from french.say import DAYS, MONTHS
from tests.dialogues.world import AGENCIES, PARIS

KINDS = {"book": 50, "move": 18, "cancel": 14, "list": 8, "number": 10}
WEEKDAYS = range(5)


@cache
def sentences() -> dict[str, Any]:
    """sentences.yml."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("sentences.yml").read_text("utf8"))
    return loaded


def filled(template: str, **values: str) -> str:
    """A template with its blanks filled, those that were left empty closed up."""
    return " ".join(template.format_map(values).split())


@dataclass(frozen=True)
class Wish:
    """The time that suits: these days (any when None), this part of the day, about this hour; how it is said."""

    words: str
    days: frozenset[date] | None = None
    part: str = ""
    hour: int | None = None

    def fits(self, start: datetime) -> bool:
        """True when a start suits; an hour is met within one."""
        local = start.astimezone(PARIS)
        if self.days is not None and local.date() not in self.days:
            return False
        if self.part and (local.hour < 12) != (self.part == "morning"):
            return False
        return self.hour is None or abs(local.hour * 60 + local.minute - self.hour * 60) <= 60


def wish(rng: random.Random, today: date, *, medium: str) -> Wish:
    """A day or a part of it, said in one of the ways there are."""
    kind = rng.choices(
        ("coming", "next", "next_week", "in_eight", "dated", "tomorrow", "after_tomorrow", "week", "soon", "any"),
        (24, 10, 12, 3, 16, 8, 5, 8, 5, 4),
    )[0]
    monday = today - timedelta(days=today.weekday())
    weekday = rng.choice([d for d in WEEKDAYS if d != today.weekday()] if kind in ("coming", "next") else WEEKDAYS)
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    day: date | None = {
        "coming": coming,
        # Usage is divided on a day of this week: half of the people mean the one after.
        "next": coming if coming >= monday + timedelta(7) or rng.random() < 0.5 else coming + timedelta(7),
        "next_week": monday + timedelta(7 + weekday),
        "in_eight": coming + timedelta(7),
        "dated": rng.choice([d for n in range(2, 20) if (d := today + timedelta(n)).weekday() in WEEKDAYS]),
        "tomorrow": today + timedelta(1),
        "after_tomorrow": today + timedelta(2),
    }.get(kind)
    if kind == "in_eight" and coming < monday + timedelta(7):
        kind, day = "coming", coming
    days = (
        frozenset([day]) if day else frozenset(monday + timedelta(7 + d) for d in WEEKDAYS) if kind == "week" else None
    )
    ways = sentences()["days"]["first" if kind == "dated" and day and day.day == 1 else kind]
    text = rng.choice(ways)
    if day:
        text = text.format(weekday=DAYS[day.weekday()], number=number_said(day), month=MONTHS[day.month - 1])
    part, hour = "", None
    if day and rng.random() < 0.2:
        hour = rng.choice((9, 10, 11, 14, 15, 16))
        text += " " + rng.choice(sentences()["hours"]).format(hour=hour_said(hour * 60, rng, medium))
    elif kind not in ("soon", "any") and rng.random() < 0.6:
        part = rng.choice(("morning", "afternoon"))
        text += " " + rng.choice(sentences()["parts"][part])
    return Wish(text, days, part, hour)


def number_said(day: date) -> str:
    """A day of the month: 1er, 2."""
    return "1er" if day.day == 1 else str(day.day)


def hour_said(minutes: int, rng: random.Random, medium: str) -> str:
    """An hour as it is typed or said: 14h30, 14 h 30, 14:30, 14h."""
    hour, minute = divmod(minutes, 60)
    plain = f"{hour}h{minute:02d}" if minute else f"{hour}h"
    return (
        plain if medium == "voice" else rng.choice((plain, plain, f"{hour} h {minute:02d}" if minute else f"{hour} h"))
    )


@dataclass
class Goal:
    """What one person wants to have in the end; `wish`, `channel` may change on the way."""

    kind: str
    reason: str = ""
    channel: str = ""
    town: str = ""
    wish: Wish | None = None
    number: str = ""
    # Appointments held before: reason, channel, start.
    holds: list[tuple[str, str, datetime]] = field(default_factory=list)
    target: int = 0
    on_file: bool = True

    def least(self) -> int:
        """Turns of somebody who says everything at once and is understood at once."""
        return {"book": 3, "move": 3, "cancel": 2, "list": 1, "number": 2}[self.kind] + (not self.on_file)


def goal(rng: random.Random, today: date, medium: str) -> Goal:
    """A goal of the crowd's mix."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    reasons = list(sentences()["reasons"])
    rng.shuffle(reasons)
    made = Goal(kind)
    if kind == "book":
        made.reason, made.channel = reasons.pop(), rng.choice(("phone", "phone", "in_person"))
        made.town = rng.choice((AGENCIES[0], AGENCIES[0], AGENCIES[1])) if made.channel == "in_person" else ""
        made.on_file = made.channel != "phone" or rng.random() < 0.9
        held = rng.choice((0, 0, 0, 1))
    else:
        held = rng.choice((0, 1)) if kind == "number" else rng.choice((1, 1, 2))
    if kind in ("book", "move"):
        made.wish = wish(rng, today, medium=medium)
    if kind == "number" or not made.on_file:
        made.number = f"063998{rng.randrange(5000, 10000)}"
    days = [today + timedelta(n) for n in range(1, 15) if (today + timedelta(n)).weekday() in WEEKDAYS]
    for day in rng.sample(days, held):
        start = datetime(
            day.year, day.month, day.day, rng.choice((9, 10, 11, 14, 15)), rng.choice((0, 30)), tzinfo=PARIS
        )
        made.holds.append((reasons.pop(), rng.choice(("phone", "in_person")), start))
    made.target = rng.randrange(held) if held else 0
    return made


State = Mapping[str, tuple[str, str, str, datetime]]


def state(appointments: Sequence[Appointment]) -> State:
    """Appointments as they are compared: id → reason, channel, town, start."""
    return {a.id: (a.reason, a.channel, a.agency.town, a.start) for a in appointments}


def reached(goal: Goal, target: str, before: State, after: State, mobile: str | None, chosen: datetime | None) -> bool:
    """True when the database holds what was wanted and nothing else; `chosen`: the start taken among those offered."""
    if goal.kind in ("list", "number"):
        return after == before and (goal.kind == "list" or mobile == "+33" + goal.number[1:])
    others = {i: a for i, a in after.items() if i not in before}
    if goal.kind == "cancel":
        return after == {i: a for i, a in before.items() if i != target}
    if goal.kind == "move":
        rest = {i: a for i, a in after.items() if i != target}
        now = after.get(target)
        return (
            rest == {i: a for i, a in before.items() if i != target}
            and now is not None
            and now[:3] == before[target][:3]
            and suits(goal, now[3], chosen)
        )
    if len(others) != 1 or any(after.get(i) != a for i, a in before.items()):
        return False
    ((reason, channel, town, start),) = others.values()
    return (reason, channel, town if goal.town else "") == (goal.reason, goal.channel, goal.town) and suits(
        goal, start, chosen
    )


def suits(goal: Goal, start: datetime, chosen: datetime | None) -> bool:
    """True when a start is the one chosen, and one that suits."""
    assert goal.wish is not None
    return goal.wish.fits(start) and (chosen is None or start == chosen)


def changed(goal: Goal, rng: random.Random, today: date, medium: str, chosen: datetime | None) -> Goal:
    """The goal of somebody who thinks better of it: another time than that of the start chosen."""
    while True:
        other = wish(rng, today, medium=medium)
        if other.days and goal.wish and other.days != goal.wish.days and not (chosen and other.fits(chosen)):
            return replace(goal, wish=other)
