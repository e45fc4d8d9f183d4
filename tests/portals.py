"""Two host portals of the tests, with keys of their own, and the tokens that they sign."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

RSA, EC = "https://portail.exemple.fr", "https://autre.exemple.fr"
ALGORITHMS = {RSA: "RS256", EC: "ES256"}


@cache
def key(issuer: str) -> Any:
    """The private key of a portal."""
    return rsa.generate_private_key(65537, 2048) if issuer == RSA else ec.generate_private_key(ec.SECP256R1())


def file(folder: Path) -> Path:
    """What RDV_PORTALS names: the public keys."""
    jwks = {}
    for issuer, algorithm in ALGORITHMS.items():
        to_jwk = RSAAlgorithm.to_jwk if issuer == RSA else ECAlgorithm.to_jwk
        public = to_jwk(key(issuer).public_key(), as_dict=True)
        jwks[issuer] = {"keys": [{**public, "kid": "k1", "alg": algorithm, "use": "sig"}]}
    path = folder / "portals.json"
    path.write_text(json.dumps(jwks))
    return path


def token(
    person: str, now: datetime, *, issuer: str = RSA, headers: dict[str, Any] | None = None, **changed: Any
) -> str:
    """A token for a person; `changed` claims replace those that are right, None leaves them out."""
    claims = {
        "iss": issuer,
        "aud": "rdv",
        "sub": person,
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "jti": uuid.uuid4().hex,
        **changed,
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, key(issuer), ALGORITHMS[issuer], headers={"kid": "k1", **(headers or {})})
