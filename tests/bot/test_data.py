"""The bot's data: its validation fails when it has to, and the stories hold."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway import rasa
from gateway.settings import ROOT

ENVIRON = rasa.environment(secret="", actions_url="", tracker_url="")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the validation reads."""
    for folder in ("bot", "french", "actions", "gateway", "booking_core"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    shutil.copy(ROOT / "config.yml", tmp_path)
    return tmp_path


def validate(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(rasa.PYTHON), "-m", "bot.validate"],
        cwd=project,
        env=ENVIRON | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )


def test_what_nobody_says_and_what_is_missing_fail_the_validation(project: Path) -> None:
    words = project / "bot" / "domain" / "list.yml"
    words.write_text(
        words.read_text("utf8").replace("utter_no_appointment:", "utter_never_said:")
        + "  utter_forgotten:\n    - text: Personne ne dit cela.\n",
        "utf8",
    )
    done = validate(project)
    assert done.returncode == 1
    assert "The utterance 'utter_forgotten' is not used" in done.stdout
    assert "The utterance 'utter_never_said' is not used" in done.stdout
    assert "'utter_no_appointment' is said by the code, and is no response" in done.stdout
    assert len(done.stdout.splitlines()) == 3


def test_the_stories_hold(tmp_path: Path) -> None:
    model, stories = ROOT / "models" / "rdv.tar.gz", ROOT / "bot" / "data" / "stories.yml"
    done = subprocess.run(
        [str(rasa.PYTHON), "-m", "bot.light", "test", "core", "-m", str(model), "-s", str(stories),
         "--fail-on-prediction-errors", "--no-plot", "--out", str(tmp_path)],
        cwd=tmp_path,
        env=ENVIRON | {"LOG_LEVEL": "INFO"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "story_report.json").exists()
