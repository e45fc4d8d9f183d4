"""A conversation of the terminal, saved, can be played as a test."""

from __future__ import annotations

from pathlib import Path

from booking_core import FixedClock, demo, open_core
from gateway import export
from tests.dialogues import when
from tests.dialogues.__main__ import read
from tests.stack import START


def test_what_is_saved_reads_as_a_dialogue(tmp_path: Path) -> None:
    core = open_core(f"sqlite:///{tmp_path / 'rdv.db'}", FixedClock(START), secret="a secret for this test")
    core.upgrade()
    demo.load(core)
    bruno = core.person_by_key("bruno")
    assert bruno is not None
    held, today = core.upcoming(bruno.id), core.local_now().date()
    said = [{"user": "annuler mon rendez-vous"}, {"event": "silence"}, {"event": "digits", "digits": "1"}]
    made = export.dialogue(
        "saved", "voice", turns=said, before=held, after=[], contact=core.contact(bruno.id), today=today
    )
    file = tmp_path / "saved.yml"
    export.append(file, made)
    export.append(file, made | {"id": "again"})
    core.close()

    first, again = read(file)
    assert (first["id"], again["id"], first["medium"]) == ("saved", "again", "voice")
    assert first["turns"] == said
    assert first["given"]["phone"] == {"landline": core_number(made)}
    assert first["final"] == {"appointments": []}
    (row,) = first["given"]["appointments"]
    assert when.start_of(row["when"], today) == held[0].start.replace(tzinfo=None)
    assert (row["reason"], row["channel"]) == (held[0].reason, "in_person")


def core_number(made: dict[str, object]) -> object:
    given = made["given"]
    assert isinstance(given, dict)
    return given["phone"]["landline"]
