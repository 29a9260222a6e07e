"""Offer and answer as functions: what one end has, what the other says, what both then do. RFC 3264.

`answer` reads an offer and gives our answer with what was agreed; `make_offer` and `settle` are the other way round, for
calls of ours and for callers that leave the offer to us. Nothing is kept between calls.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from functools import lru_cache

from ivr.rtp.event import RATES_HZ
from ivr.sip.crypto import SUITES, Crypto
from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import is_digits
from ivr.sip.sdp import HELD_HOST, STATIC, Attributes, Media, RtpMap, Sdp

ADDRESS_CHARACTERS_MAX = 64
"""Of an address with its zone; what is longer is a name."""
ADDRESSES_KEPT_MAX = 4_096
"""Addresses that are kept read."""
EVENTS_MAX = 4
"""Telephone-event payload types that are listened to; phones with three codec clocks offer three."""
EVENT_PAYLOAD_TYPE = 101
"""What we offer telephone-event as: by custom, and what SIPp's recordings bear."""

_CODECS = {"PCMA": STATIC["8"], "PCMU": STATIC["0"], "G722": STATIC["9"]}
_PLAIN = ("RTP/AVP", "RTP/AVPF")
_SECURE = ("RTP/SAVP", "RTP/SAVPF")
_ANSWERED = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
"""RFC 3264, section 6.1."""


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """What our end has to offer; the media plane says where."""

    host: str
    "The address that the other end reaches us at."
    port: int
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    "Of PCMA, PCMU and G722, the best liked first."
    ptime_ms: int = 20
    srtp_key: bytes | None = None
    "30 random bytes; None where we do no SRTP."
    srtp_required: bool = False
    "Refuse media that are not protected."
    rtcp_mux: bool = True
    "Take RTCP on the RTP port where the other end asks for it."
    direction: str = "sendrecv"
    "sendonly or inactive put the other end on hold."
    host6: str = ""
    "Our address for who is reached by IPv6 while `host` is of IPv4; none where the plane has none."

    def towards(self, theirs: str) -> LocalMedia:
        """With the address that packets of a host can come to."""
        other = self.host6 and not _same_family(self.host, theirs)
        return replace(self, host=self.host6) if other else self


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both ends do from now on."""

    host: str
    "Where our packets go."
    port: int
    codec: str
    payload_type: int
    "Of the codec, in both directions."
    events: tuple[tuple[int, int], ...]
    "(payload type, clock in Hz) of telephone-events, any of which may come; the first is the one to send."
    sends: bool
    "Whether we may send."
    receives: bool
    "Whether packets will come."
    ptime_ms: int
    rtcp_port: int
    rtcp_mux: bool
    send_crypto: Crypto | None
    "Our key."
    receive_crypto: Crypto | None
    "Theirs."

    @property
    def held(self) -> bool:
        """Whether the other end has put us on hold."""
        return not self.sends


def not_acceptable(why: str) -> ProtocolError:
    """There is no media that both ends share. RFC 3261, section 21.4.26."""
    return ProtocolError(488, f"Not Acceptable Here: {why}"[:80])


def make_offer(local: LocalMedia) -> Sdp:
    """Our offer."""
    maps = [_CODECS[name] for name in local.codecs]
    events = RtpMap(EVENT_PAYLOAD_TYPE, "TELEPHONE-EVENT", 8_000)
    attributes = _described(maps, [events], local)
    protocol = "RTP/AVP"
    if local.srtp_key is not None and local.srtp_required:
        protocol = "RTP/SAVP"
        attributes += tuple(
            ("crypto", str(Crypto(tag, suite, local.srtp_key)))
            for tag, suite in enumerate(SUITES, 1)
        )
    if local.rtcp_mux:
        attributes += (("rtcp-mux", ""),)
    attributes += ((local.direction, ""),)
    formats = tuple(str(entry.payload_type) for entry in (*maps, events))
    return Sdp((Media("audio", local.port, protocol, formats, "", attributes),), local.host)


def answer(offer: Sdp, local: LocalMedia) -> tuple[Sdp, Agreed]:
    """Our answer to an offer, and what is agreed by it.

    The first audio medium that we can do is taken, every other is refused by port 0 (RFC 3264, section 6).
    Raises ProtocolError (488) where there is none.
    """
    chosen = _choose(offer, local)
    local = local.towards(offer.media[chosen].host or offer.host)
    answered: list[Media] = []
    agreed: Agreed | None = None
    for index, media in enumerate(offer.media):
        if index != chosen:
            answered.append(Media(media.kind, 0, media.protocol, media.formats[:1] or ("0",)))
            continue
        ours, agreed = _answer_media(media, local)
        answered.append(ours)
    assert agreed is not None  # _choose gave one of them.
    return Sdp(tuple(answered), local.host), agreed


def settle(ours: Sdp, theirs: Sdp, local: LocalMedia) -> Agreed:
    """What is agreed by their answer to our offer. Raises ProtocolError (488)."""
    if len(theirs.media) != len(ours.media):
        raise not_acceptable("the answer has not as many media as the offer")
    for offered, media in zip(ours.media, theirs.media, strict=True):
        if media.kind != "audio" or media.port == 0:
            continue
        if not _same_family(ours.host or local.host, media.host or theirs.host):
            raise not_acceptable("media go by another version of IP")
        allowed = {entry.payload_type for entry in offered.maps}
        maps = [entry for entry in media.maps if entry.payload_type in allowed]
        codec = next((entry for entry in maps if entry.name in local.codecs), None)
        if codec is None:
            raise not_acceptable("no codec in the answer that was offered")
        receive = send = None
        if offered.protocol in _SECURE:
            receive = next(filter(None, map(Crypto.parse, media.all("crypto"))), None)
            mine = {c.tag: c for c in map(Crypto.parse, offered.all("crypto")) if c is not None}
            send = mine.get(receive.tag) if receive else None
            if send is None:
                raise not_acceptable("no crypto in the answer that was offered")
        return _agreed(media, codec, local, send, receive)
    raise not_acceptable("no audio in the answer")


def _choose(offer: Sdp, local: LocalMedia) -> int:
    plain = secure = None
    why = "no audio"
    for index, media in enumerate(offer.media):
        if media.kind != "audio" or media.port == 0:
            continue
        if not any(entry.name in local.codecs for entry in media.maps):
            why = "no codec in common"
        elif _unreachable(media.host or offer.host):
            why = "media go to no single address"
        elif not _reaches(local, media.host or offer.host):
            why = "media go by another version of IP"
        elif media.protocol in _PLAIN and not local.srtp_required:
            plain = index if plain is None else plain
        elif media.protocol in _SECURE and local.srtp_key is not None:
            if any(map(Crypto.parse, media.all("crypto"))):
                secure = index if secure is None else secure
            else:
                why = "no crypto suite in common"
        else:
            why = f"{media.protocol} is not for this trunk"
    # Protected media first, where both are offered.
    chosen = plain if secure is None else secure
    if chosen is None:
        raise not_acceptable(why)
    return chosen


def _unreachable(host: str) -> bool:
    # A name, or nothing: symmetric RTP finds the other end when it speaks.
    address = _address(host)
    return address is not None and (address.is_multicast or str(address) == "255.255.255.255")


def _same_family(ours: str, theirs: str) -> bool:
    """Whether packets can go from one to the other, as far as addresses tell (RFC 6157, section 4)."""
    mine, yours = _address(ours), _address(theirs)
    if mine is None or yours is None:
        return True
    # Zeros mean a call on hold, in whatever family they are written.
    return mine.version == yours.version or yours.is_unspecified


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    return _address_kept(host) if len(host) <= ADDRESS_CHARACTERS_MAX else None


@lru_cache(maxsize=ADDRESSES_KEPT_MAX)
def _address_kept(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _reaches(local: LocalMedia, theirs: str) -> bool:
    return _same_family(local.towards(theirs).host, theirs)


def _answer_media(media: Media, local: LocalMedia) -> tuple[Media, Agreed]:
    maps = media.maps
    # The offerer's order, so that it gets what it likes best (RFC 3264, section 6.1).
    codec = next(entry for entry in maps if entry.name in local.codecs)
    send = receive = None
    if media.protocol in _SECURE and local.srtp_key is not None:
        receive = next(filter(None, map(Crypto.parse, media.all("crypto"))))
        send = Crypto(receive.tag, receive.suite, local.srtp_key)
    agreed = _agreed(media, codec, local, send, receive)
    offered = _events(maps)
    # Events share the clock of the audio they stand in (RFC 4733, section 2.1); where none does, any is better than none.
    fitting = [entry for entry in offered if entry.clock_hz == codec.clock_hz] or offered[:1]
    attributes = _described([codec], fitting, local)
    if send is not None:
        attributes += (("crypto", str(send)),)
    if agreed.rtcp_mux:
        attributes += (("rtcp-mux", ""),)
    direction = _ANSWERED[media.direction]
    if local.direction == "inactive" or (
        local.direction == "sendonly" and direction in ("recvonly", "inactive")
    ):
        direction = "inactive"
    elif local.direction == "sendonly":
        direction = "sendonly"
    attributes += ((direction, ""),)
    formats = tuple(str(entry.payload_type) for entry in (codec, *fitting))
    return Media("audio", local.port, media.protocol, formats, "", attributes), agreed


def _events(maps: list[RtpMap]) -> list[RtpMap]:
    """Telephone-events by a clock that we keep; keys by any other come as tones, as where there are none."""
    return [
        entry for entry in maps if entry.name == "TELEPHONE-EVENT" and entry.clock_hz in RATES_HZ
    ]


def _described(maps: list[RtpMap], events: list[RtpMap], local: LocalMedia) -> Attributes:
    """rtpmap, fmtp and ptime of what is listed."""
    lines = [("rtpmap", f"{entry.payload_type} {entry.name}/{entry.clock_hz}") for entry in maps]
    for entry in events:
        lines.append(("rtpmap", f"{entry.payload_type} telephone-event/{entry.clock_hz}"))
        lines.append(("fmtp", f"{entry.payload_type} 0-15"))
    lines.append(("ptime", str(local.ptime_ms)))
    return tuple(lines)


def _agreed(
    media: Media,
    codec: RtpMap,
    local: LocalMedia,
    send: Crypto | None,
    receive: Crypto | None,
) -> Agreed:
    offered = _events(media.maps)
    # Listened to are all, since some phones send another than was answered; the fitting clock is sent.
    offered.sort(key=lambda entry: entry.clock_hz != codec.clock_hz)
    # An address of zeros is how RFC 2543 put a call on hold (RFC 3264, section 8.4).
    silent = media.host in (HELD_HOST, "::")
    direction = media.direction
    mux = local.rtcp_mux and media.attribute("rtcp-mux") is not None
    rtcp = (media.attribute("rtcp") or "").split(" ", 1)[0]
    ptime = media.attribute("ptime") or ""
    length_ms = int(ptime) if is_digits(ptime) and len(ptime) < 4 else 0
    rtcp_port = int(rtcp) if is_digits(rtcp) and len(rtcp) < 6 else media.port + 1
    return Agreed(
        host=media.host,
        port=media.port,
        codec=codec.name,
        payload_type=codec.payload_type,
        events=tuple((entry.payload_type, entry.clock_hz) for entry in offered[:EVENTS_MAX]),
        sends=direction in ("sendrecv", "recvonly")
        and not silent
        and local.direction != "inactive",
        receives=direction in ("sendrecv", "sendonly") and local.direction == "sendrecv",
        ptime_ms=length_ms if 10 <= length_ms <= 200 else local.ptime_ms,
        rtcp_port=media.port if mux else min(rtcp_port, 65_535),
        rtcp_mux=mux,
        send_crypto=send,
        receive_crypto=receive,
    )
