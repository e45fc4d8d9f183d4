"""The intent classifier on sentences it never saw, and the held-out file itself."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from french.text import fold

ROOT = Path(__file__).parents[2]
HELDOUT = Path(__file__).parent / "heldout.yml"
EXAMPLES = ROOT / "bot" / "data" / "nlu.yml"


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    """The classifier trained on the examples as they are now, judged on the held-out sentences."""
    command = [ROOT / "bot/.venv/bin/python", "-m", "bot.nlu.report", "--heldout", HELDOUT, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_intents_of_unseen_sentences(figures: dict[str, float]) -> None:
    assert figures["sentences"] >= 1_300
    assert figures["accuracy"] >= 0.965


def test_out_of_scope_is_no_operation(figures: dict[str, float]) -> None:
    assert figures["let_in"] <= 0.03


def test_probabilities_are_chances(figures: dict[str, float]) -> None:
    assert figures["calibration_error"] <= 0.06


def test_trained_in_seconds(figures: dict[str, float]) -> None:
    assert figures["train_s"] <= 30


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).strip()


def test_no_heldout_sentence_is_an_example() -> None:
    blocks = yaml.safe_load(EXAMPLES.read_text("utf8"))["nlu"]
    learnt = {plain(line[2:]) for b in blocks for line in b["examples"].splitlines()}
    kept = [text for texts in yaml.safe_load(HELDOUT.read_text("utf8")).values() for text in texts]
    assert [text for text in kept if plain(text) in learnt] == []


def test_every_intent_is_judged_and_no_example_has_two() -> None:
    blocks = yaml.safe_load(EXAMPLES.read_text("utf8"))["nlu"]
    # A reference is told without the model.
    names = {b["intent"].partition("/")[0] for b in blocks if not b["examples"].startswith("- ⟦")}
    assert set(yaml.safe_load(HELDOUT.read_text("utf8"))) == names
    lines = [line for b in blocks for line in b["examples"].splitlines()]
    assert sorted({line for line in lines if lines.count(line) > 1}) == []
