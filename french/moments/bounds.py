"""Open bounds: "avant jeudi", "à partir de 16h", "10h au plus tard", "d'ici vendredi", "depuis lundi"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import List, Optional, Tuple

from dateutil.relativedelta import relativedelta

from french.model import Reading
from french.moments.piece import DAY, MOST, WEEKDAY, Piece, Said

Mod = Tuple[str, int, int]
# Whoever finishes at 17:00 can come from then on, whoever begins at 14:00 until then.
_NOUN = r"(?: (?:mon|ma|le|la|de|du|des|de la|les|l'|de l') ?(?:travail|poste|service|journee|ecole|cours|usine|formation|chantier|tournee|fac|lycee|vacances|voyage|conges|hopital|stage))"
WORKING = (
    rf"(?:je|j) (?:finis?|sors?|termine|debauche|quitte|debauche){_NOUN}?|(?:je |j')(?:travaille?|bosse|suis au travail|ai cours) jusqu'a|je (?:commence|reprends){_NOUN}?|je prends{_NOUN}|j'(?:embauche|attaque){_NOUN}?"
    rf"|je (?:reviens|rentre|(?:suis|serai) (?:de retour|rentree?|revenue?)){_NOUN}"
)
# Whoever must be gone by 16:00 can come until then.
LEAVING = (
    r"(?:soit|sois|serai|etre) (?:fini|finie|termine|terminee|reparti|repartie|parti|partie|rentre|rentree|sorti|sortie|libere|liberee)"
    r"|j'?(?:aie|ai|aurai) (?:fini|termine)|avoir (?:fini|termine)"
    r"|(?:je (?:dois|devrai)|me faut) (?:re)?(?:partir|filer|rentrer|m'en aller)|que je (?:re)?(?:parte|file|rentre)"
)
MODIFIER = re.compile(
    rf"\b(?P<mod>{WORKING}|{LEAVING}|pas avant|pas plus tot qu[e']|au plus tot|a partir|a compter|a dater|depuis|des|pas apres|pas plus tard qu[e']|au plus tard|plus tard qu[e']|plus tot qu[e']|avant la fin|avant|av|apres avoir (?:[a-z']+ ){{1,5}}?a|une fois (?:que )?(?:[a-z']+ ){{1,6}}?a|"
    r"d'ici(?: a)?|jusqu'a|jusqu'au|jusqu'en|jusque|apres|passee?(?= ?$))"
    r"(?: ?(?:de|du|d'|le|la|les|l'|a|au|des|vers|mon|ce|travail|sortie|ecole|classe|cours|service|que))* ?$"
)
GONE = (
    "soi",
    "serai",
    "etre",
    "j'ai f",
    "j'ai t",
    "j'aie",
    "j'aur",
    "avoir f",
    "avoir t",
    "je doi",
    "je dev",
    "me faut",
    "que je",
)
BEGINS = ("je commence", "je reprends", "je prends", "j'embauche", "j'attaque")
MEANING = {
    **dict.fromkeys(GONE, "before"), "je commence": "before", "j'embauche": "before", "j'attaque": "before", "je reprends": "before", "je prends": "before", "je ": "from", "j ": "from", "j'ai": "from",
    "pas avant": "from", "pas plus tot": "from", "au plus tot": "from", "a partir": "from", "a compter": "from", "a dater": "from",
    "depuis": "since", "des": "from", "pas apres": "until", "pas plus tard": "until", "au plus tard": "until", "plus tard": "after", "plus tot": "before",
    "avant la fin": "until", "avant": "before", "av": "before", "d'ici": "by", "jusqu": "until", "apres": "after", "une fois": "after", "passe": "after",
}  # fmt: skip
# "10h au plus tard", "lundi minimum".
AFTERWARDS = re.compile(
    r",? (?:(?P<until>au plus tard(?! (?:a|vers) )|(?:grand )?max(?:i|imum)?|dernier delai)|(?P<from>au plus tot|mini(?:mum)?|passees?\b|(?:(?:et|ou) apres|et au dela|et plus)(?=\W*(?:\Z|[.,;!?]|si |svp|merci))))\b"
)


# "Je reviens le 30 donc à partir de là", "mon arrêt finit vendredi, il faudrait que ce soit avant".
THEN = re.compile(
    r"[ ,]*(?:(?!avant|apres)[a-z']+ ){0,5}?(?:donc|alors|ce soit|plutot|serait bien|(?:faut|faudrait)(?: (?:un|une|ca|le|me|rdv|rendez vous|creneau))*) (?:ce soit |plutot |seulement |uniquement |juste )?(?P<side>avant|apres|a partir de (?:la|ce jours|cette date|ce moment)(?: la)?)"
    r"(?=\W*(?:\Z|[.,;!?]| si | svp| stp| merci| ce serait| c'est| de preference))"
)
# "Elle dort jusqu'à 14h30, après c'est bon".
THEN_FREE = re.compile(
    r"[ ,]*(?:et |donc |mais )?(?P<side>apres|ensuite),? (?:c'est (?:bon|ok|possible|parfait)|(?:je|j'y) (?:suis|serai) (?:tout a fait )?(?:dispo\w*|libre|la)|je peux(?! pas)|ca (?:va|marche)|oui\b|ok\b|pas de (?:probleme|souci))"
)
THEN_SAID = re.compile(
    r"\b(?:donc|alors|soit|plutot|seulement|uniquement|juste|bien|faut|faudrait|ca|rdv|rendez vous|creneau) (?:avant|apres|a partir de (?:la|ce jours|cette date|ce moment)(?: la)?)$|\b(?:apres|ensuite),? (?:c'est|je|j'y|ca|oui|ok|pas de)\b[a-z' ]*$"
)
TO_ITS_DAY = re.compile(r"[ ,]*(?:(?:le|les|tous|ce|du) ?)*")
# Two days: some begin "after the week-end" on its Saturday.
A_WEEKEND = timedelta(days=1)


def then(text: str, piece: Piece, following: int) -> Optional[re.Match[str]]:
    """The "donc après" that follows a piece and speaks of it, before `following` where the next one begins."""
    m = THEN.match(text, piece.end)
    if m is None and piece.hours and not piece.days:
        m = THEN_FREE.match(text, piece.end)
    return m if m and piece.said.readings and piece.said.kind == "time" and m.end() <= following else None


def modifier(text: str, pieces: List[Piece], n: int) -> Tuple[str, int, int]:
    """What "avant", "à partir de" make of a piece, and where the piece begins and ends with them."""
    piece = pieces[n]
    later = then(text, piece, pieces[n + 1].start if n + 1 < len(pieces) else len(text))
    if later and not piece.hours and n and pieces[n - 1].hours and not pieces[n - 1].days:
        gap = text[pieces[n - 1].end : piece.start]
        if TO_ITS_DAY.fullmatch(gap):
            # "Je finis à 14h le vendredi donc après": after that hour of the day.
            return "", piece.start, later.end()
    if later:
        return (
            {"avant": "before", "av": "before", "apres": "after", "ensuite": "after"}.get(later["side"], "from"),
            piece.start,
            later.end(),
        )
    after = AFTERWARDS.match(text, piece.end)
    if after and piece.said.readings:
        closed = any(r.since and r.until and r.grain != "daypart" for r in piece.said.readings)
        return "" if closed else "until" if after["until"] else "from", piece.start, after.end()
    before = text[pieces[n - 1].end if n else 0 : piece.start][-40:]
    m = MODIFIER.search(before)
    if m and m["mod"] == "avant" and text.startswith("fin ", piece.start):
        return "until", piece.start - (len(before) - m.start()), piece.end
    if m is None or not piece.said.readings or piece.said.kind != "time":
        return "", piece.start, piece.end
    meaning = next(v for k, v in MEANING.items() if m["mod"].startswith(k))
    if (m["mod"].startswith(BEGINS) and not piece.hours) or (m["mod"].startswith(GONE) and piece.days):
        # "Je reprends le travail le 1er": the day of something else.
        return "", piece.start, piece.end
    return meaning, piece.start - (len(before) - m.start()), piece.end


def applied(readings: Tuple[Reading, ...], mod: str) -> Tuple[Reading, ...]:
    """Readings opened on one side; what follows a day begins after it, or with it for those who say so."""
    found: List[Reading] = []
    for r in readings:
        if not mod or r.open:
            found.append(r)
        elif r.first is None and r.since is not None:
            found.append(_open_hours(r, mod))
        elif r.first is not None and r.last is not None:
            found.extend(_open_days(r, mod))
        else:
            found.append(r)
    return tuple(found)


def _open_hours(r: Reading, mod: str) -> Reading:
    if mod in ("from", "after", "since"):
        bound = r.until if mod == "after" and r.until else r.since
        return replace(r, grain="hour", since=bound, until=None, open="after")
    return replace(r, grain="hour", since=None, until=r.until if mod == "until" and r.until else r.since, open="before")


def _open_days(r: Reading, mod: str) -> List[Reading]:
    assert r.first is not None and r.last is not None  # noqa: S101 - its only caller saw to it
    if r.since is not None:
        if mod in ("from", "after"):
            return [replace(r, last=None, until=None, open="after", across=True)]
        return [replace(r, first=None, since=None, until=r.until or r.since, open="before", across=True)]
    if mod == "from":
        return [replace(r, last=None, open="after")]
    if mod == "after" and r.grain == "day" and r.last - r.first > A_WEEKEND:
        return [replace(r, first=r.last + timedelta(days=1), last=None, open="after")]
    if mod == "after":
        return [
            replace(r, first=r.last + timedelta(days=1), last=None, open="after"),
            replace(r, last=None, open="after"),
        ]
    if mod == "before":
        return [replace(r, first=None, last=r.first - timedelta(days=1), open="before")]
    return [replace(r, first=None, open="before")]


def modified(text: str, piece: Piece, mod: Mod, now: datetime) -> Piece:
    said = piece.said
    if mod[0] == "since" and said.readings[0].first:
        first = _last_one(said.readings[0].first, text[piece.start : piece.end], now.date())
        return Piece(mod[1], mod[2], Said((replace(said.readings[0], first=first, last=None, open="after"),)))
    if mod[0] == "by" and piece.days and not any(r.last and r.last < now.date() for r in said.readings):
        since = now.time().replace(second=0, microsecond=0)
        until = [replace(r, first=now.date(), since=since, until=r.since, across=True) for r in said.readings if r.last]
        return Piece(mod[1], mod[2], said._replace(readings=tuple(until)))
    readings = applied(said.readings, mod[0])
    if mod[0] == "after" and len(said.readings) > 1:
        readings = readings[::2]
    return Piece(min(mod[1], piece.start), max(mod[2], piece.end), said._replace(readings=readings[:MOST]))


def _last_one(day: date, said: str, today: date) -> date:
    """The last time that a day came, not the next: "depuis lundi", "depuis le 3", "depuis le 20 août"."""
    if day <= today:
        return day
    if re.match(WEEKDAY, said):
        return day - timedelta(days=7)
    return day - (relativedelta(months=1) if re.fullmatch(rf"(?:le )?{DAY}", said) else relativedelta(years=1))
