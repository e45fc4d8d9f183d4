"""What understanding French gives back: entities with the place where they were said."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Optional

Span = tuple[int, int]
Role = Literal["wanted", "excluded", "existing", "other"]
Kind = Literal["time", "soonest", "anytime", "earlier", "later", "other_day"]
Problem = Literal["past", "impossible"]
Grain = Literal["minute", "hour", "daypart", "day", "week", "month"]


@dataclass(frozen=True)
class Reading:
    """One way to understand a moment: days and hours, each said or None. Naive local time.

    `first` and `last` are days, both included; `weekdays` (Monday is 0) keeps only some of them;
    `since` is the first hour that fits and `until` the first that no longer does. An open bound is
    None. `edge` widens the window on both sides, in minutes: slots there rank lower, they do not vanish.
    `across`: `since` is an hour of the first day and `until` one of the last ("de lundi 14h à mercredi 10h").
    """

    grain: Grain
    first: Optional[date] = None
    last: Optional[date] = None
    weekdays: tuple[int, ...] = ()
    since: Optional[time] = None
    until: Optional[time] = None
    open: Optional[Literal["after", "before"]] = None
    edge: int = 0
    across: bool = False

    @property
    def start(self) -> Optional[str]:
        """ISO start as `rdv parse` prints it, "T14:30" when no day was said, None when open."""
        if self.open == "before" and self.first is None:
            return None
        if self.first is None:
            return None if self.since is None else f"T{self.since:%H:%M}"
        return datetime.combine(self.first, self.since or time(0)).isoformat()

    @property
    def end(self) -> Optional[str]:
        """ISO end, exclusive, in the form of `start`; None when open or when it is a point in time."""
        if self.open == "after":
            return None
        if self.until is not None:
            day = self.last or self.first
            return f"T{self.until:%H:%M}" if day is None else datetime.combine(day, self.until).isoformat()
        if self.last is None or (self.since is not None and not self.across and self.grain in ("minute", "hour")):
            return None
        return datetime.combine(self.last + timedelta(days=1), time(0)).isoformat()


@dataclass(frozen=True)
class Moment:
    """A time as it was said: one reading, or two when people understand it differently.

    `role`: "wanted", "excluded" ("sauf mercredi", "pas lundi") or "existing" (the time of an
    appointment they already hold: "mon rendez-vous de lundi", "au lieu de 9h") or "other" (the time of
    something else: "en arrêt depuis lundi", "né le 3", "je travaille jusqu'à 17h", "bonne fin de semaine").
    `kind`: "time", or a wish with no time of its own: "soonest" (le plus tôt possible), "anytime"
    (n'importe quand), "earlier", "later" (than what was offered), "other_day" (un autre jour).
    `problem`: "past" (hier), "impossible" (31 septembre), None otherwise.
    `away`: minutes from the appointment spoken of, when there is one: "le lendemain", "la veille", "d'une semaine".
    """

    text: str
    span: Span
    readings: tuple[Reading, ...] = ()
    role: Role = "wanted"
    kind: Kind = "time"
    problem: Optional[Problem] = None
    away: Optional[int] = None

    def to_json(self) -> dict[str, Any]:
        """Plain data for a Rasa entity's value; `from_json` reads it back."""
        data = asdict(self)
        for reading in data["readings"]:
            for key in ("first", "last", "since", "until"):
                reading[key] = reading[key].isoformat() if reading[key] is not None else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Moment:
        """The moment that `to_json` wrote."""
        readings = tuple(
            Reading(
                grain=r["grain"],
                first=date.fromisoformat(r["first"]) if r["first"] else None,
                last=date.fromisoformat(r["last"]) if r["last"] else None,
                weekdays=tuple(r["weekdays"]),
                since=time.fromisoformat(r["since"]) if r["since"] else None,
                until=time.fromisoformat(r["until"]) if r["until"] else None,
                open=r["open"],
                edge=r["edge"],
                across=r["across"],
            )
            for r in data["readings"]
        )
        return cls(
            data["text"], tuple(data["span"]), readings, data["role"], data["kind"], data["problem"], data.get("away")
        )


@dataclass(frozen=True)
class Place:
    """A town or an agency as it was said, with its position when it is a French town we know."""

    name: str
    latitude: Optional[float] = None
    longitude: Optional[float] = None
    postcode: Optional[str] = None


@dataclass(frozen=True)
class Entity:
    """One thing said: `kind` names it, `value` is what it means, `span` where it stands in the text.

    kind        value
    moment      Moment
    reason      code of the reason ("c2s"); `others` holds further codes when it is ambiguous
    channel     "phone" or "in_person"
    agency      Place ("others" again holds further places: "Nîmes ou Alès")
    option      1, 2, 3… or "last" ("le deuxième", "le dernier"); `others` empty
    answer      "yes" or "no": the answer that counts in the end ("oui euh non attendez" is "no")
    phone       E.164 ("+33639980333"), also when not valid; `valid` tells
    email       address in lower case
    nir         digits of the social security number, 13 or 15 characters; `valid` tells
    code        a one-time code, 4 to 8 digits
    birth_date  date
    reference   what the gateway put there: "phone:1", "slot:42", "intent:affirm"
    """

    kind: str
    value: Any
    text: str
    span: Span
    valid: bool = True
    others: tuple[Any, ...] = field(default=())


@dataclass(frozen=True)
class Understanding:
    """Everything understood in one text, in the order in which it was said; spans never overlap."""

    text: str
    entities: tuple[Entity, ...]

    def of(self, kind: str) -> tuple[Entity, ...]:
        """The entities of one kind, in order."""
        return tuple(e for e in self.entities if e.kind == kind)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The moments said, in order."""
        return tuple(e.value for e in self.of("moment"))
