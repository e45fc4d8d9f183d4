"""From what was said of a time to what the core searches for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from actions import relative, words
from actions.turn import Turn
from booking_core import Appointment, Range, Slot, Wanted
from french.model import Moment, Reading
from french.wish import Wish, indifferent

NOON = time(12)
OF_ONESELF = re.compile(r"\b(?:je|j['’]|mon|ma|mes|on|nous)\b")
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
    held = wish(turn)
    moments = relative.settled(turn.text, moments, held, offered)
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
    """The slots on offer that the moments name ("celui de 10h", "jeudi", "neuf heures, oui, mercredi")."""
    readings = Wish.of([m for m in moments if m.role == "wanted" and m.kind == "time"]).wanted
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


def just_now(turn: Turn, moment: Moment) -> bool:
    """True for "maintenant", which is no time to come."""
    return any(r.first == turn.now.date() and r.grain == "minute" for r in moment.readings) and (
        "maintenant" in moment.text.lower()
    )


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
