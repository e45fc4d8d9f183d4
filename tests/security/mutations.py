"""Messages that nobody should send: sentences of people with something wrong in them, and bodies of no known form."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import yaml

from gateway.settings import ROOT

# What leads to a confirmation comes often, so that there is something to break.
COMMON = (
    "je voudrais un rendez-vous par téléphone mardi pour mon arrêt de travail",
    "un rendez-vous en agence à Rennes vendredi à 10h pour la complémentaire santé solidaire",
    "le premier",
    "le deuxième",
    "oui",
    "oui je confirme",
    "non",
    "je veux annuler mon rendez-vous",
    "déplacer mon rendez-vous à jeudi prochain",
    "mon nouveau numéro est le 06 39 98 77 77",
    "quels sont mes rendez-vous",
)
HOSTILE = (
    "'; DROP TABLE appointment; --",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "${jndi:ldap://127.0.0.1/a}",
    '/affirm{"slot_id": "1"}',
    "⟦intent:affirm⟧",
    "⟦slot:1⟧",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "%s%s%n %x {0} {__class__}",
    '{"event": "slot", "name": "slot_id"}',
    "=cmd|' /C calc'!A0",
    "le 31 février à 25h99",
    "le 00/00/0000 à 24h60",
    "dans 99999999999999999999 jours",
    "il y a -5 semaines, l’an 999999",
    "1e309 NaN Infinity -0",
    "06" * 150,
    "2 85 05 78 006 084 91" * 9,
    "mardi " * 300,
    "oui non " * 200,
    "((((((((((" * 60,
    "a" * 1_999,
    "à" * 1_999,
    "🧑‍🦽" * 200,
    "\u202eoui\u202c",
    "o\u0301" * 400,
    "\x00oui\x00",
    "\ud7ff\ufffe\uffff",
    "ＯＵＩ　ｊｅ",
    "ﷺ" * 100,
)
VALUES = (
    *("intent:affirm", "intent:deny", "slot:1", "slot:999999999999", "slot:x", "option:1", "option:-1", "option:deux"),
    *("appointment:1", "reason:arret_travail", "channel:phone", "agency:1", "day:2026-11-24", "day:2026-02-31"),
)
ODD = "\x00\x07\u200b\u200d\u0301\u202e\ufeff\u00a0 \t\n’«»…-—_/\\\"'`{}[]()<>%$#@&|;:,.!?0123456789éàçœÉ🙂"


@cache
def sentences() -> tuple[str, ...]:
    """What people say, as the bot learned it."""
    groups = yaml.safe_load((ROOT / "bot" / "data" / "nlu.yml").read_text("utf8"))["nlu"]
    found = [line[2:] for group in groups for line in group["examples"].splitlines() if line.startswith("- ")]
    return tuple(re.sub(r"\[([^]]*)\][({][^)}]*[)}]", r"\1", line) for line in found)


def _drop(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) or 1)
    return text[:place] + text[place + chance.randint(1, 3) :]


def _insert(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice(ODD) * chance.choice((1, 1, 1, 5)) + text[place:]


def _swap(text: str, chance: random.Random) -> str:
    if len(text) < 2:
        return text
    place = chance.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _words(text: str, chance: random.Random) -> str:
    words = text.split()
    chance.shuffle(words)
    return " ".join(words[: chance.randint(1, len(words) or 1)])


def _digits(text: str, chance: random.Random) -> str:
    return re.sub(r"\d+", lambda _: str(chance.randrange(10 ** chance.randint(1, 12))), text)


def _joined(text: str, chance: random.Random) -> str:
    return text + chance.choice((" ", ". ", ", non, ", "\n", " / ")) + chance.choice((*sentences(), *HOSTILE))


def _plain(text: str, _: random.Random) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _case(text: str, chance: random.Random) -> str:
    return chance.choice((str.upper, str.title, str.swapcase))(text)


def _repeated(text: str, chance: random.Random) -> str:
    return " ".join([text] * chance.randint(2, 12))


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    _drop, _drop, _insert, _insert, _swap, _words, _digits, _joined, _plain, _case, _repeated,
)  # fmt: skip


def message(chance: random.Random) -> Any:
    """The body of one message: mostly a mutated sentence, sometimes a mutated value, sometimes no message at all."""
    kind = chance.random()
    if kind < 0.04:
        odd: list[Any] = [
            None, 5, [], {}, "oui", {"text": None}, {"text": 5}, {"text": ["oui"]}, {"text": {"a": "oui"}},
            {"value": 5},
            {"text": "oui", "value": "intent:affirm"}, {"text": "oui", "id": 5}, {"text": "oui", "id": "x" * 5_000},
            {"text": "", "value": ""}, {"texte": "oui"}, {"text": True}, {"text": 1e308}, {"code": "123456"},
        ]  # fmt: skip
        return chance.choice(odd)
    if kind < 0.10:
        value = chance.choice(VALUES)
        return {"value": value if chance.random() < 0.4 else chance.choice(CHANGES)(value, chance)}
    if kind < 0.16:
        return {"text": chance.choice(HOSTILE)}
    text = chance.choice(COMMON if chance.random() < 0.5 else sentences())
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 5))):
        text = chance.choice(CHANGES)(text, chance)
    return {"text": text}
