"""Passwords as they are kept: scrypt (RFC 7914) with a salt of its own each, and the cost beside it so that it can grow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COST = 2**15
BLOCK = 8
MEMORY_BYTES_MAX = 64 * 2**20
SALT_BYTES = 16
LENGTH_MIN = 8
LENGTH_MAX = 200
"""Bytes: hashing costs time by the length, and a page can send anything."""


class PasswordError(ValueError):
    """The password cannot be used; the message says what to choose instead."""


def hash_password(password: str) -> str:
    """A password as it is kept: `scrypt$cost$block$salt$hash`. Raises PasswordError."""
    if not len(password) >= LENGTH_MIN or len(password.encode()) > LENGTH_MAX:
        raise PasswordError(f"choose a password of {LENGTH_MIN} to {LENGTH_MAX} characters")
    salt = secrets.token_bytes(SALT_BYTES)
    key = _derive(password, salt, COST, BLOCK)
    return "$".join(("scrypt", str(COST), str(BLOCK), _text(salt), _text(key)))


def is_password(password: str, kept: str) -> bool:
    """Whether this is the password that was kept so. Takes as long for a wrong one."""
    if len(password.encode()) > LENGTH_MAX:
        return False
    _, cost, block, salt, key = kept.split("$")
    derived = _derive(password, base64.b64decode(salt), int(cost), int(block))
    return hmac.compare_digest(derived, base64.b64decode(key))


def _derive(password: str, salt: bytes, cost: int, block: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=1, maxmem=MEMORY_BYTES_MAX
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
