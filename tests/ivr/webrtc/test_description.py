"""Offers of browsers, and what they are answered."""

import pytest

from ivr.webrtc.description import (
    OFFER_CHARACTERS_MAX,
    Answerer,
    OfferError,
    read_offer,
    write_answer,
)

CHROMIUM = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 54400 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2122260223 192.0.2.7 54400 typ host generation 0
a=candidate:2 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0
a=ice-ufrag:Yb2x
a=ice-pwd:aaaabbbbccccddddeeeeffff
a=fingerprint:sha-256 AA:BB
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:96 PCMU/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
""".replace("\n", "\r\n")
US = Answerer("user", "word", (("sha-256", "CC:DD"),), ("1 1 udp 1 127.0.0.1 5 typ host",), 7, "us")


def test_g711_and_its_own_telephone_events_are_chosen():
    offer = read_offer(CHROMIUM)

    assert (offer.codec, offer.payload_type, offer.event_payload_type) == ("PCMU", 0, 126)
    assert (offer.username, offer.mid, offer.setup) == ("Yb2x", "0", "actpass")
    assert len(offer.candidates) == 2


def test_an_answer_speaks_what_was_offered_and_nothing_else():
    lines = write_answer(read_offer(CHROMIUM), US).split("\r\n")

    assert "m=audio 9 UDP/TLS/RTP/SAVPF 0 126" in lines
    assert {line for line in lines if line.startswith("a=rtpmap")} == {
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:126 telephone-event/8000",
    }
    assert "a=group:BUNDLE 0" in lines
    assert "a=setup:active" in lines
    assert lines[-1] == ""


def test_a_browser_that_is_active_is_awaited():
    offer = read_offer(CHROMIUM.replace("setup:actpass", "setup:active"))

    assert "a=setup:passive" in write_answer(offer, US)


def test_what_belongs_to_the_session_holds_for_its_audio():
    lines = CHROMIUM.split("\r\n")
    moved = [line for line in lines if line.startswith(("a=ice-", "a=fingerprint", "a=setup"))]
    rest = [line for line in lines if line not in moved]

    assert read_offer("\r\n".join([*rest[:4], *moved, *rest[4:]])) == read_offer(CHROMIUM)


def test_without_keys_none_are_answered():
    offer = read_offer(CHROMIUM.replace("telephone-event/8000", "telephone-event/16000"))

    # Those of Opus are counted by another clock than PCMU.
    assert offer.event_payload_type is None
    assert "telephone-event" not in write_answer(offer, US)


def test_opus_is_spoken_with_who_offers_no_g711():
    offer = read_offer(CHROMIUM.replace("111 63 9 0 8 13", "111 63 9"))
    lines = write_answer(offer, US).split("\r\n")

    assert (offer.codec, offer.payload_type) == ("opus", 111)
    assert (offer.event_payload_type, offer.event_rate_hz) == (110, 48_000)
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111 110" in lines
    assert "a=rtpmap:111 opus/48000/2" in lines
    assert "a=rtpmap:110 telephone-event/48000" in lines
    assert sum(line.startswith("a=fmtp:111 ") for line in lines) == 1


def test_beside_opus_keys_may_be_counted_by_the_telephones_clock():
    offer = read_offer(CHROMIUM.replace("111 63 9 0 8 13 110", "111 63 9"))

    assert (offer.event_payload_type, offer.event_rate_hz) == (126, 8_000)


@pytest.mark.parametrize(
    ("old", "new", "lack"),
    [
        ("m=audio", "m=video", "microphone"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=ice-pwd:aaaabbbbccccddddeeeeffff\r\n", "", "ice-pwd"),
        ("a=fingerprint:sha-256 AA:BB\r\n", "", "fingerprint"),
        ("111 63 9 0 8 13", "63 9 13", "PCMU nor PCMA nor Opus"),
        # The plane knows PCMU by its static payload type alone.
        ("111 63 9 0 8 13", "63 9 96", "PCMU"),
    ],
)
def test_an_offer_that_cannot_be_answered_is_told_why(old: str, new: str, lack: str):
    with pytest.raises(OfferError, match=lack):
        read_offer(CHROMIUM.replace(old, new))


def test_an_offer_has_a_longest_length():
    assert read_offer(CHROMIUM + "x" * (OFFER_CHARACTERS_MAX - len(CHROMIUM)))
    with pytest.raises(OfferError, match="longer"):
        read_offer(CHROMIUM + "x" * (OFFER_CHARACTERS_MAX - len(CHROMIUM) + 1))
