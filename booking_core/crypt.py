"""Secrets at rest: encryption, blind indexes, one-time codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class _Keys:
    """What is derived from one secret; `mark` names it without telling it."""

    def __init__(self, secret: str) -> None:
        self.cipher = AESGCM(_key(secret, b"encrypt"))
        self.hash = _key(secret, b"index")
        self.mark = _key(secret, b"mark")[:4].hex()


class Crypt:
    """Everything that depends on the secret. Thread-safe.

    `also`: another secret that opens and finds what is kept, while one is changed for the other; nothing new is
    kept under it.
    """

    def __init__(self, secret: str, also: str = "") -> None:
        self._keys = [_Keys(one) for one in (secret, also) if one]
        # OWASP's second profile: a code lives some minutes and is tried five times.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

    @property
    def mark(self) -> str:
        """What everything sealed now starts with."""
        return f"{self._keys[0].mark}."

    def seal(self, value: str) -> str:
        """Encrypt a value (AES-256-GCM, random nonce), the mark of its key in front."""
        nonce = os.urandom(12)
        return self.mark + base64.b64encode(nonce + self._keys[0].cipher.encrypt(nonce, value.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """What `seal` encrypted; raises InvalidTag under secrets that are neither of ours."""
        mark, _, body = sealed.partition(".")
        for keys in self._keys:
            if keys.mark == mark:
                raw = base64.b64decode(body)
                return keys.cipher.decrypt(raw[:12], raw[12:], None).decode()
        raise InvalidTag

    def index(self, value: str) -> str:
        """A keyed hash, the same for the same value: finds a row without saying what it holds."""
        return self.indexes(value)[0]

    def indexes(self, value: str) -> tuple[str, ...]:
        """The hashes under which a row may still be found: ours first, the other secret's after it."""
        return tuple(hmac.new(keys.hash, value.encode(), hashlib.sha256).hexdigest() for keys in self._keys)

    def indexed(self, index: str, value: str) -> bool:
        """True when a hash is one of this value; takes as long when it is not."""
        return any([self.same(index, one) for one in self.indexes(value)])  # noqa: C419 - all are compared

    def same(self, one: str, other: str) -> bool:
        """Compare two secrets in constant time."""
        return hmac.compare_digest(one.encode(), other.encode())

    def new_code(self, digits: int = 6) -> str:
        """A one-time code. It never starts with 0, which people drop, and which starts a phone number."""
        lowest = 10 ** (digits - 1)
        return str(lowest + secrets.randbelow(9 * lowest))

    def hash_code(self, code: str) -> str:
        """A code as it is kept (Argon2id)."""
        return self._hasher.hash(code)

    @cached_property
    def no_hash(self) -> str:
        """A hash that no code has: comparing with it takes as long as with a real one."""
        return self.hash_code(secrets.token_urlsafe(32))

    def same_code(self, hashed: str, code: str) -> bool:
        """True when a code is the one that was hashed."""
        try:
            return self._hasher.verify(hashed, code)
        except VerifyMismatchError:
            return False


def _key(secret: str, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"rdv " + use).derive(secret.encode())
