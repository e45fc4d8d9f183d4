"""French moments beside dateparser, Recognizers-Text and parsedatetime; the intent classifier beside Rasa's DIET.

    uv run --group bench python benchmarks/french.py                  all examples, five folds: DIET takes hours
    uv run --group bench python benchmarks/french.py --examples 1000  both classifiers on so many: half an hour
    uv run --group bench python benchmarks/french.py --quick          under a minute

--quick trains both classifiers on 300 examples, DIET for 4 epochs: its training time is what its 300 epochs would take
at that pace; accuracies are those of the last run with all of them, kept in benchmarks/diet.json, when there is one. It
gives Recognizers-Text one saying in six.

A parser is right when the start it gives is that of the corpus (the end where the corpus has an open start): days for
days, minutes for hours; nothing where there is nothing. Of several values it may give any. Ends with one line of JSON:
{"sentence_ms", "train_ratio", "latency_ratio", "accuracy_gain"}; ratios are ours / DIET, the gain ours - DIET.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)  # this file's own folder would have it imported as `french`

from french import moments, understand  # noqa: E402

CORPORA = ROOT / "tests" / "french"
MEASURED = ROOT / "benchmarks" / "diet.json"
NOW = datetime(2026, 11, 18, 9, 0)  # noqa: DTZ001 - french reads naive local time
QUICK = ("--examples", "300", "--epochs", "4")
EPOCHS = 300
# A point in time: (day or None, minute of the day or None).
Point = tuple[str | None, str | None]
Parser = Callable[[str], list[Point]]


def corpus() -> list[tuple[set[Point], str]]:
    """What each saying of the project's corpora stands for; an empty set where it is no moment."""
    rows: list[tuple[set[Point], str]] = []
    for path in sorted(CORPORA.glob("corpus_moments*.yml")):
        for value, sayings in yaml.safe_load(path.read_text("utf8")).items():
            wanted = {point for reading in value.split(" | ") if (point := expected(reading.strip()))}
            rows += [(wanted, said) for said in sayings if wanted]
    rows += [(set(), said) for said in yaml.safe_load((CORPORA / "corpus_nothing.yml").read_text("utf8"))]
    return rows


def expected(reading: str) -> Point | None:
    """The bound that a reading of the corpus says: "2026-11-19T00:00:00/…" is a day, "T14:30/-" an hour."""
    start, _, end = reading.partition("/")
    bound = end if start == "-" else start
    day, _, hour = bound.partition("T")
    if (not day and not hour) or day.startswith("every"):
        return None
    return day or None, None if hour.startswith("00:00") else hour[:5] or None


def ours(text: str) -> list[Point]:
    """The bounds that `french` reads."""
    found = [r for m in moments.find(text, NOW) if m.kind == "time" and not m.problem for r in m.readings]
    return [p for r in found if (p := expected(f"{r.start or '-'}/{r.end or '-'}"))]


def dateparser_() -> Parser:
    """dateparser: the whole text, else what it finds in it."""
    import dateparser
    from dateparser.search import search_dates

    settings: Any = {"RELATIVE_BASE": NOW, "PREFER_DATES_FROM": "future"}

    def parse(text: str) -> list[Point]:
        whole = dateparser.parse(text, languages=["fr"], settings=settings)
        if whole:
            return either(whole)
        return [p for _, at in search_dates(text, languages=["fr"], settings=settings) or [] for p in either(at)]

    return parse


def recognizers() -> Parser:
    """Microsoft's Recognizers-Text: each value of each resolution, its start or else its end."""
    from recognizers_date_time import recognize_datetime
    from recognizers_text import Culture

    def parse(text: str) -> list[Point]:
        points: list[Point] = []
        for found in recognize_datetime(text, Culture.French, reference=NOW):
            for value in (found.resolution or {}).get("values", []):
                bound = value.get("value") or value.get("start") or value.get("end") or ""
                day, _, hour = bound.rpartition(" ") if ":" in bound else (bound, "", "")
                if day or hour:
                    points.append((day or None, None if hour.startswith("00:00") and day else hour[:5] or None))
        return points

    return parse


def parsedatetime_() -> Parser:
    """parsedatetime with its French names."""
    import parsedatetime

    calendar = parsedatetime.Calendar(parsedatetime.Constants("fr_FR", usePyICU=False))

    def parse(text: str) -> list[Point]:
        return [p for found in calendar.nlp(text, NOW) or [] for p in either(found[0])]

    return parse


def either(at: datetime) -> list[Point]:
    """A point of a library that does not tell what was said: it may mean the day, the hour or both."""
    day, hour = f"{at:%Y-%m-%d}", f"{at:%H:%M}"
    return [(day, None), (None, hour), (day, hour)]


def measured(parse: Parser, rows: list[tuple[set[Point], str]]) -> tuple[float, float]:
    """Share that is right, and median milliseconds a saying."""
    parse("demain à 10h")  # the first call loads tables
    hits, spent = [], []
    for wanted, said in rows:
        start = time.perf_counter()
        try:
            got = parse(said)
        except Exception:  # a rival that breaks on a text gave no answer
            got = []
        spent.append(time.perf_counter() - start)
        hits.append(bool(wanted & set(got)) if wanted else not got)
    return statistics.mean(hits), 1000 * statistics.median(spent)


def classifiers(options: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Ours and DIET, in the environment of Rasa."""
    command = [ROOT / "bot/.venv/bin/python", "-W", "ignore", "-m", "bot.nlu.rivals", *options]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def main() -> None:
    """Print the tables, then the line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="under a minute")
    arguments.add_argument("--examples", type=int, help="train the classifiers on so many")
    asked = arguments.parse_args()
    warnings.simplefilter("ignore")

    rows = corpus()
    print(f"Moments: {len(rows)} sayings of tests/french, median ms a saying")
    parsers = {"french": lambda: ours, "dateparser": dateparser_, "Recognizers-Text": recognizers}
    for name, build in {**parsers, "parsedatetime": parsedatetime_}.items():
        share, ms = measured(build(), rows[::6] if asked.quick and name == "Recognizers-Text" else rows)
        print(f"  {name:18} {share:6.1%}  {ms:8.3f} ms")
    spent = []
    for _, said in rows:
        start = time.perf_counter()
        understand(said, NOW)
        spent.append(time.perf_counter() - start)
    sentence_ms = 1000 * statistics.median(spent)
    print(f"  all of `french` on a saying: {sentence_ms:.3f} ms")

    some = ("--examples", str(asked.examples)) if asked.examples else ()
    own, diet = classifiers(QUICK if asked.quick else some)
    print(f"Intents: {own['examples']} examples, DIET after {diet['epochs']} epochs")
    for one in (own, diet):
        print(f"  {one['name']:18} {one['accuracy']:6.1%}  {one['train_s']:8.1f} s  {one['sentence_ms']:8.3f} ms")
    if asked.quick:
        diet["train_s"] += (EPOCHS - diet["epochs"]) * diet["epoch_s"]
        print(f"  DIET would take {diet['train_s']:.0f} s for {EPOCHS} epochs at {diet['epoch_s']:.2f} s each")
        if MEASURED.exists():
            record = json.loads(MEASURED.read_text())
            shares = ", ".join(f"{one['name']} {one['accuracy']:.1%}" for one in record.values())
            print(f"  kept from {record['ours']['examples']} examples and {record['diet']['epochs']} epochs: {shares}")
        else:
            record = {"ours": own, "diet": diet}
            print(f"  no run with all epochs was kept: the gain below is over DIET after {diet['epochs']} epochs only")
    else:
        record = {"ours": own, "diet": diet}
        MEASURED.write_text(json.dumps(record, indent=2) + "\n")
    gain = record["ours"]["accuracy"] - record["diet"]["accuracy"]
    print(
        json.dumps(
            {
                "sentence_ms": round(sentence_ms, 3),
                "train_ratio": round(own["train_s"] / diet["train_s"], 4),
                "latency_ratio": round(own["sentence_ms"] / diet["sentence_ms"], 3),
                "accuracy_gain": round(gain, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
