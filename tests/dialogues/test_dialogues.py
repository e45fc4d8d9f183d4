"""Whole conversations against the real Rasa and the real core, and the little language they are written in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tests.dialogues import when
from tests.dialogues.__main__ import read
from tests.dialogues.runner import Player
from tests.stack import Stack

WEDNESDAY = date(2026, 11, 18)
DIALOGUES = [d for path in sorted(Path(__file__).parent.glob("**/*.yml")) for d in read(path)]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def player() -> AsyncIterator[Player]:
    stack = Stack()
    await stack.start()
    yield Player(stack)
    await stack.stop()


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[d["id"] for d in DIALOGUES])
async def test_dialogue(player: Player, dialogue: dict[str, object]) -> None:
    outcome = await player.play(dialogue)
    assert not outcome.why, "\n".join(["", *outcome.lines, outcome.why])


@pytest.mark.parametrize(
    ("said", "start", "fits"),
    [
        ("next tuesday", datetime(2026, 11, 24, 9), True),
        ("next wednesday", datetime(2026, 11, 18, 9), False),
        ("next wednesday", datetime(2026, 11, 25, 9), True),
        ("monday next week", datetime(2026, 11, 23, 9), True),
        ("tomorrow 08:00-12:00", datetime(2026, 11, 19, 12), False),
        ("tomorrow 08:00-12:00", datetime(2026, 11, 19, 8), True),
        ("+3d 10:00 | any 11:00", datetime(2026, 11, 30, 11), True),
        ("+3d 10:00 | any 11:00", datetime(2026, 11, 21, 9), False),
        ("any except taken", datetime(2026, 11, 30, 11), False),
    ],
)
async def test_when(said: str, start: datetime, fits: bool) -> None:
    assert when.matches(said, start, WEDNESDAY, taken=[datetime(2026, 11, 30, 11)]) is fits


async def test_unchanged() -> None:
    before = datetime(2026, 11, 20, 10)
    assert when.matches("unchanged", before, WEDNESDAY, before=before)
    assert when.matches("unchanged +1d", datetime(2026, 11, 21, 10), WEDNESDAY, before=before)
    assert not when.matches("unchanged", datetime(2026, 11, 21, 10), WEDNESDAY, before=before)
