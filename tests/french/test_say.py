"""Saying: each medium in its own way, and understood when said back."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from french import numbers, say, secrets, understand

NOW = datetime(2026, 11, 18, 9, 0)
MEDIA = ("web", "sms", "voice")
# The basic GSM-7 alphabet, as far as French uses it (3GPP TS 23.038 §6.2.1).
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize(
    ("medium", "said"),
    [
        ("web", "mardi 24 novembre à 10\u00a0h\u00a030"),
        ("sms", "mardi 24/11 à 10h30"),
        ("voice", "mardi vingt-quatre novembre à dix heures trente"),
    ],
)
def test_a_moment(medium: str, said: str) -> None:
    assert say.moment(datetime(2026, 11, 24, 10, 30), NOW, medium) == said


def test_the_first_of_the_month_another_year() -> None:
    first = date(2027, 1, 1)
    assert say.day(first, NOW, "web") == "vendredi 1er janvier 2027"
    assert say.day(first, NOW, "sms") == "vendredi 1/01/2027"
    assert say.day(first, NOW, "voice") == "vendredi premier janvier deux mille vingt-sept"


def test_hours_are_feminine_aloud() -> None:
    assert say.hour(time(1, 1), "voice") == "une heure une"
    assert say.hour(time(21, 0), "voice") == "vingt et une heures"


def test_a_slot_and_a_range() -> None:
    slot = say.slot(datetime(2026, 11, 24, 10), datetime(2026, 11, 24, 10, 30), NOW, "sms")
    assert slot == "mardi 24/11 de 10h à 10h30"
    assert say.range(time(9), time(12), "voice") == "de neuf heures à douze heures"


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)))
def test_a_text_message_keeps_to_gsm7(when: datetime) -> None:
    assert set(say.moment(when, NOW, "sms")) <= GSM7


def test_a_listing() -> None:
    assert say.listing(["a"]) == "a"
    assert say.listing(["a", "b", "c"]) == "a, b et c"
    assert say.listing(["a", "b"], last="ou") == "a ou b"


def test_masked_contacts() -> None:
    assert say.phone("+33639981278", "web", masked=True) == "06 ** ** ** 78"
    assert say.phone("+41790000010", "web", masked=True) == "+41*******10"
    assert say.phone("+262692123456", "sms") == "06 92 12 34 56"
    assert say.phone("+262692123456", "web", masked=True) == "06 ** ** ** 56"
    assert say.phone("+33639981278", "voice", masked=True) == "qui finit par soixante-dix-huit"
    assert say.email_masked("rose@hotmail.com") == "r****@hotmail.com"


@settings(max_examples=150, deadline=None)
@given(st.integers(100_000_000, 799_999_999), st.sampled_from(MEDIA))
def test_a_number_said_is_understood(number: int, medium: str) -> None:
    e164 = f"+33{number}"
    for said in (say.phone(e164, medium), f"mon numéro c'est le {say.phone(e164, medium)} merci"):
        assert [p.value for p in understand(said, NOW).of("phone")] == [e164]
        assert [s.value for s in secrets(said)] == [e164]


@settings(deadline=None)
@given(st.integers(0, 9999))
def test_words_and_digits_are_the_same_number(number: int) -> None:
    said = numbers.words(number)
    assert numbers.value(said) == number
    assert [run.digits for run in numbers.runs(said.replace("é", "e"))] == [str(number)]


@settings(deadline=None)
@given(st.integers(1, 9))
def test_a_choice_said_in_digits_or_words_is_understood(number: int) -> None:
    for said in (
        str(number),
        f"le {number}",
        f"le {numbers.words(number)}",
        f"le {number}{'er' if number == 1 else 'ème'}",
    ):
        assert [o.value for o in understand(said, NOW).of("option")] == [number]


@settings(deadline=None)
@given(st.from_regex(r"[a-z]{4,9}\.[a-z]{4,9}@(orange|free|sfr)\.fr", fullmatch=True))
def test_an_address_spelt_out_is_understood(address: str) -> None:
    assert [e.value for e in understand(say.email(address, "voice"), NOW).of("email")] == [address]


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 11, 19, 8), datetime(2027, 6, 1)), st.sampled_from(MEDIA))
def test_a_moment_said_is_understood(when: datetime, medium: str) -> None:
    when = when.replace(minute=when.minute // 5 * 5, second=0, microsecond=0, hour=max(8, when.hour))
    [moment] = understand(say.moment(when, NOW, medium), NOW).moments
    assert [r.start for r in moment.readings] == [when.isoformat()]


@settings(deadline=None)
@given(st.dates(date(2026, 11, 19), date(2028, 6, 1)), st.sampled_from(MEDIA))
def test_a_day_said_is_understood(when: date, medium: str) -> None:
    [moment] = understand(say.day(when, NOW, medium), NOW).moments
    assert [(r.first, r.last) for r in moment.readings] == [(when, when)]


@settings(deadline=None)
@given(st.integers(16, 76), st.integers(1, 12), st.sampled_from(MEDIA))
def test_a_range_of_hours_said_is_understood(quarter: int, length: int, medium: str) -> None:
    since, until = (time(q // 4, q % 4 * 15) for q in (max(32, quarter), min(80, max(32, quarter) + length)))
    [moment] = understand(f"mardi {say.range(since, until, medium)}", NOW).moments
    assert [(r.since, r.until) for r in moment.readings] == [(since, until)]
