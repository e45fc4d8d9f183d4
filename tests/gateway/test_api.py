"""The JSON API: who may ask, typed errors, the same slots as everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar

from booking_core import Core, FixedClock, demo, open_core
from gateway.app import make_app
from gateway.settings import Settings

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
ASKED = {"reason": "c2s", "channel": "phone", "from": "2026-11-18", "to": "2026-11-25"}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    settings = Settings()
    core = open_core(f"sqlite:///{tmp_path_factory.mktemp('api') / 'rdv.db'}", FixedClock(NOW), secret=settings.secret)
    core.upgrade()
    demo.load(core)
    yield core
    core.close()


@pytest.fixture
async def client(core: Core) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    async with TestClient(TestServer(make_app(Settings(), core))) as client:
        token = (await (await client.post("/web/session", json={"demo": "alice"})).json())["token"]
        client.session.headers["Authorization"] = f"Bearer {token}"
        yield client


async def test_slots_can_be_had(client: TestClient, core: Core) -> None:  # type: ignore[type-arg]
    """What is listed is free, in order, in the days asked for, and each start once."""
    body = await (await client.get("/api/slots", params={**ASKED, "limit": "500"})).json()
    starts = [datetime.fromisoformat(slot["start"]) for slot in body["slots"]]
    assert starts == sorted(set(starts))
    assert {s.date() for s in starts} == {date(2026, 11, d) for d in (18, 19, 20, 23, 24, 25)}
    assert all(s.utcoffset() == timedelta(hours=1) for s in starts)
    assert not body["more"]
    alice = core.person_by_key("alice")
    assert alice is not None
    first = body["slots"][0]
    core.book(alice.id, first["id"], "c2s", holder="h", key="k", medium="web")
    body = await (await client.get("/api/slots", params=ASKED)).json()
    assert first["id"] not in [slot["id"] for slot in body["slots"]]


async def test_slots_of_some_agencies(client: TestClient, core: Core) -> None:  # type: ignore[type-arg]
    redon, vitre, *_ = [a.id for a in core.agencies() if a.town in ("Redon", "Vitré")]
    asked = [*(ASKED | {"channel": "in_person", "limit": "3"}).items(), ("agency", redon), ("agency", vitre)]
    body = await (await client.get("/api/slots", params=asked)).json()
    assert (len(body["slots"]), body["more"]) == (3, True)
    assert {slot["agency"] for slot in body["slots"]} <= {redon, vitre}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"from": None}, {"error": "missing_parameter", "parameter": "from"}),
        ({"to": None}, {"error": "missing_parameter", "parameter": "to"}),
        ({"reason": None}, {"error": "missing_parameter", "parameter": "reason"}),
        ({"to": "2026-12-20"}, {"error": "range_too_long", "limit_days": 31}),
        ({"to": "2026-11-17"}, {"error": "bad_parameter", "parameter": "to"}),
        ({"from": "demain"}, {"error": "bad_parameter", "parameter": "from"}),
        ({"reason": "coiffeur"}, {"error": "bad_parameter", "parameter": "reason"}),
        ({"channel": "fax"}, {"error": "bad_parameter", "parameter": "channel"}),
        ({"limit": "0"}, {"error": "bad_parameter", "parameter": "limit"}),
        ({"limit": "9" * 5000}, {"error": "bad_parameter", "parameter": "limit"}),
    ],
)
async def test_case_44_what_is_missing_or_too_long_is_a_typed_400(
    client: TestClient,  # type: ignore[type-arg]
    changed: dict[str, str | None],
    error: dict[str, object],
) -> None:
    """Case 44: a range of more than 31 days, or a missing date."""
    answer = await client.get("/api/slots", params={k: v for k, v in (ASKED | changed).items() if v is not None})
    assert (answer.status, await answer.json()) == (400, error)


async def test_case_44_a_range_of_31_days_is_fine(client: TestClient) -> None:  # type: ignore[type-arg]
    """Case 44: at the limit."""
    assert (await client.get("/api/slots", params=ASKED | {"to": "2026-12-19"})).status == 200


async def test_nobody_gets_nothing(client: TestClient) -> None:  # type: ignore[type-arg]
    for token in ("", "Bearer", "Bearer x", "Basic x"):
        answer = await client.get("/api/slots", params=ASKED, headers={"Authorization": token})
        assert (answer.status, await answer.json()) == (401, {"error": "unauthorized"})


async def test_the_feed_of_an_agency_needs_its_token(client: TestClient, core: Core) -> None:  # type: ignore[type-arg]
    """No session: a calendar program has none. Another token makes the one before worth nothing."""
    bruno = core.person_by_key("bruno")
    assert bruno is not None
    (mine,) = core.upcoming(bruno.id)
    token = core.feed(mine.agency.id)
    answer = await client.get(f"/agencies/{token}.ics", headers={"Authorization": ""})
    assert (answer.status, answer.content_type) == (200, "text/calendar")
    events = Calendar.from_ical(await answer.read()).walk("VEVENT")
    assert mine.reference in {str(e["description"]) for e in events}
    assert {str(e["summary"]) for e in events} == {"Rendez-vous"}
    core.feed(mine.agency.id, renew=True)
    for worthless in (token, "x", "%00"):
        assert (await client.get(f"/agencies/{worthless}.ics")).status == 404
