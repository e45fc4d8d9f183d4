"""Host portals: pages of others that sign people in themselves and vouch for them with a signed token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt

from booking_core import Core, Person

AUDIENCE = "rdv"
ALGORITHMS = ["RS256", "ES256"]
REQUIRED = ["iss", "aud", "sub", "iat", "exp", "jti"]
# A token opens a conversation; it is no session.
LONGEST = timedelta(minutes=15)
LEEWAY = timedelta(seconds=30)


@dataclass(frozen=True)
class Portals:
    """The portals that may vouch: `path` names a JSON file, {issuer: its JSON Web Key Set}; none when empty."""

    path: str

    @cached_property
    def keys(self) -> Mapping[str, jwt.PyJWKSet]:
        """The public keys of each issuer; raises what a file that is no such thing raises."""
        if not self.path:
            return {}
        found = json.loads(Path(self.path).read_text("utf8"))
        return {issuer: jwt.PyJWKSet.from_dict(keys) for issuer, keys in found.items()}

    def person(self, token: str, core: Core) -> Person:
        """Whom a token vouches for, once: the same token again is refused.

        `iss`, `aud` ("rdv"), `sub` (the person's id), `iat`, `exp` (15 minutes after at most) and `jti` are
        required. Raises jwt.InvalidTokenError, NotYours for a person whom there is none of.
        """
        now = core.clock.now()
        claims = self._claims(token, now)
        person = core.person(str(claims["sub"]))
        until = datetime.fromtimestamp(claims["exp"], UTC) + LEEWAY
        if not core.use_once(f"{claims['iss']} {claims['jti']}", until):
            raise jwt.InvalidTokenError("replayed")
        return person

    def _claims(self, token: str, now: datetime) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        unproved = jwt.decode(token, options={"verify_signature": False})
        keys = self.keys.get(str(unproved.get("iss")))
        if keys is None:
            raise jwt.InvalidIssuerError
        key = next((k for k in keys.keys if k.key_id == header.get("kid")), None)
        # The key says what it is for: no token chooses its own algorithm.
        if key is None or key.algorithm_name not in ALGORITHMS or header.get("alg") != key.algorithm_name:
            raise jwt.InvalidAlgorithmError
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            audience=AUDIENCE,
            issuer=str(unproved["iss"]),
            # Times are checked below, by the clock of the service.
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        times = [claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])]
        if not all(isinstance(t, int | float) and not isinstance(t, bool) for t in times):
            raise jwt.InvalidTokenError("times")
        issued, expires, since = (datetime.fromtimestamp(t, UTC) for t in times)
        if expires <= now - LEEWAY or max(issued, since) > now + LEEWAY or expires - issued > LONGEST:
            raise jwt.ExpiredSignatureError
        return claims
