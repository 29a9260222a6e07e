import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from ivr.rtp import rtcp, srtp
from ivr.rtp.srtp import TAG_BYTES, Secured, admit, index_of

KEY = bytes(range(30))
SSRC = 0xCAFE
_PROFILES = {
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
}


def libsrtp(suite, direction):
    return Session(Policy(key=KEY, ssrc_type=direction, srtp_profile=_PROFILES[suite]))


def header(sequence):
    return bytes((0x80, 8)) + sequence.to_bytes(2) + (sequence * 160).to_bytes(4) + SSRC.to_bytes(4)


@pytest.mark.parametrize("suite", TAG_BYTES)
def test_libsrtp_reads_what_is_sent_across_the_wrap(suite):
    theirs, ours = libsrtp(suite, Policy.SSRC_ANY_INBOUND), Secured(KEY, TAG_BYTES[suite])
    for index in range(65_530, 65_545):
        head, payload = header(index & 0xFFFF), bytes([index & 0xFF]) * 160
        assert theirs.unprotect(head + ours.protect(head, payload, index)) == head + payload


@pytest.mark.parametrize("suite", TAG_BYTES)
def test_what_libsrtp_sends_is_read(suite):
    theirs, ours = libsrtp(suite, Policy.SSRC_ANY_OUTBOUND), Secured(KEY, TAG_BYTES[suite])
    for sequence in range(5):
        packet = header(sequence) + bytes([sequence]) * 33
        assert ours.unprotect(theirs.protect(packet), 12, sequence) == packet


@pytest.mark.parametrize("suite", TAG_BYTES)
def test_reports_pass_both_ways(suite):
    report = rtcp.write(SSRC, "dialcart", rtcp.Sender(1, 2, 3, 4), ())
    ours = Secured(KEY, TAG_BYTES[suite])
    theirs = libsrtp(suite, Policy.SSRC_ANY_INBOUND)
    assert theirs.unprotect_rtcp(ours.protect_control(report, 1)) == report
    sent = libsrtp(suite, Policy.SSRC_ANY_OUTBOUND).protect_rtcp(report)
    assert ours.unprotect_control(sent) == (1, report)


def test_what_was_changed_on_the_way_is_refused():
    ours = Secured(KEY, 10)
    head = header(1)
    sent = head + ours.protect(head, bytes(160), 1)
    assert ours.unprotect(sent, 12, 1) is not None
    for at in (1, 20, len(sent) - 1):
        changed = sent[:at] + bytes((sent[at] ^ 1,)) + sent[at + 1 :]
        assert ours.unprotect(changed, 12, 1) is None
    assert ours.unprotect(sent, 12, 1 + 0x10000) is None
    report = ours.protect_control(rtcp.farewell(1), 5)
    assert ours.unprotect_control(report[:-1]) is None
    assert ours.unprotect_control(b"") is None


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data):
    ours = Secured(KEY, 10)
    assert ours.unprotect(data, 12, 1) is None
    assert ours.unprotect_control(data) is None


def test_a_sequence_goes_round():
    assert index_of(None, 7) == 7
    assert index_of(65_535, 0) == 65_536
    assert index_of(65_536, 65_535) == 65_535
    assert index_of(3 * 65_536 + 10, 5) == 3 * 65_536 + 5
    assert index_of(2, 65_535) == 65_535


def test_each_packet_is_taken_once_and_old_ones_not_at_all():
    highest, window = 100, 1
    highest, window = admit(highest, window, 105)
    assert (highest, window) == (105, 0b100001)
    assert admit(highest, window, 105) is None
    assert admit(highest, window, 100) is None
    assert admit(highest, window, 103) == (105, 0b100101)
    assert admit(highest, window, 105 - srtp.REPLAY_WINDOW + 1) is not None
    assert admit(highest, window, 105 - srtp.REPLAY_WINDOW) is None
    assert admit(highest, window, 10_000) == (10_000, 1)


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="30"):
        Secured(bytes(16), 10)
