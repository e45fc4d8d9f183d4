"""Subjects that are done elsewhere are told from the reasons that can be booked."""

from __future__ import annotations

import pytest

from french import subjects


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("on m'a volé ma carte vitale, il me faut un rendez-vous", "carte_vitale"),
        ("un rdv pour changer d'adresse", "change_of_situation"),
        ("j'ai une nouvelle adresse postale", "change_of_situation"),
        ("je dois rattacher mon bébé", "change_of_situation"),
        ("rendez-vous pour un remboursement qui n'arrive pas", "payment"),
        ("pour déclarer mon médecin traitant", "care"),
        ("vous connaissez un bon kiné par ici ?", "care"),
        ("où envoyer ma feuille de soins", "send_form"),
        ("il me faut une attestation de droits", "get_document"),
        ("ma mutuelle n'est pas reliée", "cover"),
        ("j'ai un souci avec la CAF", "elsewhere"),
        ("I need an appointment please", "language"),
        ("vous avez quelqu'un qui parle portugais ?", "language"),
    ],
)
def test_done_elsewhere(said: str, service: str) -> None:
    assert subjects.subject(said) == service


@pytest.mark.parametrize(
    "said",
    [
        "un rendez-vous pour mon arrêt de travail",
        "la complémentaire santé solidaire",
        "mon congé paternité",
        "mardi matin",
        "je change d'adresse mail",
        "chez le médecin conseil",
    ],
)
def test_booked_here(said: str) -> None:
    assert subjects.subject(said) is None
