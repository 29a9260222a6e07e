"""What is agreed with the other end, as the media plane is told of it."""

from dataclasses import replace

import pytest

from ivr.channel.agreement import Agreement
from ivr.media.agreeing import with_agreement
from ivr.media.leg import Leg
from ivr.media.link import PlaneBehindError
from ivr.media.messages import Open
from ivr.media.remote import read_remote
from ivr.sip.crypto import Crypto
from ivr.sip.errors import ProtocolError
from ivr.sip.offer import LocalMedia, answer, make_offer
from ivr.sip.sdp import Sdp

HERE, THERE = LocalMedia("192.0.2.1", 0), LocalMedia("198.51.100.7", 4_000)
OPENED = Open(7, 8, 0, 0, 0, True, True, True, (), 0, 0, False, 0, 0, 0)
KEY, OTHER_KEY = bytes(range(30)), bytes(range(1, 31))


class FakeRows:
    """One row; what it was told, in order."""

    def __init__(self):
        self.told = []

    def open(self, **changes):
        self.told.append(("open", changes))
        return Leg(7, "192.0.2.1", 20_000)

    def seal(self, call, **keys):
        self.told.append(("seal", keys))

    def change(self, call, **changes):
        # What the plane does not take it refuses; see MediaClient.
        with_agreement(OPENED, changes["events"], None)
        if changes["remote"] is not None:
            read_remote(*changes["remote"])
        self.told.append(("change", changes))

    def close(self, call):
        self.told.append(("close", {}))

    def names(self):
        names, self.told = [name for name, _ in self.told], []
        return names


def offer_of(*lines, host="198.51.100.7"):
    text = f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    return Sdp.parse((text + "".join(f"{line}\r\n" for line in lines)).encode())


def protected(key, *formats, tag=1):
    crypto = Crypto(tag, "AES_CM_128_HMAC_SHA1_80", key)
    return offer_of(f"m=audio 4000 RTP/SAVP {' '.join(formats or ('8',))}", f"a=crypto:{crypto}")


def test_a_plane_that_is_behind_gets_its_row_back():
    rows = FakeRows()

    def behind(call, **changes):
        raise PlaneBehindError

    rows.change = behind
    with pytest.raises(PlaneBehindError):
        Agreement.answering(rows, HERE, offer_of("m=audio 4000 RTP/AVP 8"))
    assert rows.names() == ["open", "close"]


@pytest.mark.parametrize(
    ("formats", "line", "events"),
    [
        ("8 101", "a=rtpmap:101 telephone-event/44100", ()),
        ("8 101", "a=rtpmap:101 telephone-event/0", ()),
        ("8 101", "a=rtpmap:101 telephone-event/²", ()),
        ("8 200", "a=rtpmap:200 telephone-event/8000", ()),
        ("8 ²", "a=rtpmap:² telephone-event/8000", ()),
        ("8 101", "a=rtpmap:101 telephone-event/24000", ((101, 24_000),)),
        ("8", "a=ptime:²⁰", ()),
        ("8", "a=rtcp:²", ()),
        ("8", "c=IN IP6 ::ffff:0.0.0.0", ()),
        ("8", "c=IN IP6 ::ffff:198.51.100.7", ()),
    ],
)
def test_whatever_is_offered_the_plane_is_told_what_it_takes(formats, line, events):
    rows, both = FakeRows(), replace(HERE, host6="2001:db8::1")
    Agreement.answering(rows, both, offer_of(f"m=audio 4000 RTP/AVP {formats}", line))
    assert rows.told[-1][1]["events"] == events
    assert rows.names() == ["open", "change"]


def test_a_plain_offer_is_answered_with_the_rows_port_and_nothing_is_sealed():
    rows = FakeRows()
    agreement = Agreement.answering(rows, HERE, offer_of("m=audio 4000 RTP/AVP 0 8 101"))
    assert agreement.codec == "ul"
    assert agreement.ours.media[0].port == 20_000
    (_, opened), (_, changed) = rows.told
    assert opened == {"codec": 0}
    assert (changed["remote"], changed["sends"]) == (("198.51.100.7", 4_000), True)


def test_keys_are_in_place_before_there_is_an_address():
    rows = FakeRows()
    agreement = Agreement.answering(rows, HERE, protected(KEY, tag=3))
    sealed = rows.told[1][1]
    assert rows.names() == ["open", "seal", "change"]
    ours = Crypto.parse(agreement.ours.media[0].attribute("crypto"))
    assert (ours.tag, sealed["suite"]) == (3, "AES_CM_128_HMAC_SHA1_80")
    assert (sealed["key_in"], sealed["key_out"]) == (KEY, ours.key)


def test_each_call_has_a_key_of_its_own_that_a_later_offer_does_not_change():
    rows = FakeRows()
    one, other = (Agreement.answering(rows, HERE, protected(KEY)) for _ in range(2))
    rows.names()
    before = one.ours.media[0].attribute("crypto")
    assert before != other.ours.media[0].attribute("crypto")
    assert one.reoffered(protected(OTHER_KEY)).media[0].attribute("crypto") == before
    assert rows.told[0][1]["key_in"] == OTHER_KEY


def test_a_protected_call_does_not_go_on_in_clear():
    rows = FakeRows()
    agreement = Agreement.answering(rows, HERE, protected(KEY))
    rows.names()
    with pytest.raises(ProtocolError, match="protected") as error:
        agreement.reoffered(offer_of("m=audio 4000 RTP/AVP 8"))
    assert error.value.status == 488
    assert rows.told == []
    assert agreement.agreed.send_crypto is not None


def test_a_trunk_that_must_protect_is_not_answered_in_clear():
    rows = FakeRows()
    local = LocalMedia("192.0.2.1", 0, srtp_required=True)
    with pytest.raises(ProtocolError) as error:
        Agreement.answering(rows, local, offer_of("m=audio 4000 RTP/AVP 8"))
    assert error.value.status == 488
    assert rows.told == []


def test_the_codec_that_the_call_began_with_stays_wherever_it_stands_in_a_later_offer():
    agreement = Agreement.answering(FakeRows(), HERE, offer_of("m=audio 4000 RTP/AVP 8 0"))
    assert agreement.reoffered(offer_of("m=audio 4000 RTP/AVP 0 8")).media[0].formats[0] == "8"
    with pytest.raises(ProtocolError):
        agreement.reoffered(offer_of("m=audio 4000 RTP/AVP 0"))


def test_hold_and_the_way_back():
    rows = FakeRows()
    agreement = Agreement.answering(rows, HERE, offer_of("m=audio 4000 RTP/AVP 8"))
    rows.names()
    for line, sends, hears in (("sendonly", False, True), ("inactive", False, False), ("sendrecv", True, True)):  # fmt: skip
        agreement.reoffered(offer_of("m=audio 4000 RTP/AVP 8", f"a={line}"))
        changed = rows.told[-1][1]
        assert (changed["sends"], changed["hears"]) == (sends, hears), line


@pytest.mark.parametrize("is_protected", [False, True])
def test_a_delayed_offer_is_settled_by_the_answer_at_first_and_later(is_protected):
    rows = FakeRows()
    local = LocalMedia("192.0.2.1", 0, srtp_required=is_protected)
    agreement = Agreement.offering(rows, local)
    assert agreement.codec is None
    there = LocalMedia("198.51.100.7", 4_000, codecs=("PCMU",), srtp_key=KEY)
    theirs, _ = answer(agreement.ours, there)
    agreement.settle(theirs)
    assert agreement.codec == "ul"
    assert rows.names() == ["open", *(["seal"] if is_protected else []), "change"]
    again = agreement.reoffer()
    assert next(entry.name for entry in again.media[0].maps) == "PCMU"
    assert (again.media[0].attribute("crypto") is not None) == is_protected
    theirs, _ = answer(again, there)
    agreement.settle(theirs)
    assert agreement.codec == "ul"


def test_an_answer_without_media_in_common_settles_nothing():
    agreement = Agreement.offering(FakeRows(), HERE)
    with pytest.raises(ProtocolError):
        agreement.settle(make_offer(LocalMedia("198.51.100.7", 4_000, codecs=("G722",))))
    assert agreement.codec is None


SIX = "2001:db8::7"


def test_who_is_reached_by_ipv6_is_told_that_address_of_ours_and_sent_to_theirs():
    rows, both = FakeRows(), replace(HERE, host6="2001:db8::1")
    offer = offer_of("m=audio 4000 RTP/AVP 8", host=SIX)
    agreement = Agreement.answering(rows, both, offer)
    assert agreement.ours.host == "2001:db8::1"
    assert rows.told[-1][1]["remote"] == (SIX, 4_000)
    # A later offer of ours is by the same way; one of theirs may change it.
    assert agreement.reoffer().host == "2001:db8::1"
    assert agreement.reoffered(offer_of("m=audio 4000 RTP/AVP 8")).host == "192.0.2.1"
    assert rows.told[-1][1]["remote"] == ("198.51.100.7", 4_000)


def test_without_an_address_of_ipv6_nothing_is_agreed_with_who_has_no_other():
    with pytest.raises(ProtocolError, match="another version of IP"):
        Agreement.answering(FakeRows(), HERE, offer_of("m=audio 4000 RTP/AVP 8", host=SIX))
