"""Session timers: a call whose other end vanished does not stay up for ever. RFC 4028, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import number, parameter, parse_parameters
from ivr.sip.message import Message, Response

MIN_SE_S = 90
"""The shortest interval that may be asked for (RFC 4028, section 4)."""
SESSION_EXPIRES_S = 1_800
"""What we ask for (section 4)."""
SECONDS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SessionTimer:
    """What both ends agreed on."""

    interval_s: int
    ours: bool
    "Whether we refresh; else the other end does."

    @property
    def refresh_after_s(self) -> float:
        """Half of the interval (section 10)."""
        return self.interval_s / 2

    @property
    def expires_after_s(self) -> float:
        """When the one who does not refresh gives up: a third, at most 32 s, before the end (section 10)."""
        return self.interval_s - min(32.0, self.interval_s / 3)


def asked(message: Message) -> tuple[int, str] | None:
    """Session-Expires: seconds and refresher, as a message bears it. Raises ProtocolError."""
    text = message.first("session-expires")
    if text is None:
        return None
    seconds, _, rest = text.partition(";")
    parameters = parse_parameters(";" + rest if rest else "", "Session-Expires")
    return number(seconds, "Session-Expires", SECONDS_MAX), (
        parameter(parameters, "refresher") or ""
    ).lower()


def serve(request: Message, min_se_s: int) -> SessionTimer | None:
    """The timer for a request that we answer with 2xx; None where it asks for none. RFC 4028, section 9.

    Raises ProtocolError (422) for an interval that is too small.
    """
    wanted = asked(request)
    if wanted is None:
        return None
    seconds, refresher = wanted
    if seconds < min_se_s:
        raise ProtocolError(422, "Session Interval Too Small")
    supports = "timer" in request.options("supported")
    # Who asked refreshes, if it can and does not say otherwise (table 2).
    return SessionTimer(seconds, ours=not supports or refresher == "uas")


def settle(response: Message) -> SessionTimer | None:
    """The timer by the 2xx to a request of ours; we are its `uac`. RFC 4028, section 7.2.

    None where it grants none, or says so in a way that nobody can read: the call is up all the same.
    """
    try:
        granted = asked(response)
    except ProtocolError:
        return None
    if granted is None:
        return None
    seconds, refresher = granted
    return SessionTimer(max(seconds, MIN_SE_S), ours=refresher != "uas")


def least(response: Response) -> int | None:
    """Min-SE of a 422; None where it says nothing that can be read. RFC 4028, section 7.3."""
    try:
        return response.whole("min-se", 86_400)
    except ProtocolError:
        return None


def header(timer: SessionTimer, *, we_asked: bool) -> str:
    """The Session-Expires line; `uac` is who sent the request."""
    refresher = "uac" if timer.ours is we_asked else "uas"
    return f"Session-Expires: {timer.interval_s};refresher={refresher}\r\n"
