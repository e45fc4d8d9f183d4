"""The API against its own description, and the pages against their budgets."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.pages import FILES, PAGES, description
from tests.portal.conftest import Front, Person, new_person

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# What needs Rasa is tried with it, in the browser and by the dialogues.
NEEDS_RASA = ("/web/messages", "POST")
KILOBYTE = 1024


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(json.loads(description()))
    found = [result.ok() for result in schema.get_all_operations()]
    return [o for o in found if (o.path, o.method.upper()) != NEEDS_RASA]


@pytest.fixture
def signed_in(front: Front) -> tuple[Person, str, str]:
    """A person with appointments, the cookie of a session, and the token of its chat."""
    person = new_person(front)
    person.book()
    person.book("c2s", "in_person", in_days=8)
    client = person.signed_in()
    return person, client.cookies["rdv"], client.post("/api/chat", json={}).json()["session"]


@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.method.upper()} {o.path}")
def test_whatever_is_asked_the_answer_is_described(
    front: Front, signed_in: tuple[Person, str, str], operation: Any
) -> None:
    """No 5xx, no status, type or body that the description does not name; signed in by cookie, by token, not at all."""
    person, cookie, token = signed_in
    # Anything may be asked, as often as wished: the limits have tests of their own.
    ways: list[dict[str, str]] = [{"Cookie": f"rdv={cookie}"}, {"Authorization": f"Bearer {token}"}, {}]
    mine = [a.id for a in person.core.history(person.id)]
    count = 0

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def explore(case: Any) -> None:
        nonlocal count
        count += 1
        if "id" in (case.path_parameters or {}) and count % 2:
            case.path_parameters["id"] = mine[count % len(mine)]
        for n, way in enumerate(ways):
            number = count * 3 + n
            headers = {"Origin": front.url, "X-Forwarded-For": f"203.0.{number // 256}.{number % 256}", **way}
            case.cookies, case.headers = {}, {}
            case.call_and_validate(base_url=front.url, headers=headers, checks=CHECKS)

    explore()
    assert count > 0


def test_every_endpoint_of_the_api_is_described(front: Front) -> None:
    described = {
        (path, method.upper())
        for path, item in json.loads(description())["paths"].items()
        for method in item
        if method != "parameters"
    }
    served = set()
    for route in front.app.router.routes():
        resource = route.resource
        if resource is None or route.method in ("HEAD", "OPTIONS", "*"):
            continue
        path = re.sub(r"\{(\w+):[^}]*(\{[^}]*\})?[^}]*\}", r"{\1}", resource.canonical)
        if path.startswith(("/api/", "/web/")):
            served.add((path, route.method))
    apart = {
        ("/api/openapi.json", "GET"),
        ("/web/people", "GET"),
        ("/web/events", "GET"),
        ("/web/appointments/{id}.ics", "GET"),
    }
    assert served - apart == described


def test_the_description_is_served(front: Front) -> None:
    body = front.client().get("/api/openapi.json").json()
    assert body["openapi"].startswith("3.1")


# -- budgets: Lighthouse-style, by size -----------------------------------------------------------------------


def compressed(names: set[Path]) -> int:
    """The bytes of files, each compressed as a proxy does."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in names)


def loaded(path: Path) -> set[Path]:
    """A file and all that it loads: scripts, styles, imported modules."""
    found, waiting = set(), [path]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        text = one.read_text("utf8")
        names = re.findall(r'(?:src|href)="/static/([^"]+)"', text) if one.suffix == ".html" else []
        waiting += [FILES / name for name in names]
        if one.suffix == ".js":
            waiting += [(one.parent / name).resolve() for name in re.findall(r'from "(\.[^"]+)"', text)]
    return found


def test_the_widget_is_small() -> None:
    assert compressed(loaded(FILES / "rdv-chat.js")) <= 40 * KILOBYTE


@pytest.mark.parametrize("name", [*PAGES.values(), "demo"])
def test_the_first_load_of_every_page_is_small(name: str) -> None:
    files = loaded(FILES / "portal" / f"{name}.html")
    assert len(files) >= 3
    assert len(files) <= 16
    assert compressed(files) <= 100 * KILOBYTE


def test_pages_load_from_here_alone() -> None:
    for path in FILES.rglob("*"):
        if path.is_file():
            addresses = re.findall(r"https?://[\w.]+", path.read_text("utf8"))
            # The second is the name of SVG, which nothing is loaded from.
            assert set(addresses) <= {"https://service", "http://www.w3.org"}, path
