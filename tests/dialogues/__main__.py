"""`python -m tests.dialogues FILE…`: play dialogues against the real Rasa and the real core."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.dialogues.runner import Outcome, Player
from tests.stack import Stack


class Loader(yaml.CSafeLoader):
    """YAML whose 0639980333 stays a text: a phone number is no octal."""


Loader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    ]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> list[dict[str, Any]]:
    """The dialogues of a file."""
    dialogues: list[dict[str, Any]] = yaml.load(path.read_text("utf8"), Loader)
    return dialogues


async def play(dialogues: list[dict[str, Any]], *, verbose: bool) -> list[Outcome]:
    """Play them all on one stack, telling of each as it ends."""
    stack = Stack()
    await stack.start()
    outcomes = []
    try:
        player = Player(stack)
        for dialogue in dialogues:
            outcome = await player.play(dialogue)
            outcomes.append(outcome)
            print(("FAIL " if outcome.why else "ok   ") + outcome.id, file=sys.stderr)
            if outcome.why or verbose:
                print("\n".join(["", f"== {outcome.id}", *outcome.lines, f"!! {outcome.why}" if outcome.why else ""]))
    finally:
        await stack.stop()
    return outcomes


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.dialogues", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a YAML file of dialogues")
    parser.add_argument("--only", metavar="ID", help="play this dialogue alone, or those whose id begins so")
    parser.add_argument("--json", action="store_true", help='end with one line {"passed", "failed", "failures"}')
    parser.add_argument("--verbose", action="store_true", help="print the conversations that pass, too")
    options = parser.parse_args()
    dialogues = [d for file in options.files for d in read(file) if d["id"].startswith(options.only or "")]
    outcomes = asyncio.run(play(dialogues, verbose=options.verbose))
    failures = [{"id": o.id, "why": o.why} for o in outcomes if o.why]
    result = {"passed": len(outcomes) - len(failures), "failed": len(failures)}
    print(json.dumps(result | {"failures": failures}, ensure_ascii=False) if options.json else result)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
