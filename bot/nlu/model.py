"""The model behind the intents: TF-IDF of words, letters and concepts; linear; its probabilities calibrated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from bot.nlu.reading import Reading, heard, meant, said


@dataclass(frozen=True)
class Block:
    """What one TfidfVectorizer gives the margins: its own `transform` takes milliseconds for one sentence."""

    analyzer: Callable[[Reading], List[str]]
    vocabulary: Dict[str, int]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]

    def margins(self, reading: Reading) -> NDArray[np.float64]:
        """The weights of the features of a reading, by TF-IDF with sublinear counts and a norm of one."""
        counts = Counter(self.vocabulary[f] for f in self.analyzer(reading) if f in self.vocabulary)
        rows = np.fromiter(counts, dtype=np.intp, count=len(counts))
        tfidf = (1 + np.log(np.fromiter(counts.values(), dtype=float, count=len(counts)))) * self.idf[rows]
        norm = np.sqrt(tfidf @ tfidf)
        return np.asarray((tfidf / norm if norm else tfidf) @ self.weights[rows])


class IntentModel:
    """Learns intents from readings; the same examples give the same model."""

    def __init__(self, c: float = 1.0) -> None:
        """`c`: how closely the examples are followed, as in scikit-learn."""
        self.c = c
        self.temperature = 1.0

    def fit(self, readings: Sequence[Reading], intents: Sequence[str]) -> IntentModel:
        """Learn; a fifth is first kept apart to learn how sure the model may be."""
        names = np.array(intents)
        features = _features()
        seen = features.fit_transform(readings).tocsr()
        fold, apart = next(StratifiedKFold(5, shuffle=True, random_state=0).split(names, names))
        trial = self._linear().fit(seen[fold], names[fold])
        right = np.searchsorted(trial.classes_, names[apart])
        self.temperature = temperature(trial.decision_function(seen[apart]), right)
        linear = self._linear().fit(seen, names)
        self.classes = [str(name) for name in linear.classes_]
        self.bias = linear.intercept_
        self.blocks, start = [], 0
        for _, block in features.transformer_list:
            end = start + len(block.vocabulary_)
            # Of one row a feature, so that a sentence reads a few rows that lie together.
            weights = np.ascontiguousarray(linear.coef_[:, start:end].T)
            self.blocks.append(Block(block.build_analyzer(), block.vocabulary_, block.idf_, weights))
            start = end
        return self

    def probabilities(self, reading: Reading) -> NDArray[np.float64]:
        """The chance of each of `classes`."""
        margins = self.bias + sum(block.margins(reading) for block in self.blocks)
        return np.asarray(softmax(margins / self.temperature))

    def ranking(self, reading: Reading) -> List[Tuple[str, float]]:
        """Intents with their probabilities, the best first."""
        chances = self.probabilities(reading)
        return [(self.classes[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def _linear(self) -> LinearSVC:
        # Balanced: intents with few examples are as likely as those with many.
        return LinearSVC(C=self.c, class_weight="balanced", random_state=0)


def temperature(margins: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    """What margins must be divided by for their softmax to be true chances."""
    rows = np.arange(len(right))

    def surprise(log_t: float) -> float:
        return float(-log_softmax(margins / np.exp(log_t), axis=1)[rows, right].mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-4, 2), method="bounded").x))


def _features() -> FeatureUnion:
    split = {"tokenizer": str.split, "token_pattern": None, "sublinear_tf": True}
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(preprocessor=said, ngram_range=(1, 3), **split)),
            # Values too: "mon arrêt" is a reason to be received for, and the subject of questions that are not ours.
            ("values", TfidfVectorizer(preprocessor=heard, ngram_range=(1, 2), **split)),
            ("letters", TfidfVectorizer(preprocessor=said, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)),
            ("meaning", TfidfVectorizer(analyzer=meant, sublinear_tf=True)),
        ]
    )
