"""What a browser offers and what it is answered: one audio stream with telephone-events. Values in, values out.

G.711 is chosen where it is offered, wherever it stands: the telephone's side speaks nothing else, and packets that pass through cost a
third of packets coded anew. Who offers Opus without it is answered Opus.
Sources: RFC 8829 (JSEP), RFC 8866 (SDP), RFC 9143 (BUNDLE), RFC 4733, RFC 7587 (Opus).
"""

from __future__ import annotations

from dataclasses import dataclass, field

OFFER_CHARACTERS_MAX = 32_768
"""A browser's offer of audio alone is near 3,000."""
CANDIDATES_MAX = 32
"""Addresses of the browser that are tried."""
CODECS = {"PCMU": 0, "PCMA": 8}
"""What passes through, most wanted first, with the static payload types of RFC 3551, table 4."""
OPUS = "opus"
RATES_HZ = {"PCMU": 8_000, "PCMA": 8_000, OPUS: 48_000}
"""The clock of each codec's timestamps."""
MAPS = {"PCMU": "PCMU/8000", "PCMA": "PCMA/8000", OPUS: "opus/48000/2"}
"""Their names in SDP; Opus is always written with two channels (RFC 7587, section 7)."""
EVENT_RATE_HZ = 8_000
"""The clock of keys on the telephone's side."""
OPUS_WANTED = "minptime=20;useinbandfec=0;stereo=0;maxplaybackrate=16000"
"""One telephone's worth of sound, in packets that are not too small (RFC 7587, section 7.1)."""
PAYLOAD_TYPE_MAX = 127


class OfferError(ValueError):
    """The browser's offer cannot be answered; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The audio section of a browser's offer."""

    mid: str
    username: str
    """ICE user name fragment, RFC 8839, section 5.4."""
    password: str = field(repr=False)
    fingerprints: tuple[tuple[str, str], ...] = ()
    """Of the browser's certificate, (hash, value), RFC 8122."""
    setup: str = "actpass"
    candidates: tuple[str, ...] = ()
    """Values of `a=candidate`."""
    codec: str = "PCMU"
    """The one that is spoken: a key of CODECS, or OPUS."""
    payload_type: int = 0
    """Of the codec."""
    event_payload_type: int | None = None
    """Payload type of telephone-events; None if the browser sends no keys."""
    event_rate_hz: int = EVENT_RATE_HZ
    event_range: str = "0-15"
    is_bundled: bool = True


@dataclass(frozen=True, slots=True)
class Answerer:
    """What we say of ourselves."""

    username: str
    password: str = field(repr=False)
    fingerprints: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...]
    ssrc: int
    cname: str


def read_offer(text: str) -> Offer:
    """The first audio section of an offer. Raises OfferError."""
    if len(text) > OFFER_CHARACTERS_MAX:
        raise OfferError(f"the offer is longer than {OFFER_CHARACTERS_MAX} characters")
    session, sections = _sections(text)
    audio = next((lines for lines in sections if lines[0].startswith("m=audio ")), None)
    if audio is None:
        raise OfferError("the offer has no audio: ask the browser for a microphone")
    if "a=rtcp-mux" not in audio:
        raise OfferError("the offer does not share one port for RTP and RTCP (a=rtcp-mux)")
    own = _attributes(audio[1:])
    shared = _attributes(session)
    username, password = (_one(own, shared, name) for name in ("ice-ufrag", "ice-pwd"))
    fingerprints = own.get("fingerprint") or shared.get("fingerprint") or []
    if not username or not password or not fingerprints:
        raise OfferError("the offer lacks a=ice-ufrag, a=ice-pwd or a=fingerprint")
    codec, payload_type = _spoken(audio[0], own)
    event, event_rate_hz = _keys(audio[0], own, RATES_HZ[codec])
    mid = _one(own, {}, "mid")
    return Offer(
        mid=mid,
        username=username,
        password=password,
        fingerprints=tuple(_pair(value) for value in fingerprints),
        setup=_one(own, shared, "setup") or "actpass",
        candidates=tuple(own.get("candidate", ())[:CANDIDATES_MAX]),
        codec=codec,
        payload_type=payload_type,
        event_payload_type=event,
        event_rate_hz=event_rate_hz,
        event_range=dict(map(_pair, own.get("fmtp", ()))).get(str(event), "0-15"),
        is_bundled=any(
            group.startswith("BUNDLE") and mid in group.split()[1:]
            for group in shared.get("group", ())
        ),
    )


def write_answer(offer: Offer, us: Answerer) -> str:
    """The answer to an offer: that codec, those telephone-events, both ways, over our addresses."""
    payload_types = [offer.payload_type]
    lines = [
        f"a=rtpmap:{offer.payload_type} {MAPS[offer.codec]}",
    ]
    if offer.codec == OPUS:
        lines.append(f"a=fmtp:{offer.payload_type} {OPUS_WANTED}")
    if offer.event_payload_type is not None:
        payload_types.append(offer.event_payload_type)
        lines += [
            f"a=rtpmap:{offer.event_payload_type} telephone-event/{offer.event_rate_hz}",
            f"a=fmtp:{offer.event_payload_type} {offer.event_range}",
        ]
    head = [
        "v=0",
        f"o=- {us.ssrc} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        *([f"a=group:BUNDLE {offer.mid}"] if offer.is_bundled else []),
        "a=msid-semantic: WMS *",
        # Port 9: the addresses are in the candidates (RFC 8839, section 4.2.1).
        f"m=audio 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, payload_types))}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=mid:{offer.mid}",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=ptime:20",
        f"a=msid:{us.cname} audio",
        f"a=ssrc:{us.ssrc} cname:{us.cname}",
        f"a=ice-ufrag:{us.username}",
        f"a=ice-pwd:{us.password}",
        *(f"a=fingerprint:{name} {value}" for name, value in us.fingerprints),
        # RFC 5763, section 5: who answers `actpass` with `active` saves a round trip.
        f"a=setup:{'passive' if offer.setup == 'active' else 'active'}",
    ]
    tail = [f"a=candidate:{candidate}" for candidate in us.candidates]
    return "\r\n".join([*head, *lines, *tail, "a=end-of-candidates", ""])


def _sections(text: str) -> tuple[list[str], list[list[str]]]:
    """Lines of the session, and of each media section with its `m=` line first."""
    session: list[str] = []
    sections: list[list[str]] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("m="):
            sections.append([stripped])
        elif stripped:
            (sections[-1] if sections else session).append(stripped)
    return session, sections


def _attributes(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            found.setdefault(name, []).append(value)
    return found


def _one(own: dict[str, list[str]], shared: dict[str, list[str]], name: str) -> str:
    """An attribute that stands once, with the section or for the whole session."""
    values = own.get(name) or shared.get(name) or [""]
    return values[0]


def _pair(fingerprint: str) -> tuple[str, str]:
    name, _, value = fingerprint.partition(" ")
    return name, value.strip()


def _payload_types(media: str, own: dict[str, list[str]]) -> dict[str, int]:
    """The payload types that are offered, by the name in their map, in capitals; dynamic ones that have none are left out."""
    found: dict[str, int] = {}
    maps = dict(map(_pair, own.get("rtpmap", ())))
    # A static payload type needs no map (RFC 3551, section 6).
    static = {str(payload_type): f"{name}/8000" for name, payload_type in CODECS.items()}
    for payload_type in media.split()[3:]:
        name = maps.get(payload_type, static.get(payload_type))
        is_number = payload_type.isascii() and payload_type.isdecimal()
        if name is not None and is_number and int(payload_type) <= PAYLOAD_TYPE_MAX:
            found.setdefault(name.upper().removesuffix("/1"), int(payload_type))
    return found


def _spoken(media: str, own: dict[str, list[str]]) -> tuple[str, int]:
    """The codec that is spoken, and its payload type."""
    offered = _payload_types(media, own)
    for codec, name in MAPS.items():
        payload_type = offered.get(name.upper())
        # The plane knows G.711 by its static payload types alone.
        if payload_type is not None and payload_type == CODECS.get(codec, payload_type):
            return codec, payload_type
    raise OfferError("the browser offers neither PCMU nor PCMA nor Opus")


def _keys(media: str, own: dict[str, list[str]], rate_hz: int) -> tuple[int | None, int]:
    """The payload type of keys, and their clock: that of the codec, or the telephone's if there is none."""
    offered = _payload_types(media, own)
    for each in (rate_hz, EVENT_RATE_HZ):
        event = offered.get(f"TELEPHONE-EVENT/{each}")
        if event is not None:
            return event, each
    return None, EVENT_RATE_HZ
