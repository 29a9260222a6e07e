"""SIPp as a caller: scenarios of keys and words, each played from a capture that is written for it."""

from __future__ import annotations

import struct
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from ivr.rtp.codec import PCMA, PCMU, decode, encode
from ivr.speech.voices import find_program
from tests.end_to_end.scenario import (
    ACK,
    INVITE,
    REFUSED_ACK,
    RINGING,
    SAME_VIA,
    SHOP,
    THEY_HANG_UP,
    WE_HANG_UP,
    answer,
    request,
    scenario,
    sdp,
)
from tests.end_to_end.twin import Said, Twin, Until
from tests.ivr.speech.calls import said

EVENT_PAYLOAD_TYPE = 101
EVENTS = "0123456789*#"
BUNDLED_KEY_MS = 200
"""About as long as the keys last that come with SIPp."""
HAND_MS = 300
"""From what a caller hears to what they do."""
PATIENT = ("-watchdog_major_maxtriggers", "1000000", "-watchdog_minor_maxtriggers", "1000000")
"""SIPp gives up by itself where a machine has held it up ten times."""
CALL_S_MAX = 300
"""Of a machine that is busy with other tests."""
INSISTS_MS = 3_000
TOLD_BUSY = "busy"
TRIES_MAX, AGAIN_S = 30, 1.0
"""Of a caller who is told 503, and until the next."""
STAY_MS = 240_000
"""Who waits to be hung up on is patient."""
_NAMES = {"#": "pound", "*": "star"}

_CALLS = scenario(
    "caller", INVITE, RINGING, "{busy}", '<recv response="{status}"/>', "{ack}", "{steps}", "{end}"
)
_BUSY = '<recv response="503" optional="true" next="busy"/>'
_TRIES_AGAIN = "\n".join(
    (
        '<nop next="over"/>\n<label id="busy"/>',
        REFUSED_ACK,
        f'<nop><action><log message="{TOLD_BUSY}"/></action></nop>\n<label id="over"/>\n<nop/>',
    )
)
"""A shop whose loop falls behind on a busy machine refuses calls for a second: people try again."""
_SENT_ON = "\n".join(
    (
        '<recv request="REFER">',
        '<action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="peer"/></action>',
        "</recv>",
        answer("202 Accepted", "Contact: <sip:{caller}@[local_ip]:[local_port]>"),
        '<pause milliseconds="500"/>',
        request(
            "NOTIFY",
            "Event: refer",
            "Subscription-State: terminated;reason=noresource",
            "Content-Type: message/sipfrag;version=2.0",
            sequence="{sequence}",
            uri="sip:[remote_ip]:[remote_port]",
            to="To:[$peer]",
            body="SIP/2.0 {status} Told",
        ),
        '<recv response="200"/>',
    )
)
_CANCELS = scenario(
    "flash",
    request("INVITE", to=SHOP),
    '<recv response="100" optional="true"/>',
    _BUSY,
    '<recv response="180"/>',
    request("CANCEL", via=SAME_VIA, to=SHOP),
    '<recv response="200"/>\n<recv response="487"/>',
    REFUSED_ACK,
    _TRIES_AGAIN,
)
_TAG = ";tag=[pid]SIPpTag01[call_number]"
_WHERE = "Contact: <sip:[local_ip]:[local_port]>"
_ANSWERS = scenario(
    "called",
    '<recv request="INVITE"/>',
    answer("180 Ringing", _WHERE, tag=_TAG),
    answer("200 OK", _WHERE, "Content-Type: application/sdp", tag=_TAG, body=sdp("called")),
    '<recv request="ACK"/>',
    "{steps}",
    "{end}",
)


@cache
def bundled(name: str) -> Path:
    """A recording that comes with SIPp."""
    sipp = find_program("sipp")
    assert sipp, "scripts/debian sipp=sip-tester brings it"
    above = (Path(sipp).resolve().parents[1], Path("/usr/share"))
    found = [path for root in above for path in root.glob(f"**/sip-tester/{name}")]
    assert found, f"{name} is not beside {sipp}"
    return found[0]


class Caller:
    """One telephone: what it does, step by step, then who hangs up."""

    def __init__(
        self,
        folder: Path,
        number: str = "13800138000",
        codec: int = PCMA,
        *,
        media_port: int | None = None,
        host: str = "127.0.0.1",
        said: Said | None = None,
    ) -> None:
        """`media_port`: where its sound is, if SIPp does not make it (tests.end_to_end.earpiece). `host`: where the telephone is;
        who calls at once from a place of their own has ports of their own. `said`: for who waits until the shop has said something."""
        self._folder = folder
        self._host = host
        self._number = number
        self._codec = codec
        self._media = str(media_port) if media_port is not None else "[media_port]"
        self._steps: list[str] = []
        self._captures = 0
        self._sent_on = 0
        self._said = said
        self._waits: list[Until] = []
        self._insists = False
        self._keys_from: int | None = None
        """The step at which several keys begin that were pressed last."""
        self._process: subprocess.Popen[str] | None = None

    def wait(self, ms: int) -> Caller:
        self._steps.append(f'<pause milliseconds="{ms}"/>')
        return self

    def until(self, words: str) -> Caller:
        """Wait until the shop has said so; what it had said before the last wait was over does not count.

        Who pressed several keys presses them again if it says something else: a machine may have held back one of them for so long
        that those before it were an answer.
        """
        if self._keys_from is None:
            return self._until(Until(words))
        self._steps.insert(self._keys_from, f'<label id="{len(self._waits)}"/>')
        return self._until(Until(words, again=True))

    def _until(self, one: Until) -> Caller:
        self._keys_from = None
        assert self._said is not None, "who waits for what is said has to be told it"
        self._steps.append(one.steps(len(self._waits), self._named()))
        self._waits.append(one)
        return self.wait(HAND_MS)

    def _named(self) -> str:
        """Who a call of the scenario is from."""
        return self._number

    def press(self, keys: str, pause_ms: int = 400) -> Caller:
        """Keys as telephone-events, each 120 ms long."""
        self._keys_from = len(self._steps) if len(keys) > 1 else None
        for key in keys:
            self._play(_event_packets(key, self._captures))
            self.wait(120 + pause_ms)
        return self

    def press_bundled(self, keys: str, pause_ms: int = 400) -> Caller:
        """Keys as SIPp's own recordings have them: each time with the same sequence numbers and timestamps."""
        self._keys_from = len(self._steps) if len(keys) > 1 else None
        for key in keys:
            path = bundled(f"dtmf_2833_{_NAMES.get(key, key)}.pcap")
            self._steps.append(f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>')
            self.wait(BUNDLED_KEY_MS + pause_ms)
        return self

    def speak(self, codes: bytes) -> Caller:
        """G.711 in the call's codec; the next step comes when it is said."""
        self._keys_from = None
        self._play(_audio_packets(codes, self._codec, self._captures))
        return self.wait(len(codes) // 8 + HAND_MS)

    def say(self, text: str, until: str, voice: str = "slt") -> Caller:
        """Words, by one of flite's voices, until the shop says what an answer to them would be: who is not understood, or not heard, says them again."""
        self._steps.append(f'<label id="{len(self._waits)}"/>')
        self.speak(self._spoken(text, voice))
        return self._until(Until(until, again=True, spoken=True))

    def talk_on(self, text: str, voice: str = "slt") -> Caller:
        """Words that go on while the next steps are done."""
        self._play(_audio_packets(self._spoken(text, voice), self._codec, self._captures))
        return self

    def _spoken(self, text: str, voice: str) -> bytes:
        spoken = said(text, self._folder, voice)
        if self._codec == PCMA:
            import numpy as np

            spoken = encode(PCMA, decode(PCMU, np.frombuffer(spoken, np.uint8))).tobytes()
        return spoken

    def insist(self, key: str) -> Caller:
        """At last press a key again and again, until the shop hangs up."""
        self._steps.append('<label id="insist"/>')
        self.press(key, 0)
        self._insists = True
        return self

    def be_sent_on(self, status: int = 200) -> Caller:
        """Take a REFER, and tell how the call to whom it names went (RFC 3515)."""
        self._sent_on += 1
        self._steps.append(
            _SENT_ON.format(caller=self._number, status=status, sequence=1 + self._sent_on)
        )
        return self

    def _play(self, packets: Sequence[tuple[float, bytes]]) -> None:
        self._captures += 1
        path = self._folder / f"capture{self._captures}.pcap"
        path.write_bytes(_capture(packets))
        self._steps.append(f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>')

    def call(
        self,
        port: int,
        dialled: str,
        *,
        hangs_up: bool = False,
        status: int = 200,
        wait_ms: int = STAY_MS,
    ) -> subprocess.CompletedProcess[str]:
        """Make the call; SIPp's exit status is 0 if all of it went as it should."""
        words = {"dialled": dialled, "caller": self._number, "wait_ms": wait_ms}
        ack, end, busy = REFUSED_ACK, "", ""
        if status == 200:
            ack, end = ACK, WE_HANG_UP if hangs_up else THEY_HANG_UP
        if status != 503:
            end, busy = f"{end}\n{_TRIES_AGAIN}", _BUSY
        if self._insists:
            end = end.replace("/>", ' ontimeout="insist"/>', 1)
            words["wait_ms"] = INSISTS_MS
        path = self._folder / "caller.xml"
        path.write_text(
            _CALLS.format(
                **words,
                codec=self._codec,
                media=self._media,
                busy=busy,
                steps="\n".join(self._steps),
                ack=ack.format(**words),
                end=end.format(**words),
                status=status,
            )
        )
        return self._try(path, port)

    def switch_off(self) -> None:
        """Hang up on nobody: the shop is dead, and will never tell."""
        assert self._process is not None
        self._process.kill()

    def flash(self, port: int, dialled: str) -> subprocess.CompletedProcess[str]:
        """Let it ring, and hang up before anybody answers: the call costs nothing."""
        path = self._folder / "flash.xml"
        path.write_text(_CANCELS.format(dialled=dialled, caller=self._number))
        return self._try(path, port)

    def answer(self, port: int, wait_ms: int = STAY_MS) -> subprocess.CompletedProcess[str]:
        """Be called: pick up, do the steps, and wait for the other end to hang up."""
        path = self._folder / "called.xml"
        end = THEY_HANG_UP.format(wait_ms=wait_ms)
        path.write_text(
            _ANSWERS.format(
                codec=self._codec, media=self._media, steps="\n".join(self._steps), end=end
            )
        )
        return self._run(path, "-p", str(port))

    def _try(self, path: Path, port: int) -> subprocess.CompletedProcess[str]:
        """Call, and call again as long as that is busy."""
        log = self._folder / "calls.log"
        for _ in range(TRIES_MAX):
            done = self._run(path, "-trace_logs", "-log_file", str(log), self._at(port))
            if not (log.exists() and TOLD_BUSY in log.read_text()):
                return done
            log.unlink()
            time.sleep(AGAIN_S)
        raise AssertionError(f"told 503 {TRIES_MAX} times")

    def _at(self, port: int) -> str:
        """The shop, by the version of IP that the telephone speaks."""
        return f"[::1]:{port}" if ":" in self._host else f"127.0.0.1:{port}"

    def _run(self, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return self._sipp(str(path), "-m", "1", *words)

    def _sipp(self, path: str, *words: str) -> subprocess.CompletedProcess[str]:
        sipp = find_program("sipp")
        assert sipp, "scripts/debian sipp=sip-tester brings it"
        with ExitStack() as stack:
            if self._said is not None and self._waits:
                twin = stack.enter_context(Twin(self._waits, self._said, self._number))
                words = ("-3pcc", twin.address, *words)
            command = [
                sipp, "-sf", path, "-i", self._host, "-mi", self._host,
                "-nostdin", "-timeout", f"{CALL_S_MAX}s", *PATIENT, *words,
            ]  # fmt: skip
            pipe = subprocess.PIPE
            with subprocess.Popen(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                text=True,
            ) as self._process:
                try:
                    said, errors = self._process.communicate(timeout=CALL_S_MAX + 10)
                except subprocess.TimeoutExpired:
                    # SIPp's own limit ends no call that waits to be told: what it did so far says where it stands.
                    self._process.kill()
                    said, errors = self._process.communicate()
            return subprocess.CompletedProcess(command, self._process.returncode, said, errors)


def _rtp(
    payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> bytes:
    head = struct.pack(
        ">BBHII",
        0x80,
        payload_type | (0x80 if marker else 0),
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    return head + payload


def _event_packets(key: str, number: int) -> list[tuple[float, bytes]]:
    """One key: RFC 4733, section 2.5. Each capture is a stream of its own, as those that SIPp ships are."""
    event, ssrc, start = EVENTS.index(key), 0x51B0 + number, 8_000 * (number + 1)
    packets: list[tuple[float, bytes]] = []
    for step in range(8):
        is_end = step >= 5
        duration = 160 * min(step + 1, 6)
        payload = struct.pack(">BBH", event, 10 | (0x80 if is_end else 0), duration)
        at = 0.02 * min(step, 5) + 0.001 * max(0, step - 5)
        packets.append((at, _rtp(EVENT_PAYLOAD_TYPE, step == 0, 100 + step, start, ssrc, payload)))
    return packets


def _audio_packets(codes: bytes, codec: int, number: int) -> list[tuple[float, bytes]]:
    ssrc = 0x51B0 + number
    return [
        (
            0.02 * step,
            _rtp(
                codec,
                step == 0,
                100 + step,
                8_000 + 160 * step,
                ssrc,
                codes[160 * step : 160 * step + 160],
            ),
        )
        for step in range(len(codes) // 160)
    ]


def _capture(packets: Sequence[tuple[float, bytes]]) -> bytes:
    """A pcap file of UDP over IPv4 over Ethernet, as SIPp reads it; addresses and ports are put in by SIPp."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for at, rtp in packets:
        udp = struct.pack(">HHHH", 20_000, 20_000, 8 + len(rtp), 0) + rtp
        ip = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
        )
        frame = b"\0" * 12 + b"\x08\0" + ip + udp
        out.append(struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)
    return b"".join(out)
