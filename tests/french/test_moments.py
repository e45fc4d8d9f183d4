"""Moments: the corpora, the wish they make, and no input that breaks the parser."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import french
from french import moments
from french.model import Moment
from french.moments import calendar
from french.wish import Wish

NOW = datetime(2026, 11, 18, 9, 0)
HERE = Path(__file__).parent


def corpus(name: str) -> list[tuple[str, str]]:
    """Value and saying, of a file that holds the value first."""
    data = yaml.safe_load((HERE / name).read_text("utf8"))
    return [(value, said) for value, sayings in data.items() for said in sayings]


def said_on_other_days() -> list[tuple[datetime, str, str]]:
    """When it is said, value, saying: the families again from other days of the week, month, year; bare expressions."""
    return [
        (datetime.fromisoformat(now), value, said)
        for name in ("corpus_other_days.yml", "corpus_bare.yml")
        for now, values in yaml.safe_load((HERE / name).read_text("utf8")).items()
        for value, sayings in values.items()
        for said in sayings
    ]


def told(moment: Moment) -> set[str]:
    """The readings in the form of the corpora."""
    return {
        f"every {calendar.DAYS[r.weekdays[0]]}" if r.weekdays else f"{r.start or '-'}/{r.end or '-'}"
        for r in moment.readings
    }


@pytest.mark.parametrize(("value", "said"), corpus("corpus_moments.yml"))
def test_one_moment_of_this_value(value: str, said: str) -> None:
    found = moments.find(said, NOW)
    assert len(found) == 1, found
    assert told(found[0]) == {v.strip() for v in value.split(" | ")}
    assert found[0].role == "wanted"
    assert said[slice(*found[0].span)] == found[0].text


@pytest.mark.parametrize(("now", "value", "said"), said_on_other_days())
def test_said_on_other_days(now: datetime, value: str, said: str) -> None:
    [found] = moments.find(said, now)
    assert told(found) == {v.strip() for v in value.split(" | ")}


def test_a_bare_time_is_no_personal_number() -> None:
    said = [said for _, _, said in said_on_other_days() if "numéro" not in said]
    assert [text for text in said if french.secrets(text)] == []


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("06/05/2027 06 39 98 12 34", "06 39 98 12 34"),
        ("04.06.2027 0639981234", "0639981234"),
        ("06.12.2045.67", "06.12.2045.67"),
    ],
)
def test_a_number_beside_a_date_stays_one(said: str, number: str) -> None:
    assert [e.text for e in french.secrets(said)] == [number]


@pytest.mark.parametrize(("value", "said"), corpus("corpus_wishes.yml"))
def test_roles_wishes_and_problems(value: str, said: str) -> None:
    found = [m for m in moments.find(said, NOW) if m.kind != "anytime" or value == "anytime"]
    if value in ("past", "impossible"):
        assert [m.problem for m in found] == [value]
    elif value == "other":
        assert {m.role for m in found} == {"other"}
    elif " " not in value:
        assert [m.kind for m in found] == [value]
    else:
        wanted = [v.partition(" ") for v in value.split(", ")]
        assert sorted((m.role, sorted(told(m))) for m in found) == sorted(
            (role, sorted(v.strip() for v in readings.split(" | "))) for role, _, readings in wanted
        )


@pytest.mark.parametrize("said", yaml.safe_load((HERE / "corpus_nothing.yml").read_text("utf8")))
def test_no_moment(said: str) -> None:
    assert moments.find(said, NOW) == []


def test_two_readings_stay_two() -> None:
    [friday] = moments.find("vendredi prochain", NOW)
    assert [r.start for r in friday.readings] == ["2026-11-20T00:00:00", "2026-11-27T00:00:00"]
    [tuesday] = moments.find("mardi prochain", NOW)
    assert [r.start for r in tuesday.readings] == ["2026-11-24T00:00:00"]


def test_what_cannot_be_is_said_so() -> None:
    assert moments.find("hier", NOW)[0].problem == "past"
    assert moments.find("le 31 septembre", NOW)[0].problem == "impossible"


def test_three_o_clock_is_in_the_afternoon_for_an_appointment() -> None:
    wish = Wish.of(moments.find("mardi à 3h", NOW))
    assert [r.since for r in wish.wanted] == [time(15)]


def test_what_is_said_later_replaces_the_day_and_keeps_the_hours() -> None:
    wish = Wish.of(moments.find("mardi matin", NOW)).revised(Wish.of(moments.find("plutôt jeudi", NOW)))
    assert [r.start for r in wish.wanted] == ["2026-11-19T08:00:00"]
    assert Wish.from_json(wish.to_json()) == wish


def test_a_moment_survives_the_journey_as_json() -> None:
    for said in ("vendredi prochain à 14h", "le plus tôt possible", "hier", "sauf le mercredi"):
        for moment in moments.find(said, NOW):
            assert Moment.from_json(moment.to_json()) == moment


@settings(deadline=None)  # the first call loads the towns
@given(st.text(max_size=300))
def test_nothing_breaks_it(said: str) -> None:
    understood = french.understand(said, NOW)
    assert all(said[slice(*e.span)] == e.text for e in understood.entities if e.kind == "moment")
    french.masked(understood)
    french.secrets(said)


WORDS = [*sorted({word for _, _, said in said_on_other_days() for word in said.split()}), "999", "ans", "avant", "1901"]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=9), st.sampled_from(sorted({now for now, _, _ in said_on_other_days()}))
)
def test_words_of_time_in_any_order_make_no_more_than_two_readings_and_none_that_ends_first(
    words: list[str], now: datetime
) -> None:
    for moment in moments.find(" ".join(words), now):
        assert len(moment.readings) <= 2
        for r in moment.readings:
            if r.first and r.start and r.end:
                assert r.start <= r.end


@pytest.mark.parametrize(("value", "said"), corpus("known_failures.yml"))
def test_the_ledger_of_failures_is_true(value: str, said: str) -> None:
    assert [told(m) for m in moments.find(said, NOW)] != [{value}], "understood now: move it to corpus_moments.yml"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("décaler mon rdv d'une semaine", 7),
        ("décaler mon rdv de mardi d'une semaine", 7),
        ("avancez-le de deux jours", -2),
        ("mettez plutôt le lendemain", 1),
        ("la veille si possible", -1),
        ("deux jours plus tard", 2),
        ("le lendemain à 10h", 1),
    ],
)
def test_counted_from_the_appointment_spoken_of(said: str, days: int) -> None:
    assert moments.find(said, NOW)[-1].away == days * 24 * 60


def test_a_length_of_time_is_no_shift() -> None:
    assert moments.find("mon arrêt de deux semaines", NOW) == []
