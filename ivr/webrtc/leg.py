"""A browser's leg: SRTP to the browser, plain RTP on loopback to whoever plays and hears, packets passed through as they are.

To the media plane a browser is one more telephone. G.711 is not decoded here: a packet is decrypted and handed on, so a leg
costs a third of one through aiortc's tracks, whose decoder takes a thread each. Opus is coded anew on its way (opus.py). The objects are
aiortc's ORTC ones; of names that aiortc does not promise four are used, all in `_Transport`; a browser in tests/ivr/webrtc watches them.

Promised: packets cross in order of arrival. Not promised: that they all arrive.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from aiortc import RTCIceGatherer, RTCIceTransport
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtcicetransport import RTCIceCandidate, RTCIceParameters
from aiortc.sdp import candidate_from_sdp, candidate_to_sdp

from ivr.webrtc.addresses import LOOPBACK, tell_loopback
from ivr.webrtc.description import OPUS, Answerer, Offer, OfferError, read_offer, write_answer
from ivr.webrtc.opus import OpusCoder

CONNECT_S_MAX = 15.0
"""A browser that has not connected by then is given up."""
QUIET_S = 2.0
"""A microphone never pauses, muted or not: a browser of which nothing came for so long has no network, or no time."""
DATAGRAM_BYTES_MAX = 1_500
DATAGRAMS_AT_ONCE_MAX = 64
"""Packets taken from the plane before others have a turn."""
SENDING_MAX = 256
"""Packets on their way to one browser; more are dropped, as a full socket would."""
OPUS_LEGS_MAX = 64
"""Legs of one process that speak Opus: each takes some 4 ms of a core a second from all others."""

log = logging.getLogger("dialcart.calls")


class LegState(StrEnum):
    """Where a leg is."""

    NEW = "new"
    CONNECTING = "connecting"
    UP = "up"
    QUIET = "quiet"
    """Up, and nothing comes; only of a leg that is watched."""
    DOWN = "down"


@dataclass(slots=True)
class Reception:
    """What the legs of one process share."""

    certificate: RTCCertificate = field(default_factory=RTCCertificate.generateCertificate)
    """It vouches for nothing by itself: the answer carries its fingerprint."""
    opus_legs: int = 0
    """Legs that speak Opus now."""


class _Transport(RTCDtlsTransport):
    """DTLS-SRTP that hands on packets instead of decoding them."""

    def __init__(
        self,
        transport: RTCIceTransport,
        certificates: list[RTCCertificate],
        heard: Callable[[bytes], None],
    ) -> None:
        super().__init__(transport, certificates)
        self._heard = heard

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        del arrival_time_ms
        self._heard(data)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        """The plane keeps its own reports; the browser's are of a connection it does not see."""

    def become(self, role: str) -> None:
        """Be `client` or `server` of the handshake, as offer and answer settled it."""
        self._set_role(role)

    async def send_packet(self, data: bytes) -> None:
        """Encrypt and send one RTP packet. Raises ConnectionError if the browser is gone."""
        await self._send_rtp(data)


class BrowserLeg:
    """One browser on a call. `media` is the address that packets come from and go to: give it to the plane."""

    def __init__(self, reception: Reception, on_state: Callable[[LegState], None]) -> None:
        tell_loopback()
        self._reception = reception
        self._opus: OpusCoder | None = None
        self.state = LegState.NEW
        self.offer: Offer | None = None
        self.dropped = 0
        """Packets that did not cross: the queue or the socket was full, or they held nothing that the other side knows."""
        self._on_state = on_state
        self._ssrc = secrets.randbits(32)
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = _Transport(self._ice, [reception.certificate], self._heard)
        self._dtls.on("statechange", self._dtls_changed)
        self._ice.on("statechange", self._ice_changed)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((LOOPBACK, 0))
        self._plane: tuple[str, int] | None = None
        self._gathering: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._sending: asyncio.Queue[bytes] = asyncio.Queue(SENDING_MAX)
        self._sender: asyncio.Task[None] | None = None
        self._is_heard = False
        """Since the last look."""
        self._was_heard = False
        self._looks: asyncio.TimerHandle | None = None

    @property
    def media(self) -> tuple[str, int]:
        """Host and port, on loopback."""
        host, port = self._socket.getsockname()
        return host, port

    async def answer(self, text: str) -> str:
        """Answer a browser's offer; the connection comes up by itself. Raises OfferError."""
        self.offer = offer = read_offer(text)
        if offer.codec == OPUS:
            if self._reception.opus_legs >= OPUS_LEGS_MAX:
                raise OfferError(f"{OPUS_LEGS_MAX} browsers speak Opus already: offer PCMU")
            self._reception.opus_legs += 1
            self._opus = OpusCoder(
                offer.payload_type, offer.event_payload_type, offer.event_rate_hz
            )
        # RFC 8445, section 6.1.1: who made the offer controls.
        self._gathering = asyncio.create_task(self._gatherer.gather())
        # Shielded: a gathering that is cancelled half-way forgets the sockets that it has opened.
        await asyncio.shield(self._gathering)
        if self.state is LegState.DOWN:
            raise OfferError("the call was over before it began")
        us = self._gatherer.getLocalParameters()
        fingerprints = self._dtls.getLocalParameters().fingerprints
        for candidate in offer.candidates:
            # Which may look a name up (mDNS), and take its time.
            await self._ice.addRemoteCandidate(_candidate(candidate))
        await self._ice.addRemoteCandidate(None)
        if self._socket.fileno() == -1:
            raise OfferError("the call was over before it began")
        self._move(LegState.CONNECTING)
        self._connecting = asyncio.create_task(self._connect(offer))
        return write_answer(
            offer,
            Answerer(
                username=us.usernameFragment or "",
                password=us.password or "",
                fingerprints=tuple((f.algorithm, f.value) for f in fingerprints),
                candidates=tuple(map(candidate_to_sdp, self._gatherer.getLocalCandidates())),
                ssrc=self._ssrc,
                cname=f"dialcart-{self._ssrc:08x}",
            ),
        )

    def relay(self, plane: tuple[str, int]) -> None:
        """Pass packets to and from this address from now on."""
        self._plane = plane
        if self._sender is None:
            asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)
            self._sender = asyncio.create_task(self._send())

    def watch(self) -> None:
        """Tell from now on when nothing comes any more (QUIET), and when something does again (UP).

        A browser that was never heard has no microphone, and is not quiet.
        """
        self._looks = asyncio.get_running_loop().call_later(QUIET_S, self._look)

    async def close(self) -> None:
        """Hang up on the browser and let go of the sockets."""
        if self._socket.fileno() == -1:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        if self._looks is not None:
            self._looks.cancel()
        if self._opus is not None:
            self._opus = None
            self._reception.opus_legs -= 1
        ends = [
            task
            for task in (self._connecting, self._sender)
            if task is not None and task is not asyncio.current_task()
        ]
        for task in ends:
            task.cancel()
        # Waited for: a handshake that goes on behind our back would leave its transport running.
        if ends:
            await asyncio.wait(ends)
        if self._gathering is not None:
            await asyncio.wait([self._gathering])
        await self._dtls.stop()
        await self._ice.stop()
        self._move(LegState.DOWN)

    # --- the browser's side ---

    async def _connect(self, offer: Offer) -> None:
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                await self._ice.start(
                    RTCIceParameters(usernameFragment=offer.username, password=offer.password)
                )
                if self._ice.state != "completed":
                    self._move(LegState.DOWN)
                    return
                self._dtls.become("server" if offer.setup == "active" else "client")
                await self._dtls.start(
                    RTCDtlsParameters(
                        fingerprints=[RTCDtlsFingerprint(*pair) for pair in offer.fingerprints]
                    )
                )
        except Exception as error:
            # Late, or an offer that aiortc stumbles over: its page would wait for ever, and hold its row.
            if not isinstance(error, TimeoutError):
                log.exception("a browser cannot be connected to")
            self._move(LegState.DOWN)

    def _dtls_changed(self) -> None:
        if self._dtls.state == "connected":
            self._move(LegState.UP)
        elif self._dtls.state in ("closed", "failed"):
            self._move(LegState.DOWN)

    def _ice_changed(self) -> None:
        if self._ice.state in ("closed", "failed"):
            self._move(LegState.DOWN)

    def _move(self, state: LegState) -> None:
        if state is not self.state and self.state is not LegState.DOWN:
            self.state = state
            self._on_state(state)

    def _look(self) -> None:
        """Whether anything came since the last look."""
        if self._was_heard and not self._is_heard and self.state is LegState.UP:
            self._move(LegState.QUIET)
        self._was_heard = self._was_heard or self._is_heard
        self._is_heard = False
        self.watch()

    def _heard(self, packet: bytes) -> None:
        """A packet from the browser, for the plane."""
        self._is_heard = True
        if self.state is LegState.QUIET:
            self._move(LegState.UP)
        crossed = packet if self._opus is None else self._opus.heard(packet)
        if self._plane is None:
            return
        if crossed is None:
            self.dropped += 1
            return
        try:
            self._socket.sendto(crossed, self._plane)
        except OSError:
            # The plane is being started again, or its socket is full: as on any network, the packet is lost.
            self.dropped += 1

    # --- the plane's side ---

    def _read(self) -> None:
        for _ in range(DATAGRAMS_AT_ONCE_MAX):
            try:
                packet, sender = self._socket.recvfrom(DATAGRAM_BYTES_MAX)
            except OSError:
                return
            # Not RTCP (RFC 5761, section 4), and from the plane alone.
            if sender != self._plane or len(packet) < 12 or 192 <= packet[1] <= 223:
                continue
            if self.state is not LegState.UP or self._sending.full():
                self.dropped += 1
                continue
            crossed = packet if self._opus is None else self._opus.played(packet)
            if crossed is None:
                self.dropped += 1
                continue
            self._sending.put_nowait(crossed[:8] + self._ssrc.to_bytes(4) + crossed[12:])

    async def _send(self) -> None:
        while True:
            packet = await self._sending.get()
            try:
                await self._dtls.send_packet(packet)
            except ConnectionError:
                self.dropped += 1


def _candidate(text: str) -> RTCIceCandidate:
    candidate = candidate_from_sdp(text)
    candidate.sdpMid = "0"
    candidate.sdpMLineIndex = 0
    return candidate
