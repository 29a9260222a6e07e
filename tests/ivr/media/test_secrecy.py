import pytest
from pylibsrtp import Policy, Session

from ivr.media.counting import Count
from ivr.media.messages import Digit, FirstPacket, Listen, Play, Seal, SendKeys
from ivr.rtp import rtcp
from tests.ivr.media.paper import CALL, OTHER, PHONE, SETTINGS, Paper, key, rtp

OURS, THEIRS = bytes(range(30)), bytes(range(30, 60))


class Phone:
    """The other end, by libsrtp."""

    def __init__(self):
        profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        self.out = Session(
            Policy(key=THEIRS, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
        )
        self.into = Session(
            Policy(key=OURS, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        )


def sealed():
    paper = Paper()
    paper.open()
    paper.open(OTHER)
    paper.do(Seal(CALL, 10, OURS, THEIRS))
    return paper, Phone()


def test_what_is_played_is_heard_across_the_wrap_and_others_stay_plain():
    paper, phone = sealed()
    paper.do(Play(CALL, 1, (paper.audio(*range(1, 21)),), False, False))
    heard = []
    for _ in range(20):
        left = paper.frame()
        heard.append(phone.into.unprotect(left[CALL])[12])
        assert len(left[OTHER]) == 172
    assert heard == list(range(1, 21))


def test_keys_and_reports_are_sealed_too():
    paper, phone = sealed()
    paper.do(SendKeys(CALL, "5"))
    assert phone.into.unprotect(paper.frames(1)[0])[12] == 5
    paper.frames(300)
    report = phone.into.unprotect_rtcp(next(n.data for n in paper.notices if n.slot == 0))
    assert rtcp.read(report).ssrc == 0xABCD


def test_keys_and_audio_are_opened():
    paper, phone = sealed()
    paper.do(Listen(CALL, True, 0.5))
    for n in range(3):
        paper.hear(phone.out.protect(rtp(n, 160 * n, bytes([0x31]) * 160)))
        paper.frame()
    paper.hear(phone.out.protect(key(3, 480, 5)))
    assert [e.key for e in paper.told() if isinstance(e, Digit)] == ["5"]
    assert 0x31 in paper.memory.heard["codes"][:, 0]
    block = rtcp.Block(0xABCD, 64, 3, 9, 8, 0, 0)
    report = rtcp.write(77, "phone", None, (block,))
    paper.hear(phone.out.protect_rtcp(report), port=SETTINGS.port + 1)
    assert paper.columns.their_loss[0] == 64


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1] + b"x", lambda data: data[:20], lambda data: b"\x9f" + data[1:]],
)
def test_what_the_other_end_did_not_seal_is_refused(spoil):
    paper, phone = sealed()
    paper.hear(rtp(0, 0, bytes(160)), spoil(phone.out.protect(rtp(1, 160, bytes(160)))))
    assert paper.told() == []
    assert paper.memory.counts[Count.FORGED] == 2


def test_a_packet_sent_a_second_time_is_refused():
    paper, phone = sealed()
    data = phone.out.protect(key(1, 160, 5, ended=True))
    paper.hear(data, source=PHONE)
    paper.hear(data, source=PHONE)
    assert len([e for e in paper.told() if isinstance(e, FirstPacket | Digit)]) == 2
    assert paper.memory.counts[Count.FORGED] == 1


def test_a_plane_that_died_goes_on_under_the_same_keys():
    paper, phone = sealed()
    for data in paper.frames(10):
        phone.into.unprotect(data)
    paper.restart(gap_s=0.06)
    for data in paper.frames(3):
        phone.into.unprotect(data)
    paper.hear(phone.out.protect(key(1, 160, 5)))
    assert [e.key for e in paper.told() if isinstance(e, Digit)] == ["5"]
