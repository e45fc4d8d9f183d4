"""Agencies, and what each medium and reason allow."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Row

from booking_core.errors import NotEligible, NotYours
from booking_core.model import CHANNELS, Agency, Found
from booking_core.part import Part, number, numbers
from booking_core.storage import agencies
from booking_core.window import Window

ALIKE = 84  # of 100: one or two letters wrong in the name of a town
EARTH_KM = 6371.0


class Agencies(Part):
    """Where people are received."""

    def agencies(self) -> list[Agency]:
        """Every agency, by name."""
        with self.store.read() as connection:
            return [agency_of(row) for row in agencies.everything(connection)]

    def agency(self, agency_id: str) -> Agency:
        """One agency; raises NotYours when there is none of that id."""
        with self.store.read() as connection:
            row = agencies.get(connection, number(agency_id))
        if row is None:
            raise NotYours
        return agency_of(row)

    def find_agencies(
        self, name: str | None, *, near: tuple[float, float] | None = None, home: str | None = None, limit: int = 3
    ) -> Found:
        """Agencies for a town, a name or a postcode as said, else the nearest to `near` (latitude, longitude).

        `home`: id of a person, whose own agency comes first when nothing else decides. `exact` tells
        whether an agency has that name, stands in that town or has that postcode, typos forgiven.
        """
        everywhere = self.agencies()
        own = self._own(home)
        point = near or ((own.latitude, own.longitude) if own else None)
        if point:
            everywhere.sort(key=lambda agency: distance(point, (agency.latitude, agency.longitude)))
        named = _named(name, everywhere) if name else []
        if named:
            return Found(tuple(named[:limit]), exact=True)
        if own and not name and not near:
            everywhere.sort(key=lambda agency: agency.id != own.id)
        return Found(tuple(everywhere[:limit]), exact=False)

    def phone_agencies(self, person_id: str | None) -> tuple[str, ...]:
        """Ids of the agencies whose advisers call this person: their own, then its caisse; all without a person."""
        own = self._own(person_id)
        with self.store.read() as connection:
            ids = [str(i) for i in agencies.of_caisse(connection, own.caisse if own else None)]
        return tuple(sorted(ids, key=lambda i: own is None or i != own.id))

    def channels_allowed(self, medium: str, operation: str) -> tuple[str, ...]:
        """Channels that a medium may "book", "move" or "cancel" (RULES §1), phone first."""
        allowed = self.settings.media.get(medium, {}).get(operation, frozenset())
        return tuple(channel for channel in CHANNELS if channel in allowed)

    def channels_for(self, reason: str, medium: str) -> tuple[str, ...]:
        """Channels on which a reason can be booked through a medium, phone first; raises NotEligible."""
        if reason not in self.reasons:
            raise NotEligible(reason)
        return tuple(c for c in self.channels_allowed(medium, "book") if c in self.reasons[reason].channels)

    def is_closed(self, day: date, agency_ids: Sequence[str] | None = None) -> bool:
        """True when none of these agencies (None: of all) receives that day: week-end, public holiday, absence."""
        with self.store.read() as connection:
            wanted = None if agency_ids is None else numbers(agency_ids)
            return not agencies.receives(connection, Window(day.toordinal(), day.toordinal()), wanted)

    def horizon(self) -> date:
        """The last day that can be booked."""
        return self.local_now().date() + timedelta(days=self.settings.horizon_days)

    def _own(self, person_id: str | None) -> Agency | None:
        if person_id is None:
            return None
        with self.store.read() as connection:
            row = agencies.of_person(connection, number(person_id))
        return agency_of(row) if row is not None else None


def agency_of(row: Row[Any]) -> Agency:
    """A row as the model has it."""
    return Agency(
        id=str(row.id),
        code=row.code,
        name=row.name,
        town=row.town,
        address=row.address,
        postcode=row.postcode,
        latitude=row.latitude,
        longitude=row.longitude,
        timezone=row.timezone,
        hours=row.hours,
        access=row.access,
        caisse=row.caisse,
    )


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in km between two (latitude, longitude)."""
    (la, lo), (lb, lp) = (map(math.radians, p) for p in (a, b))
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((lp - lo) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def plain(name: str) -> str:
    """Lower case, no accents, no punctuation, "st" written out: how names are compared."""
    letters = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def _named(name: str, everywhere: Sequence[Agency]) -> list[Agency]:
    """The agencies that a name, a town or a postcode means, best first."""
    said = plain(name)
    if said.isdigit() and len(said) == 5:
        return [a for a in everywhere if a.postcode == said]
    same = [a for a in everywhere if said in (plain(a.town), plain(a.name), plain(a.code))]
    if same:
        return same
    inside = [a for a in everywhere if f" {plain(a.town)} " in f" {said} "]
    if inside:
        return inside
    towns = {a.id: plain(a.town) for a in everywhere}
    best = process.extract(said, towns, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
    scores = {key: score for _, score, key in best}
    return sorted((a for a in everywhere if a.id in scores), key=lambda a: -scores[a.id])
