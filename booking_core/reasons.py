"""The reasons that can be booked: data, read once."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import yaml

from booking_core.model import CHANNELS, Reason


def load_reasons() -> Mapping[str, Reason]:
    """Reason by code, in the order shown, from data/reasons.yml."""
    text = resources.files("booking_core").joinpath("data/reasons.yml").read_text("utf8")
    return {
        code: Reason(
            code=code,
            label=row["label"],
            short=row["short"],
            minutes=row["minutes"],
            channels=tuple(row.get("channels", CHANNELS)),
            documents=tuple(row["documents"]),
            deadline_minutes=row.get("deadline_minutes", 0),
            self_service=row.get("self_service", True),
        )
        for code, row in yaml.safe_load(text).items()
    }
