"""The commands of operators, on a database of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("RDV_DATABASE_URL", f"sqlite:///{tmp_path / 'rdv.db'}")
    monkeypatch.setenv("RDV_NOW", "2026-11-18T09:00:00")
    runner = CliRunner()
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    return runner


def test_the_demo_is_loaded_once_and_can_be_looked_into(run: CliRunner) -> None:
    for _ in range(2):
        assert run.invoke(main, ["demo", "load"]).exit_code == 0
    assert "invalidite" in run.invoke(main, ["appointments", "bruno"]).output
    assert run.invoke(main, ["slots", "publish"]).output.strip().endswith("0 removed.")
    assert "Rennes" in run.invoke(main, ["agenda", "rennes", "--day", "2026-11-24"]).output
    assert run.invoke(main, ["agenda", "rennes", "--csv"]).output.startswith("reference,start")
    assert run.invoke(main, ["purge"]).exit_code == 0
    assert "appointment" in run.invoke(main, ["export", "david"]).output


def test_an_agency_lives_with_it(run: CliRunner) -> None:
    """Its agenda, its feed, what it cancels, who came; a refusal is a code and no trace."""
    assert run.invoke(main, ["demo", "load"]).exit_code == 0
    (booked,) = json.loads(run.invoke(main, ["appointments", "bruno", "--json"]).output)
    day, place = booked["start"][:10], booked["agency"].removeprefix("Agence de ")
    reference = run.invoke(main, ["agenda", place, "--day", day]).output.split()[-1]
    path = run.invoke(main, ["feed", place]).output
    assert run.invoke(main, ["feed", place]).output == path
    assert run.invoke(main, ["feed", place, "--renew"]).output != path
    assert "closed" in run.invoke(main, ["outcome", reference, "noshow"]).output
    assert run.invoke(main, ["cancel", reference.lower()]).exit_code == 0
    assert json.loads(run.invoke(main, ["appointments", "bruno", "--json"]).output)[0]["status"] == "cancelled"
    assert run.invoke(main, ["cancel", reference]).exit_code == 0
    assert run.invoke(main, ["cancel", "ZZZ-ZZZ"]).output == "Error: not_yours\n"


def test_somebody_is_erased_once_that_is_confirmed(run: CliRunner) -> None:
    run.invoke(main, ["demo", "load"])
    assert run.invoke(main, ["erase", "bruno"], input="n\n").exit_code == 1
    assert run.invoke(main, ["appointments", "bruno"]).exit_code == 0
    assert run.invoke(main, ["erase", "bruno"], input="y\n").exit_code == 0
    assert "no such person" in run.invoke(main, ["appointments", "bruno"]).output
    assert "no such person" in run.invoke(main, ["erase", "zoe", "--yes"]).output


def test_a_bad_schedule_is_named_line_by_line_and_nothing_is_taken(run: CliRunner, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("agencies: []\nschedules:\n  - {agency: nowhere, desk: a, code: x, channel: fax}\n")
    done = run.invoke(main, ["schedule", "import", str(bad)])
    assert done.exit_code == 1
    assert "nothing was imported" in done.output


def test_somebody_unknown_is_said_so(run: CliRunner) -> None:
    assert "no such person" in run.invoke(main, ["appointments", "zoe"]).output
    assert "no such agency" in run.invoke(main, ["agenda", "atlantis"]).output


def test_every_command_explains_itself(run: CliRunner) -> None:
    for name, command in main.commands.items():
        assert command.help, name
        assert run.invoke(main, [name, "--help"]).exit_code == 0


def test_production_refuses_the_demo_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RDV_ENV", "production")
    assert "RDV_SECRET" in CliRunner().invoke(main, ["db", "upgrade"]).output


def test_rights_are_exercised_by_the_number_shown_which_is_never_on_the_command_line(run: CliRunner) -> None:
    assert run.invoke(main, ["demo", "load"]).exit_code == 0
    held = run.invoke(main, ["export", "david"]).output
    nir = json.loads(json.loads(held)["person"][0]["sealed"])["nir"]
    asked = run.invoke(main, ["export", "-"], input=f"{nir}\n")
    assert held in asked.output
    assert nir not in asked.output.replace(held, "")
    assert run.invoke(main, ["erase", "-", "--yes"], input=f"{nir}\n").exit_code == 0
    assert "no such person" in run.invoke(main, ["export", "-"], input=f"{nir}\n").output
