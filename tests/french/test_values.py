"""What is said of reasons, channels, towns, choices, numbers and addresses: the corpora, value first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from french import Entity, Place, masked, secrets, understand

NOW = datetime(2026, 11, 18, 9, 0)
HERE = Path(__file__).parent
KINDS = {
    "reasons": "reason",
    "channels": "channel",
    "places": "agency",
    "options": "option",
    "answers": "answer",
    "phones": "phone",
    "emails": "email",
}


def corpus(name: str) -> dict[Any, Any]:
    """A corpus as it is written."""
    read: dict[Any, Any] = yaml.safe_load((HERE / f"corpus_{name}.yml").read_text("utf8"))
    return read


def understood(kind: str, said: str) -> Any:
    """The value of the last entity of a kind, as the corpora write it; None when there is none."""
    found = understand(said, NOW).of(kind)
    return value(found[-1]) if found else None


def value(entity: Entity) -> Any:
    """A place by its name, with the other that was named beside it."""
    if isinstance(entity.value, Place):
        return " | ".join([entity.value.name, *(o.name for o in entity.others)])
    return entity.value


def rows() -> Iterator[tuple[str, Any, str]]:
    """Kind, value wanted, sentence."""
    for name, kind in KINDS.items():
        for wanted, phrases in corpus(name).items():
            if wanted not in ("known_failures", "not_valid"):
                yield from ((kind, None if wanted == "none" else wanted, said) for said in phrases)


def failures() -> Iterator[tuple[str, Any, str]]:
    """What is known not to be understood yet."""
    for name, kind in KINDS.items():
        yield from ((kind, wanted, said) for wanted, said in corpus(name).get("known_failures", []))


@pytest.mark.parametrize(("kind", "wanted", "said"), list(rows()))
def test_value(kind: str, wanted: Any, said: str) -> None:
    assert understood(kind, said) == wanted


@pytest.mark.parametrize(("kind", "wanted", "said"), list(failures()))
def test_known_failure_still_fails(kind: str, wanted: Any, said: str) -> None:
    assert understood(kind, said) != wanted, "understood at last: move it to its value"


@pytest.mark.parametrize(
    ("kind", "wanted", "said"),
    [
        (kind, wanted, said)
        for kind, values in corpus("identity").items()
        if kind != "none"
        for wanted, phrases in values.items()
        for said in phrases
    ],
)
def test_who_is_speaking(kind: str, wanted: str, said: str) -> None:
    [secret] = secrets(said, codes=kind == "code")
    assert (secret.kind, str(secret.value), secret.valid) == (kind, wanted, True)
    assert said[slice(*secret.span)] == secret.text


@pytest.mark.parametrize("said", corpus("identity")["none"])
def test_nothing_secret(said: str) -> None:
    assert secrets(said) == []


def test_a_code_is_secret_only_when_it_was_asked_for() -> None:
    assert secrets("482913") == []
    assert [s.kind for s in secrets("482913", codes=True)] == ["code"]


@pytest.mark.parametrize("said", corpus("emails")["not_valid"])
def test_an_address_without_its_end_is_not_valid(said: str) -> None:
    [email] = understand(said, NOW).of("email")
    assert not email.valid


@pytest.mark.parametrize(
    "said",
    [
        "06 39 98",
        "mon numéro c'est 06 39 98 12",
        "zéro six trente-neuf quatre-vingt-dix-huit",
        "06 39 98 12 745",
        "06 39 98 12 74 5",
        "zéro zéro six trente-neuf quatre-vingt-dix-huit douze soixante-quatorze",
        "zéro six trente-neuf quatre-vingt-dix-huit douze douze soixante-quatorze",
    ],
)
def test_a_number_that_is_too_short_or_too_long_is_not_valid(said: str) -> None:
    [phone] = understand(said, NOW).of("phone")
    assert not phone.valid


def test_a_wrong_key_is_told() -> None:
    [number] = secrets("1 85 07 35 123 456 12")
    assert (number.kind, number.valid) == ("nir", False)


def test_of_two_numbers_the_new_one_counts_and_both_are_secret() -> None:
    said = "ne m'appelez plus au 05 36 49 10 10, prenez le 06 39 98 20 20"
    [phone] = understand(said, NOW).of("phone")
    assert (phone.value, phone.others) == ("+33639982020", ("+33536491010",))
    assert [(s.kind, s.value) for s in secrets(said)] == [("phone", "+33536491010"), ("phone", "+33639982020")]


def test_of_two_references_the_new_one_counts_too() -> None:
    found = understand("ne m'appelez plus au ⟦phone:2⟧, prenez le ⟦phone:1⟧", NOW).of("reference")
    assert [r.value for r in found] == ["former:phone:2", "phone:1"]


def test_a_number_corrected_on_the_spot_is_one_secret_with_both() -> None:
    number = "zéro six trente-neuf quatre-vingt-dix-huit"
    said = f"c'est le {number} dix euh non pardon {number} onze douze"
    [phone] = secrets(said)
    assert phone.value == "+33639981112"
    assert phone.span == (said.index("zéro"), len(said))


def test_two_reasons_said_apart_are_both_kept() -> None:
    [reason] = understand("en arrêt à la suite d'un accident du travail", NOW).of("reason")
    assert {reason.value, *reason.others} == {"arret_travail", "at_mp"}


def test_a_time_inside_the_story_is_no_wish() -> None:
    understanding = understand("je me suis blessée hier au travail, je voudrais un rendez-vous jeudi", NOW)
    assert [m.text for m in understanding.moments] == ["jeudi"]
    assert [r.value for r in understanding.of("reason")] == ["at_mp"]


def test_a_day_of_the_month_with_more_said_is_a_time_and_alone_it_is_a_choice() -> None:
    assert [e.kind for e in understand("le 3", NOW).entities] == ["option"]
    assert [e.kind for e in understand("le 3 décembre", NOW).entities] == ["moment"]


def test_what_the_classifier_reads() -> None:
    said = "je voudrais un rendez-vous par téléphone mardi à 10h pour mon arrêt de travail"
    assert masked(understand(said, NOW)) == "je voudrais un rendez-vous CHANNEL MOMENT pour REASON"
    assert masked(understand("appelez au ⟦phone:1⟧", NOW)) == masked(understand("appelez au 06 39 98 12 12", NOW))


def test_a_postcode_stands_where_its_department_is() -> None:
    [agency] = understand("35300", NOW).of("agency")
    assert agency.value.postcode == "35300"
    assert agency.value.latitude == pytest.approx(48.1, abs=0.2)
    [fougeres] = understand("35300 Fougères", NOW).of("agency")
    assert (fougeres.value.name, fougeres.value.postcode) == ("Fougères", "35300")
