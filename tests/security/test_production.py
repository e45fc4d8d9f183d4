"""A production that is not safe does not start, and nothing of the demo is open in one that does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from booking_core import Contact, Core
from gateway.ports import ports, texter_of
from gateway.settings import DEMO_SECRET, BadSettingsError, Settings
from tests.booking_core.test_identity import BORN, NIR

SECRET = "a secret of its own, thirty-two characters or more"
SAFE = {
    "RDV_ENV": "production",
    "RDV_SECRET": SECRET,
    "RDV_SMTP_URL": "smtps://mail.exemple.fr",
    "RDV_SMS": "kannel",
    "RDV_SMS_USER": "rdv",
    "RDV_SMS_PASSWORD": "a password",
    "RDV_SMS_NUMBER": "+33939390001",
    "RDV_SMS_KEY": "a key of sixteen characters",
}


def begin(environ: dict[str, str]) -> Settings:
    """What `rdv serve` checks before it listens."""
    settings = Settings.read(environ)
    if settings.sms == "console":
        texter_of(settings)
    return settings


def test_a_safe_production_starts() -> None:
    assert not begin(SAFE).demo


@pytest.mark.parametrize(
    "changed",
    [
        {"RDV_SECRET": ""},
        {"RDV_SECRET": DEMO_SECRET},
        {"RDV_SECRET": "short"},
        {"RDV_SECRET_FILE": "/nowhere"},
        {"RDV_NOW": "2026-11-18T09:00"},
        {"RDV_ENV": "prod"},
        {"RDV_ENV": "Production"},
        {"RDV_SMS": "console"},
        {"RDV_SMS_KEY": "short"},
        {"RDV_SMS": "somebody"},
    ],
)
def test_an_unsafe_one_does_not(changed: dict[str, str]) -> None:
    with pytest.raises(BadSettingsError) as refusal:
        begin(SAFE | changed)
    assert SECRET not in str(refusal.value)


async def test_mails_must_leave() -> None:
    with pytest.raises(BadSettingsError):
        ports(Settings.read(SAFE | {"RDV_SMTP_URL": ""}), texter_of(Settings()))


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    environ = {name: value for name, value in SAFE.items() if name != "RDV_SECRET"}
    assert begin(environ | {"RDV_SECRET_FILE": str(tmp_path / "secret")}).secret == SECRET


async def test_nothing_of_the_demo_is_open(start: Callable[..., Any], core: Core) -> None:
    core.register(NIR, BORN, None, Contact(), key="alice")
    gateway = await start(env="production")
    client = gateway.client
    assert (await client.post("/web/session", json={"demo": "alice"})).status == 401
    assert (await (await client.get("/web/people")).json())["people"] == []
    assert (await client.get("/telephone")).status == 404
    assert (await client.post("/telephone/events", json={})).status == 404
    assert (await client.post("/voice/twilio", data={"CallSid": "x"})).status == 403
    assert "Strict-Transport-Security" in (await client.get("/")).headers
