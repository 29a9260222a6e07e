"""The plane as it runs: processes, shared memory and sockets on loopback. What it decides is tested on paper."""

import itertools
import os
import select
import signal
import socket
import subprocess
import sys
import time

import pytest
import soundfile
from pylibsrtp import Policy, Session

from ivr.media.arena import Audio
from ivr.media.client import MediaClient, PlaneFullError
from ivr.media.messages import Digit, FirstPacket, PlayedOut, Resumed, RtpTimeout, Stats
from ivr.media.planes import HUNG_LOOKS
from ivr.media.settings import Settings
from ivr.media.sockets import PortsTakenError, open_sockets
from ivr.rtp import rtcp
from ivr.rtp.codec import PCMA
from tests.ivr.media.paper import key, rtp

WAIT_S = 120.0


def free_ports(count):
    """The first of so many ports that are free, even; where tests run side by side each starts elsewhere."""
    start = 22_000 + os.getpid() % 97 * 200
    for port in range(start, start + 20_000, 200):
        try:
            open_sockets(Settings(host6="::1", calls=count, port=port, raw=False)).close()
        except PortsTakenError:
            continue
        return port
    raise AssertionError("no free ports")


class Phone:
    """A telephone's RTP socket."""

    def __init__(self, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host = host
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(WAIT_S)
        self.address = self.socket.getsockname()[:2]

    def send(self, data, port):
        self.socket.sendto(data, (self.host, port))

    def heard(self):
        data, source = self.socket.recvfrom(2048)
        return data, source[:2]

    def hears_until(self, wanted):
        """The first packet for which `wanted` holds, RTCP left out."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            data, _ = self.heard()
            if not 192 <= data[1] <= 223 and wanted(data):
                return data
        raise AssertionError("it was not heard")


@pytest.fixture(params=["raw", "ports"])
def media(request):
    client = MediaClient(
        Settings(
            host6="::1",
            calls=10,
            port=free_ports(10),
            prompts_s=10,
            raw=request.param == "raw",
        )
    )
    yield client
    client.stop_planes()


@pytest.fixture
def phone():
    made = Phone()
    yield made
    made.socket.close()


@pytest.fixture
def phone6():
    made = Phone("::1")
    yield made
    made.socket.close()


def ready(file, within_s):
    """Whether there is something to read; also of file numbers of 1,024 and more, unlike `select.select`."""
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(within_s * 1_000))


def until(media, kind, *, also=lambda event: True):
    """Events up to the first of a kind."""
    events = []
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        ready(media, 0.2)
        events += media.events()
        if any(isinstance(event, kind) and also(event) for event in events):
            return events
    raise AssertionError(f"no {kind.__name__} came, but {events}")


def stand_ready(media):
    """Until two planes are up."""
    deadline = time.monotonic() + WAIT_S
    while media.ready < 2:
        assert time.monotonic() < deadline
        ready(media, 0.02)
        media.events()


def prompt(value=0x31, frames=500):
    return Audio(bytes([value]) * 160 * frames, PCMA)


def test_a_call_from_its_first_packet_to_its_last(media, phone, monkeypatch):
    leg = media.open(codec=PCMA, remote=phone.address, events=((101, 8000),))
    play = media.play(leg.call, [prompt()], barge_in=True)
    data = phone.hears_until(lambda data: data[12] == 0x31)
    assert len(data) == 172
    assert phone.heard()[1] == ("127.0.0.1", leg.port)

    phone.send(key(1, 160, 5, marker=True), leg.port)
    events = until(media, Digit)
    assert [type(e) for e in events] == [FirstPacket, PlayedOut, Digit]
    assert (events[1].play, events[1].whole, events[2].key) == (play, False, "5")
    phone.hears_until(lambda data: data[12] == 0xD5)
    with monkeypatch.context() as patch:
        # A plane that hangs for long has nobody fall silent.
        patch.setattr(time, "monotonic", lambda: 1e9)
        assert 0 < media.silent_s(leg.call) < WAIT_S

    # On hold it need not send.
    media.change(leg.call, sends=False)
    media.report(leg.call)
    until(media, Stats)
    assert media.silent_s(leg.call) == 0

    media.close(leg.call)
    told = until(media, Stats)[-1]
    assert told.closed
    assert told.received == 1
    assert told.sent > 1


def test_a_call_by_ipv6_beside_one_by_ipv4(media, phone, phone6):
    six = media.open(codec=PCMA, remote=phone6.address, events=((101, 8000),))
    four = media.open(codec=PCMA, remote=phone.address, events=((101, 8000),))
    assert (six.host6, six.port) != (four.host6, four.port)
    media.bridge(six.call, four.call)
    phone.send(rtp(1, 160, bytes([0x42]) * 160), four.port)
    phone6.hears_until(lambda data: data[12:] == bytes([0x42]) * 160)
    phone6.send(rtp(1, 160, bytes([0x43]) * 160), six.port)
    phone.hears_until(lambda data: data[12:] == bytes([0x43]) * 160)

    media.play(six.call, [prompt()], barge_in=True)
    phone6.hears_until(lambda data: data[12] != 0xD5)
    assert phone6.heard()[1] == ("::1", six.port)
    phone6.send(key(2, 320, 5, marker=True), six.port)
    assert until(media, Digit)[-1].key == "5"
    media.keys(six.call, "7")
    assert phone6.hears_until(lambda data: data[1] & 0x7F == 101)[12] == 7


def test_a_caller_by_ipv6_is_found_by_its_first_packet_and_told_of_the_end(media, phone6):
    control = Phone("::1")
    try:
        leg = media.open(codec=PCMA, remote=None)
        media.play(leg.call, [prompt()], barge_in=False)
        phone6.send(rtp(1, 160, bytes(160)), leg.port)
        phone6.hears_until(lambda data: data[12] == 0x31)
        media.change(leg.call, remote=phone6.address, control_port=control.address[1])
        media.close(leg.call)
        data, source = control.heard()
        assert source == ("::1", leg.port + 1)
        assert rtcp.read(data).bye
    finally:
        control.socket.close()


def test_a_caller_behind_a_nat_is_found_by_its_first_packet(media, phone):
    leg = media.open(codec=PCMA)
    media.play(leg.call, [prompt()], barge_in=False)
    phone.send(rtp(1, 160, bytes(160)), leg.port)
    phone.hears_until(lambda data: data[12] == 0x31)
    until(media, FirstPacket)


def test_reports_and_the_farewell_go_to_the_control_port(media, phone):
    control = Phone()
    try:
        leg = media.open(
            codec=PCMA, remote=phone.address, control_port=control.address[1], events=()
        )
        phone.heard()
        media.close(leg.call)
        data, source = control.heard()
        assert source == ("127.0.0.1", leg.port + 1)
        assert rtcp.read(data).bye
    finally:
        control.socket.close()


def test_their_reports_are_heard_on_the_control_port(media, phone):
    leg = media.open(codec=PCMA, remote=phone.address)
    ssrc = int.from_bytes(phone.heard()[0][8:12])
    block = rtcp.Block(ssrc, 64, 3, 9, 8, 0, 0)
    deadline = time.monotonic() + WAIT_S
    while media.counts()["reports"] == 0:
        assert time.monotonic() < deadline
        phone.send(rtcp.write(77, "phone", None, (block,)), leg.port + 1)
        ready(media, 0.05)
    media.report(leg.call)
    assert until(media, Stats)[-1].their_loss == 0.25


def test_what_is_said_reaches_a_sink_and_a_file(media, phone, tmp_path):
    leg = media.open(codec=PCMA, remote=phone.address)
    frames = []
    media.listen(leg.call, frames.append)
    media.record(leg.call, tmp_path / "call.wav")
    for n in range(3):
        phone.send(rtp(n, 160 * n, bytes([0x40 + n]) * 160), leg.port)
    deadline = time.monotonic() + WAIT_S
    while not any(heard.codes[0] == 0x42 for heard in frames):
        assert time.monotonic() < deadline
        ready(media, 0.2)
        media.events()
    assert media.end_recording(leg.call) >= 0.06
    samples, rate = soundfile.read(tmp_path / "call.wav")
    assert rate == 8000
    assert len(samples) >= 480
    media.ignore(leg.call)


def test_two_calls_hear_each_other(media, phone):
    other = Phone()
    try:
        one = media.open(codec=PCMA, remote=phone.address)
        two = media.open(codec=PCMA, remote=other.address)
        media.bridge(one.call, two.call)
        for n in range(8):
            phone.send(rtp(n, 160 * n, bytes([0x31]) * 160), one.port)
        other.hears_until(lambda data: data[12] == 0x31)
        media.unbridge(one.call)
        other.hears_until(lambda data: data[12] == 0xD5)
    finally:
        other.socket.close()


def test_a_call_hears_only_so_many_others(media):
    leg = media.open(codec=PCMA)
    with pytest.raises(ValueError, match="at most 4"):
        media.mix(leg.call, [leg.call + 1] * 5)


def test_a_sealed_call_is_understood_by_libsrtp(media, phone):
    ours, theirs = bytes(range(30)), bytes(range(30, 60))
    profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
    into = Session(Policy(key=ours, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))
    out = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    leg = media.open(codec=PCMA, latch=False, events=((101, 8000),))
    media.seal(leg.call, suite="AES_CM_128_HMAC_SHA1_80", key_out=ours, key_in=theirs)
    media.change(leg.call, remote=phone.address)
    media.play(leg.call, [prompt()], barge_in=True)
    phone.hears_until(lambda data: into.unprotect(data)[12] == 0x31)
    phone.send(out.protect(key(1, 160, 5)), leg.port)
    assert until(media, Digit)[-1].key == "5"
    with pytest.raises(ValueError, match="suite"):
        media.seal(leg.call, suite="NULL", key_out=ours, key_in=theirs)
    with pytest.raises(ValueError, match="30 bytes"):
        media.seal(leg.call, suite="AES_CM_128_HMAC_SHA1_80", key_out=b"", key_in=theirs)


def test_keys_are_pressed_at_the_other_end(media, phone):
    leg = media.open(codec=PCMA, remote=phone.address, events=((96, 8000),))
    media.keys(leg.call, "7")
    assert phone.hears_until(lambda data: data[1] & 0x7F == 96)[12] == 7
    with pytest.raises(ValueError, match="no key"):
        media.keys(leg.call, "x")


def test_keys_sound_where_no_events_were_agreed(media, phone):
    leg = media.open(codec=PCMA, remote=phone.address)
    media.keys(leg.call, "7")
    tone = phone.hears_until(lambda data: data[12] != 0xD5 or data[100] != 0xD5)
    assert len(set(tone[12:])) > 20


def test_a_killed_plane_is_followed_by_one_that_goes_on_mid_prompt(media, phone):
    leg = media.open(codec=PCMA, remote=phone.address, events=((101, 8000),))
    pieces = [Audio(bytes([n % 200]) * 160, PCMA) for n in range(60)]
    media.play(leg.call, pieces, barge_in=True, loop=True)
    phone.hears_until(lambda data: data[12] == 10)
    stand_ready(media)
    before = media.worker
    os.kill(before, signal.SIGKILL)
    resumed = next(e for e in until(media, Resumed) if isinstance(e, Resumed))
    assert 0 <= resumed.gap_ms < WAIT_S * 1_000
    assert media.worker != before
    media.tend()
    packets = [phone.heard()[0] for _ in range(40)]
    positions = [data[12] for data in packets]
    # A plane that is held up leaves out what is late; one that began anew would go back.
    assert all((b - a) % 60 < 30 for a, b in itertools.pairwise(positions))
    phone.send(key(1, 160, 9, marker=True), leg.port)
    assert until(media, Digit)[-1].key == "9"
    # And again, when another one stands ready.
    stand_ready(media)
    os.kill(media.worker, signal.SIGKILL)
    until(media, Resumed)


def test_a_plane_that_hangs_is_killed_and_one_that_is_idle_is_not(monkeypatch):
    monkeypatch.setattr("ivr.media.planes.HUNG_S", 0.0)
    media = MediaClient(Settings(calls=10, port=free_ports(10), prompts_s=1))
    try:
        stand_ready(media)
        idle = media.worker
        for _ in range(2 * HUNG_LOOKS):
            media.tend()
        leg = media.open(codec=PCMA, first_limit_s=0.001)
        until(media, RtpTimeout)
        assert media.worker == idle
        os.kill(idle, signal.SIGSTOP)
        for _ in range(HUNG_LOOKS + 1):
            media.tend()
        until(media, Resumed)
        assert media.worker != idle
        media.close(leg.call)
        until(media, Stats)
    finally:
        media.stop_planes()


def test_planes_end_with_the_process_that_started_them():
    settings = f"calls=10, port={free_ports(10)}, prompts_s=10"
    source = (
        "import select\n"
        "from ivr.media.link import Link\n"
        "from ivr.media.settings import Settings\n"
        f"link = Link(Settings({settings}))\n"
        "while link.ready < 2: select.select([link], [], [], 0.01)\n"
        "print(*link.planes.pids(), flush=True)\n"
        "select.select([], [], [])\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    planes = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert len(planes) == 2
    for plane in planes:
        # Readable when the process has ended.
        assert ready(plane, WAIT_S)
        os.close(plane)


def test_an_address_may_come_later_and_a_call_be_held(media, phone):
    leg = media.open(codec=PCMA, latch=False)
    media.change(leg.call, remote=phone.address)
    phone.heard()
    media.change(leg.call, sends=False)
    media.close(leg.call)
    sent = until(media, Stats)[-1].sent
    assert sent >= 1


def test_a_full_plane_says_so_and_a_row_is_free_when_its_stats_came(media, phone):
    legs = [media.open(codec=PCMA, remote=phone.address) for _ in range(10)]
    with pytest.raises(PlaneFullError):
        media.open(codec=PCMA)
    media.close(legs[3].call)
    until(media, Stats)
    again = media.open(codec=PCMA, remote=phone.address)
    assert again.port == legs[3].port
    assert again.call != legs[3].call
    # What is meant for the call that is gone does not reach the new one.
    media.close(legs[3].call)
    media.play(legs[3].call, [prompt()], barge_in=False)
    phone.hears_until(lambda data: True)


def test_a_call_that_sends_nothing_is_told_when_the_settings_say():
    settings = Settings(calls=10, port=free_ports(10), prompts_s=1, first_packet_s_max=0.1)
    media = MediaClient(settings)
    try:
        media.open(codec=PCMA, first_limit_s=0.0)
        leg = media.open(codec=PCMA)
        assert [(e.call, e.first) for e in until(media, RtpTimeout)] == [(leg.call, True)]
    finally:
        media.stop_planes()


def test_a_taken_port_is_told(media):
    with pytest.raises(PortsTakenError, match="cannot be had"):
        MediaClient(Settings(calls=10, port=media.settings.port))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"codec": 9}, r"G\.711"),
        ({"codec": PCMA, "remote": ("127.0.0.1", 0)}, "no port"),
        ({"codec": PCMA, "events": ((200, 8000),)}, "telephone-event"),
        ({"codec": PCMA, "events": ((101, 44_100),)}, "telephone-event"),
    ],
)
def test_what_cannot_be_agreed_is_refused(media, given, why):
    with pytest.raises(ValueError, match=why):
        media.open(**given)
