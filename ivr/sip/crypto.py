"""a=crypto lines: SRTP keys within SDP. RFC 4568."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

SUITES = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
"""What we can do, the better first."""
KEY_BYTES = 30
"""A 16-byte key and a 14-byte salt, of both suites (RFC 4568, section 6.2)."""

_CRYPTO = re.compile(
    r"([0-9]{1,9}) +([A-Za-z0-9_]+) +inline:([A-Za-z0-9+/]+=*)([^ ]*)((?: +[^ ]+)*) *"
)
_is_harmless = re.compile(r"WSH=[0-9]+|-.+").fullmatch
"""Session parameters that change nothing for us. All others do, such as UNENCRYPTED_SRTCP, and what we cannot do is not to
be agreed on unless it begins with a hyphen (RFC 4568, sections 6.3 and 6.3.7)."""


@dataclass(frozen=True, slots=True)
class Crypto:
    """One way to protect the media of one direction."""

    tag: int
    suite: str
    key: bytes
    "Key and salt."

    @classmethod
    def parse(cls, value: str) -> Crypto | None:
        """Read one; None for one that we cannot use, such as several keys by MKI."""
        match = _CRYPTO.fullmatch(value)
        if match is None or match[2] not in SUITES or match[4].count("|") > 2:
            return None
        if ":" in match[4] or not all(map(_is_harmless, match[5].split())):
            return None
        try:
            key = base64.b64decode(match[3], validate=True)
        except (binascii.Error, ValueError):
            return None
        return cls(int(match[1]), match[2], key) if len(key) == KEY_BYTES else None

    def __str__(self) -> str:
        return f"{self.tag} {self.suite} inline:{base64.b64encode(self.key).decode()}"
