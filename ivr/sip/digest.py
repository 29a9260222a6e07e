"""Digest access authentication, both ways: MD5 and SHA-256. RFC 7616, RFC 8760; RFC 3261, section 22.4.

Our nonces keep themselves: a time with a count, and the HMAC of it and of the address that is asked (RFC 7616, sections 3.3 and 5.4), so
that a challenge costs no memory. What is kept, with a bound, is how far a peer has counted each nonce that it has used, so that credentials
that were overheard are not taken again; past the bound the oldest nonces are stale before their time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field

from ivr.sip.auth import Auth

NONCE_S = 300.0
"""A nonce is good so long; an older one is stale, and the peer may answer a new one without asking its user."""
NONCES_USED_MAX = 20_000
STAMP_DIGITS_MAX = 16
COUNT_BITS = 16
"""Of a nonce's stamp: two that are given in one millisecond are two, or the second call by them would be taken for the first."""
NONCE_COUNT_MAX = 0xFFFFFFFF

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
ALGORITHMS = ("SHA-256", "MD5")
"""What we challenge with, the better first (RFC 8760, section 2.4)."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A name and a password."""

    username: str
    password: str = field(repr=False)


def hashed(algorithm: str, text: str) -> str:
    """The hash of a text, as digests write it. MD5 is here since telephones speak nothing else."""
    made = _HASHES[algorithm]
    return made(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def response_of(auth: Auth, secret: Secret, realm: str, method: str, algorithm: str) -> str:
    """The digest that these parameters ask for. RFC 7616, section 3.4.1."""
    first = hashed(algorithm, f"{secret.username}:{realm}:{secret.password}")
    second = hashed(algorithm, f"{method}:{auth.get('uri')}")
    if auth.get("qop"):
        middle = ":".join(auth.get(name) for name in ("nonce", "nc", "cnonce", "qop"))
    else:
        middle = auth.get("nonce")
    return hashed(algorithm, f"{first}:{middle}:{second}")


def choose(challenges: list[str]) -> Auth | None:
    """The strongest challenge that we can answer; None where there is none."""
    found: dict[str, Auth] = {}
    for text in challenges:
        auth = Auth.parse(text)
        algorithm = auth.get("algorithm").upper() or "MD5"
        offered = [part.strip().lower() for part in auth.get("qop").split(",")]
        if auth.scheme.lower() == "digest" and algorithm in _HASHES and auth.get("nonce"):
            if auth.get("qop") and "auth" not in offered:
                continue
            found.setdefault(algorithm, auth)
    return next((found[name] for name in ALGORITHMS if name in found), None)


def credentials(
    challenge: Auth, secret: Secret, method: str, uri: str, count: int, cnonce: str
) -> str:
    """The value of Authorization or Proxy-Authorization for a request."""
    algorithm = challenge.get("algorithm").upper() or "MD5"
    parameters = {
        "username": secret.username,
        "realm": challenge.get("realm"),
        "nonce": challenge.get("nonce"),
        "uri": uri,
    }
    if challenge.get("algorithm"):
        parameters["algorithm"] = challenge.get("algorithm")
    if challenge.get("opaque"):
        parameters["opaque"] = challenge.get("opaque")
    if challenge.get("qop"):
        parameters |= {"qop": "auth", "nc": f"{count:08x}", "cnonce": cnonce}
    auth = Auth("Digest", parameters)
    parameters["response"] = response_of(auth, secret, challenge.get("realm"), method, algorithm)
    return str(auth)


@dataclass(slots=True)
class Guard:
    """Our side: makes challenges and holds credentials against them."""

    realm: str
    key: bytes = field(repr=False)
    """Random; a restart makes all nonces stale, which costs each peer one more challenge."""
    _given: int = 0
    _counted: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])
    _forgotten: int = 0
    """Of nonces up to this stamp it is no longer known whether they were used."""

    def challenges(
        self,
        host: str,
        now: float,
        algorithms: tuple[str, ...] = ALGORITHMS,
        *,
        stale: bool = False,
    ) -> list[str]:
        """The values of WWW-Authenticate for that address, one an algorithm (RFC 8760, section 2.3)."""
        nonce = self._nonce(host, now)
        found: list[str] = []
        for algorithm in algorithms:
            parameters = {"realm": self.realm, "nonce": nonce, "qop": "auth"}
            parameters["algorithm"] = algorithm
            if stale:
                parameters["stale"] = "true"
            found.append(str(Auth("Digest", parameters)))
        return found

    def verdict(self, auth: Auth, secret: Secret, method: str, host: str, now: float) -> str:
        """`good`; `stale` for any by a nonce that is old or was not told to `host`, and right ones by one that was used; else `bad`.

        Whoever writes another's address on a datagram is told no nonce for it, and so guesses no password in another's name. A peer
        that answers from another of its addresses is asked once more.
        """
        nonce = auth.get("nonce")
        if not self._is_ours(nonce, host, now):
            return "stale"
        algorithm = auth.get("algorithm").upper() or "MD5"
        right = (
            auth.scheme.lower() == "digest"
            and algorithm in _HASHES
            and auth.get("realm") == self.realm
            and auth.get("qop") == "auth"
            and auth.get("username") == secret.username
            # Not held against the Request-URI, which proxies change on the way (RFC 3261, section 22.4); that
            # credentials work only once keeps them from being taken for another number.
            and auth.get("uri") != ""
            and hmac.compare_digest(
                auth.get("response").lower().encode("utf-8", "replace"),
                response_of(auth, secret, self.realm, method, algorithm).encode(),
            )
        )
        if not right:
            return "bad"
        return "good" if self._count(nonce, auth.get("nc")) else "stale"

    def _count(self, nonce: str, text: str) -> bool:
        try:
            count = int(text, 16)
        except ValueError:
            return False
        if not self._counted.get(nonce, 0) < count <= NONCE_COUNT_MAX:
            return False
        self._counted[nonce] = count
        self._counted.move_to_end(nonce)
        if len(self._counted) > NONCES_USED_MAX:
            oldest, _ = self._counted.popitem(last=False)
            self._forgotten = max(self._forgotten, int(oldest.partition(".")[0], 16))
        return True

    def _nonce(self, host: str, now: float) -> str:
        self._given = (self._given + 1) % (1 << COUNT_BITS)
        stamp = f"{int(now * 1000) << COUNT_BITS | self._given:x}"
        return f"{stamp}.{self._seal(stamp, host)}"

    def _seal(self, stamp: str, host: str) -> str:
        sealed = f"{stamp} {host}".encode("utf-8", "replace")
        return hmac.new(self.key, sealed, hashlib.sha256).hexdigest()[:32]

    def _is_ours(self, nonce: str, host: str, now: float) -> bool:
        stamp, _, seal = nonce.partition(".")
        if len(stamp) > STAMP_DIGITS_MAX or not hmac.compare_digest(
            seal.encode("utf-8", "replace"), self._seal(stamp, host).encode()
        ):
            return False
        value = int(stamp, 16)
        return value > self._forgotten and 0 <= now - (value >> COUNT_BITS) / 1000 <= NONCE_S
