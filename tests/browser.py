"""A real browser without a window, with a microphone that plays a file: for tests of what people see and hear."""

from __future__ import annotations

import math
import os
import shutil
import struct
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
WAIT_MS_MAX = 120_000
"""Nothing takes a tenth of it, but on a machine that is busy with other tests."""
expect.set_options(timeout=WAIT_MS_MAX)
RATE_HZ = 48_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)


ONLY = """{
  const usual = RTCPeerConnection.prototype.createOffer;
  RTCPeerConnection.prototype.createOffer = function (...words) {
    const known = RTCRtpReceiver.getCapabilities("audio").codecs;
    const kept = known.filter(codec => ["audio/%s", "audio/telephone-event"].includes(codec.mimeType));
    for (const each of this.getTransceivers()) each.setCodecPreferences(kept);
    return usual.apply(this, words);
  };
  const settle = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (answer) {
    window.agreed = answer.sdp;
    return settle.apply(this, [answer]);
  };
}"""
"""A script for a page, which then offers one codec and its keys alone; what it was answered is `agreed`."""

NOTICES = """addEventListener("DOMContentLoaded", () => {
  const line = document.getElementById("notice");
  window.notices = [];
  if (line) new MutationObserver(() => notices.push(line.textContent)).observe(line, { childList: true });
});"""
"""A script for a page, which then keeps what its line of notices said: a notice is gone after a few seconds."""


def noticed(page: Page, text: str) -> None:
    """Wait until a page with NOTICES has said this; what it said before does not count for the next."""
    told = "text => { const at = notices.findIndex(one => one.includes(text)); return at >= 0 && notices.splice(0, at + 1); }"
    page.wait_for_function(told, arg=text)


def chromium() -> str:
    """Where the browser is; scripts/debian brings one."""
    found = shutil.which("chromium") or str(ROOT / ".tools" / "bin" / "chromium")
    assert Path(found).exists(), "no Chromium: run scripts/debian chromium=chromium"
    return found


def write_tone(
    path: Path, frequency_hz: float, seconds: float = 2.0, pause_seconds: float = 0.0
) -> Path:
    """A file with one tone, and a pause behind it, for the microphone: without pauses it is taken for a line's noise."""
    samples = [
        int(12_000 * math.sin(2 * math.pi * frequency_hz * n / RATE_HZ))
        for n in range(int(seconds * RATE_HZ))
    ] + [0] * int(pause_seconds * RATE_HZ)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


@contextmanager
def browsers(*microphones: Path) -> Iterator[list[Browser]]:
    """As many as there are microphones: a browser has one, a file that is played over and over; every page may use it."""
    # Its own asks for a library that a bare Debian has not; this one is there for the other tests that need it (scripts/node).
    node = shutil.which("node") or str(ROOT / ".tools" / "bin" / "node")
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    with sync_playwright() as playwright, ExitStack() as stack:
        opened: list[Browser] = []
        for microphone in microphones:
            started = playwright.chromium.launch(
                executable_path=chromium(),
                headless=True,
                args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={microphone}"],
            )
            stack.callback(started.close)
            opened.append(started)
        yield opened


@contextmanager
def browser(microphone: Path) -> Iterator[Browser]:
    """One of them."""
    with browsers(microphone) as (opened,):
        yield opened
