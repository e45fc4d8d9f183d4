"""`python -m bot.nlu.rivals`: our intent classifier beside Rasa's DIET, on examples that neither has seen.

Both learn from the same four fifths of bot/data/nlu.yml and are judged on the last fifth, or learn from --examples of
them and are judged on 600 others. Sentences are given as typed: reading, tokens and features are part of the time of
each. DIET has the sparse features of `rasa init` and its default settings. Prints one line of JSON a classifier:
{"name", "examples", "accuracy", "train_s", "sentence_ms"}; DIET's also has "epochs" and "epoch_s", the median seconds
of one once the first has built its graph.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer import LexicalSyntacticFeaturizer
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils import train_utils
from sklearn.model_selection import StratifiedKFold, train_test_split

from bot.nlu.intents import TRAINED_AT
from bot.nlu.model import IntentModel
from bot.nlu.reading import read
from bot.nlu.report import EXAMPLES, Row, examples, right
from french import understand

FOLDS = 5
JUDGED = 600
Classify = Callable[[str], str]
Split = Tuple[NDArray[np.int64], NDArray[np.int64]]
epoch_ends: List[float] = []


class Clock(tf.keras.callbacks.Callback):  # type: ignore[misc] - Keras is not typed
    """Notes when each epoch ends, in place of Rasa's progress bar."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Rasa gives what its progress bar needs."""
        super().__init__()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keras's."""
        epoch_ends.append(time.perf_counter())


def ours(rows: Sequence[Row]) -> Classify:
    """Our classifier, trained."""
    model = IntentModel().fit([read(understand(t, TRAINED_AT)) for t, _ in rows], [name for _, name in rows])
    return lambda text: model.ranking(read(understand(text, TRAINED_AT)))[0][0]


def diet(rows: Sequence[Row], epochs: int, folder: Path) -> Classify:
    """DIET, trained for so many epochs; `folder` holds what it writes."""
    storage, context = LocalModelStorage(folder), ExecutionContext(GraphSchema({}))

    def create(component: Any, name: str, **config: Any) -> Any:
        settings = {**component.get_default_config(), **config}
        return component.create(settings, storage, Resource(name), context)

    data = TrainingData([Message({TEXT: text, INTENT: name}) for text, name in rows])
    tokens = create(WhitespaceTokenizer, "tokens")
    featurizers = [
        create(LexicalSyntacticFeaturizer, "lexical"),
        create(CountVectorsFeaturizer, "words"),
        create(CountVectorsFeaturizer, "letters", analyzer="char_wb", min_ngram=1, max_ngram=4),
    ]
    classifier = create(DIETClassifier, "diet", epochs=epochs, random_seed=0, entity_recognition=False)
    tokens.process_training_data(data)
    for featurizer in featurizers:
        featurizer.train(data)
        featurizer.process_training_data(data)
    classifier.train(data)

    def classify(text: str) -> str:
        messages = [Message({TEXT: text})]
        for component in (tokens, *featurizers, classifier):
            messages = component.process(messages)
        return str(messages[0].get(INTENT)["name"])

    return classify


def splits(rows: Sequence[Row], folds: int, sample: Optional[int]) -> List[Split]:
    """What is learnt from and what is judged, by position."""
    names = [name for _, name in rows]
    if sample:
        everything = np.arange(len(rows))
        return [train_test_split(everything, train_size=sample, test_size=JUDGED, stratify=names, random_state=0)]
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(names, names))[:folds]


def judged(
    name: str, train: Callable[[Sequence[Row]], Classify], rows: Sequence[Row], parts: Sequence[Split]
) -> Dict[str, Any]:
    """Accuracy, seconds of training and median milliseconds a sentence, over the parts."""
    hits: List[bool] = []
    trained: List[float] = []
    spent: List[float] = []
    for learnt, apart in parts:
        start = time.perf_counter()
        classify = train([rows[i] for i in learnt])
        trained.append(time.perf_counter() - start)
        for i in apart:
            start = time.perf_counter()
            guess = classify(rows[i][0])
            spent.append(time.perf_counter() - start)
            hits.append(right(rows[i][1], guess))
    return {
        "name": name,
        "examples": len(parts[0][0]),
        "accuracy": round(statistics.mean(hits), 4),
        "train_s": round(statistics.mean(trained), 2),
        "sentence_ms": round(1000 * statistics.median(spent), 3),
    }


def main() -> None:
    """Train and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=DIETClassifier.get_default_config()["epochs"])
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--examples", type=int)
    parser.add_argument("--only", choices=("ours", "diet"))
    asked = parser.parse_args()
    rows = examples(EXAMPLES)
    parts = splits(rows, asked.folds, asked.examples)
    understand("", TRAINED_AT)  # the first call loads the data
    if asked.only != "diet":
        print(json.dumps(judged("ours", ours, rows, parts)), flush=True)
    if asked.only != "ours":
        with tempfile.TemporaryDirectory() as folder:
            train = lambda learnt: diet(learnt, asked.epochs, Path(folder))  # noqa: E731 - one argument for `judged`
            train_utils.RasaTrainingLogger = Clock
            figures = judged("diet", train, rows, parts)
            one = statistics.median(after - before for before, after in pairwise(epoch_ends))
            print(json.dumps({**figures, "epochs": asked.epochs, "epoch_s": round(one, 3)}), flush=True)


if __name__ == "__main__":
    main()
