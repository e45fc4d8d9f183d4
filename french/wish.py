"""What a person wishes of a time, all that was said put together: the constraints a slot must meet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Iterable, Literal, Optional

from french.model import Moment, Reading
from french.text import fold

# Readings that fall outside are not meant by who speaks of an appointment ("à 3h" is 15:00).
OPENS, CLOSES = time(7, 30), time(19, 30)
_OF = {"hour": r"(?:heures?|horaires?)", "day": r"(?:jours?|dates?)"}
INDIFFERENT = {
    of: re.compile(
        rf"\b(?:(?:n ?'?importe|peu importe) (?:a )?(?:quel(?:le)?s? |les? |la |l')?{noun}"
        rf"|quel(?:le)?s? que soi(?:t|ent) (?:les? |la |l'){noun}|{noun} (?:m'est|me sont|est|sont) egale?s?|{noun} (?:m')?importe(?:nt)? peu)\b"
    )
    for of, noun in _OF.items()
}


@dataclass(frozen=True)
class Wish:
    """`wanted` is a union (empty: any time), `excluded` is taken out of it.

    `soonest`: as soon as possible. `anytime`: said to have no preference.
    """

    wanted: tuple[Reading, ...] = ()
    excluded: tuple[Reading, ...] = ()
    soonest: bool = False
    anytime: bool = False

    @classmethod
    def of(cls, moments: Iterable[Moment]) -> Wish:
        """The wish of one sentence; moments with a problem and those of something else are left out."""
        wanted: list[Reading] = []
        excluded: list[Reading] = []
        soonest = anytime = False
        for moment in moments:
            if moment.problem or moment.role in ("existing", "other"):
                continue
            if moment.role == "excluded":
                excluded.extend(_meant(moment.readings))
            elif moment.kind == "soonest":
                soonest = True
            elif moment.kind in ("anytime", "other_day"):
                anytime = True
            elif moment.kind == "time":
                wanted.extend(_in_opening_hours(_meant(moment.readings)))
        return cls(_crossed(wanted), tuple(excluded), soonest, anytime)

    def revised(self, new: Wish) -> Wish:
        """This wish after more was said: a day replaces the day, a window the window, exclusions add up.

        "mardi matin" then "plutôt jeudi" is Thursday morning; "n'importe quand" starts afresh.
        """
        if new.anytime and not new.wanted:
            return replace(new, excluded=self.excluded + new.excluded)
        # "Pas le matin", then "le matin finalement": what is wanted now is refused no longer.
        refused = tuple(e for e in self.excluded if not any(_within(w, e) for w in new.wanted))
        excluded = tuple(dict.fromkeys(refused + new.excluded))
        if not new.wanted:
            return replace(self, excluded=excluded, soonest=self.soonest or new.soonest)
        if all(_has_day(r) for r in new.wanted):
            windows = [r for r in self.wanted if _has_window(r)]
            if windows and not any(_has_window(r) for r in new.wanted) and len(windows) == len(self.wanted):
                return Wish(tuple(_with_window(r, windows[0]) for r in new.wanted), excluded, new.soonest)
            return Wish(new.wanted, excluded, new.soonest)
        days = [r for r in self.wanted if _has_day(r)]
        if days and not any(_has_day(r) for r in new.wanted):
            return Wish(tuple(_with_window(d, w) for d in days for w in new.wanted), excluded, new.soonest)
        return Wish(new.wanted, excluded, new.soonest)

    def without(self, of: Literal["hour", "day"]) -> Wish:
        """This wish when its hours, or its days, no longer matter."""
        gone = {"hour": {"since": None, "until": None, "open": None, "grain": "day"}}.get(
            of, {"first": None, "last": None, "weekdays": (), "grain": "hour"}
        )
        kept = (replace(r, **gone) for r in self.wanted)
        return replace(self, wanted=tuple(r for r in dict.fromkeys(kept) if _has_day(r) or _has_window(r)))

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` reads it back."""
        as_moment = Moment("", (0, 0), self.wanted).to_json()["readings"]
        without = Moment("", (0, 0), self.excluded).to_json()["readings"]
        return {"wanted": as_moment, "excluded": without, "soonest": self.soonest, "anytime": self.anytime}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wish:
        """The wish that `to_json` wrote."""
        empty = {"text": "", "span": (0, 0), "role": "wanted", "kind": "time", "problem": None}
        return cls(
            Moment.from_json({**empty, "readings": data["wanted"]}).readings,
            Moment.from_json({**empty, "readings": data["excluded"]}).readings,
            data["soonest"],
            data["anytime"],
        )


def indifferent(text: str) -> Optional[Literal["hour", "day"]]:
    """What of the time does not matter to who says "peu importe l'heure", None when both do, or neither."""
    folded = fold(text).replace("’", "'")
    hour, day = (bool(INDIFFERENT[of].search(folded)) for of in ("hour", "day"))
    return None if hour == day else "hour" if hour else "day"


def _meant(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Hours said without a day are those of any day; "après le 3" begins on the 4th."""
    of_any_day = tuple(r for r in readings if not _has_day(r))
    after = readings[:1] if readings and readings[0].open == "after" else ()
    return of_any_day or after or readings


def _has_day(reading: Reading) -> bool:
    return reading.first is not None or reading.last is not None or bool(reading.weekdays)


def _has_window(reading: Reading) -> bool:
    return reading.since is not None or reading.until is not None


def _within(one: Reading, other: Reading) -> bool:
    """True when all that a reading says lies within the days and the hours of another."""
    if not (_has_day(other) or _has_window(other)) or other.across:
        return False
    weekdays = one.weekdays or ((one.first.weekday(),) if one.first and one.first == one.last else ())
    if other.weekdays and not (weekdays and set(weekdays) <= set(other.weekdays)):
        return False
    if (other.first and not (one.first and one.first >= other.first)) or (
        other.last and not (one.last and one.last <= other.last)
    ):
        return False
    if not _has_window(other):
        return True
    since = one.since or time.min
    until = one.until or (since if one.since and one.open is None else time.max)
    return _has_window(one) and since >= (other.since or time.min) and until <= (other.until or time.max)


def _with_window(day: Reading, window: Reading) -> Reading:
    return replace(day, since=window.since, until=window.until, open=window.open, edge=window.edge, grain=window.grain)


def _crossed(readings: list[Reading]) -> tuple[Reading, ...]:
    """Days said apart from hours ("mardi … plutôt vers 10h") belong together."""
    days = [r for r in readings if _has_day(r) and not _has_window(r)]
    hours = [r for r in readings if _has_window(r) and not _has_day(r)]
    if hours and not days and any(r.grain == "daypart" for r in readings):
        # "Jeudi soir, vers 17h": the hour says more than the part of the day.
        days = [r for r in readings if _has_day(r) and r.grain == "daypart"]
    if days and hours and len(days) + len(hours) == len(readings):
        return tuple(_with_window(d, h) for d in days for h in hours)
    return tuple(dict.fromkeys(readings))


def _in_opening_hours(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    fitting = tuple(r for r in readings if _opening(r.since))
    return fitting or readings


def _opening(hour: Optional[time]) -> bool:
    return hour is None or OPENS <= hour <= CLOSES
