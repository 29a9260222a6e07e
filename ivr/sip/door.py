"""The door: whether an INVITE from a trunk may come in, and what it is told that may not.

403 for a number of another trunk and for a wrong password, 404 for a number of nobody, 401 where a password is asked for,
486 where the trunk's lines are taken, 488 where no media are shared, 503 with Retry-After where we are full or about to stop.
"""

from __future__ import annotations

from ivr.sip import session_timer
from ivr.sip.auth import Auth
from ivr.sip.digest import Guard
from ivr.sip.errors import ProtocolError
from ivr.sip.layer import Chance, Served
from ivr.sip.leg import ALLOW
from ivr.sip.message import Request
from ivr.sip.trunk import Trunk

PROOFS_MAX = 4
"""Authorization lines of one request that are read."""


class UnsupportedError(ProtocolError):
    """It requires extensions that we do not have."""

    def __init__(self, options: frozenset[str]) -> None:
        super().__init__(420, "Bad Extension")
        self.options = options


class ChallengeError(ProtocolError):
    """It has to prove a password."""

    def __init__(self, challenges: list[str]) -> None:
        super().__init__(401, "Unauthorized")
        self.challenges = challenges


class WrongPasswordError(ProtocolError):
    """It proved another password than the trunk's."""

    def __init__(self) -> None:
        super().__init__(403, "Forbidden")


class Door:
    """Asks for passwords, counts new calls a second, writes the headers of refusals."""

    def __init__(
        self,
        realm: str,
        secret: bytes,
        calls_per_s_max: float,
        retry_after_s: int,
        chance: Chance,
        now: float,
    ) -> None:
        """`secret` signs our nonces."""
        self._realm = realm
        self._guard = Guard(realm, secret)
        self._calls_per_s_max = calls_per_s_max
        self._retry_after_s = retry_after_s
        self._chance = chance
        self._tokens = calls_per_s_max
        self._refilled = now

    def check(self, served: Served, trunk: Trunk, now: float) -> None:
        """Raises ProtocolError for an INVITE that cannot become a call, whoever has time for it."""
        request = served.request
        if trunk.secret is not None:
            self._authenticate(served, trunk, now)
        if request.first("contact") is None:
            # Section 8.1.1.8.
            raise ProtocolError(400, "Missing Contact")
        check_accept(request)
        # An interval that is too small is refused before anybody is rung.
        session_timer.serve(request, session_timer.MIN_SE_S)

    def _authenticate(self, served: Served, trunk: Trunk, now: float) -> None:
        assert trunk.secret is not None
        request = served.request
        host, stale = served.flow.host, False
        for text in request.headers.get("authorization", ())[:PROOFS_MAX]:
            auth = Auth.parse(text)
            if auth.get("realm") != self._realm:
                continue
            found = self._guard.verdict(auth, trunk.secret, request.method, host, now)
            if found == "good":
                return
            if found == "bad":
                raise WrongPasswordError
            stale = True
        raise ChallengeError(self._guard.challenges(host, now, trunk.algorithms, stale=stale))

    def take_token(self, now: float) -> bool:
        """Whether one more call may begin in this second."""
        most = self._calls_per_s_max
        self._tokens = min(most, self._tokens + (now - self._refilled) * most)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def headers(self, error: ProtocolError) -> str:
        """What a refusal has to bear."""
        if isinstance(error, UnsupportedError):
            return f"Unsupported: {', '.join(sorted(error.options))}\r\n"
        if isinstance(error, ChallengeError):
            return "".join(f"WWW-Authenticate: {value}\r\n" for value in error.challenges)
        match error.status:
            case 405 | 501:
                return ALLOW
            case 415 | 406:
                return "Accept: application/sdp\r\n"
            case 422:
                return f"Min-SE: {session_timer.MIN_SE_S}\r\n"
            case 489:
                return "Allow-Events: refer\r\n"
            case 500:
                # Section 14.2: when to try again, by chance up to 10 s.
                return f"Retry-After: {self._chance.getrandbits(8) % 11}\r\n"
            case 503:
                return f"Retry-After: {self._retry_after_s}\r\n"
            case _:
                return ""


def check_accept(request: Request) -> None:
    """Who cannot read a session description cannot be answered with one (RFC 4475, 3.3.15). Raises ProtocolError."""
    if "accept" not in request.headers:
        return
    kinds = {value.partition(";")[0].strip().lower() for value in request.values("accept")}
    if not kinds & {"application/sdp", "application/*", "*/*"}:
        raise ProtocolError(406, "Not Acceptable")
