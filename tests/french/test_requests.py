"""What a sentence asks to be done: one thing or two."""

from __future__ import annotations

import pytest

from french.requests import requests


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("annulez celui de mardi et prenez-m'en un autre jeudi", ["cancel", "book"]),
        ("je voudrais déplacer mon rendez-vous puis changer mon numéro de téléphone", ["move", "contact"]),
        ("prendre un rendez-vous pour ma c2s, et modifier mon adresse mail", ["book", "contact"]),
        ("j'ai pris un rendez-vous, je voudrais l'annuler", ["cancel"]),
        ("le rendez-vous que j'ai annulé", []),
        ("décalez-le à lundi", ["move"]),
        ("annulez mon rendez-vous C2S et m'en donner un pour l'invalidité", ["cancel", "book"]),
        ("annulez celui-là et fixez-m’en un autre", ["cancel", "book"]),
        ("donnez-nous en un puis changez mon numéro", ["book", "contact"]),
        ("il m'en faut", []),
        ("annulez, oui annulez", ["cancel"]),
        ("prendre un rendez-vous sur place à Rennes", ["book"]),
        ("vous auriez une place mardi", []),
        ("je ne pourrai pas me déplacer, merci d'annuler mon rendez-vous", ["cancel"]),
        ("pouvez-vous me déplacer mon rendez-vous", ["move"]),
        ("ne réservez rien, je veux annuler mon rendez-vous", ["cancel"]),
        ("je ne veux pas annuler mais déplacer", ["move"]),
        ("jveux un autre rdv pr mon arrêt", ["book"]),
        ("bonjour", []),
        ("", []),
    ],
)
def test_operations_in_order(text: str, asked: list[str]) -> None:
    assert [r.operation for r in requests(text)] == asked


def test_parts_meet_where_the_text_is_joined() -> None:
    text = "annulez mon rendez-vous C2S et prenez-m'en un lundi pour mon arrêt"
    first, second = requests(text)
    assert text[first.start : first.end] == "annulez mon rendez-vous C2S "
    assert text[second.start : second.end] == "et prenez-m'en un lundi pour mon arrêt"
