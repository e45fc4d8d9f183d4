"""Rasa's rules, without the work that ours never need."""

from __future__ import annotations

import warnings
from typing import Any, Optional, Tuple

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT

# Training looks for Rasa's own class by name, and does not see that this is one.
warnings.filterwarnings("ignore", message="'RulePolicy' is not included")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class IntentRules(RulePolicy):
    """Rules go by intents: Rasa first tries each turn by its text too, and replays the conversation for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As Rasa's own."""
        super().__init__(*args, **kwargs)
        keys = (key for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for key in self.lookup.get(name) or ())
        self._by_text = any(f'"{TEXT}"' in key for key in keys)

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Tuple[Optional[str], Optional[str], bool]:
        if use_text_for_last_user_input and not self._by_text:
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
