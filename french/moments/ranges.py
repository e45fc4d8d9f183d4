"""Ranges: "de 9h à 11h", "du lundi au jeudi", "entre décembre et février"; not a move "de lundi à mercredi"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import List, Optional

from dateutil.relativedelta import relativedelta

from french.moments import calendar
from french.moments.hours import between
from french.moments.piece import MONTH, Piece, Said

RANGE = re.compile(r"(?: ?[-/] ?| (?:a|au|aux|et|jusqu'a|jusqu'au|jusque|puis) (?:l'|le |la )?|jusqu'a |jusqu'au )")
# "Vers dix heures onze heures": between the two.
ABOUT = re.compile(r"\b(?:vers|autour de|sur les|genre|aux environs de)(?: les)? $")
PERIODS = re.compile(r" ?(-|(?<= )(?:a|au|et|jusqu'a|jusqu'en))(?: la| le)? ?")
# A piece may begin with what links it: "5 du matin [à 6 du matin]".
OWN_LINK = re.compile(r"au? ")
AFTERNOON = re.compile(r"\b(?:soir|soiree|apres midi|aprem)$")
WRITTEN = re.compile(rf"\d(?:e)? (?:de )?{MONTH}|\d/\d")
SAID_YEAR = re.compile(r"\b#?(?:19|20)\d\d\b")
DASH = re.compile(r" ?(?:-|/) ?")
# An appointment that they hold, and what is done to it.
HELD = r"(?:rendez vous|rdv|rv|entretien|visite|celui|celle|appel|creneau)(?: (?:telephonique|physique|deja|pris|chez vous|initial\w*|avec \w+|pour \w+|de mon \w+))*"
OF_HELD = re.compile(
    rf"\b(?:mon|ma|mes|le|la|ce|cet|l'|notre|du|au) ?{HELD}(?: (?:prevue?|fixee?|programmee?))? (?:de |du |d'|des )?(?:l'|la |le )?$"
)
MOVED = re.compile(
    r"\b(?:decal|deplac(?!ement)|boug|report|repouss|avanc|recul|chang|modif|transfer|(?<!peux )(?<!pourrais )(?<!pouvoir )pass|bascul)\w*(?: \w+){0,4} (?:de |du |d')?(?:l'|la |le )?$"
)


# "Je préfère le mardi au jeudi" is no range.
PREFERRED = re.compile(r"\b(?:prefer\w*|aime\w* mieux) (?:le |la )?$")


def moved(before: str) -> bool:
    """True when what follows is from one time to another: "mon rdv [de lundi à mercredi]", "décaler [du 3 au 5]"."""
    return bool(OF_HELD.search(before) or MOVED.search(before) or PREFERRED.search(before))


def ranges(text: str, pieces: List[Piece], *, days: bool, hours: bool) -> List[Piece]:
    """ "de 9h à 11h" (`hours`), "du lundi au jeudi" (`days`), "de lundi 14h à mercredi 10h" (both)."""
    done: List[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        kind = (days, hours)
        if days and last and _periods(text, last, piece):
            done[-1] = _period_range(text, last, piece)
            continue
        if last and last.point and piece.point and (last.days, last.hours) == (piece.days, piece.hours) == kind:
            own = OWN_LINK.match(text, piece.start)
            link = text[last.end : own.end() if own else piece.start]
            before = text[done[-2].end if len(done) > 1 else 0 : last.start]
            lead = re.search(r"\b(?:a (?:partir|compter) )?(?:(entre|de|du|des|d)[ '])(?:le |la |l')?$", before)
            about = hours and not days and link in (" ", ", ") and ABOUT.search(before)
            wanted = about or (RANGE.fullmatch(link) and (" et" not in link or (lead and lead[1] == "entre")))
            if wanted and not last.said.problem and not moved(before):
                both = (
                    _day_range(_of_the_year(text, last, piece), piece, dash=bool(DASH.fullmatch(link)))
                    if days
                    else _hour_range(text, last, piece)
                )
                if both:
                    start = last.start - (len(lead[0]) if lead else 0)
                    done[-1] = Piece(start, piece.end, both)
                    continue
        done.append(piece)
    return done


def _periods(text: str, last: Piece, piece: Piece) -> bool:
    """True for two weeks or months with what makes a range of them: "entre décembre et février"."""
    link = PERIODS.fullmatch(text, last.end, piece.start)
    both = all(len(p.said.readings) == 1 and p.said.readings[0].grain in ("week", "month") for p in (last, piece))
    if not both or link is None:
        return False
    if link[1] == "-" and last.said.readings[0].grain != piece.said.readings[0].grain:
        return False  # "semaine 3-mars"
    return link[1] != "et" or text[: last.start].endswith("entre ")


def _period_range(text: str, first: Piece, last: Piece) -> Piece:
    a, b = first.said.readings[0], last.said.readings[0]
    begin = a.first
    if begin and b.first and a.grain == b.grain == "month" and _year_at_the_end(text, first, last):
        begin = begin.replace(year=b.first.year - (begin.month > b.first.month))
    end = b.last
    if begin and end and end < begin:
        end = calendar.month_end(date(begin.year + (end.month < begin.month), end.month, 1))  # "novembre à février"
    return Piece(first.start, last.end, Said((replace(a, first=begin, last=end, grain="day"),)))


def _of_the_year(text: str, first: Piece, last: Piece) -> Piece:
    """The first day in the year said of the last: "14 septembre - 20 septembre 2027"."""
    a, b = first.said.readings[0], last.said.readings[0]
    if not (
        a.first and b.first and WRITTEN.search(text, first.start, first.end) and _year_at_the_end(text, first, last)
    ):
        return first
    begin = a.first + relativedelta(year=b.first.year)
    begin -= relativedelta(years=begin > b.first)
    return replace(first, said=Said((replace(a, first=begin, last=begin),)))


def _year_at_the_end(text: str, first: Piece, last: Piece) -> bool:
    """True when the year is that of both: "de juillet à septembre 2027"."""
    return bool(SAID_YEAR.search(text, last.start, last.end) and not SAID_YEAR.search(text, first.start, first.end))


def _hour_range(text: str, first: Piece, last: Piece) -> Optional[Said]:
    since, until = (_minutes(p.said.readings[0].since) for p in (first, last))
    if AFTERNOON.search(text, last.start, last.end) and since + 720 < until and len(first.said.readings) > 1:
        since += 720  # "de 5h à 6h du soir"
    said = between(since, until or 1440)
    # "De 5 du matin à 6" is not in the afternoon as well.
    return said._replace(readings=said.readings[:1]) if said and len(first.said.readings) == 1 else said


def _minutes(hour: Optional[time]) -> int:
    return hour.hour * 60 + hour.minute if hour else 0


def _day_range(first: Piece, last: Piece, *, dash: bool) -> Optional[Said]:
    a, b = first.said.readings[0], last.said.readings[0]
    if not (a.first and b.first):
        return None
    end = b.first
    while end < a.first and a.first - end < timedelta(days=7):
        end += timedelta(days=7)
    if end < a.first or (dash and end == a.first):
        return None
    if a.since and b.since:
        return Said((replace(a, last=end, until=b.since, across=True),))
    return Said((replace(a, first=a.first, last=end, since=None, until=None),))
