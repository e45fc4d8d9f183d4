"""`python -m bot.light …` is `rasa …` without TensorFlow: half of the time it takes to start, half of its memory.

Rasa imports TensorFlow, plots, other stores and other channels wherever they may be needed; nothing of ours ever calls
them (docs/decisions/0006-no-tensorflow.md). So their modules are stood in for by names that lead nowhere.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Optional, Sequence

ABSENT = (
    *("tensorflow", "tensorflow_hub", "tensorflow_text", "keras", "jax"),
    *("matplotlib", "mpl_toolkits", "boto3", "botocore", "pymongo"),
    *("aiogram", "webexteamssdk", "slack_sdk", "fbmessenger", "mattermostwrapper"),
)


class Name(type):
    """What a class that leads nowhere is made of: its attributes are such classes too."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Name(name, (Nothing,), {})


class Nothing(metaclass=Name):
    """May be inherited from, called, used to decorate; does nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take anything."""

    def __call__(self, *_: Any, **__: Any) -> Nothing:
        """Lead nowhere."""
        return Nothing()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Absent(ModuleType):
    """A module where every name is there and leads nowhere."""

    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(Nothing, name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the absent modules, and those below them."""

    def find_spec(self, name: str, *_: Any) -> Optional[importlib.machinery.ModuleSpec]:
        """Ours for an absent module, nothing for any other."""
        if name.partition(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """An empty one."""
        return Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


sys.meta_path.insert(0, Finder())


def main() -> None:
    """Rasa's command line."""
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
