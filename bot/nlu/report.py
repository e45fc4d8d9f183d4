"""`python -m bot.nlu.report`: what the intent classifier learns from bot/data/nlu.yml, and where it errs.

Each example is judged by a model that did not see it (5 folds). Printed: accuracy, confusions, thefts (examples that a
model is sure belong to another intent), concepts that no example uses, calibration, and what each threshold would do.
With --heldout FILE (intent: [sentences]) the model trained on everything is judged on that file; with --json only
figures are printed, as one line.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bot.nlu.concepts import unused
from bot.nlu.intents import FALLBACK, TRAINED_AT, decided
from bot.nlu.model import IntentModel
from bot.nlu.reading import Reading, read
from french import understand

EXAMPLES = Path(__file__).parents[1] / "data" / "nlu.yml"
# What changes something when it is wrongly understood.
DOING = {
    "book_appointment",
    "move_appointment",
    "cancel_appointment",
    "list_appointments",
    "update_contact",
    "affirm",
    "deny",
    "choose_option",
    "join_waitlist",
}
REFUSED = ("out_of_scope", "faq", FALLBACK)
Row = Tuple[str, str]
Guess = Tuple[str, float]


def examples(path: Path) -> List[Row]:
    """Text and intent of each example of a Rasa training file, but for references, which need no model."""
    blocks = yaml.safe_load(path.read_text("utf8"))["nlu"]
    return [
        (line[2:], b["intent"]) for b in blocks for line in b["examples"].splitlines() if line[:3] not in ("", "- ⟦")
    ]


def heldout(path: Path) -> List[Row]:
    """Text and intent of each sentence of a held-out file."""
    return [(text, name) for name, texts in yaml.safe_load(path.read_text("utf8")).items() for text in texts]


def readings(rows: Sequence[Row]) -> List[Reading]:
    """The rows as the classifier reads them."""
    return [read(understand(text, TRAINED_AT)) for text, _ in rows]


def unseen(rows: Sequence[Row], seen: Sequence[Reading]) -> List[Guess]:
    """The intent of each example and its probability, by a model that did not see it."""
    names = np.array([name for _, name in rows])
    guesses: List[Guess] = [("", 0.0)] * len(rows)
    for learnt, apart in StratifiedKFold(5, shuffle=True, random_state=0).split(names, names):
        model = IntentModel().fit([seen[i] for i in learnt], names[learnt].tolist())
        for i in apart:
            guesses[i] = model.ranking(seen[i])[0]
    return guesses


def right(name: str, guess: str) -> bool:
    """Whether a guess serves the person: a question answered, or refused, is no operation either way."""
    known, guessed = name.partition("/")[0], guess.partition("/")[0]
    return guess == name or guessed == known == "faq" or (known in ("out_of_scope", "faq") and guessed in REFUSED)


def figures(rows: Sequence[Row], guesses: Sequence[Guess]) -> Dict[str, float]:
    """Accuracy, share of out-of-scope sentences taken for an operation, expected calibration error."""
    decisions = [decided(*guess) for guess in guesses]
    outside = [d in DOING for (_, name), d in zip(rows, decisions, strict=True) if name == "out_of_scope"]
    hits = np.array([right(name, guess) for (_, name), (guess, _) in zip(rows, guesses, strict=True)])
    return {
        "sentences": len(rows),
        "accuracy": float(np.mean([right(n, d) for (_, n), d in zip(rows, decisions, strict=True)])),
        "let_in": float(np.mean(outside)),
        "calibration_error": calibration_error(np.array([sure for _, sure in guesses]), hits),
    }


def calibration_error(sure: NDArray[np.float64], hits: NDArray[np.bool_]) -> float:
    """By how much the probability differs from the share that is right, on average over ten bins."""
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(sum(abs(sure[bins == b].mean() - hits[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


def show(rows: Sequence[Row], guesses: Sequence[Guess]) -> None:
    """Print what a person who edits the examples wants to know."""
    confusions: Counter[Tuple[str, str]] = Counter()
    thefts: List[Tuple[float, str, str, str]] = []
    for (text, name), (guess, sure) in zip(rows, guesses, strict=True):
        if not right(name, guess):
            confusions[name, guess] += 1
            thefts.append((sure, name, guess, text))
    print("confusions:")
    for (name, guess), n in confusions.most_common(30):
        print(f"  {n:3} {name} taken for {guess}")
    print("thefts:")
    for sure, name, guess, text in sorted(thefts, reverse=True)[:60]:
        print(f"  {sure:.2f} {name} taken for {guess}: {text}")
    print("thresholds:")
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        kept = [(n, g) for (_, n), (g, sure) in zip(rows, guesses, strict=True) if sure >= threshold]
        outside = [n == "out_of_scope" and g in DOING for n, g in kept]
        hits = sum(right(n, g) for n, g in kept)
        answered = len(kept) / len(rows)
        print(f"  {threshold:.2f}: {hits / len(rows):.1%} right, {answered:.1%} answered, {sum(outside)} let in")


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heldout", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = examples(EXAMPLES)
    seen = readings(rows)
    said: Dict[str, Any] = {}
    if asked.heldout:
        # Of the processor: a busy machine makes no training slower.
        start = time.process_time()
        model = IntentModel().fit(seen, [name for _, name in rows])
        trained = time.process_time() - start
        rows = heldout(asked.heldout)
        guesses = [model.ranking(reading)[0] for reading in readings(rows)]
        said = {"train_s": round(trained, 1)}
    else:
        guesses = unseen(rows, seen)
    said = {**figures(rows, guesses), **said}
    if not asked.json:
        print(f"examples by intent: {dict(Counter(name for _, name in rows))}")
        show(rows, guesses)
        print(f"concepts that no sentence uses: {', '.join(unused([r.words for r in seen])) or 'none'}")
    print(json.dumps(said))


if __name__ == "__main__":
    main()
