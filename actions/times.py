"""From what was said of a time to what the core searches for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from actions import words
from actions.turn import Turn
from booking_core import Appointment, Range, Slot, Wanted
from french.model import Moment, Reading
from french.wish import Wish, indifferent

NOON = time(12)
OF_ONESELF = re.compile(r"\b(?:je|j['’]|mon|ma|mes|on|nous)\b")
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
# The same, with an hour or a part of the day perhaps.
NAMED_DAY = re.compile(
    r"^\W*(?:le |ce )?(?:lundi|mardi|mercredi|jeudi|vendredi)\b"
    r"(?!\W+(?:\d{1,2}\b(?!\s*(?:h|:))|prochain|qui|en huit|de (?:la|cette)))",
    re.IGNORECASE,
)
WEEK = timedelta(days=7)
# A date this far behind is more likely a slip than next year's.
SLIP = timedelta(days=60)


def wish(turn: Turn) -> Wish:
    """What the person wished so far, from the slot `preferred_time`."""
    said = (turn["preferred_time"] or {}).get("wish")
    return Wish.from_json(said) if said else Wish()


def revise(turn: Turn, moments: list[Moment], offered: Sequence[Slot | Appointment]) -> None:
    """Bring `preferred_time` up to date with the moments just said.

    "Plus tôt" and "plus tard" are measured from the slots on offer, "un autre jour" leaves their days out.
    """
    before = turn["preferred_time"] or {}
    if offered:
        moments = [counted_from_wish(m, wish(turn), offered) for m in moments]
        moments = [counted(m, offered[0].start) for m in moments]
        if SAME_WEEK.search(turn.text):
            monday = offered[0].start.date() - timedelta(days=offered[0].start.weekday())
            moments = [replace(m, readings=tuple(_in_week_of(r, monday) for r in m.readings)) for m in moments]
    held = wish(turn)
    moments = [_of_wished(_in_week(m, held), held) for m in _days_of_week(turn.text, moments)]
    if whatever := indifferent(turn.text):
        # "Mercredi, peu importe l'heure": the hours wished so far no longer count, the days do.
        held = held.without(whatever)
        moments = [m for m in moments if m.kind != "anytime"]
    revised = held.revised(Wish.of(moments))
    state: dict[str, Any] = {"wish": revised.to_json(), "shown": [], "gone": before.get("gone", [])}
    said = [m for m in moments if m.role == "wanted"]
    if all(m.kind in ("earlier", "later", "other_day") for m in said) and said:
        state |= {k: before[k] for k in ("not_before", "not_after", "not_days") if k in before}
    for moment in said:
        if offered and moment.kind == "earlier":
            state["not_after"] = min(s.start for s in offered).isoformat()
        elif offered and moment.kind == "later":
            state["not_before"] = (max(s.start for s in offered) + timedelta(minutes=1)).isoformat()
        elif offered and moment.kind == "other_day":
            days = {s.start.date().isoformat() for s in offered}
            state["not_days"] = sorted(days | set(before.get("not_days", [])))
    turn["preferred_time"] = state


def counted(moment: Moment, start: datetime) -> Moment:
    """ "Le lendemain", "d'une semaine": counted from an appointment or a slot, at its hour unless another is said."""
    if moment.away is None:
        return moment
    to = start + timedelta(minutes=moment.away)
    hours = next((r for r in moment.readings if r.since or r.until), Reading("hour", since=to.time()))
    return replace(moment, readings=(replace(hours, first=to.date(), last=to.date()),), kind="time", away=None)


def counted_from_wish(moment: Moment, wished: Wish, offered: Sequence[Slot | Appointment]) -> Moment:
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
        moment = counted(Moment.from_json(entity["value"]), start)
        if moment.role == "wanted" and NEXT_WEEK.search(moment.text):
            monday = start.date() + timedelta(days=7 - start.weekday())
            moment = replace(moment, readings=tuple(_in_week_of(r, monday) for r in moment.readings))
            if SAME_DAY.search(turn.text):
                moment = counted(replace(moment, away=7 * 24 * 60, readings=()), start)
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
    """Hours said without a day are hours of this day ("le mettre l'après-midi")."""
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


def wanted(turn: Turn) -> Wanted:
    """The core's search for the slot `preferred_time`."""
    state, wish_now = turn["preferred_time"] or {}, wish(turn)
    without = tuple(Range(first=day, last=day) for day in map(date.fromisoformat, state.get("not_days", [])))
    return Wanted(
        ranges=tuple(w for r in wish_now.wanted for w in _ranges(r)),
        excluded=tuple(w for r in wish_now.excluded for w in _ranges(r)) + without,
        not_before=_moment(state.get("not_before")),
        not_after=_moment(state.get("not_after")),
        soonest=wish_now.soonest,
    )


def matching(slots: list[Slot], moments: list[Moment]) -> list[Slot]:
    """The slots on offer that one of the moments names ("celui de 10h", "jeudi")."""
    readings = [r for m in moments if m.role == "wanted" and m.kind == "time" for r in m.readings]
    return [s for s in slots if any(fits(s.start, r) for r in readings)] if readings else []


def shown(turn: Turn, slots: list[Slot]) -> None:
    """Remember slots already shown for this wish, so that "d'autres" shows others."""
    state = dict(turn["preferred_time"] or {})
    state["shown"] = [*state.get("shown", []), *(str(s.id) for s in slots)]
    turn["preferred_time"] = state


def _ranges(reading: Reading) -> Iterator[Range]:
    """A reading as the core's windows; hours that hold for the first and the last day alone make up to three."""
    first, last, day = reading.first, reading.last, timedelta(days=1)
    if not reading.across or first == last:
        yield _range(reading)
        return
    if first and reading.since:
        yield Range(first=first, last=first, since=reading.since)
        first += day
    if last and reading.until:
        yield Range(first=last, last=last, until=reading.until)
        last -= day
    if first is None or last is None or first <= last:
        yield Range(first=first, last=last)


def _range(reading: Reading) -> Range:
    exact = reading.grain in ("minute", "hour") and reading.since and reading.until is None and reading.open is None
    return Range(
        first=reading.first,
        last=reading.last,
        weekdays=reading.weekdays,
        since=None if exact else reading.since,
        until=reading.until,
        at=reading.since if exact else None,
        edge=reading.edge,
    )


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def fits(start: datetime, reading: Reading) -> bool:
    """True when a start is at the day and hour of a reading, for what it says of them."""
    day, hour = start.date(), start.time()
    if (reading.first and day < reading.first) or (reading.last and day > reading.last):
        return False
    if reading.weekdays and day.weekday() not in reading.weekdays:
        return False
    if reading.across:
        early = reading.since and day == reading.first and hour < reading.since
        late = reading.until and day == reading.last and hour >= reading.until
        return not (early or late)
    point = reading.since is not None and reading.until is None and reading.open is None
    if point:
        return hour == reading.since
    return not ((reading.since and hour < reading.since) or (reading.until and hour >= reading.until))


def leave_out(turn: Turn, slot_id: str) -> None:
    """A slot that cannot be had leaves the list for good; what was shown with it may be shown again."""
    state = turn["preferred_time"] or {}
    turn["preferred_time"] = {**state, "shown": [], "gone": [*state.get("gone", []), slot_id]}


def forget_shown(turn: Turn) -> None:
    """Let slots already shown be shown again."""
    turn["preferred_time"] = {**(turn["preferred_time"] or {}), "shown": []}


def said(turn: Turn) -> str:
    """The time wished for "aucun créneau …": as it was said, in our words when it tells of work or children."""
    texts = [m.text.strip() for m in turn.moments if m.role == "wanted" and m.kind == "time" and not m.problem]
    if any(OF_ONESELF.search(text.lower()) for text in texts):
        texts = [described(turn, wish(turn))]
    return " ".join(texts).strip() or words.word(turn, "at_that_time")


def described(turn: words.Addressee, wished: Wish) -> str:
    """A wish in words: "mardi 24 novembre après-midi", "16 h"; empty when it is too wide to be said."""
    said = list(dict.fromkeys(_described(turn, r) for r in wished.wanted))
    return words.either(said) if len(said) <= 2 else ""


def _described(turn: words.Addressee, reading: Reading) -> str:
    day = words.day(turn, reading.first) if reading.first and reading.first == reading.last else ""
    if reading.first and not day and (reading.grain == "week" or _is_week(reading)):
        day = words.word(turn, "week_of", day=words.day(turn, reading.first))
    return " ".join(part for part in (day, _window(turn, reading, after_day=bool(day))) if part)


def _is_week(reading: Reading) -> bool:
    """True for the days from a Monday to its Friday, Saturday or Sunday, whatever the hours."""
    first, last = reading.first, reading.last
    return first is not None and last is not None and first.weekday() == 0 and 4 <= (last - first).days <= 6


def _window(turn: words.Addressee, reading: Reading, *, after_day: bool) -> str:
    since, until = reading.since, reading.until
    if reading.open and since:
        return words.word(turn, reading.open, hour=words.hour(turn, since))
    if since and until is None:
        return words.word(turn, "at_hour", hour=words.hour(turn, since)) if after_day else words.hour(turn, since)
    if until and until <= NOON:
        return words.word(turn, "morning")
    return words.word(turn, "afternoon") if since and since >= NOON else ""


def replaces(before: Wish, after: Wish) -> bool:
    """True when a day or an hour that had been wished is no longer the one wished."""
    days = [{(r.first, r.last, r.weekdays) for r in w.wanted if r.first or r.weekdays} for w in (before, after)]
    hours = [{(r.since, r.until) for r in w.wanted if r.since or r.until} for w in (before, after)]
    return any(all(pair) and pair[0] != pair[1] for pair in (days, hours))


def ambiguous_days(turn: Turn) -> tuple[str, list[date]] | None:
    """The words and the two days of a time that people understand differently, None when it is clear."""
    for moment in turn.moments:
        days = {r.first for r in moment.readings if r.first and r.first == r.last}
        if moment.role == "wanted" and len(days) == 2:
            return moment.text.strip(), sorted(days)
    return None


def just_passed(turn: Turn, day: date) -> bool:
    """True when a day a year from now at the most is one that has just gone by, said without its year."""
    gone_by = turn.now.date() - a_year_before(day)
    return timedelta(0) < gone_by <= SLIP


def a_year_before(day: date) -> date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


def closed_day(turn: Turn) -> date | None:
    """The first day wished when the agencies are closed on every day wished, None otherwise."""
    days: list[date] = []
    for reading in wish(turn).wanted:
        if not (reading.first and reading.last) or (reading.last - reading.first).days > 7:
            return None
        span = (reading.first + timedelta(days=n) for n in range((reading.last - reading.first).days + 1))
        days += [d for d in span if not reading.weekdays or d.weekday() in reading.weekdays]
    return days[0] if days and all(turn.core.is_closed(d) for d in days) else None
