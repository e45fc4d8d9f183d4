"""The whole service: somebody else's appointments, and what its parts know of one another."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gateway.settings import DEMO_SECRET, Settings
from tests.conftest import Service
from tests.gateway.test_service import Web, call, words


@pytest.mark.parametrize(
    "value", ["appointment:{id}", "slot:{id}", "appointment:999999", "agency:999999", "slot:999999"]
)
def test_a_value_for_somebody_else_s_appointment_shows_and_changes_nothing(service: Service, value: str) -> None:
    theirs = service.booked("bruno")
    web = Web(service, "chloe")
    for wish in ("je veux annuler mon rendez-vous", "je veux déplacer mon rendez-vous"):
        web.say(wish)
        shown = words(web.say(value=value.format(id=theirs[0].id)))
        shown += words(web.say("oui")) + words(web.say("vendredi prochain")) + words(web.say("oui"))
        assert theirs[0].reference not in shown
    assert service.booked("bruno") == theirs
    assert call(f"{service.url}/web/appointments/{theirs[0].id}.ics", **web.headers)[0] == 404


def test_rasa_knows_no_secret_but_the_one_it_shares(service: Service) -> None:
    pattern = f"run .*--port {service.environ['RDV_RASA_PORT']}"
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=True).stdout.split()
    environ = Path(f"/proc/{found[0]}/environ").read_bytes().decode()
    shared = Settings.read(service.environ).shared_secret
    assert f"RDV_SECRET={shared}" in environ
    names = {line.partition("=")[0] for line in environ.split("\0")}
    assert {name for name in names if name.startswith("RDV_")} == {"RDV_SECRET", "RDV_ACTIONS_URL", "RDV_TRACKER_URL"}
    assert DEMO_SECRET not in environ
