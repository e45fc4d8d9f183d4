"""The entity extractor: Rasa's way into `french`."""

from __future__ import annotations

import logging
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any, Dict, List
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from french import Entity, Moment, Understanding, understand

log = logging.getLogger(__name__)
UNDERSTANDING = "understanding"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FrenchEntityExtractor(GraphComponent):
    """Moments, reasons, channels, places, choices and references, all read by `french` in one pass."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FrenchEntityExtractor:
        """Rasa's constructor."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities of each message, and the understanding itself for the classifier."""
        for message in messages:
            text = message.get(TEXT) or ""
            try:
                understanding = understand(text, now_of(message))
            except Exception as bug:  # one sentence that breaks the parser must not silence the bot
                log.error("french failed: %s", type(bug).__name__)
                understanding = Understanding(text, ())
            message.set(UNDERSTANDING, understanding)
            message.set(ENTITIES, [as_rasa(e) for e in understanding.entities], add_to_output=True)
        return messages


def now_of(message: Message) -> datetime:
    """Now as the gateway sent it with the message: naive local time; the machine's in Paris when it is not there."""
    sent = (message.get("metadata") or {}).get("now")
    return datetime.fromisoformat(sent) if sent else datetime.now(ZoneInfo("Europe/Paris")).replace(tzinfo=None)


def as_rasa(entity: Entity) -> Dict[str, Any]:
    """An entity in Rasa's format, its value as plain data."""
    return {
        "entity": entity.kind,
        "value": plain(entity.value),
        "start": entity.span[0],
        "end": entity.span[1],
        "text": entity.text,
        "valid": entity.valid,
        "others": [plain(o) for o in entity.others],
        "extractor": "FrenchEntityExtractor",
    }


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, Moment):
        return value.to_json()
    if isinstance(value, date):
        return value.isoformat()
    return asdict(value) if is_dataclass(value) else value
