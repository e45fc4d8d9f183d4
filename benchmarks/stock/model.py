"""The model of stock Rasa: trained in full once and kept, or a small one."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from gateway import rasa
from gateway.settings import ROOT

STOCK = ROOT / "benchmarks" / "stock"
CACHE = ROOT / "var" / "bench"
# Without a stock model of a full run: few examples of each intent, few epochs.
FEW_EXAMPLES, FEW_EPOCHS = 12, 10


def train(module: str, config: Path, nlu: Path, out: Path) -> float:
    """Train a model, with `rasa` or our way into it; returns how many seconds it took."""
    data = [str(nlu), *(str(ROOT / "bot" / "data" / name) for name in ("rules.yml", "stories.yml"))]
    command = [
        str(rasa.PYTHON), "-m", module, "train", "--domain", str(ROOT / "bot" / "domain"), "--data", *data,
        "-c", str(config), "--out", str(out.parent), "--fixed-model-name", out.stem.removesuffix(".tar"), "--force",
    ]  # fmt: skip
    environ = rasa.environment(secret="", actions_url="", tracker_url="")
    with tempfile.TemporaryDirectory() as folder:  # Rasa would find its cache of an earlier training in ./.rasa
        began = time.perf_counter()
        done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True)
        took = time.perf_counter() - began
    if done.returncode or not out.exists():
        sys.exit(f"training with {config} failed:\n{done.stderr[-2000:]}")
    return took


def stock_model(folder: Path, quick: bool, tell: Callable[[str], None]) -> tuple[Path, float, Path]:
    """The stock model, how many seconds its training took, and the examples that both sides learn from."""
    nlu = ROOT / "bot" / "data" / "nlu.yml"
    sources = [STOCK / "config.yml", *sorted((ROOT / "bot" / "data").glob("*.yml"))]
    mark = hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()[:12]
    known = sorted(CACHE.glob("stock-*.json"), key=lambda p: p.stat().st_mtime)
    kept = CACHE / f"stock-{mark}.json"
    if quick and known and not kept.exists():
        kept = known[-1]
        tell("stock: the model of an earlier state of the data")
    if kept.exists():
        tell("stock: trained earlier on this machine")
        return kept.with_suffix(".tar.gz"), json.loads(kept.read_text())["train"], nlu
    CACHE.mkdir(parents=True, exist_ok=True)
    if quick:
        tell(f"stock: no model of a full run here, so {FEW_EXAMPLES} examples an intent, {FEW_EPOCHS} epochs, for both")
        nlu, config = few(nlu, folder / "nlu.yml"), fewer_epochs(folder / "stock.yml")
        return folder / "stock.tar.gz", train("rasa", config, nlu, folder / "stock.tar.gz"), nlu
    tell("stock: training for 100 epochs, half an hour or so")
    took = train("rasa", STOCK / "config.yml", nlu, kept.with_suffix(".tar.gz"))
    kept.write_text(json.dumps({"train": took}))
    return kept.with_suffix(".tar.gz"), took, nlu


def few(nlu: Path, to: Path) -> Path:
    """The first examples of each intent only."""
    data = yaml.safe_load(nlu.read_text("utf8"))
    for group in data["nlu"]:
        group["examples"] = "\n".join(group["examples"].splitlines()[:FEW_EXAMPLES]) + "\n"
    to.write_text(yaml.safe_dump(data, allow_unicode=True), "utf8")
    return to


def fewer_epochs(to: Path) -> Path:
    """The stock configuration with fewer epochs."""
    to.write_text(re.sub(r"epochs: \d+", f"epochs: {FEW_EPOCHS}", (STOCK / "config.yml").read_text("utf8")), "utf8")
    return to
