"""The demonstration: a fictitious caisse, its schedules published for real, and four people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

from booking_core.core import Core
from booking_core.model import Contact, Range, Wanted
from booking_core.schedules.publish import Progress

DATA = "data/demo.yml"


@dataclass(frozen=True)
class Invented:
    """A person of the demonstration. `booked`: (reason, channel, days ahead at the earliest)."""

    agency: str
    nir: str
    birth_date: date
    contact: Contact
    booked: tuple[tuple[str, str, int], ...] = ()


PEOPLE: Mapping[str, Invented] = {
    "alice": Invented(
        "rennes", "2870535238019", date(1987, 5, 14), Contact(mobile="+33639980112", email="alice@exemple.fr")
    ),
    "bruno": Invented(
        "fougeres",
        "1620935115042",
        date(1962, 9, 3),
        Contact(landline="+33261910345"),
        (("invalidite", "in_person", 4),),
    ),
    "chloe": Invented("saint-malo", "2951135288067", date(1995, 11, 27), Contact(email="chloe@exemple.fr")),
    "david": Invented(
        "rennes",
        "1790222278093",
        date(1979, 2, 8),
        Contact(mobile="+33639980456", landline="+33261910678", email="david@exemple.fr"),
        (("arret_travail", "phone", 3), ("c2s", "in_person", 6), ("maternite_paternite", "phone", 9)),
    ),
}


def load(core: Core, *, reset: bool = False, progress: Progress | None = None) -> None:
    """Load the demonstration; what is there already stays as it is.

    `reset` empties every table first. Slots are published by the schedules, up to the horizon from the core's clock.
    """
    core.upgrade()
    if reset:
        core.store.empty()
    with resources.as_file(resources.files("booking_core").joinpath(DATA)) as path:
        core.import_schedules(Path(path))
    core.publish(progress)
    agencies = {agency.code: agency.id for agency in core.agencies()}
    for key, invented in PEOPLE.items():
        if core.person_by_key(key) is None:
            person = core.register(
                invented.nir, invented.birth_date, agencies[invented.agency], invented.contact, key=key
            )
            _book(core, key, person.id, invented, agencies[invented.agency])


def _book(core: Core, key: str, person_id: str, invented: Invented, agency: str) -> None:
    for reason, channel, days in invented.booked:
        first = core.local_now().date() + timedelta(days=days)
        page = core.search(reason=reason, channel=channel, agency_ids=[agency], wanted=Wanted((Range(first=first),)))
        core.book(
            person_id,
            page.slots[0].id,
            reason,
            holder=f"demo:{key}",
            key=f"demo:{key}:{reason}:{page.slots[0].start.isoformat()}",
            medium="web",
        )
