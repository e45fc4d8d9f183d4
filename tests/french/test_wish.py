"""A wish after more was said: what no longer matters is let go."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from french import understand
from french.wish import Wish, indifferent

NOW = datetime(2026, 11, 18, 9, 0)


def wished(text: str) -> Wish:
    return Wish.of(e.value for e in understand(text, NOW).entities if e.kind == "moment")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("mercredi alors, peu importe l'heure", "hour"),
        ("Mercredi, n’importe quelle heure", "hour"),
        ("jeudi à n'importe quelle heure", "hour"),
        ("l'heure m'est égale, mais mardi", "hour"),
        ("quelle que soit l'heure", "hour"),
        ("peu importe le jour mais le matin", "day"),
        ("n'importe quel jour après 16h", "day"),
        ("quel que soit le jour", "day"),
        ("n'importe quel jour, n'importe quelle heure", None),
        ("n'importe quand", None),
        ("à quelle heure fermez-vous ?", None),
        ("l'heure est importante pour moi", None),
    ],
)
def test_what_does_not_matter(text: str, what: str | None) -> None:
    assert indifferent(text) == what


def test_hours_or_days_are_let_go_and_the_rest_stays() -> None:
    wish = wished("mardi ou jeudi après 17h")
    assert {r.since for r in wish.wanted} == {time(17)}
    days = wish.without("hour")
    assert [r.first for r in days.wanted] == [r.first for r in wish.wanted]
    assert not any(r.since or r.until or r.open for r in days.wanted)
    hours = wish.without("day")
    assert [(r.first, r.since) for r in hours.wanted] == [(None, time(17))]
    assert Wish().without("day") == Wish()


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ("pas le matin", "le matin finalement", 0),
        ("pas le matin", "mardi matin", 0),
        ("pas le matin", "mardi à 10h", 0),
        ("pas le matin", "mardi", 1),
        ("pas le matin", "mardi après-midi", 1),
        ("pas mardi", "finalement mardi", 0),
        ("pas mardi", "mardi matin", 0),
        ("pas mardi", "le matin", 1),
        ("pas mardi", "jeudi", 1),
        ("pas le mercredi", "mercredi à 9h", 0),
        ("pas le mercredi", "la semaine prochaine", 1),
    ],
)
def test_what_is_wanted_after_all_is_refused_no_longer(before: str, after: str, refused: int) -> None:
    assert len(wished(before).excluded) == 1
    assert len(wished(before).revised(wished(after)).excluded) == refused


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("lundi en fin d'après-midi après 16h", time(16), time(19)),
    ],
)
def test_a_bound_says_more_than_a_part_of_the_day(text: str, since: time | None, until: time | None) -> None:
    assert [(r.since, r.until) for r in wished(text).wanted] == [(since, until)]
