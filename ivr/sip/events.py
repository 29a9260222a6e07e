"""What signalling tells the voice channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr.sip.sdp import Sdp


class Cause(StrEnum):
    """Why a call ended."""

    HUNG_UP = "the other end hung up"
    CANCELLED = "the caller gave up before the answer"
    CLOSED = "we hung up"
    REFUSED = "the call was refused"
    NO_ANSWER = "nobody answered in time"
    LOST = "the other end no longer responds"
    NO_MEDIA = "the two ends found no media they share"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call: to be answered or refused."""

    call: str
    "Names the call in every event and command."
    trunk: str
    "The trunk's name."
    caller: str
    "The caller's number, as the trunk tells it; nothing where it is withheld."
    dialled: str
    "The number dialled."
    offer: Sdp | None
    "What the caller offers; None where our answer has to make the offer (delayed offer)."
    diverted_from: str = ""
    "The number that was dialled first, where the call was forwarded (RFC 5806)."


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A call for which there was no line (486), or which came while we are full or about to stop (503). It has been refused."""

    trunk: str
    caller: str
    dialled: str
    status: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A call of ours rings, or has early media."""

    call: str
    status: int
    answer: Sdp | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is up, at both ends."""

    call: str
    remote: Sdp | None
    "The other end's media, where it is news: the answer to our offer. None where the offer that came stands."


@dataclass(frozen=True, slots=True)
class Reinvited:
    """The other end wants other media (hold, another address, another codec): to be accepted or rejected."""

    call: str
    offer: Sdp | None
    "None where our acceptance has to make the offer."


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """An offer of ours within the call was answered."""

    call: str
    remote: Sdp


@dataclass(frozen=True, slots=True)
class OfferRejected:
    """An offer of ours within the call was not accepted; the media stay as they were."""

    call: str
    status: int


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys, by SIP INFO. Keys by RTP are the media's to tell."""

    call: str
    digits: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The other end asks us to call somebody whom the allow-list holds; `report_transfer` tells it how that goes."""

    call: str
    number: str


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """How the other end's call to whom we referred it goes."""

    call: str
    status: int
    final: bool
    "Nothing more will be told of this transfer."


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over; its name means nothing any more."""

    call: str
    cause: Cause
    status: int = 0
    "The status it was refused or cancelled with, where there is one."
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TrunkHealth:
    """A peer of a trunk began to answer, or stopped."""

    trunk: str
    up: bool
    "Whether any peer of the trunk answers now, or may for all that is known."
    reason: str
    peer: str = ""
    "The address and port of the one that this is about."
    peer_up: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration with a trunk was granted, refreshed, or refused."""

    trunk: str
    registered: bool
    reason: str
    expires_s: int = 0


CallEvent = (
    Incoming
    | Progress
    | Answered
    | Reinvited
    | MediaChanged
    | OfferRejected
    | Digits
    | TransferAsked
    | TransferProgress
    | Ended
)
SipEvent = CallEvent | TurnedAway | TrunkHealth | Registration
