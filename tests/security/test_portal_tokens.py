"""Tokens by which portals vouch for people: each thing that must not open a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from booking_core import Contact, Core
from tests import portals
from tests.booking_core.test_identity import BORN, NIR
from tests.sms.conftest import NOW, Gateway


@pytest.fixture
async def gateway(start: Callable[..., Any], tmp_path: Path) -> Gateway:
    started: Gateway = await start(env="production", portals=str(portals.file(tmp_path)))
    return started


@pytest.fixture
def person(core: Core) -> str:
    return core.register(NIR, BORN, None, Contact()).id


async def opens(gateway: Gateway, token: str) -> bool:
    """True for a session, False for a 401."""
    status = (await gateway.client.post("/web/session", json={"token": token})).status
    assert status in (200, 401)
    return status == 200


@pytest.mark.parametrize("issuer", [portals.RSA, portals.EC])
async def test_a_token_opens_one_session_once(gateway: Gateway, person: str, issuer: str) -> None:
    token = portals.token(person, NOW, issuer=issuer)
    assert await opens(gateway, token)
    assert not await opens(gateway, token)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://nobody.exemple.fr"},
        {"iss": portals.EC},  # signed by the other portal's key
        {"sub": "999999"},
        {"sub": None},
        {"jti": None},
        {"exp": None},
        {"iat": None},
        {"exp": NOW - timedelta(minutes=1), "iat": NOW - timedelta(minutes=5)},
        {"exp": NOW + timedelta(days=1)},
        {"iat": NOW + timedelta(minutes=2)},
        {"nbf": NOW + timedelta(minutes=2)},
        {"headers": {"kid": "k2"}},
        {"headers": {"kid": "../../etc/passwd"}},
    ],
)
async def test_any_other_does_not(gateway: Gateway, person: str, changed: dict[str, Any]) -> None:
    assert not await opens(gateway, portals.token(person, NOW, **changed))


async def test_no_signature_and_no_confusion_of_keys(gateway: Gateway, person: str) -> None:
    claims = jwt.decode(portals.token(person, NOW), options={"verify_signature": False})
    headers = {"kid": "k1"}
    stranger = rsa.generate_private_key(65537, 2048)
    for forged in (
        jwt.encode(claims, "", "none", headers=headers),
        # The public key taken for a shared secret.
        jwt.encode(claims, str(portals.key(portals.RSA).public_key().public_numbers().n), "HS256", headers=headers),
        jwt.encode(claims, stranger, "RS256", headers=headers),
        portals.token(person, NOW)[:-4] + "AAAA",
    ):
        assert not await opens(gateway, forged)
