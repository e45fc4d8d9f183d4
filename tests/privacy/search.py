"""Where a personal value can hide, however it is written."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
BETWEEN = re.compile(r"[\s\u00a0\u202f._/()+-]+")


def phone(number: str) -> list[str]:
    """The ways to write a French number given in E.164: national, international, without the plus."""
    rest = number.removeprefix("+33")
    return [f"0{rest}", f"33{rest}"]


def birth(day: date) -> list[str]:
    """The ways to write a date of birth."""
    month = MONTHS[day.month - 1]
    return [f"{day:%d%m%Y}", f"{day:%Y%m%d}", f"{day:%d%m%y}$", f"{day.day}{month}{day.year}", f"{day:%d}{month}"]


def nir(number: str) -> list[str]:
    """A social security number of 13 characters, and its end, which nobody else has."""
    return [number, number[3:]]


def email(address: str) -> list[str]:
    """An address, and the name in it."""
    return [address, address.partition("@")[0]]


def code(digits: str) -> list[str]:
    """A one-time code: a number of its own, since six digits may be part of a longer one."""
    return [f"{digits}$"]


def fold(text: str) -> str:
    r"""Without accents and capitals; JSON's \u00e9 is an é."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)).lower()


def holds(text: str, value: str) -> bool:
    """True when a value is in a text, spaced or not; one that ends in "$" must be a number of its own."""
    if value.endswith("$"):
        spaced = r"[\s._/-]?".join(value[:-1])
        return re.search(rf"(?<![\d.]){spaced}(?!\d)", fold(text)) is not None
    return BETWEEN.sub("", fold(value)) in BETWEEN.sub("", fold(text))


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Every row of every table of an SQLite file, as (table, text)."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield table, " | ".join("" if v is None else str(v) for v in row)
    connection.close()


def places(folder: Path, skipped: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Everything in a folder, as (where, text): each row of each database, each other file whole."""
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        if not path.is_file() or where.split("/")[0] in skipped:
            continue
        content = path.read_bytes()
        if content.startswith(b"SQLite format 3\0"):
            for table, row in rows(path):
                yield f"{where}:{table}", row
        yield where, content.decode("utf8", "replace")


def found(value: str, everywhere: list[tuple[str, str]]) -> list[str]:
    """Where a value is."""
    return sorted({where for where, text in everywhere if holds(text, value)})
