"""What a softphone costs: browsers' legs as the shop has them, and aiortc's own tracks beside them in the same run.

    python -m benchmarks.desks.softphones [LEGS] [SECONDS]

Each server is a process of its own with so many legs, both ways at 50 packets a second of G.711; this process is all the
browsers, and the media plane's end of each leg.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack

from benchmarks.orders.process import cost
from ivr.webrtc.addresses import LOOPBACK, tell_loopback
from ivr.webrtc.leg import BrowserLeg, Reception

LEGS, SECONDS = 20, 10.0
SETTLE_S = 3.0
"""After the last answer: all are connected."""
LINE_BYTES_MAX = 2**16
REAL_AGENTS = 80_000
G711 = [one for one in RTCRtpSender.getCapabilities("audio").codecs if one.mimeType == "audio/PCMU"]


class Echo(asyncio.DatagramProtocol):
    """The plane's end: each packet goes back."""

    def __init__(self) -> None:
        self.heard = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += 1
        self._transport.sendto(data, addr)


# --- the servers ---


async def answer_by_leg(offer: str, plane: tuple[str, int]) -> str:
    """As ivr.desk.lines does it."""
    leg = BrowserLeg(_reception, lambda _: None)
    _kept.append(leg)
    answer = await leg.answer(offer)
    leg.relay(plane)
    leg.watch()
    return answer


async def answer_by_track(offer: str, plane: tuple[str, int]) -> str:
    """As aiortc's examples do it: what comes is decoded, what goes is coded."""
    del plane
    line = RTCPeerConnection()
    _kept.append(line)

    line.on("track", _hear_it)
    line.addTrack(AudioStreamTrack())
    await line.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await line.setLocalDescription(await line.createAnswer())
    return line.localDescription.sdp


def _hear_it(track: MediaStreamTrack) -> None:
    _kept.append(asyncio.ensure_future(_hear(track)))


async def _hear(track: MediaStreamTrack) -> None:
    try:
        while True:
            await track.recv()  # pyright: ignore[reportUnknownMemberType]
    except MediaStreamError:
        return


SERVERS = {"legs": answer_by_leg, "tracks": answer_by_track}
_kept: list[object] = []
_reception = Reception()


async def serve(name: str) -> None:
    """Answer an offer a line."""
    tell_loopback()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        offer, plane = json.loads(line)
        print(json.dumps(await SERVERS[name](offer, tuple(plane))), flush=True)


# --- the browsers ---


async def measure(name: str, legs: int, seconds: float) -> float:
    """CPU seconds a second and leg of a server."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.desks.softphones", "serve", name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    plane, echo = await asyncio.get_running_loop().create_datagram_endpoint(
        Echo, local_addr=(LOOPBACK, 0)
    )
    lines: list[RTCPeerConnection] = []
    try:
        for _ in range(legs):
            line = RTCPeerConnection()
            lines.append(line)
            line.on("track", _hear_it)
            line.addTrack(AudioStreamTrack())
            line.getTransceivers()[0].setCodecPreferences(G711)
            await line.setLocalDescription(await line.createOffer())
            asked = json.dumps([line.localDescription.sdp, plane.get_extra_info("sockname")])
            server.stdin.write(asked.encode() + b"\n")
            answer = json.loads(await server.stdout.readline())
            await line.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.sleep(SETTLE_S)
        assert all(line.connectionState == "connected" for line in lines)
        before, packets = cost(server.pid), echo.heard
        await asyncio.sleep(seconds)
        spent_s = cost(server.pid).since(before).cpu_s
        if name == "legs":
            print(
                f"{(echo.heard - packets) / legs / seconds:.0f} packets a second and leg reach the plane"
            )
        return spent_s / seconds / legs
    finally:
        for line in lines:
            await line.close()
        server.terminate()
        await server.wait()
        plane.close()


async def main(legs: int, seconds: float) -> None:
    """Both, and what 80,000 agents come to."""
    tell_loopback()
    ours, theirs = [await measure(name, legs, seconds) for name in SERVERS]
    print(
        f"{legs} softphones, both ways: {ours * 100:.2f} % of a core each; by aiortc's tracks {theirs * 100:.2f} %, "
        f"{theirs / ours:.1f} times as much"
    )
    print(f"{REAL_AGENTS:,} agents, all on calls, come to {REAL_AGENTS * ours:,.0f} cores")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(sys.argv[2]))
    else:
        given = [float(word) for word in sys.argv[1:]]
        asyncio.run(main(int(given[0]) if given else LEGS, given[1] if len(given) > 1 else SECONDS))
