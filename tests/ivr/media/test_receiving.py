import numpy as np
import pytest

from ivr.media.counting import Count
from ivr.media.messages import (
    Digit,
    FirstPacket,
    Latched,
    Listen,
    Report,
    RtpTimeout,
    Stats,
)
from ivr.media.receiving import RELATCH_S, ROUNDS_MAX
from ivr.media.remote import read_remote, remote_of
from ivr.rtp import rtcp
from tests.ivr.media.paper import CALL, PHONE, SETTINGS, Paper, key, rtp

NAT = ("203.0.113.9", 61_000)
PHONE6 = ("2001:db8::7", 4_000)
STRANGER = ("198.51.100.66", 5_000)


def stats(paper):
    paper.do(Report(CALL))
    return next(e for e in paper.told() if isinstance(e, Stats))


def test_the_first_packet_is_told():
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)), rtp(2, 320, bytes(160)))
    assert paper.told() == [FirstPacket(CALL, paper.now)]


def test_audio_from_behind_a_nat_moves_the_call_there():
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)), source=NAT)
    assert Latched(CALL, *NAT, paper.now) in paper.told()
    assert paper.columns.remote_port[0] == NAT[1]
    assert paper.columns.control_port[0] == NAT[1] + 1


def test_a_stranger_cannot_take_a_call_that_is_heard():
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)))
    paper.hear(key(2, 320, 9, ended=True), source=STRANGER)
    assert [e for e in paper.told() if isinstance(e, Digit | Latched)] == []
    assert paper.memory.counts[Count.STRAYS] == 1
    assert paper.columns.remote_port[0] == PHONE[1]


@pytest.mark.parametrize(("announced", "source"), [(PHONE, PHONE6), (PHONE6, PHONE)])
def test_a_call_moves_to_the_other_family_where_it_is_heard_from_there(announced, source):
    paper = Paper()
    paper.open(remote=announced)
    paper.hear(rtp(1, 160, bytes(160)), source=source)
    assert Latched(CALL, *source, paper.now) in paper.told()
    assert remote_of(paper.columns, 0) == read_remote(*source)


def test_a_stranger_at_the_same_port_of_another_ipv6_host_is_not_heard():
    paper = Paper()
    paper.open(remote=PHONE6)
    paper.hear(rtp(1, 160, bytes(160)), source=PHONE6)
    paper.hear(key(2, 320, 9), source=("2001:db8::8", PHONE6[1]))
    paper.hear(key(2, 320, 9), source=PHONE)
    assert paper.memory.counts[Count.STRAYS] == 2
    paper.hear(key(2, 320, 5), source=PHONE6)
    assert [e.key for e in paper.told() if isinstance(e, Digit)] == ["5"]


def test_a_call_whose_source_went_quiet_follows_it_elsewhere():
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)))
    paper.now += RELATCH_S + 0.1
    paper.hear(rtp(2, 320, bytes(160)), source=NAT)
    assert paper.columns.remote_port[0] == NAT[1]


def test_the_announced_address_is_heard_whatever_came_first():
    paper = Paper()
    paper.open(latch=False)
    paper.hear(rtp(1, 160, bytes(160)), source=STRANGER)
    assert paper.told() == []
    paper.hear(rtp(1, 160, bytes(160)))
    assert paper.told() == [FirstPacket(CALL, paper.now)]


def test_packets_to_no_call_are_counted():
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)), port=SETTINGS.port + 30)
    paper.hear(rtp(1, 160, bytes(160)), port=SETTINGS.port - 2)
    paper.hear(rtp(1, 160, bytes(160)), port=65_534)
    assert paper.memory.counts[Count.STRAYS] == 3


def test_loss_order_and_wrap_are_counted_as_the_rfc_does():
    paper = Paper()
    paper.open()
    for sequence in [65_533, 65_534, 0, 65_535, 3, 4]:
        paper.hear(rtp(sequence, 160 * sequence, bytes(160)))
    told = stats(paper)
    # Of the eight from 65,533 to 4 two never came.
    assert (told.received, told.lost) == (6, 2)


def test_steady_packets_have_no_jitter_and_late_ones_do():
    paper = Paper()
    paper.open()
    for n in range(50):
        paper.hear(rtp(n, 160 * n, bytes(160)))
        paper.now = round(paper.now + 0.02, 6)
    assert stats(paper).jitter_ms < 0.2
    for n in range(50, 250):
        paper.hear(rtp(n, 160 * n, bytes(160)))
        paper.now = round(paper.now + (0.03 if n % 2 else 0.01), 6)
    assert 9 < stats(paper).jitter_ms < 11


def test_a_silent_call_is_told_once_and_its_first_packet_gets_longer():
    paper = Paper()
    paper.open(first_limit_s=0.5, limit_s=0.2)
    paper.frames(24)
    assert paper.told() == []
    paper.frames(20)
    assert [e.first for e in paper.told()] == [True]
    paper.hear(rtp(1, 160, bytes(160)))
    paper.told()
    paper.frames(9)
    assert paper.told() == []
    paper.frames(20)
    assert [e.first for e in paper.told() if isinstance(e, RtpTimeout)] == [False]
    paper.hear(rtp(2, 160, bytes(160)))
    paper.frames(20)
    assert len(paper.told()) == 1


def test_silence_is_counted_from_the_answer_and_not_while_the_call_is_held():
    paper = Paper()
    limits = {"first_limit_s": 0.5, "limit_s": 0.2}
    paper.open(**limits)
    paper.frames(20)
    # It rang; now somebody has it.
    paper.open(**limits)
    paper.frames(20)
    assert paper.told() == []
    paper.hear(rtp(1, 160, bytes(160)))
    paper.told()
    for held in ({"sends": False}, {"sends": False, "hears": False}):
        paper.open(**limits, **held)
        paper.frames(50)
        assert paper.told() == []
        paper.open(**limits)
        paper.frames(9)
        assert paper.told() == []
        paper.hear(rtp(2, 160, bytes(160)))
    paper.frames(20)
    assert [e.first for e in paper.told()] == [False]


def test_a_call_that_floods_is_cut_short():
    paper = Paper()
    paper.open()
    paper.hear(*[rtp(n, 160 * n, bytes(160)) for n in range(ROUNDS_MAX + 5)])
    assert paper.columns.received[0] == ROUNDS_MAX
    assert paper.memory.counts[Count.FLOODED] == 5


@pytest.mark.parametrize("port", [SETTINGS.port, SETTINGS.port + 1])
def test_their_reports_tell_loss_and_the_way_there_and_back(port):
    paper = Paper()
    paper.open()
    sent = rtcp.middle(rtcp.ntp(paper.now))
    paper.now += 0.25
    block = rtcp.Block(0xABCD, 64, 3, 9, 8, sent, int(0.2 * 65_536))
    paper.hear(rtcp.write(77, "phone", rtcp.Sender(99 << 16, 0, 1, 160), (block,)), port=port)
    told = stats(paper)
    assert told.their_loss == 0.25
    assert told.round_trip_ms == pytest.approx(50, abs=0.1)
    assert paper.columns.sr_middle[0] == 99


def test_we_report_what_we_sent_and_heard():
    paper = Paper()
    paper.open()
    for n in range(300):
        if n % 4:
            paper.hear(rtp(n, 160 * n, bytes(160)))
        paper.frame()
    assert len(paper.notices) == 1
    report = rtcp.read(paper.notices[0].data)
    assert report.ssrc == 0xABCD
    assert report.sender.octets == report.sender.packets * 160
    assert report.blocks[0].ssrc == 77
    assert 60 <= report.blocks[0].fraction_lost <= 68


def test_what_is_neither_rtp_nor_rtcp_is_counted():
    paper = Paper()
    paper.open()
    paper.hear(b"", b"\x80", b"GET / HTTP/1.1\r\n\r\n", bytes([0x80, 200]) + bytes(20))
    assert paper.memory.counts[Count.BROKEN] == 4


def test_any_bytes_are_taken():
    chance = np.random.default_rng(1)
    paper = Paper()
    paper.open()
    paper.do(Listen(CALL, True, 0.5))
    for _ in range(300):
        datagrams = []
        for _ in range(8):
            data = bytearray(rtp(1, 160, bytes(160), kind=int(chance.choice([0, 8, 13, 101]))))
            for _ in range(int(chance.integers(6))):
                data[int(chance.integers(16))] = int(chance.integers(256))
            datagrams.append(bytes(data[: int(chance.integers(173))]))
        paper.hear(*datagrams, source=PHONE, port=SETTINGS.port + int(chance.integers(2)))
        paper.frame()
    paper.hear(key(9, 160, 1, ssrc=5, ended=True))
    assert [e.key for e in paper.told() if isinstance(e, Digit)][-1] == "1"
