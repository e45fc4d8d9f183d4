"""What the bot understands of a text: `rdv parse` asks the very pipeline of the trained model."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

import french
from gateway.rasa import MODEL, PYTHON, environment
from gateway.settings import ROOT


def parse(lines: Iterable[str], now: str | None) -> Iterator[dict[str, Any]]:
    """One answer a line, in order; a line is a text or a JSON object {"text", "now"}.

    Personal numbers are masked before the pipeline as the gateway does, and put back in the answer.
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [str(PYTHON), "-m", "bot.parse", str(MODEL)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(secret="none", actions_url="http://127.0.0.1:1", tracker_url="sqlite://")  # noqa: S106
        | {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
    )
    assert process.stdin and process.stdout  # noqa: S101 - both are pipes
    with process:
        for line in lines:
            asked = _asked(line, now)
            if asked is None:
                continue
            text, masks = masked(asked["text"])
            process.stdin.write(json.dumps({**asked, "text": text}, ensure_ascii=False) + "\n")
            process.stdin.flush()
            yield _unmasked(json.loads(process.stdout.readline()), asked["text"], masks)
        process.stdin.close()


def _asked(line: str, now: str | None) -> dict[str, Any] | None:
    line = line.strip()
    if not line:
        return None
    asked: dict[str, Any] = json.loads(line) if line.startswith("{") else {"text": line}
    if now and not asked.get("now"):
        asked["now"] = now
    return asked


def masked(text: str) -> tuple[str, dict[str, french.Entity]]:
    """The text with a reference in the place of each personal number, and what each stands for."""
    masks: dict[str, french.Entity] = {}
    for number, secret in enumerate(reversed(french.secrets(text)), 1):
        reference = f"{secret.kind}:{number}"
        masks[reference] = secret
        text = f"{text[: secret.span[0]]}⟦{reference}⟧{text[secret.span[1] :]}"
    return text, masks


def _unmasked(answer: dict[str, Any], text: str, masks: dict[str, french.Entity]) -> dict[str, Any]:
    for kind in ("phone", "email"):
        found = next((e for r, e in masks.items() if r == answer.get(kind)), None)
        if found is None:
            found = next((e for e in masks.values() if e.kind == kind), None)
        answer[kind] = found.value if found else None
    return {**answer, "text": text}
