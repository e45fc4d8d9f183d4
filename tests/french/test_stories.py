"""What took place is no wish: the day of a death, of a fall, of a letter."""

from __future__ import annotations

from datetime import datetime

import pytest

import french

NOW = datetime(2026, 11, 21, 11)
TOLD = (
    "ma mère est décédée dimanche",
    "mon mari il est decede la semaine derniere",
    "j'ai eu un accident mardi",
    "mon père est mort le 3 octobre",
    "on a enterré papa samedi",
    "je me suis fait mal au dos jeudi",
    "j'ai été arrêté lundi",
    "j ai ete arretee lundi par mon medecin",
    "mon mari est parti mardi",
    "j'ai perdu mon mari en juin",
    "j'ai envoyé mon dossier lundi",
    "j'ai appelé ce matin",
    "je vous ai écrit le 12 novembre",
    "je me suis cassé la jambe lundi",
    "mon bébé est né mercredi",
    "je me suis blessée au travail vendredi",
    "j'ai accouché mardi",
    "je suis tombée de l'échelle lundi",
    "mon fils a été opéré jeudi",
    "j'ai reçu un courrier lundi",
    "vous m'avez appelé hier",
    "j'ai vu mon médecin lundi",
    "je me suis coupé la main au boulot mardi",
)
WISHED = (
    "je suis libre mardi",
    "je suis disponible lundi",
    "j'ai besoin d'un rdv mardi",
    "j'ai perdu mon emploi, je voudrais un rdv mardi",
    "j'ai envoyé mon dossier vous pouvez me prendre mardi",
    "j'ai un accident du travail à déclarer, mardi",
    "je voudrais un rdv pour mon accident du travail mardi",
    "mon mari est décédé, un rdv lundi s'il vous plaît",
    "mon mari est mort je voudrais venir lundi",
    "est-ce possible mardi",
    "c'est pour un arrêt de travail mardi matin",
    "j'ai dit mardi",
    "j'ai vu que mardi c'était libre",
    "vous avez quoi mardi",
    "vous avez proposé mardi",
    "est-ce que vous avez de la place jeudi",
    "je suis enceinte, mardi",
    "rdv capital décès lundi",
    "mon père est décédé alors lundi si possible",
    "j'ai fait une erreur, mardi",
    "j'ai changé d'avis, jeudi",
    "j'ai eu un accident du travail, un rdv mardi",
)


def roles(text: str) -> list[str]:
    return [e.value.role for e in french.understand(text, NOW).entities if e.kind == "moment"]


@pytest.mark.parametrize("text", TOLD)
def test_told(text: str) -> None:
    assert roles(text) == ["other"]


@pytest.mark.parametrize("text", WISHED)
def test_wished(text: str) -> None:
    assert roles(text)[-1] == "wanted"
