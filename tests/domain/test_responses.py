"""A lint of what the bot says: every sentence fits its medium, is used, and nothing is missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actions.base import response_of
from booking_core import NotIdentified, Refusal

ROOT = Path(__file__).parents[2]
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
# What a voice reads badly: strokes, arrows, brackets, quotation marks, abbreviations, four-digit short numbers.
UNSPEAKABLE = re.compile(r"[/→«»()\[\]*#+=]|->|\bRDV\b|\bn°|\bN°|\b3646\b|\b3114\b|\bréf\b|\btel\b", re.IGNORECASE)
TWO_SEGMENTS = 306


def folded(text: str) -> str:
    """What the SMS renderer makes of a letter that GSM-7 lacks: ê becomes e."""
    return "".join(c if c in GSM7 else unicodedata.normalize("NFD", c)[0] for c in text)


def responses() -> Iterator[tuple[str, dict[str, object]]]:
    for path in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        for name, variants in (yaml.safe_load(path.read_text("utf8")).get("responses") or {}).items():
            for variant in variants:
                yield name, variant


def texts(channel: str) -> list[tuple[str, str]]:
    return [(name, str(v["text"])) for name, v in responses() if v.get("channel") == channel]


@pytest.mark.parametrize(("name", "text"), texts("sms"))
def test_sms_variants_are_gsm7_and_two_segments_long_at_most(name: str, text: str) -> None:
    assert set(folded(text)) <= GSM7, sorted(set(text) - GSM7)
    filled = re.sub(r"\{\w+\}", "x" * 25, text)
    assert len(filled) <= TWO_SEGMENTS


@pytest.mark.parametrize(("name", "text"), texts("voice"))
def test_voice_variants_can_be_said(name: str, text: str) -> None:
    assert not UNSPEAKABLE.search(text), UNSPEAKABLE.search(text)


def test_one_variant_per_medium() -> None:
    seen: set[tuple[str, object]] = set()
    for name, variant in responses():
        key = (name, variant.get("channel"))
        assert key not in seen, f"{name} has two variants for {variant.get('channel')}"
        seen.add(key)
    assert {name for name, _ in seen} == {name for name, channel in seen if channel is None}


def test_every_response_is_used() -> None:
    code = "\n".join(p.read_text("utf8") for folder in ("actions", "gateway") for p in (ROOT / folder).rglob("*.py"))
    code += "\n".join(p.read_text("utf8") for p in (ROOT / "bot" / "data").glob("*.yml"))
    code += " ".join(response_of(r) for r in (*leaves(Refusal), NotIdentified))
    computed = re.compile(
        r"utter_(documents_|subject_|unsure_|example_|(form_)?misunderstood_\d|silence_\d|word_|faq/|notice_\w+_subject$|voice_keys_)"
    )
    code = code.replace('"', "'")
    # A call names its own sentences without their prefix.
    short = {name: name.replace("utter_voice_", "'") + "'" for name, _ in responses()}
    used = {name for name, short in short.items() if name in code or short in code or computed.match(name)}
    assert {name for name, _ in responses()} - used == set()


def test_every_sentence_said_by_the_code_exists() -> None:
    said = set()
    for path in (ROOT / "actions").glob("*.py"):
        said |= set(re.findall(r"\"(utter_\w+)\"", path.read_text("utf8")))
    known = {name for name, _ in responses()}
    assert {s for s in said if not s.endswith("_")} - known == set()
    words = set()
    for path in (ROOT / "actions").glob("*.py"):
        words |= set(re.findall(r"word\(turn, \"(\w+)\"", path.read_text("utf8")))
    assert {f"utter_word_{w}" for w in words} - known == set()


def leaves(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    below = refusal.__subclasses__()
    if not below:
        yield refusal
    for child in below:
        yield from leaves(child)


def test_every_refusal_has_its_words() -> None:
    known = {name for name, _ in responses()}
    assert {response_of(r) for r in leaves(Refusal)} - known == set()


def test_placeholders_are_the_same_in_every_medium_or_fewer() -> None:
    """A variant may say less than the default one; what it adds is only the list that a screen shows as buttons."""
    default = {n: set(re.findall(r"\{(\w+)\}", str(v["text"]))) for n, v in responses() if "channel" not in v}
    for name, variant in responses():
        extra = set(re.findall(r"\{(\w+)\}", str(variant["text"]))) - default[name]
        assert extra <= {"choices"}, name
