"""PostgreSQL killed under a conversation: the truth is said, nothing is said to be booked, and it goes on by itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.booking_core.invariants import check
from tests.conftest import Service, running
from tests.faults.engines import Postgres
from tests.faults.test_kill import Booker
from tests.faults.world import World
from tests.gateway.test_service import call, words


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    started = Postgres()
    yield started
    started.close()


@pytest.fixture(scope="module")
def service(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on a PostgreSQL of its own, which may be killed."""
    with running(tmp_path_factory.mktemp("var"), {"RDV_DATABASE_URL": postgres.server.get_uri()}) as started:
        yield started


def readiness(service: Service) -> tuple[int, Any]:
    return call(f"{service.url}/readyz")


def test_killed_under_the_yes_and_started_again(service: Service, postgres: Postgres) -> None:
    alice = Booker(World(service.url, service.core, service.var), service.person("alice"))
    alice.enter()
    alice.say("je voudrais un rendez-vous par téléphone jeudi pour un capital décès")
    assert "réservé" in alice.say("le premier")
    postgres.kill()
    headers = {"Authorization": f"Bearer {alice.token}"}
    status, said = call(f"{service.url}/web/messages", {"text": "oui", "id": "the-yes"}, **headers)
    assert status == 500 or "confirmé" not in words(said["messages"])
    assert readiness(service) == (503, {"missing": ["database"]})
    assert call(f"{service.url}/healthz")[0] == 200

    postgres.start()
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
