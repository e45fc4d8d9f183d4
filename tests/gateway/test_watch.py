"""Logs, metrics and readiness: what tells of a failure, and nothing of anybody."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY
from sqlalchemy import text

from actions import logs
from booking_core import Core, FixedClock, demo, open_core
from gateway import timer
from gateway.app import make_app
from gateway.settings import Settings
from gateway.watch import Watch, exposition
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
SECRET = "a secret for tests, and for nothing else"


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    opened = open_core(f"sqlite:///{tmp_path_factory.mktemp('watch') / 'rdv.db'}", FixedClock(NOW), secret=SECRET)
    opened.upgrade()
    demo.load(opened)
    return opened


@pytest.fixture
async def nothing_there(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """A gateway whose database has no tables and whose Rasa does not run."""
    empty = open_core(f"sqlite:///{tmp_path / 'empty.db'}", FixedClock(NOW), secret=SECRET)
    settings = Settings(secret=SECRET, rasa_url="http://127.0.0.1:9")
    async with TestClient(TestServer(make_app(settings, empty))) as client:
        yield client
    empty.close()


async def test_readiness_names_what_is_missing(nothing_there: TestClient[Any, Any]) -> None:
    assert (await nothing_there.get("/healthz")).status == 200
    ready = await nothing_there.get("/readyz")
    assert (ready.status, await ready.json()) == (503, {"missing": ["database", "rasa"]})


async def test_metrics_are_served_without_a_database(nothing_there: TestClient[Any, Any]) -> None:
    answer = await nothing_there.get("/metrics")
    assert answer.status == 200
    assert "rdv_database_up 0.0" in await answer.text()


def test_slots_and_outbox_are_gauges(core: Core) -> None:
    shown = exposition(Watch(core)).decode()
    assert "rdv_database_up 1.0" in shown
    assert re.search(r'rdv_slots_free\{agency="redon",channel="phone",reason="c2s"\} [1-9]', shown)
    assert "rdv_outbox_age_seconds 0.0" in shown


# -- logs -----------------------------------------------------------------------------------------


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is logged from now on."""
    stream, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(stream)
    handler.setFormatter(logs.Json())
    monkeypatch.setattr(logging.getLogger("rdv.test"), "handlers", [handler])
    return stream


def test_a_line_is_one_json_object_about_one_conversation(lines: io.StringIO) -> None:
    logs.about("web-1234")
    logging.getLogger("rdv.test").error('said "%s"', 'x"}\n{"level": "info", "message": "forged')
    [line] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert line["level"] == "error"
    assert line["conversation"] == logs.mark("web-1234") != "web-1234"


def test_an_error_is_named_and_placed_and_its_words_are_not_logged(lines: io.StringIO, core: Core) -> None:
    try:
        with core.store.read() as connection:
            connection.execute(text("SELECT * FROM nowhere WHERE nir = :nir"), {"nir": "2870535238019"})
    except Exception as error:
        assert "2870535238019" not in str(error)
        logging.getLogger("rdv.test").exception("a call failed")
    line = json.loads(lines.getvalue())
    assert line["error"] == "OperationalError"
    assert "test_watch.py" in line["where"]
    assert "2870535238019" not in lines.getvalue()


# -- what is watched ------------------------------------------------------------------------------


def exposed(core: Core) -> set[str]:
    """The names of every series that a gateway can show."""
    assert timer.LAST in REGISTRY._collector_to_names  # what `rdv serve` also runs is loaded
    names = set()
    for family in [*REGISTRY.collect(), *Watch(core).collect()]:
        names |= {family.name, *(f"{family.name}_{suffix}" for suffix in ("total", "count", "sum", "bucket"))}
    return names


def named(expression: str) -> set[str]:
    """The metrics of ours in a PromQL expression."""
    return set(re.findall(r"\brdv_\w+", expression))


def test_alerts_and_dashboard_name_metrics_that_exist(core: Core) -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((ROOT / "deploy" / "grafana" / "rdv.json").read_text("utf8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(alerts) >= 8
    assert len(queries) >= 10
    used = {name for query in [*queries, *(a["expr"] for a in alerts)] for name in named(query)}
    assert used <= exposed(core), used - exposed(core)


def test_alerts_say_how_bad_and_what_to_do() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf8"))
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["labels"]["severity"] in ("page", "ticket"), rule
        assert {"summary", "action"} <= set(rule["annotations"]), rule
