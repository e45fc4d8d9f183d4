"""`python -m bot.validate`: Rasa's validation of the bot's data, where every warning is a failure.

`rasa data validate` looks for responses in stories and rules only, and lets those that it misses pass with a warning.
Ours are said by the code, so the code is read too: a response that nothing says fails, and so does a missing one.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Dict, Iterator, List, Set

import bot.light  # noqa: F401 - before Rasa

# isort: split
from rasa.shared.core.events import ActionExecuted
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.validator import Validator

ROOT = Path(__file__).parent.parent
SPEAKERS = ("actions", "gateway")
# What Rasa 3.6 says to everybody, and of every retrieval intent (which it adds a second time itself).
ALWAYS = ("Slot auto-fill has been removed", "The following duplicated intents have been found across multiple domain")
REFUSALS = ROOT / "booking_core" / "errors.py"


class BotValidator(Validator):
    """Rasa's validator, which also knows what the code says."""

    def _gather_utterance_actions(self) -> Set[str]:
        """The responses that stories and rules must use: those that no code says."""
        told = {e.action_name for s in self.story_graph.story_steps for e in s.events if isinstance(e, ActionExecuted)}
        by_code = {r for r in self.domain.responses if any(p.fullmatch(r) for p in said())} | set(wordings())
        # The classifier points at the answer of a frequent question, and action_question says it.
        answers = {f"utter_{intent}" for intent in self.domain.retrieval_intents}
        return super()._gather_utterance_actions() - (by_code - told) - answers


def problems() -> List[str]:
    """What is wrong, in words; nothing when all is right."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bot = BotValidator.from_importer(
            TrainingDataImporter.load_from_config(
                str(ROOT / "config.yml"), str(ROOT / "bot" / "domain"), [str(ROOT / "bot" / "data")]
            )
        )
        passed = [
            bot.verify_domain_validity(),
            bot.verify_actions_in_stories_rules(),
            bot.verify_forms_in_stories_rules(),
            bot.verify_form_slots(),
            bot.verify_slot_mappings(),
            bot.verify_nlu(ignore_warnings=False),
            bot.verify_story_structure(ignore_warnings=False),
        ]
    found = [str(w.message) for w in caught if w.category is UserWarning and not str(w.message).startswith(ALWAYS)]
    known = set(bot.domain.responses)
    found += [f"'{p.pattern}' is said by the code, and is no response" for p in missing(known)]
    found += [f"'{w}' words a refusal, and is no response" for w in sorted(set(wordings(leaves=True)) - known)]
    return found or ([] if all(passed) else ["Rasa's validation failed: see above"])


def missing(known: Set[str]) -> List[re.Pattern[str]]:
    """What the code names and the domain lacks; f"{…}_id" is no name of a response."""
    return [p for p in said() if p.pattern.startswith("utter_") and not any(p.fullmatch(r) for r in known)]


def said() -> List[re.Pattern[str]]:
    """The responses that the code names, a part computed at run time as \\w+."""
    names = {name for folder in SPEAKERS for path in (ROOT / folder).rglob("*.py") for name in named(path)}
    return [re.compile(n) for n in sorted(names)]


def named(path: Path) -> Iterator[str]:
    """The strings of a module that name a response: "utter_moved", f"utter_documents_{reason}", f"{name}_subject"."""
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [str(p.value) if isinstance(p, ast.Constant) else r"\w+" for p in node.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [node.value]
        else:
            continue
        name = "".join(parts)
        # A name made at run time alone, f"utter_{kind}", would be every response.
        if re.fullmatch(r"(utter_|\\w\+_)[\w\\+]*[a-z0-9+]", name) and name.replace(r"\w+", "").strip("_") not in (
            "",
            "utter",
        ):
            yield name


def wordings(*, leaves: bool = False) -> Iterator[str]:
    """The response of each refusal: utter_slot_taken for SlotTaken. `leaves`: not of those that have kinds."""
    above: Dict[str, str] = {}
    for node in ast.parse(REFUSALS.read_text("utf8")).body:
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            if isinstance(base, ast.Name) and (base.id == "Refusal" or base.id in above):
                above[node.name] = base.id
    for name in above:
        if not (leaves and name in above.values()):
            yield "utter" + re.sub(r"(?=[A-Z])", "_", name).lower()


def main() -> int:
    """Say what is wrong; 1 when something is."""
    os.environ["LOG_LEVEL"] = "WARNING"  # no progress bars
    found = problems()
    print("\n".join(found) or "The bot's data is valid.")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
