"""Times said in relation to something else: a slot, an appointment, the days wished so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from actions.turn import Turn
from booking_core import Appointment, Slot
from french.model import Moment, Reading
from french.wish import Wish

# A day of the week by its name alone: no date, no "prochain".
BARE_DAY = re.compile(
    r"^\W*(?:\w+ ){0,2}(?:lundi|mardi|mercredi|jeudi|vendredi)(?!.*(?:\d|prochain|qui vient))", re.IGNORECASE
)
SAME_HOUR = re.compile(r"\bm[êe]mes? (?:heures?|horaires?|cr[ée]neau)\b", re.IGNORECASE)
# Of the slots on offer, or of the one read back.
SAME_WEEK = re.compile(r"\b(?:(?:la |cette )?m[êe]me semaine|cette semaine[- ]l[aà])\b", re.IGNORECASE)
SAME_DAY = re.compile(r"\bm[êe]me jour\b", re.IGNORECASE)
# Of a move: the week after that of the appointment.
NEXT_WEEK = re.compile(r"\bsemaine (?:d['’ ]?apr[eè]s|suivante)\b", re.IGNORECASE)
# A day by its name, with an hour or a part of the day perhaps.
NAMED_DAY = re.compile(
    r"^\W*(?:(?:[àa] )?(?:\d{1,2} ?h(?:\d\d)?|[\w-]+ heures?)(?: \w+)?,? )?"
    r"(?:le |ce )?(?:lundi|mardi|mercredi|jeudi|vendredi)\b"
    r"(?!\W+(?:\d{1,2}\b(?!\s*(?:h|:))|prochain|qui|en huit|de (?:la|cette)))",
    re.IGNORECASE,
)
THAT_IS = re.compile(r"\b(?:donc|soit|c['’]est[- ][àa][- ]dire|autrement dit)\b", re.IGNORECASE)
NEXT_NAMED = re.compile(
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi) (?:d['’ ]?apr[eè]s|suivant)\b(?! ?midi)", re.IGNORECASE
)
WEEK = timedelta(days=7)


def settled(text: str, moments: list[Moment], wished: Wish, offered: Sequence[Slot | Appointment]) -> list[Moment]:
    """The moments of a text as days and hours, told from what was wished and from what is on offer."""
    if THAT_IS.search(text) and any(r.first for m in moments if m.away is None for r in m.readings):
        # "Le lendemain, donc jeudi": the day is said.
        moments = [m for m in moments if m.away is None]
    if offered:
        moments = [_counted_from_wish(m, wished, offered) for m in moments]
        wished_days = {r.first for r in wished.wanted if r.first and r.first == r.last}
        beside = wished_days.pop() if len(wished_days) == 1 else offered[0].start.date()
        moments = [_next_named(_counted(m, offered[0].start), beside) for m in moments]
        if SAME_WEEK.search(text):
            monday = offered[0].start.date() - timedelta(days=offered[0].start.weekday())
            moments = [replace(m, readings=tuple(_in_week_of(r, monday) for r in m.readings)) for m in moments]
    return [_of_wished(_in_week(m, wished), wished) for m in _days_of_week(text, moments)]


def _counted(moment: Moment, start: datetime) -> Moment:
    """ "Le lendemain", "d'une semaine": counted from an appointment or a slot, at its hour unless another is said."""
    if moment.away is None:
        return moment
    to = start + timedelta(minutes=moment.away)
    hours = next((r for r in moment.readings if r.since or r.until), Reading("hour", since=to.time()))
    return replace(moment, readings=(replace(hours, first=to.date(), last=to.date()),), kind="time", away=None)


def _next_named(moment: Moment, day: date) -> Moment:
    """ "Le vendredi d'après", said beside a day, is the first Friday after it."""
    said = moment.readings[0] if len(moment.readings) == 1 else None
    if said is None or said.first is None or not NEXT_NAMED.search(moment.text):
        return moment
    there = day + timedelta(days=(said.first.weekday() - day.weekday() - 1) % 7 + 1)
    return replace(moment, readings=(replace(said, first=there, last=there),))


def _counted_from_wish(moment: Moment, wished: Wish, offered: Sequence[Slot | Appointment]) -> Moment:
    """ "Le lendemain", said when the day wished had no slot, is the day after that one, not after the nearest."""
    days = {r.first for r in wished.wanted if r.first and r.first == r.last}
    if moment.away is None or moment.away % (24 * 60) or len(days) != 1 or len(days) != len(wished.wanted):
        return moment
    day = days.pop()
    if any(s.start.date() == day for s in offered):
        return moment
    to = day + timedelta(minutes=moment.away)
    hours = next((r for r in moment.readings if r.since or r.until), Reading("day"))
    return replace(moment, readings=(replace(hours, first=to, last=to),), kind="time", away=None)


def _of_wished(moment: Moment, wished: Wish) -> Moment:
    """Of several days wished, the one that is named again: "jeudi", "celui de la semaine prochaine"."""
    days = sorted({r.first for r in wished.wanted if r.first and r.first == r.last})
    if len(days) < 2 or moment.role != "wanted" or len(moment.readings) != 1:
        return moment
    said = moment.readings[0]
    if not (said.first and said.last):
        return moment
    if said.grain == "week":
        named = [d for d in days if said.first <= d <= said.last]
    elif BARE_DAY.search(moment.text) and said.first == said.last:
        named = [d for d in days if d.weekday() == said.first.weekday()]
    else:
        return moment
    if len(named) != 1:
        return moment
    grain = "day" if said.grain == "week" else said.grain
    return replace(moment, readings=(replace(said, grain=grain, first=named[0], last=named[0]),))


def count_from(turn: Turn, start: datetime) -> None:
    """What is said beside an appointment is counted from it: "le lendemain", "la semaine d'après", "même heure"."""
    same_hour = SAME_HOUR.search(turn.text)
    for entity in turn.entities:
        if entity["entity"] != "moment":
            continue
        moment = _next_named(_counted(Moment.from_json(entity["value"]), start), start.date())
        if moment.role == "wanted" and NEXT_WEEK.search(moment.text):
            monday = start.date() + timedelta(days=7 - start.weekday())
            moment = replace(moment, readings=tuple(_in_week_of(r, monday) for r in moment.readings))
            if SAME_DAY.search(turn.text):
                moment = _counted(replace(moment, away=7 * 24 * 60, readings=()), start)
        if moment.role == "wanted" and same_hour and not any(r.since or r.until for r in moment.readings):
            readings = tuple(replace(r, grain="hour", since=start.time()) for r in moment.readings)
            moment = replace(moment, readings=readings)
        entity["value"] = moment.to_json()


def _in_week_of(reading: Reading, monday: date) -> Reading:
    """The same days in the week of this Monday."""
    if reading.first is None or reading.last is None:
        return reading
    away = monday - reading.first + timedelta(days=reading.first.weekday())
    return replace(reading, first=reading.first + away, last=reading.last + away)


def _days_of_week(text: str, moments: list[Moment]) -> list[Moment]:
    """ "Jeudi, mais de la semaine prochaine" is one day, "jeudi ou la semaine prochaine" two wishes."""
    said = [m for m in moments if m.role == "wanted" and m.kind == "time" and m.readings]
    if len(said) != 2 or re.search(r"\bou\b", text[said[0].span[1] : said[1].span[0]]):
        return moments
    week = next((m for m in said if m.readings[0].grain == "week"), None)
    day = next((m for m in said if BARE_DAY.search(m.text)), None)
    if week is None or day is None or not week.readings[0].first:
        return moments
    first = week.readings[0].first
    moved = replace(day, readings=tuple(_moved(r, first) for r in day.readings))
    return [moved if m is day else m for m in moments if m is not week]


def _in_week(moment: Moment, wished: Wish) -> Moment:
    """ "Plutôt jeudi", said of the week that is wished, is the Thursday of that week."""
    week = wished.wanted[0] if len(wished.wanted) == 1 else None
    if week is None or week.grain != "week" or not week.first or not BARE_DAY.search(moment.text):
        return moment
    return replace(moment, readings=tuple(_moved(r, week.first) for r in moment.readings))


def _moved(reading: Reading, first: date) -> Reading:
    if not reading.first or reading.first != reading.last:
        return reading
    day = first + timedelta(days=(reading.first.weekday() - first.weekday()) % 7)
    return replace(reading, first=day, last=day)


def on_day(turn: Turn, day: date) -> None:
    """Hours said without a day are hours of this day ("le mettre l'après-midi", "le même jour mais plus tôt")."""
    for entity in turn.entities:
        if entity["entity"] == "moment" and entity["value"]["role"] == "wanted":
            moment = Moment.from_json(entity["value"])
            there = tuple(
                replace(r, first=day, last=day)
                for r in moment.readings
                if not r.first and not r.last and not r.weekdays
            )
            if there:
                entity["value"] = replace(moment, readings=there).to_json()
    if SAME_DAY.search(turn.text) and not any(r.first for m in turn.moments for r in m.readings):
        that_day = Moment("", (0, 0), (Reading("day", first=day, last=day),))
        turn.entities.append({"entity": "moment", "value": that_day.to_json()})


def names_day(moment: Moment, now: datetime, day: date) -> bool:
    """True when a moment names the day of the week of this day, and no date: "mardi", "mardi à 10 h"."""
    first = {r.first for r in moment.readings if r.first and r.first == r.last}
    coming = len(first) == 1 and max(first) <= now.date() + WEEK
    return coming and max(first).weekday() == day.weekday() and NAMED_DAY.search(moment.text) is not None


def on_offered_day(turn: Turn, offered: list[Slot]) -> None:
    """ "Mardi à 10 h", said before slots of one Tuesday, is that Tuesday, whatever the next one is."""
    days = {s.start.date() for s in offered}
    for entity in turn.entities:
        if entity["entity"] != "moment" or entity["value"]["role"] != "wanted":
            continue
        moment = Moment.from_json(entity["value"])
        named = [d for d in days if names_day(moment, turn.now, d)]
        if len(named) == 1 and not any(r.first == named[0] for r in moment.readings):
            there = tuple(replace(r, first=named[0], last=named[0]) for r in moment.readings)
            entity["value"] = replace(moment, readings=there).to_json()
