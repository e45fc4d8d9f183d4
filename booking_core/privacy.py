"""Retention, access and erasure (GDPR)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from booking_core.part import Part

Progress = Callable[[str, int, int], None]


class Privacy(Part):
    """What is kept, for how long, and what a person may ask for."""

    def purge(self, progress: Progress | None = None) -> dict[str, int]:
        """Erase what is older than its retention; returns how many rows of each kind."""
        raise NotImplementedError

    def export(self, person_id: str) -> dict[str, Any]:
        """Everything held on a person, as plain data (GDPR art. 15); raises NotYours."""
        raise NotImplementedError

    def erase(self, person_id: str, *, medium: str) -> None:
        """Erase a person (GDPR art. 17): contact, identity, vault; appointments stay, without the person."""
        raise NotImplementedError
