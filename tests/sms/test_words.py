"""What fits in a text message: keywords, parts, segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.render import GSM7, gsm7
from gateway.sms import words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", "stop"),
        ("stop.", "stop"),
        (" Stop SMS ! ", "stop"),
        ("arrêt", "stop"),
        ("désabonner", "stop"),
        ("Start", "start"),
        ("AIDE", "help"),
        ("aide svp", None),
        ("?", "help"),
        ("info", "help"),
        ("stop le rendez-vous de mardi", None),
        ("arrêt de travail", None),
        ("oui", None),
        ("1", None),
        ("", None),
        ("...", None),
    ],
)
def test_keywords_stand_alone(text: str, word: str | None) -> None:
    assert words.keyword(text) == word


def test_a_message_cut_at_a_full_segment_goes_on_in_the_next() -> None:
    first, second = "a" * 160, "b" * 12
    assert words.parts([first]) == ([0], first, False)
    assert words.parts([first, second, "1"]) == ([0, 1], first + second, True)
    assert words.parts(["oui", second]) == ([0], "oui", True)


def test_numbered_parts_are_put_in_order() -> None:
    texts = ["(2/2) mardi matin", "oui", "(1/2) je voudrais un rendez-vous"]
    assert words.parts(texts) == ([2, 0], "je voudrais un rendez-vous mardi matin", True)
    assert words.parts(texts[:1]) == ([0], "mardi matin", False)


def test_quotation_marks_cost_no_space() -> None:
    assert gsm7("le motif « Capital\u00a0décès » : l’été, bientôt…") == 'le motif "Capital décès" : l\'été, bientot...'


def test_an_answer_is_cut_between_lines_then_sentences_then_words() -> None:
    lines = [f"{n}. mardi {n} novembre à {n} h" + "." * 40 for n in range(1, 9)]
    cut = words.pieces("\n".join(lines))
    assert len(cut) == 2
    assert [line for piece in cut for line in piece.split("\n")] == lines
    sentence = "Ceci est une phrase de trente-huit lettres. " * 9
    assert all(piece.endswith(".") for piece in words.pieces(sentence))
    assert words.pieces("") == []


@given(st.text(max_size=1500).map(gsm7))
def test_nothing_is_lost_and_no_message_is_longer_than_two_segments(text: str) -> None:
    cut = words.pieces(text)
    assert all(0 < words.length(piece) <= words.TWO_SEGMENTS for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@given(st.text(alphabet=sorted(GSM7 - set(" \n\r")), min_size=1, max_size=900))
def test_a_text_without_spaces_is_cut_all_the_same(text: str) -> None:
    assert "".join(words.pieces(text)) == text


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_any_parts_make_a_message(texts: list[str]) -> None:
    places, _, _ = words.parts(texts)
    assert places
    assert len(set(places)) == len(places)
