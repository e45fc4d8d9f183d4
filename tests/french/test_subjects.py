"""Subjects that are done elsewhere are told from the reasons that can be booked."""

from __future__ import annotations

import pytest

from french import subjects


@pytest.mark.parametrize(
    "said",
    [
        "on m'a volé ma carte vitale, il me faut un rendez-vous",
        "un rdv pour changer d'adresse",
        "rendez-vous pour un remboursement qui n'arrive pas",
        "pour déclarer mon médecin traitant",
        "j'ai un souci avec la CAF",
        "je dois rattacher mon bébé",
    ],
)
def test_done_elsewhere(said: str) -> None:
    assert subjects.elsewhere(said)


@pytest.mark.parametrize(
    "said",
    [
        "un rendez-vous pour mon arrêt de travail",
        "la complémentaire santé solidaire",
        "mon congé paternité",
        "mardi matin",
    ],
)
def test_booked_here(said: str) -> None:
    assert not subjects.elsewhere(said)
