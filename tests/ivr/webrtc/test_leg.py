"""A browser's leg: tones and keys cross both ways between Chromium and a socket that stands for the media plane."""

import asyncio
import json
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from ivr.webrtc.description import OfferError
from ivr.webrtc.leg import BrowserLeg, LegState, Reception
from tests.browser import ONLY, WAIT_MS_MAX, browser, write_tone
from tests.loop import LoopThread

SAID_HZ = 1_000
PLAYED_HZ = 700
RATE_HZ = 8_000
FRAME = 160
SIGN, EXPONENT = 0x80, 0x70
HASH = 11
"""Event code of `#`."""

PAGE = """<!doctype html><title>leg</title><audio id=sound autoplay></audio><script>
let line, meter, sender;
async function offer() {
  line = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  sender = line.addTrack(stream.getAudioTracks()[0], stream);
  line.ontrack = event => {
    document.getElementById("sound").srcObject = event.streams[0];
    const context = new AudioContext({sampleRate: 48000});
    meter = context.createAnalyser();
    meter.fftSize = 8192;
    context.createMediaStreamSource(event.streams[0]).connect(meter);
  };
  await line.setLocalDescription(await line.createOffer());
  await new Promise(done => {
    if (line.iceGatheringState === "complete") done();
    line.onicegatheringstatechange = () => line.iceGatheringState === "complete" && done();
  });
  return line.localDescription.sdp;
}
const answer = sdp => line.setRemoteDescription({type: "answer", sdp});
const press = keys => sender.dtmf.insertDTMF(keys, 100, 50);
function loudest() {
  if (!meter) return 0;
  const levels = new Float32Array(meter.frequencyBinCount);
  meter.getFloatFrequencyData(levels);
  const top = levels.indexOf(Math.max(...levels));
  return levels[top] > -50 ? top * 48000 / meter.fftSize : 0;
}
</script>"""


def mu_law(samples: np.ndarray) -> bytes:
    """G.711 by its definition: sign, exponent of the segment, four bits of mantissa, all inverted."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)), 32_635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, SIGN, 0)
    return bytes((~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8))


def linear(octets: bytes) -> np.ndarray:
    """The other way."""
    code = ~np.frombuffer(octets, np.uint8) & 0xFF
    exponent, mantissa = (code & EXPONENT) >> 4, (code & 0x0F).astype(np.int32)
    magnitude = ((mantissa << 3) + 132 << exponent.astype(np.int32)) - 132
    return np.where(code & SIGN, -magnitude, magnitude)


class Plane(asyncio.DatagramProtocol):
    """Stands for the media plane: plays a tone to whoever speaks to it, keeps what it hears."""

    def __init__(self) -> None:
        self.audio: list[bytes] = []
        self.events: list[tuple[int, int, int]] = []
        """Payload type, event and timestamp of each packet of a key."""
        self.hash_released: Future[None] = Future()
        self.sent = 0
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr) -> None:
        payload_type = data[1] & 0x7F
        if payload_type:
            self.events.append((payload_type, data[12], int.from_bytes(data[4:8])))
            # RFC 4733, section 2.3.2: the E bit.
            if data[12] == HASH and data[13] & 0x80 and not self.hash_released.done():
                self.hash_released.set_result(None)
            return
        self.audio.append(data[12:])
        # One packet for each that comes: the browser is the clock.
        at = np.arange(self.sent * FRAME, (self.sent + 1) * FRAME) / RATE_HZ
        sound = (8_000 * np.sin(2 * np.pi * PLAYED_HZ * at)).astype(np.int16)
        head = bytes((0x80, 0)) + (self.sent & 0xFFFF).to_bytes(2)
        stamp = (self.sent * FRAME & 0xFFFFFFFF).to_bytes(4)
        self.transport.sendto(head + stamp + b"\0\0\0\x01" + mu_law(sound), addr)
        self.sent += 1


class Host:
    """The leg and its plane on a loop of their own, while the test drives the browser."""

    def __init__(self, loop: LoopThread) -> None:
        self.run = loop.run
        self.plane = Plane()
        self.states: list[LegState] = []
        self.down: Future[None] = Future()
        self.leg = self.run(self._open())

    async def _open(self) -> BrowserLeg:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self.plane, local_addr=("127.0.0.1", 0)
        )
        leg = BrowserLeg(Reception(), self._moved)
        leg.relay(transport.get_extra_info("sockname"))
        return leg

    def _moved(self, state: LegState) -> None:
        self.states.append(state)
        if state is LegState.DOWN and not self.down.done():
            self.down.set_result(None)

    async def close(self) -> None:
        await self.leg.close()
        self.plane.transport.close()


@pytest.fixture
def host():
    with LoopThread() as loop:
        opened = Host(loop)
        yield opened
        loop.run(opened.close())


@pytest.mark.parametrize("codec", ["PCMU", "opus"])
def test_sound_and_keys_cross_between_a_browser_and_the_plane(
    host: Host, tmp_path: Path, codec: str
):
    with browser(write_tone(tmp_path / "tone.wav", SAID_HZ)) as chromium:
        page = chromium.new_page()
        page.add_init_script(ONLY % codec)
        page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.goto("http://localhost/")
        offer = page.evaluate("offer()")
        answer = host.run(host.leg.answer(offer))
        page.evaluate(f"answer({json.dumps(answer)})")
        page.wait_for_function(f"Math.abs(loudest() - {PLAYED_HZ}) < 12", timeout=WAIT_MS_MAX)
        page.evaluate("press('159*0#')")
        host.plane.hash_released.result(WAIT_MS_MAX / 1_000)
        heard = b"".join(host.plane.audio)
        page.evaluate("line.close()")
        host.down.result(WAIT_MS_MAX / 1_000)

    assert host.states == [LegState.CONNECTING, LegState.UP, LegState.DOWN]
    assert host.leg.offer.codec == codec
    # As loud as it was said, on each way.
    sound = linear(heard)[-RATE_HZ // 2 :].astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert abs(int(np.argmax(spectrum)) * RATE_HZ / len(sound) - SAID_HZ) < 5
    presses = dict.fromkeys((stamp, event) for _, event, stamp in host.plane.events)
    assert "".join("0123456789*#"[event] for _, event in presses) == "159*0#"
    assert {kind for kind, *_ in host.plane.events} == {host.leg.offer.event_payload_type}


def test_an_offer_without_audio_is_refused_with_what_it_lacks(host: Host):
    with pytest.raises(OfferError, match="microphone"):
        host.run(host.leg.answer("v=0\r\ns=-\r\nt=0 0\r\n"))
