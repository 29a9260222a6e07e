import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sip.crypto import Crypto
from ivr.sip.errors import ProtocolError
from ivr.sip.offer import LocalMedia, answer, make_offer, settle
from ivr.sip.sdp import MEDIA_MAX, Sdp

LOCAL = LocalMedia("198.51.100.1", 40_000)
KEY = bytes(range(30))


def offered(*media, session="c=IN IP4 192.0.2.7"):
    text = "\r\n".join(["v=0", "o=- 7 8 IN IP4 192.0.2.7", "s=-", session, "t=0 0", *media, ""])
    return Sdp.parse(text.encode())


def told(sdp):
    return sdp.encode(1, 1).decode()


def test_the_callers_first_codec_that_we_have_is_taken():
    ours, agreed = answer(offered("m=audio 6000 RTP/AVP 18 0 8"), LOCAL)
    assert (agreed.codec, agreed.payload_type) == ("PCMU", 0)
    assert (agreed.host, agreed.port) == ("192.0.2.7", 6000)
    assert ours.media[0].formats == ("0",)
    assert (ours.host, ours.media[0].port) == ("198.51.100.1", 40_000)


def test_of_several_telephone_events_the_one_with_the_codecs_clock_is_answered_and_all_are_heard():
    offer = offered(
        "m=audio 6000 RTP/AVP 96 0 120 121 122",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:120 telephone-event/48000",
        "a=rtpmap:121 telephone-event/16000",
        "a=rtpmap:122 telephone-event/8000",
    )
    ours, agreed = answer(offer, LOCAL)
    assert ours.media[0].formats == ("0", "122")
    assert agreed.events[0] == (122, 8_000)
    assert set(agreed.events) == {(120, 48_000), (121, 16_000), (122, 8_000)}


def test_an_event_with_another_clock_is_better_than_none():
    offer = offered("m=audio 6000 RTP/AVP 0 120", "a=rtpmap:120 telephone-event/48000")
    assert answer(offer, LOCAL)[0].media[0].formats == ("0", "120")


def test_other_media_are_refused_in_their_place():
    ours, _ = answer(
        offered("m=video 6002 RTP/AVP 31", "m=audio 6000 RTP/AVP 8", "m=audio 6004 RTP/AVP 8"),
        LOCAL,
    )
    assert [(m.kind, m.port) for m in ours.media] == [("video", 0), ("audio", 40_000), ("audio", 0)]


@pytest.mark.parametrize(
    ("line", "ours", "sends"),
    [
        ("sendrecv", "sendrecv", True),
        ("sendonly", "recvonly", False),
        ("recvonly", "sendonly", True),
        ("inactive", "inactive", False),
    ],
)
def test_hold_is_mirrored(line, ours, sends):
    made, agreed = answer(offered("m=audio 6000 RTP/AVP 8", f"a={line}"), LOCAL)
    assert made.media[0].direction == ours
    assert agreed.sends is sends
    assert agreed.held is not sends


def test_a_direction_of_the_session_holds_for_its_media():
    offer = Sdp.parse(b"v=0\r\nc=IN IP4 192.0.2.7\r\na=sendonly\r\nm=audio 6000 RTP/AVP 8\r\n")
    assert answer(offer, LOCAL)[1].held


def test_an_address_of_zeros_is_the_old_way_to_hold():
    assert answer(offered("m=audio 6000 RTP/AVP 8", session="c=IN IP4 0.0.0.0"), LOCAL)[1].held


@pytest.mark.parametrize(
    "media",
    [
        ["m=audio 6000 RTP/AVP 18"],
        ["m=video 6000 RTP/AVP 31"],
        ["m=audio 0 RTP/AVP 8"],
        ["m=audio 6000 UDP/TLS/RTP/SAVP 8"],
        ["m=audio 6000 RTP/SAVP 8"],
        ["m=audio 6000 RTP/AVP 8", "c=IN IP4 224.0.0.7/127"],
        [],
    ],
)
def test_what_cannot_be_shared_is_488(media):
    with pytest.raises(ProtocolError) as refusal:
        answer(offered(*media), LOCAL)
    assert refusal.value.status == 488


def test_srtp_is_taken_where_it_is_offered_and_before_plain():
    theirs = Crypto(3, "AES_CM_128_HMAC_SHA1_32", KEY[::-1])
    offer = offered(
        "m=audio 6000 RTP/AVP 8",
        "m=audio 6002 RTP/SAVP 8",
        "a=crypto:1 AEAD_AES_256_GCM inline:AAAA",
        f"a=crypto:{theirs}|2^20",
    )
    ours, agreed = answer(offer, LocalMedia("198.51.100.1", 40_000, srtp_key=KEY))
    assert agreed.receive_crypto == theirs
    assert agreed.send_crypto == Crypto(3, theirs.suite, KEY)
    assert ours.media[0].port == 0
    assert ours.media[1].attribute("crypto") == str(agreed.send_crypto)


def test_srtp_may_be_required():
    local = LocalMedia("198.51.100.1", 40_000, srtp_key=KEY, srtp_required=True)
    with pytest.raises(ProtocolError):
        answer(offered("m=audio 6000 RTP/AVP 8"), local)


def test_rtcp_mux_is_taken_where_it_is_offered():
    _, muxed = answer(offered("m=audio 6000 RTP/AVP 8", "a=rtcp-mux"), LOCAL)
    _, apart = answer(offered("m=audio 6000 RTP/AVP 8", "a=rtcp:6009 IN IP4 192.0.2.7"), LOCAL)
    assert (muxed.rtcp_mux, muxed.rtcp_port) == (True, 6000)
    assert (apart.rtcp_mux, apart.rtcp_port) == (False, 6009)


@pytest.mark.parametrize("secure", [False, True])
def test_our_offer_and_our_answer_to_it_agree_at_both_ends(secure):
    one = LocalMedia("198.51.100.1", 40_000, srtp_key=KEY if secure else None, srtp_required=secure)
    other = LocalMedia("192.0.2.7", 6000, ("PCMU",), srtp_key=KEY[::-1] if secure else None)
    offer = make_offer(one)
    theirs, there = answer(Sdp.parse(offer.encode(1, 1)), other)
    here = settle(offer, Sdp.parse(theirs.encode(2, 1)), one)
    assert (here.codec, here.payload_type) == (there.codec, there.payload_type) == ("PCMU", 0)
    assert (here.host, here.port) == ("192.0.2.7", 6000)
    assert (there.host, there.port) == ("198.51.100.1", 40_000)
    assert here.events == there.events == ((101, 8_000),)
    assert here.send_crypto == there.receive_crypto
    assert here.receive_crypto == there.send_crypto
    assert (here.send_crypto is not None) is secure


@pytest.mark.parametrize(
    "media",
    [["m=audio 0 RTP/AVP 8"], ["m=audio 6000 RTP/AVP 18"], [], ["m=audio 6000 RTP/AVP 8"] * 2],
)
def test_an_answer_that_does_not_fit_our_offer_is_488(media):
    with pytest.raises(ProtocolError):
        settle(make_offer(LOCAL), offered(*media), LOCAL)


def test_an_sdp_is_read_as_it_was_written():
    made = make_offer(LocalMedia("2001:db8::1", 40_000))
    again = Sdp.parse(made.encode(5, 6))
    assert (again.session_id, again.version) == (5, 6)
    assert again.host == "2001:db8::1"
    assert again.encode(5, 6) == made.encode(5, 6)
    assert "IN IP6 2001:db8::1" in told(made)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"v=1\r\n",
        b"v=0\r\nm=audio x RTP/AVP 0\r\n",
        b"v=0\r\nc=IN IP9 x\r\n",
        b"v=0\r\nnonsense\r\n",
    ],
)
def test_a_malformed_sdp_is_400(body):
    with pytest.raises(ProtocolError) as refusal:
        Sdp.parse(body)
    assert refusal.value.status == 400


def test_the_number_of_media_has_a_bound():
    assert Sdp.parse(b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * MEDIA_MAX)
    with pytest.raises(ProtocolError):
        Sdp.parse(b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * (MEDIA_MAX + 1))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(ProtocolError):
        answer(Sdp.parse(b"v=0\r\n" + data), LOCAL)


def test_media_are_not_agreed_on_between_versions_of_ip():
    six, four = LocalMedia("2001:db8::1", 40_000), LocalMedia("192.0.2.1", 40_000)
    with pytest.raises(ProtocolError, match="another version of IP"):
        answer(make_offer(six), four)
    with pytest.raises(ProtocolError, match="another version of IP"):
        settle(make_offer(four), make_offer(six), four)
    held = Sdp.parse(make_offer(LocalMedia("::", 40_000)).encode(1, 1))
    assert not answer(held, four)[1].sends


@pytest.mark.parametrize(
    ("parameters", "usable"),
    [
        ("", True),
        (" WSH=128", True),
        (" -FUTURE=1 WSH=64", True),
        (" UNENCRYPTED_SRTCP", False),
        (" KDR=1", False),
        (" WSH=64 FUTURE=1", False),
    ],
)
def test_a_key_whose_parameters_we_do_not_know_is_not_agreed_on(parameters, usable):
    line = f"{Crypto(1, 'AES_CM_128_HMAC_SHA1_80', KEY)}|2^20{parameters}"
    assert (Crypto.parse(line) is not None) is usable
