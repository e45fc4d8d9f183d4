"""The intent classifier: linear, deterministic, trained in seconds on the sentence with its spans replaced by kinds."""

from __future__ import annotations

import re
import warnings
from datetime import datetime
from typing import Any, Dict, List, Optional, Tuple

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import UNDERSTANDING
from bot.nlu.model import IntentModel
from bot.nlu.reading import read
from french import Understanding, understand

# Training sentences are read as if said at one moment, so that training is deterministic.
TRAINED_AT = datetime(2026, 1, 15, 9, 0)  # noqa: DTZ001 - french reads naive local time
FALLBACK = "nlu_fallback"
# Rasa does not know that this classifier picks the answers of retrieval intents.
warnings.filterwarnings("ignore", "You have defined training data with examples for training a response selector")
# Measured by `python -m bot.nlu.report`: below it most guesses are wrong, and so are most out-of-scope ones let in.
THRESHOLD = 0.35
# The name of an intent typed by hand ("/affirm", whose bar the gateway has taken) is no answer: a yes is said in words.
COMMAND = re.compile(r"\W*(?:intent\W+)?(?:[a-z]+_\w+|affirm|deny)\s*(?:\{.*\})?\s*", re.DOTALL)
CHOICES = ("slot", "appointment", "option")
VALUES = ("reason", "channel", "agency", "phone", "email", "nir", "code", "birth_date", "day")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Rasa's way into `IntentModel`; also picks the answer of retrieval intents."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`threshold`: below this probability the sentence is not understood."""
        return {"threshold": THRESHOLD, "C": 1.0}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Rasa gives the storage where the model is kept."""
        self.config, self._storage, self._resource = config, storage, resource
        self.model: Optional[IntentModel] = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """Rasa's constructor for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Rasa's constructor for use."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier.model = joblib.load(folder / "intents.joblib")
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples; full names of retrieval intents ("faq/cost") are classes of their own."""
        examples = [(understand(e.get(TEXT), TRAINED_AT), e) for e in training_data.intent_examples if e.get(TEXT)]
        # A text that is one reference is told without the model.
        examples = [(understood, e) for understood, e in examples if not only_reference(understood)]
        readings = [read(understood) for understood, _ in examples]
        names = [e.get("intent_response_key") or e.get(INTENT) for _, e in examples]
        self.model = IntentModel(self.config["C"]).fit(readings, names)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self.model, folder / "intents.joblib")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent of each message, its ranking, and the answer of a retrieval intent."""
        for message in messages:
            ranking = self.classify(message.get(UNDERSTANDING) or understand(message.get(TEXT) or "", TRAINED_AT))
            name, confidence = ranking[0]
            message.set(INTENT, {"name": name.partition("/")[0], "confidence": confidence}, add_to_output=True)
            message.set("intent_ranking", [{"name": n, "confidence": c} for n, c in ranking[:10]], add_to_output=True)
            if "/" in name:
                message.set("response_selector", selected(name, confidence), add_to_output=True)
        return messages

    def classify(self, understanding: Understanding) -> List[Tuple[str, float]]:
        """Intents with their probabilities, the best first."""
        said = only_reference(understanding)
        if said:
            return [(said, 1.0)]
        if COMMAND.fullmatch(understanding.text):
            return [(FALLBACK, 1.0)]
        assert self.model is not None  # noqa: S101 - Rasa calls load or train before
        ranking = self.model.ranking(read(understanding))
        if decided(*ranking[0], threshold=self.config["threshold"]) == FALLBACK:
            ranking.insert(0, (FALLBACK, self.config["threshold"]))
        return ranking


def decided(intent: str, probability: float, threshold: float = THRESHOLD) -> str:
    """The intent acted upon: the best one, unless it is too unlikely."""
    return intent if probability >= threshold else FALLBACK


def only_reference(understanding: Understanding) -> Optional[str]:
    """The intent of a text that is one reference from the gateway: a choice, a button, a number."""
    found = understanding.of("reference")
    if len(found) != 1 or found[0].text != understanding.text.strip():
        return None
    kind, _, name = found[0].value.partition(":")
    return name if kind == "intent" else "choose_option" if kind in CHOICES else "inform" if kind in VALUES else None


def selected(name: str, confidence: float) -> Dict[str, Any]:
    """What Rasa's `utter_faq` reads to pick its answer, as its own response selector would have left it."""
    answer = {"intent_response_key": name, "utter_action": f"utter_{name}", "confidence": confidence, "responses": []}
    return {name.partition("/")[0]: {"response": answer, "ranking": []}}
